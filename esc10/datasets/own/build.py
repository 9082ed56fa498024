"""Own sounds become a dataset like any other: found, fixed to five seconds, given folds, whole.

Clips gather in `own-<slug>.<token>.partial`. When all are there, `source.json` says what they are,
`complete.json` is written, and the folder takes its final name. A stop or a fault leaves nothing.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from esc10.archives.trees import Tree, shown
from esc10.archives.zips import ZipTree, open_tree
from esc10.datasets.description import Description, write_description
from esc10.datasets.folders import MARKER, dataset_folder, datasets_folder
from esc10.datasets.names import (
    MAX_CLASSES,
    MIN_CLASSES,
    class_names,
    is_own,
    own_key,
    plain_words,
)
from esc10.datasets.own.conversion import Clipped, clip_all
from esc10.datasets.own.folds import MIN_CLIPS, Folds, make_folds
from esc10.datasets.own.layouts import FoundSound, is_sound, sounds_in
from esc10.datasets.own.summary import summary_of, too_few
from esc10.datasets.sources import sources
from esc10.errors import DatasetError, disk_trouble
from esc10.progress import OnProgress, ShouldStop, ignore_progress, never_stop
from esc10.storage import home, write_whole

MAX_CLIPS = 2000
"""As many as ESC-50 has."""

_PARTIAL = ".partial"
_FORGOTTEN_SECONDS = 24 * 3600
_SKIPPED_NAMED = 20
_NAMING = threading.Lock()


def make_own(
    source: Path | bytes,
    title: str,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> str:
    """Make a dataset of the sounds in a folder or a zip.

    Args:
        source: the folder or the zip, or a zip's bytes; laid out as `esc10.datasets.own.layouts`
            says.
        title: its name for people.
        on_progress: told the files that are done.
        should_stop: polled between files.

    Returns:
        The dataset's key.

    Raises:
        DatasetError: there is nothing usable, too little or too much of it, or the disk refused.
        Cancelled: `should_stop` said so; nothing is kept.
    """
    tree = open_tree(source) if isinstance(source, Path) else ZipTree(source)
    try:
        return make_of(tree, sounds_in(tree), title, on_progress, should_stop)
    finally:
        tree.close()


def make_of(
    tree: Tree,
    found: Sequence[FoundSound],
    title: str,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> str:
    """The same of some sounds in a tree, which stays open."""
    title = _free_title(title)
    if len(found) > MAX_CLIPS:
        raise DatasetError(
            f"{tree.title} holds {len(found):,} sounds, and {MAX_CLIPS:,} are the most. "
            "Choose some of each class."
        )
    names = _class_names(found, tree)
    stage = dataset_folder(own_key(title, secrets.token_hex(4)) + _PARTIAL)
    with disk_trouble(f"Storing {title}", DatasetError):
        _forget_old_stages()
        try:
            clips, skipped = clip_all(tree, found, stage / "audio", title, on_progress, should_stop)
            strays = {name for name in tree.names if is_sound(name)} - {one.name for one in found}
            skipped += [f"{shown(name)} belongs to no class." for name in sorted(strays)]
            return _complete(clips, names, title, stage, skipped)
        finally:
            shutil.rmtree(stage, ignore_errors=True)


def _free_title(title: str) -> str:
    """The title in plain words, and not that of another dataset: people choose by it."""
    plain = plain_words(title)
    if not plain:
        raise DatasetError("Own sounds need a title of letters or digits, such as 'My kitchen'.")
    taken = {source.title.casefold() for source in sources().values()}
    candidate, number = plain, 2
    while candidate.casefold() in taken:
        candidate = plain_words(f"{plain[:35]} {number}")
        number += 1
    return candidate


def _class_names(found: Sequence[FoundSound], tree: Tree) -> dict[str, str]:
    """For each class as its folder calls it, its name here."""
    names = class_names(sound.category for sound in found)
    nameless = [category for category, name in names.items() if not name]
    if nameless:
        raise DatasetError(
            f"{tree.title} has a class called '{shown(nameless[0])}'. "
            "Name it with letters or digits."
        )
    if len(names) < MIN_CLASSES:
        raise DatasetError(
            f"{tree.title} holds sounds of one class ({next(iter(names.values()))}). A network "
            f"learns to tell at least {MIN_CLASSES} apart: put each class into a folder of its own."
        )
    if len(names) > MAX_CLASSES:
        raise DatasetError(
            f"{tree.title} holds {len(names):,} classes, and {MAX_CLASSES} are the most. "
            "Does each class have one folder?"
        )
    return names


def _complete(
    clips: Sequence[Clipped], names: dict[str, str], title: str, stage: Path, skipped: list[str]
) -> str:
    """Name the clips, describe them, write the marker last, then give the folder its name."""
    classes = tuple(sorted(names.values(), key=lambda name: (name.casefold(), name)))
    labels = [classes.index(names[clip.found.category]) for clip in clips]
    counts = Counter(labels)
    for label, name in enumerate(classes):
        if counts[label] < MIN_CLIPS:
            raise too_few(name, counts[label], skipped)
    told = [clip.found.recording for clip in clips]
    folds = make_folds(labels, told, [clip.found.fold for clip in clips])
    seconds = [clip.seconds for clip in clips]
    files = _name_clips(clips, labels, folds, stage)
    write_description(
        stage,
        Description(
            title=title,
            classes=classes,
            clips=len(clips),
            folds=folds.how,
            summary=summary_of(seconds, told, folds, classes, len(skipped)),
            skipped=tuple(skipped[:_SKIPPED_NAMED]),
            created=datetime.now(UTC).isoformat(timespec="microseconds"),
        ),
    )
    content = json.dumps([classes, files], sort_keys=True).encode()
    write_whole(stage / MARKER, json.dumps({"files": files}, indent=1).encode())
    return _give_name(stage, own_key(title, hashlib.sha256(content).hexdigest()[:6]))


def _name_clips(
    clips: Sequence[Clipped], labels: Sequence[int], folds: Folds, stage: Path
) -> list[dict[str, str]]:
    """Give each clip its ESC-50 name; what the marker lists of it."""
    numbers: dict[str, int] = {}
    takes: Counter[int] = Counter()
    files = []
    for clip, label, fold in zip(clips, labels, folds.folds, strict=True):
        recording = clip.found.recording or f"\0{clip.found.name}"
        number = numbers.setdefault(recording, len(numbers) + 1)
        name = f"{fold}-{number}-{_letters(takes[number])}-{label}.wav"
        takes[number] += 1
        path = clip.path.replace(stage / "audio" / name)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        files.append({"filename": name, "path": f"audio/{name}", "sha256": sha256})
    return files


def _letters(number: int) -> str:
    """A to Z, then AA to ZZ, then AAA: the takes of a recording, from 0."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _give_name(stage: Path, key: str) -> str:
    """Rename the folder to its key, or to that with a number where the key is taken."""
    candidate, number = key, 2
    with _NAMING:
        while dataset_folder(candidate).exists():
            candidate = f"{key}-{number}"
            number += 1
        stage.rename(dataset_folder(candidate))
    return candidate


def delete_own(key: str) -> None:
    """Delete an own dataset and its cached spectrograms; runs that learned from it stay.

    Raises:
        DatasetError: it is no own dataset, is not here, or the disk refused.
    """
    folder = dataset_folder(key)
    if not is_own(key) or not folder.is_dir():
        raise DatasetError(f"There is no own dataset '{shown(key)}' on this machine.")
    aside = folder.with_name(f"{key}.{secrets.token_hex(4)}{_PARTIAL}")
    with disk_trouble(f"Deleting {key}", DatasetError):
        # At once no dataset any more, however long it takes to delete its files.
        folder.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)
    for cached in (home() / "features").glob(f"{key}-{'[0-9a-f]' * 16}.npy"):
        # A worker that has it open keeps it on Windows; it is in nobody's way.
        with suppress(OSError):
            cached.unlink()


def _forget_old_stages() -> None:
    """Remove what a program that was killed a day ago or more has left."""
    for stage in datasets_folder().glob(f"own-*{_PARTIAL}"):
        with suppress(OSError):
            if time.time() - stage.stat().st_mtime > _FORGOTTEN_SECONDS:
                shutil.rmtree(stage, ignore_errors=True)
