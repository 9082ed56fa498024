"""The building blocks of synthesised sounds: noise, filters, voices, and the shapes of events.

Times are in seconds and frequencies in hertz unless a name says otherwise. A sound is a
float64 array of shape ``(220_500,)`` at 44,100 Hz, of arbitrary loudness.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import fft, signal

SAMPLE_RATE: int = 44_100
"""Samples per second of every sound."""

SAMPLES: int = 220_500
"""Samples in every sound: 5 s."""

Array = NDArray[np.float64]
"""A sound, or a curve in time."""

Gain = NDArray[np.float32]
"""A linear gain at each of `frequencies`."""

Spectrum = NDArray[np.complex64]
"""The value of a Fourier transform at each of `frequencies`."""

_TABLE_LENGTH = 8_192
SECONDS = SAMPLES / SAMPLE_RATE
"""The length of every sound, in seconds."""


def frequencies() -> Gain:
    """The frequencies, in Hz, of a sound's Fourier transform: float32 ``(110_251,)``."""
    return np.arange(SAMPLES // 2 + 1, dtype=np.float32) * np.float32(SAMPLE_RATE / SAMPLES)


def band(low: float, high: float, slope: float = 0.0) -> Gain:
    """The gain of a band-pass filter that is tilted by a power of frequency.

    Both edges are second-order Butterworth magnitudes, ``1 / sqrt(1 + (f / f_c) ** 4)``
    (S. Butterworth, "On the Theory of Filter Amplifiers", 1930).

    Args:
        low: lower corner frequency in Hz.
        high: upper corner frequency in Hz.
        slope: exponent of frequency; -0.5 makes white noise pink, -1 makes it brown.

    Returns:
        Linear gain at each of `frequencies`: float32 ``(110_251,)``, zero at 0 Hz.
    """
    hertz = frequencies()
    hertz[0] = 1.0
    # A square of a square takes a fifth of the time of a fourth power.
    below = np.square(np.square(np.float32(low) / hertz))
    above = np.square(np.square(hertz / np.float32(high)))
    gain: Gain = hertz ** np.float32(slope) / np.sqrt((1 + below) * (1 + above))
    gain[0] = 0.0
    return gain


def resonances(centres: Sequence[float], widths: Sequence[float], floor: float = 0.03) -> Gain:
    """The gain of parallel resonances, such as the formants of a throat.

    Args:
        centres: resonant frequencies in Hz.
        widths: for each, its bandwidth in Hz at half power.
        floor: linear gain added everywhere, so that nothing is muted entirely.

    Returns:
        Linear gain at each of `frequencies`: float32 ``(110_251,)``, zero at 0 Hz.
    """
    hertz = frequencies()
    gain = np.full(hertz.size, floor, dtype=np.float32)
    for centre, width in zip(centres, widths, strict=True):
        gain += 1 / np.sqrt(1 + ((hertz - np.float32(centre)) / np.float32(width / 2)) ** 2)
    gain[0] = 0.0
    return gain


def to_spectrum(sound: Array) -> Spectrum:
    """The real Fourier transform of a sound of shape ``(220_500,)``; shape ``(110_251,)``."""
    # Single precision halves the time, and the clips are stored in it anyway.
    spectrum: Spectrum = fft.rfft(sound.astype(np.float32))
    return spectrum


def to_sound(spectrum: Spectrum) -> Array:
    """The sound of shape ``(220_500,)`` that has the given spectrum of shape ``(110_251,)``."""
    sound: NDArray[np.float32] = fft.irfft(spectrum, n=SAMPLES)
    return sound.astype(np.float64)


def white(rng: Generator, count: int) -> Array:
    """White noise of shape ``(count,)``: independent, uniform, with a variance of 1."""
    return rng.uniform(-(3**0.5), 3**0.5, count)


def noise_spectrum(rng: Generator, gain: Gain) -> Spectrum:
    """A random spectrum with the given gain, of the shape of `gain`.

    Its real and imaginary parts are uniform, which is quicker to draw than Gaussian. The
    samples of the sound are sums of very many of them, and so are Gaussian all the same.
    """
    parts = rng.random((gain.size, 2), dtype=np.float32) - np.float32(0.5)
    return parts.view(np.complex64)[:, 0] * gain


def unit_power(sound: Array) -> Array:
    """A sound scaled to a root mean square of 1; silence stays silent."""
    root_mean_square = float(np.sqrt(np.mean(sound**2)))
    return sound / max(root_mean_square, 1e-12)


def noise(rng: Generator, gain: Gain) -> Array:
    """Noise with the given gain and a root mean square of 1, shape ``(220_500,)``."""
    return unit_power(to_sound(noise_spectrum(rng, gain)))


def filtered(sound: Array, gain: Gain) -> Array:
    """A sound of shape ``(220_500,)`` after a zero-phase filter with the given gain."""
    return to_sound(to_spectrum(sound) * gain)


def decaying(impulses: Array, seconds: float) -> Array:
    """Impulses, each followed by a decay to 1/e within `seconds`; of the same shape."""
    keep = np.exp(-1 / (seconds * SAMPLE_RATE))
    result: Array = signal.lfilter([1.0], [1.0, -keep], impulses)
    return result


def ringing(impulses: Array, hertz: float, seconds: float) -> Array:
    """Impulses, each turned into a sine that decays; of the same shape.

    The sine has the frequency `hertz` and falls to 1/e within `seconds`. The filter has
    one pair of poles at ``r * exp(+-i * w)``; its impulse response is
    ``r ** n * sin((n + 1) * w) / sin(w)``, scaled here by ``sin(w)``.
    """
    keep = np.exp(-1 / (seconds * SAMPLE_RATE))
    angle = 2 * np.pi * hertz / SAMPLE_RATE
    feedback = [1.0, -2 * keep * np.cos(angle), keep**2]
    result: Array = signal.lfilter([np.sin(angle)], feedback, impulses)
    return result


def voice(pitch: Array, slope: float) -> Array:
    """A harmonic tone that follows a pitch and stays below the Nyquist frequency.

    Args:
        pitch: fundamental frequency in Hz at each sample, of any length.
        slope: harmonic ``k`` has the amplitude ``k ** -slope``; 1 is a sawtooth.

    Returns:
        The tone, of the shape of `pitch`.
    """
    count = max(1, int(0.45 * SAMPLE_RATE / pitch.max()))
    orders = np.arange(1, count + 1)
    spectrum = np.zeros(_TABLE_LENGTH // 2 + 1, dtype=np.complex128)
    spectrum[1 : count + 1] = -0.5j * _TABLE_LENGTH * orders**-slope
    one_cycle: Array = fft.irfft(spectrum, n=_TABLE_LENGTH)
    cycles = np.cumsum(pitch / SAMPLE_RATE)
    # The length is a power of two, so the bits of length - 1 give the remainder.
    tone: Array = one_cycle[(cycles * _TABLE_LENGTH).astype(np.int64) & (_TABLE_LENGTH - 1)]
    return tone


def log_uniform(rng: Generator, low: float, high: float) -> float:
    """A random number between `low` and `high` whose logarithm is uniformly distributed."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def curve(seconds: Sequence[float] | Array, values: Sequence[float] | Array) -> Array:
    """Straight lines through the given points in time, shape ``(220_500,)``."""
    return np.interp(np.arange(SAMPLES) / SAMPLE_RATE, seconds, values)


def wander(take: Generator, per_second: float, depth: float) -> Array:
    """A random curve around 1, shape ``(220_500,)``.

    Args:
        take: random generator.
        per_second: how many new values are drawn per second.
        depth: standard deviation of the logarithm of the values.
    """
    points = np.arange(0.0, SECONDS + 2 / per_second, 1 / per_second)
    return curve(points, np.exp(depth * take.standard_normal(points.size)))


def sprinkled(take: Generator, per_second: float, spread: float) -> Array:
    """Impulses at random instants, shape ``(220_500,)``.

    Args:
        take: random generator.
        per_second: expected number of impulses per second.
        spread: standard deviation of the logarithm of their heights.
    """
    impulses = np.zeros(SAMPLES)
    starts = take.integers(0, SAMPLES, take.poisson(per_second * SECONDS))
    impulses[starts] = np.exp(spread * take.standard_normal(starts.size))
    return impulses


def add(sound: Array, start: float, event: Array) -> None:
    """Add an event to a sound in place, from `start` seconds on; what sticks out is cut."""
    first = round(start * SAMPLE_RATE)
    event = event[: max(0, SAMPLES - first)]
    sound[first : first + event.size] += event


def bout(take: Generator, count: int, spacing: float) -> Array:
    """The starts, in seconds, of `count` events about `spacing` apart, somewhere in the clip."""
    steps = spacing * take.uniform(0.75, 1.35, count)
    offsets = np.cumsum(steps) - steps[0]
    latest = max(0.1, SECONDS - 0.4 - offsets[-1])
    starts: Array = take.uniform(0.0, latest) + offsets
    return np.compress(starts < SECONDS - 0.2, starts)


def progress(seconds: float) -> Array:
    """A ramp from 0 to 1 that lasts `seconds`, one value per sample."""
    return np.linspace(0.0, 1.0, max(2, round(seconds * SAMPLE_RATE)))


def arch(ramp: Array, skew: float) -> Array:
    """A rise from 0 to 1 and back, of the shape of `ramp`; a `skew` below 1 rises faster."""
    # Rounding may put the sine of pi just below 0, and its powers would not be numbers.
    return np.maximum(np.sin(np.pi * ramp**skew), 0.0)
