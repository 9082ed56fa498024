"""A sound file as one channel at 22,050 Hz, and what was seen of it on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from esc10.audio.decoding import opened
from esc10.audio.loading import all_resampled
from esc10.audio.measures import Meter
from esc10.errors import AudioError


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
        meter, limit = Meter(file.channels), int(limit_seconds * file.rate)
        longer = False

        def mono() -> Iterator[NDArray[np.float32]]:
            nonlocal longer
            for block in file.blocks():
                longer = meter.frames + len(block) > limit
                block = block[: limit - meter.frames]
                if not len(block):
                    return
                if not np.isfinite(block).all():
                    raise AudioError(f"{name} holds samples that are not numbers. Export it again.")
                if mixing.factor != 1:
                    block = np.round(block) * np.float32(mixing.factor)
                meter.add(block)
                yield block.mean(axis=1) if mixing.channel is None else block[:, mixing.channel]
                if longer:
                    return

        samples = all_resampled(mono(), file.rate)
        if not len(samples):
            raise AudioError(f"{name} holds no samples. Record or choose it again.")
        seconds = meter.frames / file.rate
        powers = meter.powers()
        return Mixed(
            name=name,
            samples=samples,
            seconds=seconds,
            rate=file.rate,
            channels=file.channels,
            mixing=mixing,
            meter=meter,
            mixed_power=float(powers[-1 if mixing.channel is None else mixing.channel]),
            floating=file.floating,
            longer=longer,
            broke_off=not longer and file.broke_off(seconds),
            damaged=file.damaged,
            uncounted=file.uncounted,
        )
