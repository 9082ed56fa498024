"""Which sounds lie in a stranger's folder or zip: of which class, and of which recording.

Two layouts are known.

A folder for each class:      dog/1.wav, dog/2.wav, rain/1.wav, rain/wet/2.wav
Laid out like ESC-50:         meta/NAME.csv with the columns filename and category, and perhaps fold
                              and src_file; the sounds in audio/

A name tells its recording in one of three ways, and otherwise is a recording of its own.

ESC-50's own:                 1-100032-A-0.wav, 1-100032-B.ogg      recording 100032
a number and a letter:        dog-12-a.wav, dog-12-b.wav            recording dog-12
the word take and a number:   barking_take1.wav, barking-take 2.wav recording barking
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from esc10.archives.trees import Tree, shown
from esc10.errors import DatasetError

ENDINGS = frozenset(
    {".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".aifc", ".au"}
    | {".snd", ".caf", ".w64", ".m4a", ".aac", ".wma", ".mp4", ".amr", ".webm"}
)
"""Of what is meant as a sound; some cannot be read, and are then named as left out."""

_ESC50 = re.compile(r"(?P<fold>[1-5])-(?P<source>\d+)-[A-Z](?:-\d+)?", re.ASCII)
_MAX_TABLE_BYTES = 4 * 2**20

_TAKE = re.compile(r"(?P<recording>.+?)[-_ ]+take[-_ ]?\d+", re.IGNORECASE)
_LETTER = re.compile(r"(?P<recording>.*\d)[-_ ][A-Za-z]")

_HOW = (
    "Put the sounds of each class into a folder of its own, named after the class, or lay them out "
    "like ESC-50 (meta/esc50.csv and audio/)."
)


@dataclass(frozen=True, slots=True)
class FoundSound:
    """A file that may become a clip.

    Attributes:
        name: its path in the tree.
        category: its class, as its folder or table calls it.
        recording: what it was cut from, where its name or its table tells; else None.
        fold: 1 to 5, where its name or its table tells; else None.
    """

    name: str
    category: str
    recording: str | None
    fold: int | None


def is_sound(name: str) -> bool:
    """Whether a file is meant as a sound, by the ending of its name."""
    return PurePosixPath(name).suffix.lower() in ENDINGS


def sounds_in(tree: Tree) -> tuple[FoundSound, ...]:
    """The sounds of a tree, ordered by their paths, or as its table has them.

    Raises:
        DatasetError: it is laid out in neither of the two ways, or its table cannot be read.
    """
    found = _from_table(tree) or _from_folders(tree)
    if not found:
        raise DatasetError(f"{tree.title} holds no sounds in folders. {_HOW}")
    return found


def _from_folders(tree: Tree) -> tuple[FoundSound, ...]:
    parts = {name: PurePosixPath(name).parts for name in tree.names if is_sound(name)}
    depth = _wrapping_folders(list(parts.values()))
    return tuple(
        _named(name, category=part[depth]) for name, part in parts.items() if len(part) > depth + 1
    )


def _wrapping_folders(parts: Sequence[tuple[str, ...]]) -> int:
    """How many folders lie around the folders of the classes, each alone in the one above."""
    depth = 0
    while (
        len({part[depth] for part in parts if len(part) > depth + 1}) == 1
        and all(len(part) > depth + 1 for part in parts)
        and any(len(part) > depth + 2 for part in parts)
    ):
        depth += 1
    return depth


def _named(name: str, category: str) -> FoundSound:
    """What the file's own name tells."""
    path = PurePosixPath(name)
    esc50 = _ESC50.fullmatch(path.stem)
    if esc50:
        return FoundSound(name, category, f"source {esc50['source']}", int(esc50["fold"]))
    told = _TAKE.fullmatch(path.stem) or _LETTER.fullmatch(path.stem)
    # Of its folder: that of another class may have a recording of the same name.
    recording = f"{path.parent}/{told['recording'].lower()}" if told else None
    return FoundSound(name, category, recording, None)


def _from_table(tree: Tree) -> tuple[FoundSound, ...]:
    """The sounds that a table lists; none where there is no table."""
    for name in tree.names:
        path = PurePosixPath(name)
        if path.suffix.lower() == ".csv" and path.parent.name == "meta":
            rows = _rows(tree, name)
            if rows and rows[0].get("filename") is not None and "category" in rows[0]:
                audio = path.parent.parent / "audio"
                listed = (_listed(row, str(audio / (row["filename"] or "?"))) for row in rows)
                return tuple({sound.name: sound for sound in listed}.values())
    return ()


def _rows(tree: Tree, name: str) -> list[dict[str, str]]:
    try:
        text = tree.read(name, _MAX_TABLE_BYTES).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text), strict=True))
    except (UnicodeDecodeError, csv.Error) as cause:
        raise DatasetError(
            f"{shown(name)} is no table of sounds: save it as CSV in UTF-8, with the columns "
            "filename and category."
        ) from cause


def _listed(row: dict[str, str], name: str) -> FoundSound:
    """What a row of the table tells, and the file's name where the row does not."""
    by_name = _named(name, row["category"] or "")
    fold, source = row.get("fold") or "", row.get("src_file") or ""
    return FoundSound(
        name=name,
        category=by_name.category,
        recording=f"source {source}" if source else by_name.recording,
        fold=int(fold) if fold in ("1", "2", "3", "4", "5") else by_name.fold,
    )
