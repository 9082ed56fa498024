"""Levels of mono samples at 22,050 Hz in time and in frequency, in memory that stays bounded."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from esc10.audio.loading import SAMPLE_RATE

FRAMES_PER_SECOND = 100
"""Frames of levels in a second; they do not overlap."""

LEAST_SECONDS = 0.25
"""Anything shorter has neither a spectrum nor a mean worth the name."""

_FRAME = SAMPLE_RATE // FRAMES_PER_SECOND
_FOURIER = 1024  # 21.5 Hz from bin to bin
_SPECTRA_AT_ONCE = 1024
_LOWEST_EDGE = 3000.0  # hertz; telephones cut at 3,400
_HIGHEST_EDGE = 9000.0  # hertz; speech codecs and a rate of 16,000 Hz cut at 8,000
_TOP = 10_700.0  # hertz; above it resampling to 22,050 Hz has a cliff of its own


def decibels_of(amplitude: float) -> float:
    """An amplitude in dBFS: relative to full scale, which is 1; no lower than -200."""
    return float(20 * np.log10(max(amplitude, 1e-10)))


def root_mean_square(samples: NDArray[np.float32]) -> float:
    """The root mean square, summed in double precision; full scale is 1."""
    total = float(np.einsum("i,i->", samples, samples, dtype=np.float64))
    return float(np.sqrt(total / len(samples)))


def frame_levels(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """The root mean square of every 10 ms, in dBFS, shape (frames,); one frame at least.

    Full scale is an amplitude of 1, so a sine that reaches it has -3 dBFS. Silence has -200.
    """
    if len(samples) < _FRAME:
        samples = np.pad(samples, (0, _FRAME - len(samples)))
    frames = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    power = np.einsum("ij,ij->i", frames, frames).astype(np.float64) / _FRAME
    return np.asarray(10 * np.log10(np.maximum(power, 1e-20)))


def spectral_cliff(samples: NDArray[np.float32]) -> tuple[float, float]:
    """Where a sound's mean spectrum falls off most steeply, from 3 to 9 kHz, and how deep.

    An edge is looked at from both sides: the median bin of the 700 Hz below it, which single tones
    do not lift, and from 500 Hz higher on the loudest twentieth of all that is left, which must be
    quiet everywhere. What the spectrum falls by anyway, 1.1 kHz lower, is taken off: a slope is no
    cliff.

    Args:
        samples: mono, at 22,050 Hz.

    Returns:
        The edge in hertz and the fall in dB; 0 dB for a sound shorter than `LEAST_SECONDS`.
    """
    if len(samples) < LEAST_SECONDS * SAMPLE_RATE:
        return 0.0, 0.0
    level = 10 * np.log10(_mean_spectrum(samples) + 1e-20)
    edges = np.arange(_LOWEST_EDGE, _HIGHEST_EDGE + 1, 50)
    before = _quantiles(level, edges - 950, edges - 250, 0.5)
    earlier = _quantiles(level, edges - 2050, edges - 1350, 0.5)
    after = _quantiles(level, edges + 250, np.full_like(edges, _TOP), 0.95)
    falls = before - after - np.maximum(0.0, earlier - before)
    steepest = int(falls.argmax())
    if falls[steepest] <= 0:
        return 0.0, 0.0
    return float(edges[steepest]), float(falls[steepest])


def _quantiles(
    level: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], share: float
) -> NDArray[np.float64]:
    """The quantile, as numpy.quantile has it, of a spectrum's bins in each of many bands.

    NumPy's own takes a band a call, or bands that are all of one width: twenty times as long.

    Args:
        level: shape (_FOURIER / 2 + 1,).
        low: where each band begins, in hertz, shape (bands,).
        high: where it ends; likewise.
        share: of the bins that are lower, 0 to 1.

    Returns:
        Shape (bands,).
    """
    hertz = np.fft.rfftfreq(_FOURIER, 1 / SAMPLE_RATE)
    inside = (hertz >= low[:, None]) & (hertz < high[:, None])  # (bands, bins)
    ordered = np.sort(np.where(inside, level, np.inf), axis=1)
    place = share * (inside.sum(axis=1) - 1)
    below, bands = place.astype(int), np.arange(len(low))
    lower, upper = ordered[bands, below], ordered[bands, np.ceil(place).astype(int)]
    return np.asarray(lower + (place - below) * (upper - lower))


def _mean_spectrum(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """The mean power spectrum after P. D. Welch (1967), shape (_FOURIER / 2 + 1,)."""
    import scipy.fft  # slow to import

    window = np.hanning(_FOURIER).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, _FOURIER)[:: _FOURIER // 2]
    total = np.zeros(_FOURIER // 2 + 1)
    for begin in range(0, len(frames), _SPECTRA_AT_ONCE):
        spectra = scipy.fft.rfft(frames[begin : begin + _SPECTRA_AT_ONCE] * window)
        total += (np.square(spectra.real) + np.square(spectra.imag)).sum(axis=0, dtype=np.float64)
    return total / len(frames)
