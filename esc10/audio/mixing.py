"""A sound file as one channel at 22,050 Hz, and what was seen of it on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from esc10.audio.decoding import Decoder, opened
from esc10.audio.loading import all_resampled
from esc10.audio.measures import Meter
from esc10.errors import AudioError

_LARGEST = 2.0**31
"""The full scale of integers of 32 bits: where a file has larger numbers, they are no samples."""


@dataclass(frozen=True)
class Mixing:
    """How channels become one.

    Attributes:
        factor: what samples are multiplied by, after rounding; 1 leaves them as they are.
        channel: the one that is taken alone; None for the mean of all.
    """

    factor: float = 1.0
    channel: int | None = None


AS_IT_IS = Mixing()


@dataclass(frozen=True)
class Mixed:
    """A file that was read, and what was seen of it on the way.

    Attributes:
        name: what to call it in a sentence.
        samples: mono, at `SAMPLE_RATE`, shape (samples,), one at least; full scale is 1.
        seconds: how long it is.
        rate: the file's own sampling rate, in hertz.
        channels: the file's own channels.
        mixing: how they became one.
        meter: what all its samples went by.
        mixed_power: the mean square of the one channel, at the file's own rate.
        floating: whether the file has floating-point numbers.
        whole: whether all its numbers are whole.
        longer: whether it goes on beyond what was to be taken.
        broke_off: whether the file should have more than it has.
        damaged: whether something in it could not be decoded.
        uncounted: whether it has samples that its header does not count.
    """

    name: str
    samples: NDArray[np.float32]
    seconds: float
    rate: int
    channels: int
    mixing: Mixing
    meter: Meter
    mixed_power: float
    floating: bool
    whole: bool
    longer: bool
    broke_off: bool
    damaged: bool
    uncounted: bool

    @property
    def power(self) -> float:
        """The mean square of the samples."""
        total = np.einsum("i,i->", self.samples, self.samples, dtype=np.float64)
        return float(total) / len(self.samples)


def mixed(source: Path | bytes, name: str, limit_seconds: float, mixing: Mixing) -> Mixed:
    """A file's samples as one channel at `SAMPLE_RATE`, read block by block.

    Args:
        source: a file, or a file's bytes.
        name: what to call it in a sentence.
        limit_seconds: the most that is taken of it.
        mixing: how its channels become one.

    Raises:
        AudioError: it is empty, no audio, or its samples are not numbers.
    """
    with opened(source, name) as file:
        if not file.channels:
            raise AudioError(f"{name} holds no samples. Record or choose it again.")
        mixer = _Mixer(file, name, int(limit_seconds * file.rate), mixing)
        samples = all_resampled(mixer.mono(), file.rate)
        if not len(samples):
            raise AudioError(f"{name} holds no samples. Record or choose it again.")
        seconds = mixer.meter.frames / file.rate
        powers = mixer.meter.powers()
        return Mixed(
            name=name,
            samples=samples,
            seconds=seconds,
            rate=file.rate,
            channels=file.channels,
            mixing=mixing,
            meter=mixer.meter,
            mixed_power=float(powers[-1 if mixing.channel is None else mixing.channel]),
            floating=file.floating,
            whole=mixer.whole,
            longer=mixer.longer,
            broke_off=not mixer.longer and file.broke_off(seconds),
            damaged=file.damaged,
            uncounted=file.uncounted,
        )


class _Mixer:
    """Mixes what goes by, block after block.

    Attributes:
        meter: what has gone by.
        whole: whether all of it were whole numbers.
        longer: whether there was more than was to be taken.
    """

    def __init__(self, file: Decoder, name: str, limit: int, mixing: Mixing) -> None:
        """Mix no more than `limit` frames."""
        self.meter = Meter(file.channels)
        self.whole, self.longer = True, False
        self._file, self._name, self._limit, self._mixing = file, name, limit, mixing

    def mono(self) -> Iterator[NDArray[np.float32]]:
        """Blocks of one channel; to be called once."""
        for block in self._file.blocks():
            self.longer = self.meter.frames + len(block) > self._limit
            block = block[: self._limit - self.meter.frames]
            if not len(block):
                return
            self._check(block)
            self.whole = self.whole and np.array_equal(block, np.round(block))
            if self._mixing.factor != 1:
                block = np.round(block) * np.float32(self._mixing.factor)
            self.meter.add(block)
            channel = self._mixing.channel
            yield block.mean(axis=1) if channel is None else block[:, channel]
            if self.longer:
                return

    def _check(self, block: NDArray[np.float32]) -> None:
        loudest = np.abs(block).max()
        if not np.isfinite(loudest):
            raise AudioError(f"{self._name} holds samples that are not numbers. Export it again.")
        if loudest > _LARGEST:
            raise AudioError(
                f"{self._name} holds samples that are no sound: too large. Export it again."
            )
