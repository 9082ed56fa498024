"""The animals of ESC-50: 400 single files of known size, listed in ESC-50's own table."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from esc10.datasets.clips import ANIMAL_TARGETS, Clip, clip_from_name
from esc10.datasets.download import RemoteFiles, download
from esc10.datasets.esc10 import ATTRIBUTION, CREDIT
from esc10.datasets.source import ExpectedFile, LocalCopy, Opened, Source
from esc10.errors import DatasetError
from esc10.progress import Tally

ESC50_COMMIT = "33c8ce9eb2cf0b1c2f8bcf322eb349b6be34dbb6"
ESC50_ARCHIVE_URL = f"https://github.com/karolpiczak/ESC-50/archive/{ESC50_COMMIT}.zip"
"""All of ESC-50, for who fetches it without this program: 2,000 clips."""

ESC50_URL = f"https://raw.githubusercontent.com/karolpiczak/ESC-50/{ESC50_COMMIT}"
ESC50_CLIP_BYTES = 441_044
"""A 44-byte header and 220,500 samples of 16 bits."""

COLUMNS = ["filename", "fold", "target", "category", "esc10", "src_file", "take"]
"""The columns of `meta/esc50.csv`, in their order."""

CLIPS_PER_CLASS_AND_FOLD = 8
"""ESC-50 has 8 clips of every class in every fold (its tests/test_dataset.py checks it too)."""


def animal_files(table: bytes) -> tuple[ExpectedFile, ...]:
    """The 400 files of ESC-50's animal classes.

    Args:
        table: the content of `meta/esc50.csv`.

    Raises:
        DatasetError: it is not ESC-50's table, or not all of it.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(table.decode("utf-8"))))
        names = [row["filename"] for row in rows if int(row["target"]) in ANIMAL_TARGETS]
        clips = [clip_from_name(name, Path()) for name in names]
    except (UnicodeDecodeError, csv.Error, KeyError, TypeError, ValueError) as cause:
        raise DatasetError(
            "meta/esc50.csv is not ESC-50's table: its columns should be "
            f"{','.join(COLUMNS)}. Fetch again, or check the local copy."
        ) from cause
    distinct = {clip.filename: clip for clip in clips}
    counts = Counter((clip.target, clip.fold) for clip in distinct.values())
    whole = {(target, fold) for target in ANIMAL_TARGETS for fold in range(1, 6)}
    if set(counts) != whole or set(counts.values()) != {CLIPS_PER_CLASS_AND_FOLD}:
        raise DatasetError(
            "meta/esc50.csv is incomplete: it should list 8 clips of each of the ten animal "
            f"classes in each of 5 folds, and lists {len(distinct)}. Fetch again."
        )
    return tuple(
        ExpectedFile(filename=name, path=f"audio/{name}", size=ESC50_CLIP_BYTES)
        for name in sorted(distinct)
    )


def clips_table(clips: Iterable[Clip]) -> bytes:
    """The rows of clips, of whatever source, in a table as `meta/esc50.csv` is one."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(asdict(clip) for clip in clips)
    return text.getvalue().encode()


TABLE = "esc50.csv"
"""What the table is called."""


def _open_online(stage: Path, tally: Tally) -> Opened:
    table = stage / TABLE
    # Not worth going on with: it is small, and half a table reads like a whole one.
    table.unlink(missing_ok=True)
    download(f"{ESC50_URL}/meta/{TABLE}", table, tally)
    return animal_files(table.read_bytes()), RemoteFiles(ESC50_URL, tally)


def _files_in(copy: LocalCopy) -> tuple[ExpectedFile, ...]:
    if TABLE not in copy:
        raise DatasetError(
            f"The local copy has no {TABLE}. Use the whole ESC-50 archive or folder."
        )
    return animal_files(copy.read(TABLE))


ANIMALS = Source(
    key="animals",
    title="ESC-50 animals",
    summary="The lab's own ten classes: the 400 animal recordings of ESC-50.",
    targets=ANIMAL_TARGETS,
    fetched_bytes=400 * ESC50_CLIP_BYTES,
    licence="CC BY-NC 3.0",
    licence_url="https://creativecommons.org/licenses/by-nc/3.0/",
    credit=CREDIT,
    attribution=ATTRIBUTION,
    homepage="https://github.com/karolpiczak/ESC-50",
    open_online=_open_online,
    files_in=_files_in,
)
