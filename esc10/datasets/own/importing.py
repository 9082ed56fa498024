"""An own dataset that was made elsewhere, out of a stranger's files.

They are believed as little as a stranger's run is: each clip must be what the app makes of a sound,
names and words such as the app gives, and the digits in the key those of what it holds. The
description is written anew from what was understood.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from esc10.archives.trees import Tree
from esc10.audio.loading import CLIP_SAMPLES, SAMPLE_RATE, header_of
from esc10.datasets.clips import categories_of, clip_from_name
from esc10.datasets.description import (
    DESCRIPTION,
    MAX_DESCRIPTION_BYTES,
    Description,
    read_description,
    write_description,
)
from esc10.datasets.folders import MARKER, dataset_folder
from esc10.datasets.library import read_marker
from esc10.datasets.names import is_own
from esc10.datasets.own.build import NAMING, PARTIAL, digits_of, free_title
from esc10.datasets.own.classes import MAX_CLIPS, check_enough
from esc10.datasets.own.folds import AS_GIVEN, AS_SPLIT, AT_RANDOM, BY_RECORDING
from esc10.datasets.source import ExpectedFile
from esc10.errors import DatasetError, disk_trouble
from esc10.progress import (
    OnProgress,
    Progress,
    ShouldStop,
    Tally,
    ignore_progress,
    never_stop,
)
from esc10.storage import is_likely_time, taking_turns, write_whole

CLIP_BYTES = 44 + 2 * CLIP_SAMPLES
"""A WAV file's header, and samples of 16 bits."""

_MAX_MARKER_BYTES = 2**20
_LONGEST_NAME = 100


def import_own(
    key: str,
    tree: Tree,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> None:
    """Take in an own dataset under the key it has elsewhere, so that runs know it again.

    Its title becomes another one where a dataset here has it already.

    Args:
        key: which has no dataset here.
        tree: the files of the dataset's folder.
        on_progress: told the clips that are done.
        should_stop: polled between clips.

    Raises:
        DatasetError: something about it is not as the app makes it, it is here already, or the disk
            refused; nothing of it is kept.
        Cancelled: `should_stop` said so; nothing of it is kept.
    """
    described, files = _checked(key, tree)
    start = Progress(f"Fetching {described.title}", 0, len(files))
    final = dataset_folder(key)
    stage = final.with_name(f"{key}.{secrets.token_hex(4)}{PARTIAL}")
    with disk_trouble(f"Storing {described.title}", DatasetError):
        try:
            (stage / "audio").mkdir(parents=True)
            tally = Tally(start, on_progress, should_stop)
            for file in files:
                tally.raise_if_stopped()
                (stage / file.path).write_bytes(_checked_clip(tree, file))
                tally.add(files=1)
            with taking_turns(NAMING, lambda: None):
                if final.exists():
                    raise DatasetError(f"{key} is here already, and stays as it is.")
                write_description(stage, replace(described, title=free_title(described.title)))
                marker = json.dumps({"files": _listed(files)}, indent=1)
                write_whole(stage / MARKER, marker.encode())
                stage.rename(final)
        finally:
            shutil.rmtree(stage, ignore_errors=True)


def _checked(key: str, tree: Tree) -> tuple[Description, tuple[ExpectedFile, ...]]:
    """What it says of itself, and the files it lists."""
    try:
        described = read_description(tree.read(DESCRIPTION, MAX_DESCRIPTION_BYTES))
        files = read_marker(tree.read(MARKER, _MAX_MARKER_BYTES))
    except ValueError as cause:
        raise _refused(f"{DESCRIPTION} or {MARKER} is damaged") from cause
    for complaint in _complaints(key, described, files):
        raise _refused(complaint)
    categories = categories_of(key, described.classes)
    heard = Counter(clip_from_name(file.filename, Path(), categories).category for file in files)
    check_enough({name: heard[name] for name in described.classes})
    return described, files


def _complaints(key: str, described: Description, files: Sequence[ExpectedFile]) -> Iterator[str]:
    """What is wrong with it; each relies on those before it not having come."""
    if not is_own(key):
        yield "its key is none that the app gives"
    if described.folds not in (AS_GIVEN, AS_SPLIT, BY_RECORDING, AT_RANDOM):
        yield "its folds were made in no way that this version knows"
    texts = (described.summary, described.created, *described.skipped)
    if not all(text.isprintable() for text in texts) or not is_likely_time(described.created):
        yield f"{DESCRIPTION} says what cannot be shown"
    names = {file.filename for file in files}
    if not len(names) == len(files) == described.clips <= MAX_CLIPS:
        yield f"it does not list {described.clips:,} clips, each once, or more than {MAX_CLIPS:,}"
    categories = categories_of(key, described.classes)
    for file in files:
        try:
            # A clip's name is short; Python refuses to read numbers of thousands of digits.
            short = file.filename if len(file.filename) <= _LONGEST_NAME else ""
            clip_from_name(short, Path(), categories)
        except DatasetError:
            yield "it lists a file that is no clip of its classes"
        if file.path != f"audio/{file.filename}" or file.sha256 is None:
            yield "it lists a clip that is not where the app puts it"
    if digits_of(described.classes, _listed(files)) not in key.split("-")[-2:]:
        yield "its key belongs to other sounds"


def _listed(files: Sequence[ExpectedFile]) -> list[dict[str, str]]:
    """What the marker says of each file."""
    return [
        {"filename": file.filename, "path": file.path, "sha256": file.sha256 or ""}
        for file in files
    ]


def _checked_clip(tree: Tree, file: ExpectedFile) -> bytes:
    content = tree.read(file.path, CLIP_BYTES, file.filename)
    if hashlib.sha256(content).hexdigest() != file.sha256 or not _is_clip(content):
        raise _refused(f"{file.filename} is not the clip it should be")
    return content


def _is_clip(content: bytes) -> bool:
    header = ("WAV", "PCM_16", 1, SAMPLE_RATE, CLIP_SAMPLES)
    return len(content) == CLIP_BYTES and header_of(content) == header


def _refused(reason: str) -> DatasetError:
    return DatasetError(f"The dataset is refused: {reason}. Ask for a fresh copy of it.")
