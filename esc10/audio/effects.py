"""A sound made noisy, loud, high or fast, more and more: how long does the answer hold?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Disturbance:
    """A way to disturb a sound, and how much of it is tried.

    Attributes:
        title: its name for people.
        axis: what its values are, with their unit.
        unit: what follows a value in a sentence.
        values: those that are tried, in their order.
        neutral: the value that leaves the sound as it is, one of the values.
        apply: called with samples and a value; gives as many samples.
        label: a value as people write it.
    """

    title: str
    axis: str
    unit: str
    values: tuple[float, ...]
    neutral: float
    apply: Callable[[NDArray[np.float32], float], NDArray[np.float32]]
    label: Callable[[float], str]


def _signed(value: float) -> str:
    return f"{value:+g}".replace("-", "−") if value else "0"


DISTURBANCES: dict[str, Disturbance] = {
    "noise": Disturbance(
        "White noise",
        "signal-to-noise ratio in dB (to the right, more noise)",
        "dB",
        (np.inf, 40.0, 35.0, 30.0, 25.0, 20.0, 15.0, 10.0, 5.0, 0.0, -5.0, -10.0),
        np.inf,
        with_noise,
        lambda value: "no noise" if value == np.inf else _signed(value).removeprefix("+"),
    ),
    "gain": Disturbance(
        "Loudness",
        "gain in dB",
        "dB",
        tuple(float(gain) for gain in range(-36, 37, 6)),
        0.0,
        with_gain,
        _signed,
    ),
    "pitch": Disturbance(
        "Pitch",
        "shift in semitones (12 are an octave)",
        "semitones",
        tuple(float(steps) for steps in range(-12, 13, 2)),
        0.0,
        with_pitch,
        _signed,
    ),
    "speed": Disturbance(
        "Speed",
        "speed (2 is twice as fast)",
        "",
        tuple(2 ** (quarter / 4) for quarter in range(-4, 5)),
        1.0,
        with_speed,
        lambda value: f"{value:.3g}×",
    ),
}
"""Every disturbance by its key."""


def held_span(
    answers: NDArray[np.float32], values: Sequence[float], neutral: float
) -> tuple[float, float]:
    """The first and the last value, around the neutral one, between which the answer is the same.

    Args:
        answers: class probabilities at every value, shape (values, classes).
        values: in their order.
        neutral: the one that leaves the sound as it is.

    Raises:
        ValueError: the neutral value is not among them.
    """
    middle = values.index(neutral)
    same = answers.argmax(axis=1) == answers[middle].argmax()
    first = last = middle
    while first > 0 and same[first - 1]:
        first -= 1
    while last < len(values) - 1 and same[last + 1]:
        last += 1
    return values[first], values[last]
