"""A lab pack, written: what is damaged is noticed where it can be mended."""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from esc10.archives.zips import MAX_ARCHIVE_BYTES, MAX_ARCHIVE_MEMBERS
from esc10.datasets import Clip, Dataset, dataset_folder, load_dataset, whole_datasets
from esc10.datasets.description import DESCRIPTION
from esc10.datasets.esc50 import TABLE, clips_table
from esc10.datasets.folders import MARKER
from esc10.errors import DatasetError, PackError, RunError, reason_of
from esc10.lesson.lab_pack.layout import (
    CREDITS,
    DATASETS,
    MANIFEST,
    MAX_DATASETS,
    MAX_RUNS,
    RUNS,
    START,
    WHEELS,
    Platform,
    manifest_of,
    this_platform,
)
from esc10.lesson.lab_pack.program import download_wheels, program_files, start_text
from esc10.progress import (
    OnProgress,
    Progress,
    ShouldStop,
    Tally,
    ignore_progress,
    never_stop,
)
from esc10.runs.exchange import run_zip
from esc10.runs.outcome import UNFINISHED
from esc10.runs.run import Run
from esc10.runs.store import find_run, list_runs
from esc10.storage import free_bytes, whole_file

_PACKED_ALREADY = (".ogg", ".zip", ".whl", ".png")
_QUICKLY = 1
"""How hard sounds are packed: the hardest makes them no smaller, and takes twice as long."""

_CHUNK_BYTES = 2**20
_FOR_ALL_TO_READ = 0o644 << 16


@dataclass(frozen=True)
class Packed:
    """What went into a lab pack.

    Attributes:
        datasets: the keys.
        runs: the names.
        left_out: a sentence for each run that nobody named and that could not come along.
        wheels: what the packages in it are made for; None without any.
        size: of the zip, in bytes.
    """

    datasets: tuple[str, ...]
    runs: tuple[str, ...]
    left_out: tuple[str, ...]
    wheels: Platform | None
    size: int


def pack(
    path: Path,
    datasets: Iterable[str] | None = None,
    runs: Iterable[str] | None = None,
    wheels: bool = False,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> Packed:
    """Write datasets and runs into one zip, for `esc10.lesson.lab_pack.unpack` elsewhere.

    Args:
        path: the zip; one that is there is replaced once the new one is whole.
        datasets: their keys; all that are whole unless they are named.
        runs: their names; all that have weights unless they are named.
        wheels: whether the program comes along, and for this platform the packages it needs.
        on_progress: told the files that are done.
        should_stop: polled between files.

    Raises:
        DatasetError: a dataset is not here, or damaged.
        RunError: a named run has not ended, has no weights, or is damaged.
        PackError: there is nothing to pack or too much, pip has not the packages, or the disk
            refused.
        Cancelled: `should_stop` said so.
    """
    keys = whole_datasets() if datasets is None else dict.fromkeys(datasets)
    chosen = [load_dataset(key) for key in keys]
    listed, complaints = _runs_here() if runs is None else (_named(runs), [])
    if not (chosen or listed or wheels):
        raise PackError(
            "There is nothing to pack: no dataset is whole here, and no run has weights. Begin "
            "with: python -m esc10 fetch practice"
        )
    if len(chosen) > MAX_DATASETS or len(listed) > MAX_RUNS:
        raise PackError(
            f"The pack would hold more than {MAX_DATASETS} datasets or {MAX_RUNS:,} runs, which "
            "are the most. Name those that shall come along."
        )
    with _sentence_for(path), _program(path, wheels, on_progress, should_stop) as program:
        _refuse_without_room(path, chosen, program)
        clips = sum(len(_travelling(dataset)) for dataset in chosen)
        start = Progress("Packing", 0, len(listed) + clips + len(program))
        tally = Tally(start, on_progress, should_stop)
        platform = this_platform() if wheels else None
        with whole_file(path) as file, zipfile.ZipFile(file, "w") as archive:
            writer = _Writer(archive, tally)
            writer.write(MANIFEST, manifest_of(platform))
            if platform:
                writer.write(START, start_text(path.name, platform))
            if chosen:
                writer.write(CREDITS, _credits(chosen))
            names, damaged = _pack_runs(listed, writer, named=runs is not None)
            for dataset in chosen:
                _pack_dataset(dataset, writer)
            for name, content in program.items():
                tally.add(files=1)
                writer.write(name, content)
        size = path.stat().st_size
    return Packed(tuple(keys), tuple(names), (*complaints, *damaged), platform, size)


def _runs_here() -> tuple[list[Run], list[str]]:
    """The runs that have weights, the newest first, and a sentence for what cannot come along."""
    runs, complaints = list_runs()
    complaints += [
        f"Run {run.run_id} has not ended yet, and stays here."
        for run in runs
        if run.state in UNFINISHED
    ]
    return [run for run in runs if run.criteria], complaints


def _named(runs: Iterable[str]) -> list[Run]:
    return list({run.run_id: run for run in map(find_run, runs)}.values())


@contextmanager
def _sentence_for(path: Path) -> Iterator[None]:
    """A context in which the complaints of the disk that is written to become a sentence."""
    try:
        yield
    except OSError as cause:
        raise PackError(
            f"{path} cannot be written: {reason_of(cause)}. Name a file in a folder you may write "
            "to, on a disk with room."
        ) from cause


@contextmanager
def _program(
    path: Path, wanted: bool, on_progress: OnProgress, should_stop: ShouldStop
) -> Iterator[dict[str, Path]]:
    """For each file of the program, and of its packages, where it is; nothing unless wanted."""
    if not wanted:
        yield {}
        return
    files = dict(program_files())
    # Beside the pack, for which there must be room: elsewhere it may take memory.
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as aside:
        wheels = download_wheels(Path(aside), on_progress, should_stop)
        yield files | {f"{WHEELS}{wheel.name}": wheel for wheel in wheels}


def _refuse_without_room(path: Path, chosen: Sequence[Dataset], program: dict[str, Path]) -> None:
    clips = [clip.path for dataset in chosen for clip in _travelling(dataset)]
    needed = sum(file.stat().st_size for file in (*clips, *program.values()) if file.exists())
    free = free_bytes(path.parent)
    if needed > free:
        raise PackError(
            f"{path} may need {needed / 1e6:,.1f} MB, and its disk has room for {free / 1e6:,.1f} "
            "MB. Name a file on another disk, or pack less."
        )


class _Writer:
    """A zip that is written file by file, and that stays within what is read elsewhere."""

    def __init__(self, archive: zipfile.ZipFile, tally: Tally) -> None:
        self.tally = tally
        self._archive = archive
        self._bytes = 0

    def write(self, name: str, content: bytes | Path) -> None:
        """Add a file: its bytes, or where it is."""
        self.tally.raise_if_stopped()
        info = zipfile.ZipInfo(name)  # with the date that all have: the same gives the same bytes
        info.external_attr = _FOR_ALL_TO_READ
        stored = name.endswith(_PACKED_ALREADY)
        info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        if isinstance(content, bytes):
            self._archive.writestr(info, content, compresslevel=_QUICKLY)
        else:
            info.file_size = content.stat().st_size
            with self._archive.open(info, "w") as target:
                for chunk in _chunks(content):
                    target.write(chunk)
        self._bytes += info.file_size
        if self._bytes > MAX_ARCHIVE_BYTES or len(self._archive.infolist()) > MAX_ARCHIVE_MEMBERS:
            raise PackError(
                f"The pack would hold more than {MAX_ARCHIVE_MEMBERS:,} files or "
                f"{MAX_ARCHIVE_BYTES:,} bytes, which are the most. Name the datasets and the runs "
                "that shall come along."
            )


def _pack_runs(runs: Iterable[Run], writer: _Writer, *, named: bool) -> tuple[list[str], list[str]]:
    """Add the runs; the names of those that came along, and why others did not.

    Raises:
        RunError: one cannot, and was named.
    """
    names, complaints = [], []
    for run in runs:
        writer.tally.add(files=1)
        try:
            content = run_zip(run)
        except RunError as error:
            if named:
                raise
            complaints.append(str(error))
            continue
        writer.write(f"{RUNS}{run.run_id}.zip", content)
        names.append(run.run_id)
    return names, complaints


def _travelling(dataset: Dataset) -> tuple[Clip, ...]:
    """The clips that come along; what a program computed is computed anew where it is unpacked."""
    return () if dataset.source.synthetic else dataset.clips


def _pack_dataset(dataset: Dataset, writer: _Writer) -> None:
    """Add a dataset: what says which its clips are, and they as they lie in its folder.

    Raises:
        DatasetError: a clip is damaged, or cannot be read.
    """
    key, folder = dataset.source.key, dataset_folder(dataset.source.key)
    if dataset.source.own:
        for name in (DESCRIPTION, MARKER):
            writer.write(f"{DATASETS}{key}/{name}", _read(folder / name))
    else:
        writer.write(f"{DATASETS}{key}/{TABLE}", clips_table(dataset.clips))
    hashes = dict(zip(dataset.clips, dataset.sha256, strict=True))
    for clip in _travelling(dataset):
        writer.tally.add(files=1)
        content = _read(clip.path)
        if hashlib.sha256(content).hexdigest() != hashes[clip]:
            again = "Make it again" if dataset.source.own else "Fetch it again: that is replaced"
            raise DatasetError(f"{clip.path.name} of {dataset.source.title} is damaged. {again}.")
        writer.write(f"{DATASETS}{key}/{clip.path.relative_to(folder).as_posix()}", content)


def _credits(datasets: Iterable[Dataset]) -> bytes:
    """Whose sounds these are, as their licences want it said wherever they go."""
    lines = [
        f"{source.title}: {source.attribution} Licence: {source.licence} {source.licence_url}"
        for source in (dataset.source for dataset in datasets)
    ]
    return "".join(f"{line.rstrip()}\n" for line in lines).encode()


def _chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file of the program, some at a time.

    Raises:
        PackError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                yield chunk
    except OSError as cause:
        raise PackError(
            f"{path} cannot be read, so the program cannot come along: {reason_of(cause)}. Pack "
            "where you may read it, or without --wheels."
        ) from cause


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as cause:
        # Said here, or it would be taken for trouble with the disk that is written to.
        raise DatasetError(
            f"{path} cannot be read: {reason_of(cause)}. Fetch or make its dataset again."
        ) from cause
