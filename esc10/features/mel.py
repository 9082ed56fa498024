"""Samples as a power mel spectrogram, and its decibels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import log

import numpy as np
from numpy.typing import NDArray

from esc10.audio.loading import CLIP_SECONDS, SAMPLE_RATE

_HERTZ_A_MEL = 200 / 3
_LOG_FROM_MEL = 15
"""1,000 Hz: up to there a mel is so many hertz; above it each is so many times the one below."""

_STEP_ABOVE = log(6.4) / 27

_BANDS_AT_ONCE = 16
_FRAMES_AT_ONCE = 36
"""A sixth of a clip: what is computed on the way is small enough that a thread keeps its memory
instead of asking the system for it again."""


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
    """The power mel spectrogram of mono samples, of any length, shape (mel bands, frames).

    It is `librosa.feature.melspectrogram`'s to rounding: frames centred on every `hop_length`-th
    sample, silence beyond both ends, a periodic Hann window, squared magnitudes, Slaney's mel
    filters. That function computes its filters anew for every clip and transforms in parts of a few
    frames, which takes longer than the transform; and librosa takes two seconds to import.
    """
    import scipy.fft

    window, filters = _window_and_filters(config)
    half, hop = config.n_fft // 2, config.hop_length
    frames = 1 + len(samples) // hop
    power = np.empty((config.n_mels, frames), np.float32)
    for begin in range(0, frames, _FRAMES_AT_ONCE):
        end = min(begin + _FRAMES_AT_ONCE, frames)
        first, last = begin * hop - half, (end - 1) * hop + half
        piece = samples[max(0, first) : last]
        if len(piece) < last - first:
            piece = np.pad(piece, (max(0, -first), max(0, last - len(samples))))
        cut = np.lib.stride_tricks.sliding_window_view(piece, config.n_fft)[::hop]
        spectrum = scipy.fft.rfft(cut * window)  # (some frames, n_fft / 2 + 1)
        squared = np.square(spectrum.real) + np.square(spectrum.imag)
        for bins, bands, narrow in filters:
            power[bands, begin:end] = (squared[:, bins] @ narrow).T
    return power


@lru_cache(maxsize=4)
def _window_and_filters(
    config: MelConfig,
) -> tuple[NDArray[np.float32], list[tuple[slice, slice, NDArray[np.float32]]]]:
    """The window, shape (n_fft,), and the mel filters: the bins some bands hear, the bands, theirs.

    A band hears few bins: all at once they would be nine tenths zeros. And products as small as
    these are left to one thread; two would wait for one another wherever a core is busy.
    """
    filters = mel_filters(config)
    narrow = []
    for first in range(0, config.n_mels, _BANDS_AT_ONCE):
        bands = slice(first, first + _BANDS_AT_ONCE)
        heard = np.flatnonzero(filters[:, bands].any(axis=1))
        # A filter that lies between two bins hears none.
        bins = slice(heard[0], heard[-1] + 1) if len(heard) else slice(0, 1)
        narrow.append((bins, bands, np.ascontiguousarray(filters[bins, bands])))
    return np.hanning(config.n_fft + 1)[:-1].astype(np.float32), narrow


def mel_filters(config: MelConfig) -> NDArray[np.float32]:
    """A triangle for each band, from its left neighbour's peak to its right one's, of area 1.

    Shape (n_fft / 2 + 1, mel bands).
    """
    bins = np.fft.rfftfreq(config.n_fft, 1 / config.sample_rate)  # in hertz
    edges = _equal_steps_in_mel(config)
    filters = [
        np.interp(bins, (low, peak, high), (0, 2 / (high - low), 0))
        for low, peak, high in zip(edges, edges[1:], edges[2:], strict=False)
    ]
    return np.stack(filters, axis=1).astype(np.float32)


def _equal_steps_in_mel(config: MelConfig) -> NDArray[np.float64]:
    """Frequencies from 0 to the highest there is, in hertz, shape (mel bands + 2,).

    Slaney's mel scale: M. Slaney, Auditory Toolbox, Technical Report 1998-010, Interval Research.
    """
    top = _LOG_FROM_MEL + log(config.sample_rate / 2 / (_LOG_FROM_MEL * _HERTZ_A_MEL)) / _STEP_ABOVE
    mels = np.linspace(0, top, config.n_mels + 2)
    above = np.exp(_STEP_ABOVE * (mels - _LOG_FROM_MEL))
    return _HERTZ_A_MEL * np.where(mels < _LOG_FROM_MEL, mels, _LOG_FROM_MEL * above)


@lru_cache(maxsize=4)
def band_peaks(config: MelConfig) -> NDArray[np.float64]:
    """The frequency that each mel band hears best, in hertz, shape (mel bands,), ascending."""
    return _equal_steps_in_mel(config)[1:-1]


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
