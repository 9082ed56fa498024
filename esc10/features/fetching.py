"""Fetching a source with its mel spectrograms, each computed as soon as its clip is there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from esc10 import datasets
from esc10.features.cache import clip_power, feature_set
from esc10.features.mel import MelConfig
from esc10.progress import OnProgress, ShouldStop, ignore_progress, never_stop


def fetch_with_features(
    key: str,
    from_path: Path | None = None,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> None:
    """See `esc10.datasets.fetch`; once it is over, nobody waits for mel spectrograms either.

    Computing goes on while the rest still arrives: behind a slow connection it takes no time of its
    own.
    """
    config = MelConfig()
    known: dict[str, NDArray[np.float32]] = {}

    def compute(filename: str, path: Path) -> None:
        known[filename] = clip_power(path, config)

    datasets.fetch(key, from_path, on_progress, should_stop, compute)
    feature_set(datasets.load_dataset(key), config, on_progress, should_stop, known)
