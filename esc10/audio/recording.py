"""Any sound a person may have, in all its length, as mono float32 at 22,050 Hz."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from esc10.audio.faults import Finding, file_faults, format_seconds
from esc10.audio.loading import SAMPLE_RATE, SILENCE
from esc10.audio.measures import Measures
from esc10.audio.mixing import AS_IT_IS, Mixed, Mixing, mixed
from esc10.errors import AudioError

RECORDING_SECONDS = 600.0
"""The most that is taken of a recording: 53 MB of samples."""

_AUDIBLE = 1e-3
"""A share of the amplitude: 60 dB less is what `librosa.effects.trim` takes for silence."""

_LOUDEST = 16.0
"""Full scale is 1, and files of floating-point numbers may exceed it, but not by 24 dB."""

_LEAST_COUNTS = 128.0
"""Numbers that are not whole may be counts too, with which something was computed. A quiet sound of
16 bits peaks at 300 or more; fractions exceed full scale by 24 dB now and then, hardly by 42."""

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
        faults: what is wrong with its file.
        measures: of the file's own samples, before anything was done to them.
    """

    name: str
    samples: NDArray[np.float32]
    seconds: float
    rate: int
    channels: int
    remarks: tuple[str, ...]
    faults: tuple[Finding, ...]
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
    heard = mixed(source, name, limit_seconds, AS_IT_IS)
    mixing = Mixing(1 / _scale_of(heard), heard.meter.uncancelled_channel())
    if mixing != AS_IT_IS:
        heard = mixed(source, name, limit_seconds, mixing)
    _refuse_silence(heard, limit_seconds)
    return Recording(
        name,
        heard.samples,
        heard.seconds,
        heard.rate,
        heard.channels,
        tuple(_remarks(heard)),
        tuple(file_faults(heard, limit_seconds)),
        heard.meter.measures(),
    )


def _remarks(heard: Mixed) -> Iterator[str]:
    """What was done to a sound that anybody may bring."""
    if heard.channels > 1 and heard.mixing.channel is None:
        yield f"{heard.channels} channels were mixed to one"
    if heard.mixing.factor != 1:
        yield (
            "its numbers are counts far beyond full scale, so they were rounded and divided by "
            f"{1 / heard.mixing.factor:,.0f}"
        )
    if heard.rate != SAMPLE_RATE:
        yield f"resampled from {heard.rate:,} Hz to {SAMPLE_RATE:,} Hz"


def _scale_of(heard: Mixed) -> float:
    """What the samples have to be divided by for a full scale of 1."""
    peak = heard.meter.measures().peak
    if not heard.floating or peak <= _LOUDEST:
        return 1.0
    if peak < _LEAST_COUNTS and not heard.whole:
        raise AudioError(
            f"{heard.name} peaks at {peak:,.0f} times full scale: too much for fractions, too "
            "little for counts. Export it again, with peaks below full scale."
        )
    return next(full_scale for full_scale in _FULL_SCALES if peak <= full_scale)


def _refuse_silence(heard: Mixed, limit_seconds: float) -> None:
    loudest = max(heard.samples.max(), -heard.samples.min())  # np.abs would copy all of it
    if heard.meter.measures().peak < SILENCE:
        where = f"in its first {format_seconds(limit_seconds)}" if heard.longer else "throughout"
        raise SilentError(
            f"{heard.name} is silent {where}: there is nothing to classify. Check "
            "the microphone, or choose another sound."
        )
    if loudest < SILENCE or heard.power < _AUDIBLE**2 * heard.mixed_power:
        raise SilentError(
            f"{heard.name} lies above {SAMPLE_RATE / 2:,.0f} Hz, where networks here hear nothing: "
            "there is nothing to classify. Choose a sound with lower tones."
        )
