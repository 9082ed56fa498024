"""Any sound a person may have, in all its length, as mono float32 at 22,050 Hz."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from esc10.audio.decoding import opened
from esc10.audio.loading import SAMPLE_RATE, SILENCE, all_resampled
from esc10.audio.measures import Measures, Meter
from esc10.errors import AudioError

RECORDING_SECONDS = 600.0
"""The most that is taken of a recording: 53 MB of samples."""

_AUDIBLE = 1e-3
"""A share of the amplitude: 60 dB less is what `librosa.effects.trim` takes for silence."""

_MOSTLY = 0.01
"""A share of the power: 99 % of it is lost where a sound is resampled."""

_LOUDEST = 16.0
"""Full scale is 1, and files of floating-point numbers may exceed it, but not by 24 dB."""

_FULL_SCALES = (2.0**15, 2.0**23, 2.0**31)
"""Of integers of 16, 24 and 32 bits, which some programs store as they are in files of
floating-point numbers."""


class SilentError(AudioError):
    """There is nothing in it that a network could hear."""


@dataclass(frozen=True)
class Recording:
    """A decoded sound in all its length, up to `RECORDING_SECONDS`.

    Attributes:
        name: what to call it in a sentence.
        samples: mono, at `SAMPLE_RATE`, shape (samples,); full scale is 1.
        seconds: how long it is.
        rate: the file's own sampling rate, in hertz.
        channels: the file's own channels.
        remarks: what was done to it, in words for the person who brought it.
        measures: of the file's own samples, before anything was done to them.
    """

    name: str
    samples: NDArray[np.float32]
    seconds: float
    rate: int
    channels: int
    remarks: tuple[str, ...]
    measures: Measures


def load_recording(
    source: Path | bytes, name: str, limit_seconds: float = RECORDING_SECONDS
) -> Recording:
    """Decode all of a sound, mix to mono, resample to 22,050 Hz, and measure on the way.

    Read block by block, so that memory is bounded by what is given back. Where channels cancel each
    other the stronger one is taken alone; integers that were stored as floating-point numbers
    are scaled, so that the sound gets the answer that it gets from a file of integers.

    Args:
        source: a file, or a file's bytes.
        name: what to call it in a sentence.
        limit_seconds: the most that is taken of it.

    Raises:
        SilentError: it is silent throughout, or holds nothing that networks hear.
        AudioError: it is empty, or no audio.
    """
    heard = _hear(source, name, limit_seconds, _AS_IT_IS)
    scale = _scale_of(heard, name)
    channel = heard.meter.uncancelled_channel()
    remarks = []
    if channel is not None:
        remarks.append(
            f"its {heard.channels} channels cancel each other when they are mixed, so "
            f"{_name_of(channel, heard.channels)} alone was taken"
        )
    elif heard.channels > 1:
        remarks.append(f"{heard.channels} channels were mixed to one")
    if scale != 1:
        remarks.append(
            "its numbers are counts far beyond full scale, so they were rounded and divided by "
            f"{scale:,.0f}"
        )
    if heard.rate != SAMPLE_RATE:
        remarks.append(f"resampled from {heard.rate:,} Hz to {SAMPLE_RATE:,} Hz")
    if heard.longer:
        remarks.append(f"shortened to its first {_describe(limit_seconds)}")
    elif heard.broke_off:
        remarks.append("taken as far as it goes, for the file breaks off before its end")
    if heard.damaged:
        remarks.append("parts of it are damaged and were left out")
    if scale != 1 or channel is not None:
        heard = _hear(source, name, limit_seconds, _Mixing(1 / scale, channel))
    _refuse_silence(heard, f"in its first {_describe(limit_seconds)}" if heard.longer else None)
    if heard.power < _MOSTLY * heard.mixed_power:
        remarks.append(
            f"nearly all of it lies above {SAMPLE_RATE / 2:,.0f} Hz, where networks here hear "
            "nothing: they judge the rest"
        )
    return Recording(
        name,
        heard.samples,
        heard.seconds,
        heard.rate,
        heard.channels,
        tuple(remarks),
        heard.meter.measures(),
    )


@dataclass(frozen=True)
class _Mixing:
    """How channels become one.

    Attributes:
        factor: what samples are multiplied by, after rounding; 1 leaves them as they are.
        channel: the one that is taken alone; None for the mean of all.
    """

    factor: float = 1.0
    channel: int | None = None


_AS_IT_IS = _Mixing()


@dataclass(frozen=True)
class _Heard:
    """A file that was read, and what was seen of it on the way."""

    name: str
    samples: NDArray[np.float32]
    seconds: float
    rate: int
    channels: int
    meter: Meter
    mixed_power: float
    floating: bool
    longer: bool
    broke_off: bool
    damaged: bool

    @property
    def power(self) -> float:
        """The mean square of the samples."""
        total = np.einsum("i,i->", self.samples, self.samples, dtype=np.float64)
        return float(total) / len(self.samples)


def _hear(source: Path | bytes, name: str, limit_seconds: float, mixing: _Mixing) -> _Heard:
    """A file's samples as one channel at `SAMPLE_RATE`."""
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
        return _Heard(
            name=name,
            samples=samples,
            seconds=seconds,
            rate=file.rate,
            channels=file.channels,
            meter=meter,
            mixed_power=float(powers[-1 if mixing.channel is None else mixing.channel]),
            floating=file.floating,
            longer=longer,
            broke_off=not longer and file.broke_off(seconds),
            damaged=file.damaged,
        )


def _scale_of(heard: _Heard, name: str) -> float:
    """What the samples have to be divided by for a full scale of 1."""
    peak = heard.meter.measures().peak
    if not heard.floating or peak <= _LOUDEST:
        return 1.0
    for full_scale in _FULL_SCALES:
        if peak <= full_scale:
            return full_scale
    raise AudioError(f"{name} holds samples that are no sound: too large. Export it again.")


def _name_of(channel: int, channels: int) -> str:
    if channels == 2:
        return ("the left one", "the right one")[channel]
    return f"the one of number {channel + 1}"


def _describe(seconds: float) -> str:
    return f"{seconds / 60:g} minutes" if seconds >= 60 else f"{seconds:g} s"


def _refuse_silence(heard: _Heard, where: str | None) -> None:
    loudest = max(heard.samples.max(), -heard.samples.min())  # np.abs would copy all of it
    if heard.meter.measures().peak < SILENCE:
        raise SilentError(
            f"{heard.name} is silent {where or 'throughout'}: there is nothing to classify. Check "
            "the microphone, or choose another sound."
        )
    if loudest < SILENCE or heard.power < _AUDIBLE**2 * heard.mixed_power:
        raise SilentError(
            f"{heard.name} lies above {SAMPLE_RATE / 2:,.0f} Hz, where networks here hear nothing: "
            "there is nothing to classify. Choose a sound with lower tones."
        )
