"""ESC-50's `meta/esc50.csv`: which files hold the lab's ten animals, and is the table whole."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

from esc10.datasets.clips import ANIMAL_TARGETS, clip_from_name
from esc10.datasets.sources import ESC50_CLIP_BYTES, ExpectedFile
from esc10.errors import DatasetError

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
