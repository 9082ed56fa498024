"""Fetching a source: every file brought in, verified, and only then called a dataset.

Files gather in `<key>.partial`; an interrupted fetch goes on where it ended. When all are there,
`complete.json` is written and the folder takes its final name: a folder `<key>` is whole.
"""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from esc10.datasets.download import RemoteFiles
from esc10.datasets.library import files_of
from esc10.datasets.opening import DOWNLOADED_ARCHIVE, open_local, open_online
from esc10.datasets.places import MARKER, dataset_folder
from esc10.datasets.sources import ExpectedFile, Source, source_of
from esc10.datasets.suppliers import Archive, Supply
from esc10.datasets.verification import verified_sha256
from esc10.errors import DatasetError, disk_trouble
from esc10.progress import OnProgress, Progress, ShouldStop, Tally, ignore_progress, never_stop
from esc10.storage import write_whole

PARALLEL_FILES = 4
CLIPS = 400
"""Every source has 40 clips in each of its ten classes."""


def fetch(
    key: str,
    from_path: Path | None = None,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> None:
    """Bring in and verify every clip of a source; go on where an earlier try ended.

    A dataset that is already whole is verified again, and what is damaged is replaced.

    Args:
        key: a key of `esc10.datasets.SOURCES`.
        from_path: a zip or a folder to read instead of the network.
        on_progress: told the files and bytes that are done.
        should_stop: polled between files and chunks.

    Raises:
        DatasetError: the source is unknown, unreachable or damaged, or the disk is full.
        Cancelled: `should_stop` said so; what has arrived is kept.
    """
    source = source_of(key)
    if source.own:
        raise DatasetError(
            f"{key} holds own sounds, which no host has. Make it again from its sounds, "
            "with: python -m esc10 own PATH --title TITLE"
        )
    final = dataset_folder(key)
    stage = final.with_name(f"{key}.partial")
    verb = "Computing" if source.synthetic else "Fetching"
    start = Progress(f"{verb} {source.title}", 0, CLIPS, 0, source.fetched_bytes)
    with disk_trouble(f"Storing {source.title}", DatasetError):
        if final.exists():
            damaged = _damaged(final)
            if damaged == []:
                on_progress(Progress(f"{source.title} is whole", CLIPS, CLIPS))
                return
            _reopen(final, stage, damaged or [])
        stage.mkdir(parents=True, exist_ok=True)
        tally = Tally(start, on_progress, should_stop)
        if from_path is None:
            expected, supply = open_online(source, stage, tally)
        else:
            expected, supply = open_local(source, from_path)
        try:
            try:
                hashes = _bring_all(expected, supply, stage, tally)
            finally:
                if isinstance(supply, Archive):
                    supply.close()
        except DatasetError:
            if from_path is None:
                # An archive that gave a damaged clip would give it again.
                (stage / DOWNLOADED_ARCHIVE).unlink(missing_ok=True)
            raise
        _complete(source, stage, final, expected, hashes)


def _damaged(final: Path) -> list[ExpectedFile] | None:
    """The files that lost the hash they had when they were fetched; None if nobody knows."""
    try:
        expected = files_of(final)
    except DatasetError:
        return None
    return [file for file in expected if verified_sha256(final / file.path, file) is None]


def _reopen(final: Path, stage: Path, damaged: list[ExpectedFile]) -> None:
    """Make a damaged dataset a partial one again, so that the same path mends it."""
    shutil.rmtree(stage, ignore_errors=True)
    final.rename(stage)
    (stage / MARKER).unlink(missing_ok=True)
    for file in damaged:
        # A source that knows no hashes would take it for whole.
        (stage / file.path).unlink(missing_ok=True)


def _bring_all(
    expected: tuple[ExpectedFile, ...], supply: Supply, stage: Path, tally: Tally
) -> list[str]:
    """The SHA-256 of each expected file, in order, once all are in place."""
    with ThreadPoolExecutor(PARALLEL_FILES) as pool:
        jobs = [pool.submit(_bring, file, supply, stage, tally) for file in expected]
        try:
            return [job.result() for job in jobs]
        finally:
            # After the first trouble the rest need not be tried.
            for job in jobs:
                job.cancel()


def _bring(expected: ExpectedFile, supply: Supply, stage: Path, tally: Tally) -> str:
    tally.raise_if_stopped()
    path = stage / expected.path
    sha256 = verified_sha256(path, expected)
    if sha256 is not None and isinstance(supply, RemoteFiles):
        tally.add(fetched_bytes=path.stat().st_size)
    if sha256 is None:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f"{path.name}.part")
        supply.write(expected, aside)
        sha256 = verified_sha256(aside, expected)
        if sha256 is None:
            aside.unlink()
            raise DatasetError(
                f"{expected.basename} is damaged or not the file it should be. "
                "Fetch again; if it persists, use another copy."
            )
        aside.replace(path)
    tally.add(files=1)
    return sha256


def _complete(
    source: Source,
    stage: Path,
    final: Path,
    expected: tuple[ExpectedFile, ...],
    hashes: list[str],
) -> None:
    """Write the marker last, then give the folder its name."""
    files = [
        {"filename": file.filename, "path": file.path, "sha256": sha256}
        for file, sha256 in zip(expected, hashes, strict=True)
    ]
    (stage / DOWNLOADED_ARCHIVE).unlink(missing_ok=True)
    write_whole(
        stage / MARKER, json.dumps({"source": source.key, "files": files}, indent=1).encode()
    )
    stage.rename(final)
