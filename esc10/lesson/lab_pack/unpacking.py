"""A lab pack, taken in: a stranger's until each thing in it has been checked.

Clips of ESC-10 are verified by their published hashes, those of own datasets by the one in its key,
runs as an import does. Nobody publishes hashes of ESC-50's animals: other sounds of the same names
and sizes would pass for them. Practice sounds are computed here, whatever a pack has for them.
Nothing in it is run, and what is here already stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from esc10.archives.arriving import ArrivedTree
from esc10.archives.trees import Below, shown
from esc10.archives.zips import CutOff, ZipTree
from esc10.datasets import SOURCES, fetch, is_whole
from esc10.datasets.names import is_own
from esc10.datasets.own.importing import import_own
from esc10.errors import DatasetError, PackError, RunError, disk_trouble
from esc10.lesson.lab_pack.layout import (
    DATASETS,
    MANIFEST,
    MAX_DATASETS,
    MAX_MANIFEST_BYTES,
    MAX_RUNS,
    RUNS,
    Platform,
    read_manifest,
)
from esc10.progress import (
    OnProgress,
    Progress,
    ShouldStop,
    Tally,
    ignore_progress,
    never_stop,
)
from esc10.runs.exchange import import_run
from esc10.runs.exchange.importing import MAX_ZIP_BYTES, CheckWeights
from esc10.runs.store import RUN_ID, runs_folder
from esc10.storage import free_bytes, home

_ZIP = ".zip"


@dataclass
class Unpacked:
    """What became of what a lab pack holds.

    Attributes:
        datasets: the keys of those that came in.
        runs: the names of those that came in.
        datasets_here: the keys of those that were here, and stay as they are.
        runs_here: the names of those that were here, and stay as they are.
        unproven: the keys of those that came in and have no published hashes: names, sizes, and
            that each is a sound of one channel at 44.1 kHz, is all that could be verified.
        refused: a sentence for each thing that is not whole or not in order.
        wheels: what the packages in it are made for; None without any.
    """

    datasets: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    datasets_here: list[str] = field(default_factory=list)
    runs_here: list[str] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    wheels: Platform | None = None


def unpack(
    path: Path,
    check_weights: CheckWeights,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> Unpacked:
    """Take in the datasets and the runs of a lab pack; each lands whole or not at all.

    Of a pack that was cut off, what is whole in it comes in.

    Args:
        path: the zip.
        check_weights: as for `esc10.runs.exchange.import_run`.
        on_progress: told the clips, then the runs that are done.
        should_stop: polled between them.

    Raises:
        PackError: it is no lab pack, claims far too much, or there is no room for it.
        DatasetError: it cannot be read, or looks hostile; the disk refused.
        Cancelled: `should_stop` said so; what has come in stays.
    """
    tree = _opened(path)
    try:
        done = Unpacked(wheels=_wheels(tree))
        _refuse_too_many(tree)
        keys = _sort_out_datasets(tree, done)
        run_ids = _sort_out_runs(tree, done)
        _refuse_without_room(tree, keys, run_ids)
        for key in keys:
            try:
                _take_in(key, tree, on_progress, should_stop)
                done.datasets.append(key)
                if key in SOURCES and not (SOURCES[key].hashed or SOURCES[key].synthetic):
                    done.unproven.append(key)
            except DatasetError as error:
                done.refused.append(f"{_title(key)} was left out: {error}")
        if run_ids:
            tally = Tally(Progress("Importing runs", 0, len(run_ids)), on_progress, should_stop)
            _take_in_runs(run_ids, tree, check_weights, tally, done)
        if isinstance(tree, ArrivedTree):
            _tell_cut_off(tree, done)
        return done
    finally:
        tree.close()


def _opened(path: Path) -> ZipTree | ArrivedTree:
    """The files of a lab pack; of one that was cut off those that are whole.

    Raises:
        PackError: it is none.
        DatasetError: it cannot be read, or looks hostile.
    """
    try:
        tree = ZipTree(path)
    except CutOff:
        pass
    else:
        if MANIFEST in tree.names:
            return tree
        tree.close()
    # What looked like a zip's end may be that of a run inside, where the pack was cut off.
    arrived = ArrivedTree(path)
    if arrived.names[:1] == (MANIFEST,):
        return arrived
    raise PackError(
        f"{shown(path.name)} is no lab pack. One is made with: python -m esc10 pack -o FILE.zip. "
        "A run's zip is taken in by import, a dataset's by fetch --from or own."
    )


def _wheels(tree: ZipTree | ArrivedTree) -> Platform | None:
    try:
        return read_manifest(tree.read(MANIFEST, MAX_MANIFEST_BYTES))
    except ValueError as cause:
        raise PackError(
            f"{tree.title} is a lab pack of another version, or was changed. Pack it with this "
            "version of the lab."
        ) from cause


def _key_of(name: str) -> str | None:
    """The key of the dataset that a file belongs to; None where it is of none."""
    return name.removeprefix(DATASETS).partition("/")[0] if name.startswith(DATASETS) else None


def _refuse_too_many(tree: ZipTree | ArrivedTree) -> None:
    """Each dataset is looked for among all files, and each complaint becomes a line."""
    datasets = len({_key_of(name) for name in tree.names} - {None})
    runs = sum(name.startswith(RUNS) for name in tree.names)
    if datasets > MAX_DATASETS or runs > MAX_RUNS:
        raise PackError(
            f"{tree.title} is refused: it claims more than {MAX_DATASETS} datasets or {MAX_RUNS:,} "
            "runs, which are the most. Ask for a fresh copy of it."
        )


def _sort_out_datasets(tree: ZipTree | ArrivedTree, done: Unpacked) -> list[str]:
    """The keys of the datasets that are not here yet."""
    keys = []
    for key in dict.fromkeys(key for name in tree.names if (key := _key_of(name)) is not None):
        if key not in SOURCES and not is_own(key):
            done.refused.append(f"{shown(key)} was left out: this version knows no such dataset.")
        elif is_whole(key):
            done.datasets_here.append(key)
        else:
            keys.append(key)
    return keys


def _sort_out_runs(tree: ZipTree | ArrivedTree, done: Unpacked) -> list[str]:
    """The names of the runs that are not here yet."""
    run_ids = []
    for name in tree.names:
        if not name.startswith(RUNS):
            continue
        run_id = name.removeprefix(RUNS).removesuffix(_ZIP)
        if not name.endswith(_ZIP) or not RUN_ID.fullmatch(run_id):
            done.refused.append(f"{shown(name)} was left out: it is no run.")
        elif (runs_folder() / run_id).exists():
            done.runs_here.append(run_id)
        else:
            run_ids.append(run_id)
    return run_ids


def _refuse_without_room(tree: ZipTree | ArrivedTree, keys: list[str], run_ids: list[str]) -> None:
    wanted, runs = set(keys), {f"{RUNS}{run_id}{_ZIP}" for run_id in run_ids}
    needed = sum(tree.size(name) for name in tree.names if name in runs or _key_of(name) in wanted)
    with disk_trouble("Looking for room", DatasetError):
        free = free_bytes(home())
    if needed > free:
        raise PackError(
            f"{tree.title} unpacks to {needed / 1e6:,.1f} MB, and the disk of the data folder has "
            f"room for {free / 1e6:,.1f} MB. Make room there (ESC10_HOME says where it is)."
        )


def _title(key: str) -> str:
    return SOURCES[key].title if key in SOURCES else key


def _take_in(
    key: str, tree: ZipTree | ArrivedTree, on_progress: OnProgress, should_stop: ShouldStop
) -> None:
    files = Below(tree, f"{DATASETS}{key}/")
    if key in SOURCES:
        copy = None if SOURCES[key].synthetic else files
        fetch(key, copy, on_progress, should_stop)
    else:
        import_own(key, files, on_progress, should_stop)


def _take_in_runs(
    run_ids: list[str],
    tree: ZipTree | ArrivedTree,
    check_weights: CheckWeights,
    tally: Tally,
    done: Unpacked,
) -> None:
    for run_id in run_ids:
        tally.raise_if_stopped()
        try:
            content = tree.read(f"{RUNS}{run_id}{_ZIP}", MAX_ZIP_BYTES)
            done.runs.append(import_run(content, check_weights).run_id)
        except (DatasetError, RunError) as error:
            done.refused.append(f"Run {run_id} was left out: {error}")
        tally.add(files=1)


def _tell_cut_off(tree: ArrivedTree, done: Unpacked) -> None:
    """Say it first, and of the dataset in which the pack was cut off say no more than that."""
    key = _key_of(tree.names[-1]) or ""  # of a run no sentence begins with nothing
    about_it = f"{_title(key)} was left out: "
    rest = [sentence for sentence in done.refused if not sentence.startswith(about_it)]
    within = f" within {_title(key)}" if len(rest) < len(done.refused) else ""
    done.refused = [
        f"{tree.title} is cut off{within}. Copy it again; what was whole in it is here.",
        *rest,
    ]
