"""Mel spectrograms: from clips to what a network sees.

The power mel spectrogram is computed once per clip and cached. Both kinds of input come from it:

    mel      the power itself, as in the lab
    logmel   decibels, standardised by the training clips' mean and deviation

The lab's kind spans many orders of magnitude, and a network sees little but the loudest bands;
on decibels the same network learns far more.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from esc10.audio.loading import CLIP_SECONDS, SAMPLE_RATE, load_sound
from esc10.datasets import Clip, Dataset
from esc10.errors import AudioError, DatasetError, disk_trouble
from esc10.progress import OnProgress, Progress, ShouldStop, Tally, ignore_progress, never_stop
from esc10.storage import home, whole_file

KINDS = ("logmel", "mel")
"""The kinds of input, the default for new runs first."""

_CLIPS_AT_ONCE = 128
_COMPUTING = threading.Lock()
_RECIPE = 2
"""Goes into the cache key; raise it when the same settings shall give other numbers."""


@dataclass(frozen=True, slots=True)
class MelConfig:
    """How a clip becomes a mel spectrogram; the lab's values.

    Attributes:
        sample_rate: in hertz.
        seconds: the length clips are fixed to.
        n_fft: samples in a frame of the Fourier transform.
        hop_length: samples from one frame to the next.
        n_mels: mel bands.
    """

    sample_rate: int = SAMPLE_RATE
    seconds: float = CLIP_SECONDS
    n_fft: int = 2048
    hop_length: int = 512
    n_mels: int = 128

    @property
    def frames(self) -> int:
        """Frames in a clip; librosa centres the first on sample 0."""
        return 1 + int(self.sample_rate * self.seconds) // self.hop_length


@dataclass(frozen=True, slots=True)
class Scaling:
    """The mean and deviation of the training clips' decibels; both in dB."""

    mean: float
    deviation: float


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


def mel_power(samples: NDArray[np.float32], config: MelConfig) -> NDArray[np.float32]:
    """The power mel spectrogram of mono samples, shape (mel bands, frames).

    It is `librosa.feature.melspectrogram`'s to rounding: frames centred on every `hop_length`-th
    sample, silence beyond both ends, a periodic Hann window, squared magnitudes, librosa's mel
    filters. That function computes its filters anew for every clip and transforms in parts of a few
    frames, which takes longer than the transform.
    """
    import scipy.fft

    window, filters = _window_and_filters(config)
    padded = np.pad(samples, config.n_fft // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, config.n_fft)[:: config.hop_length]
    spectrum = scipy.fft.rfft(frames * window)  # (frames, n_fft / 2 + 1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    return np.ascontiguousarray((power @ filters).T, dtype=np.float32)


@lru_cache(maxsize=4)
def _window_and_filters(config: MelConfig) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The window, shape (n_fft,), and the mel filters, shape (n_fft / 2 + 1, mel bands)."""
    import librosa

    window = librosa.filters.get_window("hann", config.n_fft, fftbins=True)
    filters = librosa.filters.mel(sr=config.sample_rate, n_fft=config.n_fft, n_mels=config.n_mels)
    return np.asarray(window, np.float32), np.ascontiguousarray(filters.T)


def decibels(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Power in dB relative to 1, no lower than 80 dB below each clip's loudest point.

    Args:
        power: shape (..., mel bands, frames).

    Returns:
        The same shape. The floor is librosa's `top_db`, taken per clip rather than per array, so
        that a clip's picture does not depend on its neighbours.
    """
    level = 10 * np.log10(np.maximum(power, 1e-10))
    floor = level.max(axis=(-2, -1), keepdims=True) - 80
    return np.asarray(np.maximum(level, floor), dtype=np.float32)


def scaling_of(power: NDArray[np.float32], clips: NDArray[np.int64]) -> Scaling:
    """The scaling fitted on some clips, which must be the training clips alone.

    Args:
        power: shape (all clips, mel bands, frames).
        clips: the places of the training clips.
    """
    numbers = len(clips) * power[0].size
    level_sum = sum(decibels(power[some]).sum(dtype=np.float64) for some in _few_at_a_time(clips))
    mean = level_sum / numbers
    squares = sum(
        np.square(decibels(power[some]) - mean, dtype=np.float64).sum()
        for some in _few_at_a_time(clips)
    )
    return Scaling(float(mean), float(np.sqrt(squares / numbers)))


def inputs_of(
    power: NDArray[np.float32], clips: NDArray[np.int64], kind: str, scaling: Scaling | None
) -> NDArray[np.float32]:
    """What a network is fed of some clips of a dataset.

    Args:
        power: shape (all clips, mel bands, frames).
        clips: the places of the clips.
        kind: one of `KINDS`.
        scaling: for `logmel`, the training clips' scaling.

    Returns:
        Shape (clips, frames, mel bands), float32.
    """
    _, n_mels, frames = power.shape
    x = np.empty((len(clips), frames, n_mels), np.float32)
    begin = 0
    for some in _few_at_a_time(clips):
        x[begin : begin + len(some)] = network_input(power[some], kind, scaling)
        begin += len(some)
    return x


def _few_at_a_time(clips: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """The clips in groups: what is computed on the way is several times as large as they are."""
    for begin in range(0, len(clips), _CLIPS_AT_ONCE):
        yield clips[begin : begin + _CLIPS_AT_ONCE]


def network_input(
    power: NDArray[np.float32], kind: str, scaling: Scaling | None
) -> NDArray[np.float32]:
    """What a network is fed.

    Args:
        power: shape (clips, mel bands, frames).
        kind: one of `KINDS`.
        scaling: for `logmel`, the training clips' scaling.

    Returns:
        Shape (clips, frames, mel bands), float32.
    """
    if kind == "logmel":
        if scaling is None:
            raise ValueError("logmel needs the training clips' scaling")
        power = (decibels(power) - np.float32(scaling.mean)) / np.float32(scaling.deviation)
    return np.ascontiguousarray(power.transpose(0, 2, 1), dtype=np.float32)


def feature_key(dataset: Dataset, config: MelConfig) -> str:
    """A name for the cache made of all that the numbers depend on."""
    parts = {
        "recipe": _RECIPE,
        "config": asdict(config),
        "clips": [clip.filename for clip in dataset.clips],
        "sha256": dataset.sha256,
        "versions": {name: version(name) for name in ("librosa", "soxr", "soundfile", "numpy")},
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
) -> FeatureSet:
    """The dataset's mel spectrograms, from the cache or computed in parallel and cached.

    Raises:
        DatasetError: a clip is missing or damaged, or the disk is full.
        Cancelled: `should_stop` said so.
    """
    path = cache_path(dataset, config)
    start = Progress(f"Mel spectrograms of {dataset.source.title}", 0, len(dataset.clips))
    # One at a time: whoever comes second finds what the first has computed.
    with _COMPUTING:
        power = _cached(path, (len(dataset.clips), config.n_mels, config.frames))
        if power is None:
            power = _computed(dataset.clips, config, Tally(start, on_progress, should_stop))
            with (
                disk_trouble("Caching the mel spectrograms", DatasetError),
                whole_file(path) as file,
            ):
                header = np.lib.format.header_data_from_array_1_0(power)
                np.lib.format.write_array_header_1_0(file, header)
                file.write(power.data)
    return FeatureSet(dataset, config, power)


def _cached(path: Path, shape: tuple[int, ...]) -> NDArray[np.float32] | None:
    """The cached array, left on disk until it is looked at, or None where there is none to use."""
    try:
        # Not np.load, which would take other kinds of files too, and leave them open.
        power = np.lib.format.open_memmap(path, mode="r")
    except (OSError, ValueError):
        return None
    return power if power.shape == shape and power.dtype == np.float32 else None


def _computed(clips: Sequence[Clip], config: MelConfig, tally: Tally) -> NDArray[np.float32]:
    # Threads are enough: decoding, resampling and the transform all let go of Python's lock. One
    # for each core, and none with threads of its own for a product: those would be in the way.
    with ThreadPoolExecutor(os.cpu_count()) as pool, threadpool_limits(1, "blas"):
        spectra = pool.map(partial(_clip_power, config=config, tally=tally), clips)
        power = np.empty((len(clips), config.n_mels, config.frames), np.float32)
        for place, spectrum in enumerate(spectra):
            power[place] = spectrum
        return power


def _clip_power(clip: Clip, config: MelConfig, tally: Tally) -> NDArray[np.float32]:
    tally.raise_if_stopped()
    try:
        sound = load_sound(clip.path, clip.path.name)
    except AudioError as cause:
        raise DatasetError(
            f"{cause} Fetch the dataset again: only that clip is replaced. Your own: make it again."
        ) from cause
    tally.add(files=1)
    return mel_power(sound.samples, config)
