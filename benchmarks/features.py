"""400 clips from disk to mel spectrograms: ours, computed or cached, and the lab's loop.

    lab     one clip after the other through librosa, nothing kept on disk
    cold    `esc10.features.cache.feature_set`, which computes and caches them
    cached  the same call when the file is there

Each measurement is a process of its own, which has imported everything and taken two clips through
all of it before its clock starts; the clock stops when every number has been looked at, because a
cache may be mapped from the disk. All files are in the system's memory, alike for all sides.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.fresh import answers_of, say
from benchmarks.report import markdown_table
from benchmarks.sounds import best_dataset, home_with
from benchmarks.spread import seconds, spread
from esc10.datasets import Dataset, load_dataset
from esc10.features.cache import feature_set
from esc10.features.mel import MelConfig

ROUNDS = 3
WARM_CLIPS = 2
HEARD_DECIBELS = 80
"""Below a clip's loudest point; what is fainter never reaches a network (`features.decibels`)."""

Results = dict[str, Any]
Spectra = NDArray[np.float32]


def lab_loop(dataset: Dataset) -> Spectra:
    """The power mel spectrograms as the lab computes them, shape (clips, mel bands, frames)."""
    import librosa

    config = MelConfig()
    spectra = []
    for clip in dataset.clips:
        samples, _ = librosa.load(clip.path, sr=config.sample_rate, mono=True)
        samples = librosa.util.fix_length(samples, size=int(config.sample_rate * config.seconds))
        spectra.append(
            librosa.feature.melspectrogram(
                y=samples,
                sr=config.sample_rate,
                n_fft=config.n_fft,
                hop_length=config.hop_length,
                n_mels=config.n_mels,
            )
        )
    return np.array(spectra)


def ours(dataset: Dataset) -> Spectra:
    """The same from `esc10.features.mel`; whether they are cached is for the caller to arrange."""
    return feature_set(dataset, MelConfig()).power


SIDES: dict[str, Callable[[Dataset], Spectra]] = {"lab": lab_loop, "cold": ours, "cached": ours}
"""In the order of their turns: `cached` finds what `cold` has left."""


def measure(rounds: int = ROUNDS) -> Results:
    """Seconds of each side, and how far its spectrograms are from the lab's.

    Args:
        rounds: how often each side has its turn.
    """
    key = best_dataset()
    times: dict[str, list[float]] = {side: [] for side in SIDES}
    with tempfile.TemporaryDirectory() as folder, home_with(key) as home:
        files = {side: Path(folder) / f"{side}.npy" for side in SIDES}
        for _ in range(rounds):
            shutil.rmtree(home / "features", ignore_errors=True)
            for side, file in files.items():
                times[side] += answers_of("benchmarks.features", side, key, str(file))
        lab, *others = (np.load(file) for file in files.values())
        differences = [relative_difference(other, lab) for other in others]
    spreads = {side: spread(taken) for side, taken in times.items()}
    medians = {side: value["median"] for side, value in spreads.items()}
    return {
        "dataset": key,
        "clips": len(lab),
        **{f"{side}_s": median for side, median in medians.items()},
        "cold_of_lab": medians["cold"] / medians["lab"],
        "cached_of_lab": medians["cached"] / medians["lab"],
        "max_relative_difference": max(differences),
        "spread": spreads,
    }


def relative_difference(power: Spectra, reference: Spectra) -> float:
    """The largest difference as a share of the reference, where the reference can be heard.

    Args:
        power: shape (clips, mel bands, frames).
        reference: the same shape; counted are its values no more than `HEARD_DECIBELS` below
            their clip's loudest.

    Raises:
        ValueError: the shapes differ.
    """
    if power.shape != reference.shape:
        raise ValueError(f"{power.shape} spectrograms cannot be compared with {reference.shape}")
    loudest = reference.max(axis=(1, 2), keepdims=True)  # (clips, 1, 1)
    heard = reference > loudest * 10 ** (-HEARD_DECIBELS / 10)
    return float((np.abs(power - reference)[heard] / reference[heard]).max())


def table(results: Results) -> str:
    """Every side's seconds, and the ratios."""
    spreads = results["spread"]
    row = [
        f"{results['clips']}, {results['dataset']}",
        *(seconds(spreads[side]) for side in SIDES),
        f"**{results['cold_of_lab']:.2f}**",
        f"**{results['cached_of_lab']:.4f}**",
        f"{results['max_relative_difference']:.1e}",
    ]
    head = ["clips", "the lab's loop", "ours, computed and cached", "ours, from the cache"]
    head += ["computed / lab", "cached / lab", "largest relative difference"]
    return markdown_table(head, [row])


def main() -> None:
    """Take one turn, say its seconds, and leave the spectrograms in a file."""
    side, key, file = sys.argv[1:]
    compute, dataset = SIDES[side], load_dataset(key)
    compute(replace(dataset, clips=dataset.clips[:WARM_CLIPS], sha256=dataset.sha256[:WARM_CLIPS]))
    began = time.perf_counter()
    power = compute(load_dataset(key))
    power.sum()
    say(time.perf_counter() - began)
    np.save(file, power)


if __name__ == "__main__":
    main()
