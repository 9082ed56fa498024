"""What is wrong with a file, whatever there is to hear: what is lost of it, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from esc10.audio.loading import SAMPLE_RATE
from esc10.audio.mixing import Mixed

_MOSTLY = 0.01
"""A share of the power: 99 % of it is lost where a sound is resampled."""

_AGAIN = "Copy or export it again."


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a recording.

    Attributes:
        key: a short name, as quiet, clipped or damaged.
        sentence: what is wrong.
        figure: what was measured, with its unit; empty where nothing was.
        advice: what to do about it.
    """

    key: str
    sentence: str
    figure: str
    advice: str


def file_faults(mixed: Mixed, limit_seconds: float) -> Iterator[Finding]:
    """What is lost of a file of which this was made, the most likely to spoil an answer first.

    `limit_seconds`: the most that was to be taken of it.
    """
    if mixed.damaged:
        yield Finding("damaged", "Parts of the file are damaged, and were left out.", "", _AGAIN)
    if mixed.broke_off:
        sentence = "The file breaks off before its end: it was taken as far as it goes."
        yield Finding("broken", sentence, "", _AGAIN)
    if mixed.uncounted:
        yield Finding(
            "uncounted",
            "The file counts too few of its samples: all that follows was taken for sound too.",
            "",
            "If it ends in noise, that is none: export it again.",
        )
    if mixed.power < _MOSTLY * mixed.mixed_power:
        yield Finding(
            "high",
            f"Nearly all of it lies above {SAMPLE_RATE / 2:,.0f} Hz, where networks here hear "
            "nothing: they judge the rest.",
            f"{mixed.power / mixed.mixed_power:.2%} of the power lies below",
            "Choose a sound with lower tones.",
        )
    if mixed.mixing.channel is not None:
        alone = _channel_name(mixed.mixing.channel, mixed.channels)
        yield Finding(
            "cancelled",
            f"Its {mixed.channels} channels cancel each other when they are mixed, so {alone} "
            "alone was taken.",
            "",
            "A cable, an adapter or a setting turns one of them upside down.",
        )
    if mixed.longer:
        sentence = f"It was shortened to its first {format_seconds(limit_seconds)}."
        yield Finding("longer", sentence, "", "Cut out what is to be judged.")


def _channel_name(channel: int, channels: int) -> str:
    """What to call one of so many channels."""
    if channels == 2:
        return ("the left one", "the right one")[channel]
    return f"the one of number {channel + 1}"


def format_seconds(seconds: float) -> str:
    """A length, as "2.5 s" or "10 minutes"."""
    return f"{seconds / 60:g} minutes" if seconds >= 60 else f"{seconds:g} s"
