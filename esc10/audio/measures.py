"""What is measured of a sound's own samples, before its channels are mixed and its rate changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CEILING = 0.985
"""From here on a sample is at full scale: 0.13 dB below it, and the highest of 8 bits (127/128)."""

_BELOW_CEILING = 2 * CEILING - 1
"""As wide a band of amplitudes just below `CEILING`, to compare with: 0.97 to 0.985."""

_RUN = 3
"""Samples in a row that make a flat top; a wave that just reaches full scale has one or two."""

_CANCELLED = 0.1
"""Channels that have nothing to do with each other keep a share of 1 of the power that is expected
of their mean, equal ones more. Where 10 dB of it are lost, they cancel each other."""


@dataclass(frozen=True)
class Measures:
    """What can be measured only before channels are mixed and the rate is changed.

    Attributes:
        peak: the largest amplitude of any channel; full scale is 1.
        clipped: the share of samples at full scale, three or more in a row, 0 to 1; of the
            channel that has most.
        below: the share of that channel's samples in a band of amplitudes just below full scale
            that is as wide, 0 to 1. A summit has about as many there, a wall has few.
    """

    peak: float
    clipped: float
    below: float


class Meter:
    """Adds up what goes by, block after block."""

    def __init__(self, channels: int) -> None:
        """Nothing has gone by yet."""
        self.frames = 0
        """Frames so far; a frame has one sample of every channel."""
        self._peak = 0.0
        self._clipped = np.zeros(channels, np.int64)
        self._below = np.zeros(channels, np.int64)
        # Of each channel, and last of their mean.
        self._sum = np.zeros(channels + 1)
        self._squares = np.zeros(channels + 1)

    def add(self, block: NDArray[np.float32]) -> None:
        """Measure a block, shape (frames, channels), one frame at least; full scale is 1."""
        self.frames += len(block)
        with_mean = np.column_stack([block, block.mean(axis=1)])
        self._sum += with_mean.sum(axis=0, dtype=np.float64)
        self._squares += np.einsum("ij,ij->j", with_mean, with_mean, dtype=np.float64)
        amplitude = np.abs(block)
        peak = float(amplitude.max())
        self._peak = max(self._peak, peak)
        if peak < _BELOW_CEILING:
            return
        high = amplitude >= CEILING
        # A run across two blocks counts as two: too rare to matter.
        starts = np.logical_and.reduce(
            [high[index : len(high) - _RUN + 1 + index] for index in range(_RUN)]
        )
        in_a_run = np.zeros_like(high)
        for index in range(_RUN):
            in_a_run[index : index + len(starts)] |= starts
        self._clipped += in_a_run.sum(axis=0)
        self._below += ((amplitude >= _BELOW_CEILING) & ~high).sum(axis=0)

    def measures(self) -> Measures:
        """The measures of all that went by, one block at least."""
        worst = int(self._clipped.argmax())
        clipped, below = self._clipped[worst] / self.frames, self._below[worst] / self.frames
        return Measures(self._peak, float(clipped), float(below))

    def powers(self) -> NDArray[np.float64]:
        """The mean square of each channel, and last of their mean; shape (channels + 1,)."""
        return self._squares / self.frames

    def uncancelled_channel(self) -> int | None:
        """The channel with most power, where the channels cancel each other when mixed; or None.

        Of N independent channels the mean has the sum of their powers over N squared. An offset
        does not cancel, and hides that all else does: the powers are those without it.
        """
        mean = self._sum / self.frames
        powers = np.maximum(self._squares / self.frames - mean**2, 0)
        channels, mixed = powers[:-1], powers[-1]
        expected = channels.sum() / len(channels) ** 2
        if mixed >= _CANCELLED * expected:
            return None
        # Of equal ones the first: rounding should not choose.
        return int(np.flatnonzero(channels >= 0.99 * channels.max())[0])
