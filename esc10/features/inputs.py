"""What a network is fed of power mel spectrograms, scaled on the training clips alone.

    mel      the power itself, as in the lab
    logmel   decibels, standardised by the training clips' mean and deviation

The lab's kind spans many orders of magnitude, and a network sees little but the loudest bands;
on decibels the same network learns far more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from esc10.features.mel import decibels

KINDS = ("logmel", "mel")
"""The kinds of input, the default for new runs first."""

_CLIPS_AT_ONCE = 128


@dataclass(frozen=True, slots=True)
class Scaling:
    """The mean and deviation of the training clips' decibels; both in dB."""

    mean: float
    deviation: float


def scaling_of(power: NDArray[np.float32], clips: NDArray[np.int64]) -> Scaling:
    """The scaling fitted on some clips, which must be the training clips alone.

    Args:
        power: shape (all clips, mel bands, frames).
        clips: the indices of the training clips.
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
        clips: the indices of the clips.
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
