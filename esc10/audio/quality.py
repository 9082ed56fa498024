"""What is wrong with a recording before any network hears it, in words.

Every check measures one fault and compares it with a threshold. The thresholds stand between what
faults make and what ESC-10's 400 clips have, which networks are trained on: those clips are the
figures meant where a constant's reason speaks of ESC-10.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from esc10.audio.faults import Finding
from esc10.audio.levels import (
    FRAMES_PER_SECOND,
    LEAST_SECONDS,
    decibels_of,
    frame_levels,
    root_mean_square,
    spectral_cliff,
)
from esc10.audio.loading import SAMPLE_RATE, SILENCE
from esc10.audio.recording import Recording

QUIET_PEAK = -30.0
"""In dBFS. ESC-10's quietest clip peaks at -21; 16 bits have but 66 dB left below -30."""

CLIPPED_SHARE = 0.001
"""One sample in a thousand: 220 of five seconds at 44,100 Hz, in some 50 flat tops."""

CLIPPED_WALL = 2.5
"""A clipped wave has this many times as many samples at full scale as just below it. A sine that
reaches full scale unclipped has 2.4, acos(0.985) / (acos(0.97) - acos(0.985)), and other sounds
have less; clipped ones have 3 and more, unless an encoder has smeared them."""

CUT_HERTZ = 8200.0
"""A rate of 16,000 Hz, which speech codecs have, ends at 8,000."""

CLIFF_DECIBELS = 27.0
"""How deep a spectrum falls within 500 Hz where something was cut off. Three clips of ESC-10 were
cut, and fall by 47 to 64 dB; all others fall by 23 at most. A filter of 24 dB an octave falls by 2
there."""

GATE_DECIBELS = -80.0
"""In dBFS. Microphones and rooms are louder than this: what lies below was switched off."""

GATE_EDGE = 30.0
"""In dB within 50 ms: a room of 0.5 s reverberation, a dry one, falls by 6 in that time."""

GATE_SECONDS = 0.1
"""Between the ticks of a clock there are shorter ones that nobody switched off."""

GATE_SHARE = 0.1
"""Of the time from the first sound to the last."""

SILENT_DECIBELS = 60.0
"""Below the loudest frame: what `librosa.effects.trim` takes for silence."""

SILENT_SHARE = 0.75
"""A network's answer is drawn from all frames: here only every fourth has a sound in it."""

OFFSET = 0.005
"""Of full scale. ESC-10's clips have 0.002 at most."""

OFFSET_TO_SOUND = 0.1
"""Of the root mean square of the sound without it. ESC-10's clips have 0.04 at most."""

_LEAST_OFFSET = 3e-4
"""Ten steps of 16 bits; less is rounding, however quiet a sound is."""

_EDGE_FRAMES = 5  # of 10 ms


def diagnose(recording: Recording) -> tuple[Finding, ...]:
    """What is wrong with a recording: with its file, then what spoils an answer most likely."""
    levels = frame_levels(recording.samples)
    findings = (
        _quiet(recording),
        _clipped(recording),
        _cut(recording),
        _suppressed(levels),
        _silent(levels),
        _offset(recording),
    )
    return (*recording.faults, *(finding for finding in findings if finding is not None))


def _signed(figure: float, digits: int = 0) -> str:
    """A figure with a typographic minus."""
    return f"{figure:.{digits}f}".replace("-", "−")


def _quiet(recording: Recording) -> Finding | None:
    peak = decibels_of(recording.measures.peak)
    if peak >= QUIET_PEAK:
        return None
    level = decibels_of(root_mean_square(recording.samples))
    return Finding(
        "quiet",
        "The recording is too quiet: networks learned from sounds that are much louder.",
        f"peak {_signed(peak)} dBFS, RMS {_signed(level)} dBFS",
        "Go nearer to the sound, or raise the microphone's level, until the peaks come to "
        "−12 to −3 dBFS.",
    )


def _clipped(recording: Recording) -> Finding | None:
    measures = recording.measures
    wall = measures.clipped >= CLIPPED_WALL * measures.below
    if measures.clipped < CLIPPED_SHARE or not wall:
        return None
    return Finding(
        "clipped",
        "The recording is clipped: its peaks are cut flat, which sounds like a crackle and adds "
        "high frequencies that were never there.",
        f"{measures.clipped:.1%} of the samples are at full scale, in runs",
        "Lower the microphone's level, or go further away, and record again: what is cut off "
        "cannot be brought back.",
    )


def _cut(recording: Recording) -> Finding | None:
    if recording.rate / 2 <= CUT_HERTZ:
        edge = recording.rate / 2
        figure = f"sampled at {recording.rate:,} Hz"
        advice = "Record at 44,100 Hz; a telephone, a headset or a speech recorder will not do it."
    else:
        edge, fall = spectral_cliff(recording.samples)
        if fall < CLIFF_DECIBELS:
            return None
        figure = f"the spectrum falls by {fall:.0f} dB within 500 Hz"
        advice = (
            "Somewhere on its way the sound went through a speech codec or a low rate: record "
            "with a plain recorder instead of a call or a Bluetooth headset, at 44,100 Hz."
        )
    return Finding(
        "cut",
        f"Nothing is left above about {edge:,.0f} Hz, where much of rain, sneezes and fire is.",
        figure,
        advice,
    )


def _suppressed(levels: NDArray[np.float64]) -> Finding | None:
    sounding = np.flatnonzero(levels > GATE_DECIBELS)
    if not len(sounding):
        return None
    # Silence before the first sound and after the last is padding, and no fault.
    inner = levels[sounding[0] : sounding[-1] + 1]
    gaps = [end - begin for begin, end in _gaps(inner)]
    share = sum(gaps) / len(inner)
    if share < GATE_SHARE:
        return None
    return Finding(
        "suppressed",
        "Between its events the recording falls dead silent, as noise suppression or an editor "
        "leaves it: what is quiet and steady, like rain, is taken away.",
        f"{share:.0%} of the time between the first sound and the last, in {len(gaps)} "
        f"{'stretch' if len(gaps) == 1 else 'stretches'}, is below {_signed(GATE_DECIBELS)} dBFS",
        "Switch off noise suppression, echo cancellation and voice isolation in the browser, the "
        "system or the recorder, and record again.",
    )


def _gaps(levels: NDArray[np.float64]) -> Iterator[tuple[int, int]]:
    """Where dead silence begins and ends, in frames: long enough, and with steep edges."""
    steps = np.diff(np.concatenate([[0], levels < GATE_DECIBELS, [0]]))
    begins, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    for begin, end in zip(begins, ends, strict=True):
        if end - begin < GATE_SECONDS * FRAMES_PER_SECOND:
            continue
        bottom = np.median(levels[begin:end])
        fall = levels[max(0, begin - _EDGE_FRAMES) : begin].max() - bottom
        rise = levels[end : end + _EDGE_FRAMES].max() - bottom
        if min(fall, rise) >= GATE_EDGE:
            yield int(begin), int(end)


def _silent(levels: NDArray[np.float64]) -> Finding | None:
    share = float(np.mean(levels < levels.max() - SILENT_DECIBELS))
    if share < SILENT_SHARE:
        return None
    return Finding(
        "silent",
        "Most of the recording is silence, and silence votes too.",
        f"{share:.0%} of it is {SILENT_DECIBELS:.0f} dB or more below its loudest moment",
        "Cut the silence off, or let the sound happen several times.",
    )


def _offset(recording: Recording) -> Finding | None:
    samples = recording.samples
    if len(samples) < LEAST_SECONDS * SAMPLE_RATE:
        return None
    offset = abs(float(samples.mean(dtype=np.float64)))
    power = root_mean_square(samples) ** 2 - offset**2
    sound = max(float(np.sqrt(max(power, 0))), SILENCE)
    if offset < OFFSET and (offset < _LEAST_OFFSET or offset < OFFSET_TO_SOUND * sound):
        return None
    return Finding(
        "offset",
        "The recording is shifted off zero (DC offset), which the lowest mel band takes for sound.",
        f"mean {offset:.1%} of full scale, {offset / sound:.0%} of the sound's RMS",
        "Use another microphone or sound card, or remove the offset with a high-pass filter.",
    )
