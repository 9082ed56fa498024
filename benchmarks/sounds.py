"""A home of its own for a benchmark, with the sounds it needs, gone when it ends."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from esc10.datasets import fetch
from esc10.training.config import TrainConfig
from esc10.training.plan import plan_run, training_data

BATCH = 32


def best_dataset() -> str:
    """`esc10` where `ESC10_ARCHIVE` names its archive, else the practice sounds."""
    return "esc10" if os.environ.get("ESC10_ARCHIVE") else "practice"


@contextmanager
def home_with(dataset: str) -> Iterator[Path]:
    """A temporary data folder that holds a dataset; `ESC10_HOME` names it meanwhile.

    Args:
        dataset: `practice`, or `esc10`, which comes from the archive named in `ESC10_ARCHIVE`.
    """
    before = os.environ.get("ESC10_HOME")
    with tempfile.TemporaryDirectory(prefix="esc10-benchmark-", ignore_cleanup_errors=True) as path:
        os.environ["ESC10_HOME"] = path
        try:
            archive = os.environ.get("ESC10_ARCHIVE")
            fetch(dataset, Path(archive) if dataset == "esc10" and archive else None)
            yield Path(path)
        finally:
            if before is None:
                del os.environ["ESC10_HOME"]
            else:
                os.environ["ESC10_HOME"] = before


def batch_of_clips(dataset: str) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The first training clips in the order a seed gives: as many as a batch has.

    Returns:
        Log-mel spectrograms, shape (32, frames, mel bands), and labels, shape (32,).
    """
    data = training_data(plan_run(TrainConfig(dataset, "td_cnn")))
    order = np.random.default_rng(1).permutation(len(data.y["train"]))[:BATCH]
    return data.x["train"][order], data.y["train"][order]
