"""How an own dataset describes itself: a file beside its marker, checked when it is read."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

from esc10.datasets.folders import datasets_folder, is_whole
from esc10.datasets.names import are_class_names, is_own, plain_words
from esc10.errors import DatasetError
from esc10.storage import STRICT, ReadOnce, write_whole

DESCRIPTION = "source.json"

MAX_DESCRIPTION_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Description:
    """What an own dataset is.

    Attributes:
        title: its name for people, in plain words.
        classes: the class names in plain words; a clip's target is the place of its class.
        clips: how many there are.
        folds: how the folds were made, one of `esc10.datasets.own.folds`'s words.
        summary: in sentences, what was done to the sounds.
        skipped: a sentence for each file that was left out, the first of them only.
        created: when it was made, ISO 8601, UTC.
        recordings_known: whether every clip told the recording it was cut from; one of before this
            was noted counts as not known.
    """

    title: str
    classes: tuple[str, ...]
    clips: int
    folds: str
    summary: str
    skipped: tuple[str, ...]
    created: str
    recordings_known: bool = False


_DESCRIPTION = TypeAdapter(Description | None, config=STRICT)
# The union carries the configuration into the dataclass, which by itself knows no Pydantic.


def write_description(folder: Path, description: Description) -> None:
    """Store a description in the folder of its dataset.

    Raises:
        OSError: the disk refused.
    """
    content = json.dumps(asdict(description), indent=1).encode()
    write_whole(folder / DESCRIPTION, content)


def own_descriptions() -> dict[str, Description]:
    """For each own dataset on this machine that is whole, by its key, what it is; oldest first.

    A folder whose description is damaged is none of them.
    """
    try:
        with os.scandir(datasets_folder()) as entries:
            keys = [entry.name for entry in entries if is_own(entry.name)]
    except OSError:
        return {}
    found = {key: described for key in keys if (described := description_of(key)) is not None}
    return dict(sorted(found.items(), key=lambda pair: (pair[1].created, pair[0])))


def description_of(key: str) -> Description | None:
    """What the own dataset with that key is; None where it cannot be read."""
    try:
        whole = is_own(key) and is_whole(key)
        return _read_once(datasets_folder() / key / DESCRIPTION) if whole else None
    except (OSError, ValueError, DatasetError):
        return None


def _read(path: Path) -> Description:
    with path.open("rb") as file:
        return read_description(file.read(MAX_DESCRIPTION_BYTES + 1))


def read_description(content: bytes) -> Description:
    """A description, from the bytes of its file.

    Raises:
        ValueError: it is none.
    """
    if len(content) > MAX_DESCRIPTION_BYTES:
        raise ValueError("no description is as long")
    described = _DESCRIPTION.validate_json(content)
    if described is None or not are_class_names(described.classes):
        raise ValueError("no description of classes")
    if not described.title or plain_words(described.title) != described.title:
        raise ValueError("the title is not in plain words")
    return described


_read_once = ReadOnce(_read)  # pages ask at every click
