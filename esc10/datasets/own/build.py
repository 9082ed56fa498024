"""Own sounds become a dataset like any other: found, fixed to five seconds, given folds, whole.

Clips gather in `own-<slug>.<token>.partial`. When all are there, `source.json` says what they are,
`complete.json` is written, and the folder takes its final name. A stop or a fault leaves nothing.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from esc10.archives.trees import Tree, shown
from esc10.archives.zips import ZipTree, open_tree
from esc10.datasets.description import Description, write_description
from esc10.datasets.folders import MARKER, dataset_folder, datasets_folder
from esc10.datasets.names import is_own, own_key, plain_words
from esc10.datasets.own.classes import check_enough, classes_of
from esc10.datasets.own.conversion import Clipped, clip_all, name_clips, without_copies
from esc10.datasets.own.folds import describe_split, make_folds
from esc10.datasets.own.found import Reading
from esc10.datasets.own.layouts import chosen_reading, readings_of
from esc10.datasets.own.left_out import (
    LeftOut,
    archives_inside,
    describe_left_out,
    describe_others,
    not_placed,
)
from esc10.datasets.own.summary import summary_of
from esc10.datasets.sources import sources
from esc10.errors import DatasetError, disk_trouble
from esc10.progress import OnProgress, ShouldStop, ignore_progress, never_stop
from esc10.storage import home, taking_turns, write_whole

PARTIAL = ".partial"
"""How the folder of a dataset is called that is not whole."""

NAMING = "own datasets"
"""What those take turns at who give a dataset its title and its key."""

_FORGOTTEN_SECONDS = 24 * 3600
_SKIPPED_NAMED = 20


def make_own(
    source: Path | bytes,
    title: str,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
    reading: str | None = None,
) -> str:
    """Make a dataset of the sounds in a folder or a zip.

    Args:
        source: the folder or the zip, or a zip's bytes; laid out as `esc10.datasets.own.layouts`
            says.
        title: its name for people.
        on_progress: told the files that are done.
        should_stop: polled between files.
        reading: the key of one of the ways in which the source can be understood; the likeliest
            unless it is given.

    Returns:
        The dataset's key.

    Raises:
        DatasetError: there is nothing usable, too little or too much of it, or the disk refused.
        Cancelled: `should_stop` said so; nothing is kept.
    """
    tree = open_tree(source) if isinstance(source, Path) else ZipTree(source)
    try:
        chosen = chosen_reading(readings_of(tree), reading)
        return make_of(tree, chosen, title, on_progress, should_stop)
    finally:
        tree.close()


def make_of(
    tree: Tree,
    reading: Reading,
    title: str,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> str:
    """The same of the sounds of a reading of a tree, which stays open."""
    title, found = free_title(title), reading.sounds
    names = classes_of(tree, found)
    stage = dataset_folder(own_key(title, secrets.token_hex(4)) + PARTIAL)
    with disk_trouble(f"Storing {title}", DatasetError):
        _forget_old_stages()
        try:
            clips, left_out = clip_all(
                tree, found, stage / "audio", title, on_progress, should_stop
            )
            clips, copies = without_copies(clips, names)
            left_out += [*copies, *not_placed(reading), *archives_inside(tree)]
            said = (
                describe_left_out(left_out)
                + describe_others(tree, reading.tables)
                + _describe_merged(names)
            )
            return _complete(clips, names, title, stage, left_out, (reading.understood, said))
        finally:
            shutil.rmtree(stage, ignore_errors=True)


def free_title(title: str) -> str:
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


def _describe_merged(names: Mapping[str, str]) -> str:
    """Which classes are one, as a sentence to follow another; or nothing."""
    spelled: dict[str, list[str]] = defaultdict(list)
    for text, name in names.items():
        spelled[name].append(f"'{shown(text)}'")
    same = [" and ".join(sorted(texts)) for texts in spelled.values() if len(texts) > 1]
    return f" {'; '.join(same)} are one class." if same else ""


def _complete(
    clips: Sequence[Clipped],
    names: dict[str, str],
    title: str,
    stage: Path,
    left_out: Sequence[LeftOut],
    said: tuple[str, str],
) -> str:
    """Name the clips, put them into folds, describe them, and give the folder its name."""
    classes = tuple(sorted(set(names.values()), key=lambda name: (name.casefold(), name)))
    labels = [classes.index(names[clip.found.category]) for clip in clips]
    heard = Counter(labels)
    check_enough(
        {name: heard[label] for label, name in enumerate(classes)},
        [one.sentence for one in left_out],
    )
    found = [clip.found for clip in clips]
    told = [sound.recording for sound in found]
    folds = make_folds(
        labels, told, [sound.fold for sound in found], [sound.part for sound in found]
    )
    understood, others = said
    said = (understood + describe_split(found, names), others)
    seconds = [clip.seconds for clip in clips]
    files = name_clips(clips, labels, folds, stage)
    described = Description(
        title=title,
        classes=classes,
        clips=len(clips),
        folds=folds.how,
        summary=summary_of(seconds, told, folds, classes, said),
        skipped=tuple(one.sentence for one in left_out[:_SKIPPED_NAMED]),
        created=datetime.now(UTC).isoformat(timespec="microseconds"),
        recordings_known=None not in told,
    )
    return _give_name(stage, described, files)


def _give_name(stage: Path, described: Description, files: Sequence[Mapping[str, str]]) -> str:
    """Describe it under a title that is free, mark it whole, and rename its folder to its key.

    One at a time: two that were made at once may have asked for one title.
    """
    with taking_turns(NAMING, lambda: None):
        title = free_title(described.title)
        write_description(stage, replace(described, title=title))
        write_whole(stage / MARKER, json.dumps({"files": files}, indent=1).encode())
        key = own_key(title, digits_of(described.classes, files))
        candidate, number = key, 2
        while dataset_folder(candidate).exists():
            candidate = f"{key}-{number}"
            number += 1
        stage.rename(dataset_folder(candidate))
    return candidate


def digits_of(classes: Sequence[str], files: Sequence[Mapping[str, str]]) -> str:
    """The hexadecimal digits in a dataset's key, out of its classes and what its marker lists."""
    content = json.dumps([classes, files], sort_keys=True).encode()
    return hashlib.sha256(content).hexdigest()[:6]


def delete_own(key: str) -> None:
    """Delete an own dataset and its cached spectrograms; runs that learned from it stay.

    Raises:
        DatasetError: it is no own dataset, is not here, or the disk refused.
    """
    folder = dataset_folder(key)
    if not is_own(key) or not folder.is_dir():
        raise DatasetError(f"There is no own dataset '{shown(key)}' on this machine.")
    aside = folder.with_name(f"{key}.{secrets.token_hex(4)}{PARTIAL}")
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
    for stage in datasets_folder().glob(f"own-*{PARTIAL}"):
        with suppress(OSError):
            if time.time() - stage.stat().st_mtime > _FORGOTTEN_SECONDS:
                shutil.rmtree(stage, ignore_errors=True)
