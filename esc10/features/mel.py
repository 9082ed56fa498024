"""Samples as a power mel spectrogram, and its decibels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from esc10.audio.loading import CLIP_SECONDS, SAMPLE_RATE


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


@lru_cache(maxsize=4)
def band_peaks(config: MelConfig) -> NDArray[np.float64]:
    """The frequency that each mel band hears best, in hertz, shape (mel bands,), ascending."""
    import librosa

    bands = librosa.mel_frequencies(config.n_mels + 2, fmin=0, fmax=config.sample_rate / 2)
    return np.asarray(bands[1:-1], np.float64)


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
