"""What makes a sound noisier, louder, higher or faster."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from esc10.audio.loading import SAMPLE_RATE, fixed_length

SEED = 1234
"""The same noise is added each time, more or less of it."""


def with_noise(samples: NDArray[np.float32], snr: float, seed: int = SEED) -> NDArray[np.float32]:
    """A sound with white noise added: of the same power at every frequency, as a hiss.

    Args:
        samples: shape (samples,).
        snr: the signal-to-noise ratio in dB, 10 log10 of the sound's power by the noise's, both as
            means of squares over all samples, the silence that pads a short sound included. At
            infinity there is no noise.
        seed: of the noise.

    Returns:
        Shape (samples,). To a silent sound nothing is added: it has no power to compare with.
    """
    noise = np.random.default_rng(seed).standard_normal(len(samples))
    wanted = _power(samples) / 10 ** (snr / 10)
    return np.asarray(samples + noise * np.sqrt(wanted / _power(noise)), np.float32)


def _power(samples: NDArray[np.floating]) -> float:
    return float(np.mean(np.square(samples, dtype=np.float64)))


def with_gain(samples: NDArray[np.float32], gain: float) -> NDArray[np.float32]:
    """A sound made louder or softer.

    Args:
        samples: shape (samples,).
        gain: in dB of amplitude, 20 log10 of the factor. Nothing is clipped.
    """
    return np.asarray(samples * 10 ** (gain / 20), np.float32)


def with_pitch(samples: NDArray[np.float32], semitones: float) -> NDArray[np.float32]:
    """A sound made higher or lower and no shorter, by librosa's phase vocoder.

    Args:
        samples: at `esc10.audio.loading.SAMPLE_RATE`, shape (samples,).
        semitones: twelfths of an octave, upwards.
    """
    if semitones == 0:
        return samples  # the vocoder would smear it
    import librosa

    shifted = librosa.effects.pitch_shift(samples, sr=SAMPLE_RATE, n_steps=semitones)
    return np.asarray(shifted, np.float32)


def with_speed(samples: NDArray[np.float32], speed: float) -> NDArray[np.float32]:
    """A sound made faster or slower and no higher, by librosa's phase vocoder, of the same length.

    Args:
        samples: shape (samples,).
        speed: 2 is twice as fast. What a slower sound has beyond the length is cut off; what a
            faster one lacks is silence at its end.
    """
    if speed == 1:
        return samples
    import librosa

    stretched = np.asarray(librosa.effects.time_stretch(samples, rate=speed), np.float32)
    return fixed_length(stretched, len(samples))
