"""A sound disturbed more and more: how long does the answer hold?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from esc10.audio.effects import with_gain, with_noise, with_pitch, with_speed


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
