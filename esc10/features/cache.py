"""The power mel spectrograms of a dataset: computed once, and kept in a file of all clips."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

import joblib
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from esc10.audio.loading import load_clip
from esc10.datasets import Clip, Dataset
from esc10.errors import AudioError, DatasetError, disk_trouble
from esc10.features.mel import MelConfig, mel_power
from esc10.progress import OnProgress, Progress, ShouldStop, Tally, ignore_progress, never_stop
from esc10.storage import home, taking_turns, whole_file

MOST_BYTES = 2**30
"""Of all files together: spectrograms of some 9,700 clips."""

_RECIPE = 2
"""Goes into the cache key; raise it when the same settings shall give other numbers."""


@dataclass(frozen=True)
class FeatureSet:
    """The power mel spectrograms of a dataset.

    Attributes:
        dataset: whose clips they are.
        config: how they were made.
        power: shape (clips, mel bands, frames), float32.
    """

    dataset: Dataset
    config: MelConfig
    power: NDArray[np.float32]


def feature_key(dataset: Dataset, config: MelConfig) -> str:
    """A name for the cache made of all that the numbers depend on."""
    parts = {
        "recipe": _RECIPE,
        "config": asdict(config),
        "clips": [clip.filename for clip in dataset.clips],
        "sha256": dataset.sha256,
        "versions": {name: version(name) for name in ("soxr", "soundfile", "numpy", "scipy")},
    }
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return f"{dataset.source.key}-{digest[:16]}"


def cache_path(dataset: Dataset, config: MelConfig) -> Path:
    """The file that holds, or would hold, the dataset's mel spectrograms."""
    return home() / "features" / f"{feature_key(dataset, config)}.npy"


def feature_set(
    dataset: Dataset,
    config: MelConfig,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
    known: Mapping[str, NDArray[np.float32]] = MappingProxyType({}),
) -> FeatureSet:
    """The dataset's mel spectrograms, from the cache or computed in parallel and cached.

    What is `known` already, by the clips' ESC-50 names, is not computed again. Programs and threads
    take turns at computing, and who waits says so. Where all caches then exceed `MOST_BYTES`, those
    that were used longest ago are deleted.

    Raises:
        DatasetError: a clip is missing or damaged, or the disk is full.
        Cancelled: `should_stop` said so.
    """
    power = cached_power(dataset, config)  # without a turn, for which there must be a lock to write
    if power is None:
        power = _computed_in_turn(dataset, config, on_progress, should_stop, known)
    return FeatureSet(dataset, config, power)


def _computed_in_turn(
    dataset: Dataset,
    config: MelConfig,
    on_progress: OnProgress,
    should_stop: ShouldStop,
    known: Mapping[str, NDArray[np.float32]],
) -> NDArray[np.float32]:
    """Whoever comes second finds what the first has computed."""
    path, doing = cache_path(dataset, config), f"Mel spectrograms of {dataset.source.title}"
    start = Progress(doing, 0, len(dataset.clips))
    waiting = replace(start, doing=f"{doing}, waiting for others")

    def while_waiting() -> None:
        Tally(waiting, on_progress, should_stop).raise_if_stopped()

    with (
        disk_trouble("Caching the mel spectrograms", DatasetError),
        taking_turns("features", while_waiting),
    ):
        power = cached_power(dataset, config)
        if power is None:
            path.parent.mkdir(parents=True, exist_ok=True)
            _delete_unfinished(path.parent)
            power = _computed(dataset.clips, config, Tally(start, on_progress, should_stop), known)
            with whole_file(path) as file:
                header = np.lib.format.header_data_from_array_1_0(power)
                np.lib.format.write_array_header_1_0(file, header)
                file.write(power.data)
            _delete_surplus(path)
        return power


def cached_power(dataset: Dataset, config: MelConfig) -> NDArray[np.float32] | None:
    """The dataset's power mel spectrograms, shape (clips, mel bands, frames), if they are cached.

    They are left on disk until they are looked at.
    """
    shape = (len(dataset.clips), config.n_mels, config.frames)
    return _cached(cache_path(dataset, config), shape)


def _cached(path: Path, shape: tuple[int, ...]) -> NDArray[np.float32] | None:
    """The cached array, left on disk until it is looked at, or None where there is none to use."""
    try:
        # Not np.load, which would take other kinds of files too, and leave them open.
        power = np.lib.format.open_memmap(path, mode="r")
    except (OSError, ValueError):
        return None
    with suppress(OSError):  # somebody else's file: it only counts as older than it is
        os.utime(path)
    return power if power.shape == shape and power.dtype == np.float32 else None


def _delete_unfinished(folder: Path) -> None:
    """Delete what programs that were killed have left: nobody else writes in our turn."""
    for path in folder.glob("*.part"):
        with suppress(OSError):
            path.unlink()


def _delete_surplus(latest: Path) -> None:
    """Delete what was used longest ago until all is within `MOST_BYTES`; never the latest."""
    states = {}
    for path in latest.parent.glob("*.npy"):
        with suppress(OSError):  # deleted meanwhile, or about to be: Windows says so
            states[path] = path.stat()
    surplus = sum(state.st_size for state in states.values()) - MOST_BYTES
    for path in sorted(states.keys() - {latest}, key=lambda path: states[path].st_mtime_ns):
        if surplus <= 0:
            return
        with suppress(OSError):  # Windows deletes nothing that is open: its turn comes again
            path.unlink()
            surplus -= states[path].st_size


def _computed(
    clips: Sequence[Clip],
    config: MelConfig,
    tally: Tally,
    known: Mapping[str, NDArray[np.float32]],
) -> NDArray[np.float32]:
    def power_of(clip: Clip) -> NDArray[np.float32]:
        tally.raise_if_stopped()
        spectrum = known.get(clip.filename)
        if spectrum is None:
            spectrum = clip_power(clip.path, config)
        tally.add(files=1)
        return spectrum

    # Threads are enough: decoding, resampling and the transform all let go of Python's lock. One
    # for each core that a container leaves us, and none with threads of its own for a product:
    # those would be in the way.
    with ThreadPoolExecutor(joblib.cpu_count()) as pool, threadpool_limits(1, "blas"):
        power = np.empty((len(clips), config.n_mels, config.frames), np.float32)
        for index, spectrum in enumerate(pool.map(power_of, clips)):
            power[index] = spectrum
        return power


def clip_power(path: Path, config: MelConfig) -> NDArray[np.float32]:
    """The power mel spectrogram of a dataset's clip, shape (mel bands, frames).

    Raises:
        DatasetError: it is missing or damaged.
    """
    try:
        sound = load_clip(path)
    except AudioError as cause:
        raise DatasetError(
            f"{cause} Fetch the dataset again: only that clip is replaced. Your own: make it again."
        ) from cause
    return mel_power(sound.samples, config)
