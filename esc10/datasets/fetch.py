"""Fetching a source: every file brought in, verified, and only then called a dataset.

Files gather in `<key>.partial`; an interrupted fetch goes on where it ended. When all are there,
`complete.json` is written and the folder takes its final name: a folder `<key>` is whole. Programs
and threads take turns at a source: whoever waited finds what the first one brought.

What a local copy has of a source without hashes gathers apart, in `<key>.copy.partial`, and goes
where not all of it comes: a later fetch could not tell it from what a host sent.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import soundfile

from esc10.archives.trees import Tree
from esc10.audio.loading import header_of
from esc10.datasets.download import RemoteFiles
from esc10.datasets.folders import MARKER, dataset_folder
from esc10.datasets.library import NotWhole, files_of
from esc10.datasets.remote_archive import DOWNLOADED_ARCHIVE
from esc10.datasets.source import ExpectedFile, LocalCopy, Opened, Source, Supply
from esc10.datasets.sources import source_of
from esc10.errors import Cancelled, DatasetError, HostError, disk_trouble
from esc10.progress import OnProgress, Progress, ShouldStop, Tally, ignore_progress, never_stop
from esc10.storage import taking_turns, write_whole

CLIP_SAMPLE_RATE = 44_100
"""Every clip of every source, as published, in hertz."""

PARALLEL_FILES = 4
_MOST_SECONDS = 10
"""Read of a clip to see that it decodes; each has five, and a stranger's file may claim hours."""

CLIPS = 400
"""Every source has 40 clips in each of its ten classes."""

OnClip = Callable[[str, Path], None]


def fetch(
    key: str,
    from_path: Path | Tree | None = None,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
    on_clip: OnClip = lambda *_: None,
) -> None:
    """Bring in and verify every clip of a source; go on where an earlier try ended.

    A dataset that is already whole is verified again, and what is damaged is replaced.

    Args:
        key: a key of `esc10.datasets.SOURCES`.
        from_path: a zip or a folder, or a tree of files, to read instead of the internet.
        on_progress: told the files and bytes that are done.
        should_stop: polled between files and chunks.
        on_clip: called with the ESC-50 name and the path of each clip that was brought in, once it
            is verified; from several threads, while others are under way.

    Raises:
        DatasetError: the source is unknown, unreachable or damaged, or the disk refuses.
        Cancelled: `should_stop` said so; what has arrived is kept, unless it is of a local copy of
            a source without hashes.
    """
    source = source_of(key)
    if source.open_online is None:
        raise DatasetError(
            f"{key} holds own sounds, which no host has. Make it again from its sounds, "
            "with: python -m esc10 own PATH --title TITLE"
        )

    def while_waiting() -> None:
        on_progress(Progress(f"{source.title} is being fetched elsewhere, waiting", 0, CLIPS))
        if should_stop():
            raise Cancelled(f"Fetching {source.title}: cancelled. What was finished is kept.")

    with (
        disk_trouble(f"Storing {source.title}", DatasetError),
        taking_turns(f"fetch {key}", while_waiting),
    ):
        _fetch(source, source.open_online, from_path, on_progress, should_stop, on_clip)


def _fetch(
    source: Source,
    open_online: Callable[[Path, Tally], Opened],
    from_path: Path | Tree | None,
    on_progress: OnProgress,
    should_stop: ShouldStop,
    on_clip: OnClip,
) -> None:
    final = dataset_folder(source.key)
    verb = "Computing" if source.synthetic else "Fetching"
    start = Progress(f"{verb} {source.title}", 0, CLIPS, 0, source.fetched_bytes)
    if final.exists():
        damaged = _damaged(final)
        if damaged == []:
            on_progress(Progress(f"{source.title} is whole", CLIPS, CLIPS))
            return
        _reopen(final, _partial(source), damaged or [])
    tally = Tally(start, on_progress, should_stop)
    with _stage(source, from_path is not None) as stage:
        expected, supply = (
            open_online(stage, tally) if from_path is None else _open_copy(source, from_path)
        )
        try:
            try:
                hashes = _bring_all(expected, supply, stage, tally, on_clip)
            finally:
                supply.close()
        except HostError:
            raise
        except DatasetError:
            if from_path is None:
                # An archive that gave a damaged clip would give it again, and as hosts build
                # archives on demand, the halves of two do not fit together.
                (stage / DOWNLOADED_ARCHIVE).unlink(missing_ok=True)
            raise
        _complete(source, stage, final, expected, hashes)


def _partial(source: Source) -> Path:
    return dataset_folder(source.key).with_name(f"{source.key}.partial")


@contextmanager
def _stage(source: Source, local: bool) -> Iterator[Path]:
    """The folder in which files gather, from a local copy or not."""
    if source.hashed or not local:
        _partial(source).mkdir(parents=True, exist_ok=True)
        yield _partial(source)
        return
    apart = dataset_folder(source.key).with_name(f"{source.key}.copy.partial")
    shutil.rmtree(apart, ignore_errors=True)  # left by a program that was ended
    apart.mkdir(parents=True)
    try:
        yield apart
    finally:
        shutil.rmtree(apart, ignore_errors=True)
    shutil.rmtree(_partial(source), ignore_errors=True)


def _damaged(final: Path) -> list[ExpectedFile] | None:
    """The files that lost the hash they had when they were fetched; None without a good marker.

    Raises:
        DatasetError: the marker cannot be read; the dataset may well be whole.
        OSError: a clip cannot be read.
    """
    try:
        expected = files_of(final)
    except NotWhole:
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
    expected: tuple[ExpectedFile, ...],
    supply: Supply,
    stage: Path,
    tally: Tally,
    on_clip: OnClip,
) -> list[str]:
    """The SHA-256 of each expected file, in order, once all are in place."""
    bring = partial(_bring, supply=supply, stage=stage, tally=tally, on_clip=on_clip)
    with ThreadPoolExecutor(PARALLEL_FILES) as pool:
        try:
            return list(pool.map(bring, expected))  # none are tried after a trouble
        except BaseException:
            supply.close()  # or whoever waits for a file would go on waiting
            raise


def _bring(
    expected: ExpectedFile, supply: Supply, stage: Path, tally: Tally, on_clip: OnClip
) -> str:
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
        on_clip(expected.filename, path)
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


def _open_copy(source: Source, from_path: Path | Tree) -> Opened:
    """The source's files, and the zip or folder on this machine that has all of them."""
    copy = LocalCopy(from_path)
    try:
        expected = source.files_in(copy) if source.files_in else ()
        missing = [file.basename for file in expected if file.basename not in copy]
        if missing:
            raise DatasetError(
                f"{copy.title} lacks {len(missing)} of the {len(expected)} clips of {source.title} "
                f"({missing[0]} for one). Is it the right archive or folder?"
            )
    except DatasetError:
        copy.close()
        raise
    return expected, copy


def verified_sha256(path: Path, expected: ExpectedFile) -> str | None:
    """The SHA-256 of the file if it is what was expected, else None.

    A known hash decides alone. Without one the file must have the exact size and decode to one
    channel at 44.1 kHz.
    """
    if not path.is_file():
        return None
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    if expected.sha256 is not None:
        return sha256 if sha256 == expected.sha256 else None
    if expected.size is not None and len(content) != expected.size:
        return None
    header = header_of(content)
    # A stranger's file may have 255 channels, and decode to a thousand times its size.
    if header is None or (header.channels, header.rate) != (1, CLIP_SAMPLE_RATE):
        return None
    try:
        samples, _ = soundfile.read(  # (samples,)
            path, frames=_MOST_SECONDS * CLIP_SAMPLE_RATE, dtype="float32"
        )
    except soundfile.LibsndfileError:
        return None
    return sha256 if samples.size else None
