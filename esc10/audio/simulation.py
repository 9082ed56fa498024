"""Pretend recordings: a clip as a microphone would have brought it, for rooms without one.

Thirty people cannot record in one room. What a recording does to a sound can be computed: the room
goes on sounding, small loudspeakers have no bass, a call's filter takes what is quiet for noise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from esc10.audio.loading import SAMPLE_RATE

Samples = NDArray[np.float32]

_ROOM_SECONDS = 0.5
"""Until a furnished seminar room's sound has fallen by 60 dB, its T60 (ISO 3382-2)."""

_BASS_HZ = 200.0
"""Below it a laptop's loudspeaker gives little."""

_ROOM_NOISE_DB = 20.0
"""How far the noise of ventilators and people lies below the sound."""

_ROOM_PEAK = 0.1
"""-20 dBFS: nobody sets the level before a recording."""

_CALL_HZ = 7000.0
"""Wideband telephony (ITU-T G.722) ends here; the sampling rate behind it is 16 kHz."""

_GATE_SECONDS = 0.02
_GATE_DB = -35.0
"""Frames so far below the loudest are taken for noise, and silenced."""


@dataclass(frozen=True, slots=True)
class Pretence:
    """A way a recording can come about.

    Attributes:
        title: its name for people.
        summary: what was done to the sound.
        apply: called with mono samples at `SAMPLE_RATE`, shape (samples,), and a seed; gives as
            many samples.
    """

    title: str
    summary: str
    apply: Callable[[Samples, int], Samples]


def across_the_room(samples: Samples, seed: int) -> Samples:
    """Played by a small loudspeaker and recorded from the other end of a room.

    The room is a tail of noise that decays exponentially, as strong as the direct sound
    (Moorer, 1979, "About This Reverberation Business", Computer Music Journal 3).

    Args:
        samples: mono at `SAMPLE_RATE`, shape (samples,).
        seed: of the room and of its noise.
    """
    import scipy.signal  # slow; pages import this module too

    rng = np.random.default_rng(seed)
    high_pass = scipy.signal.butter(2, _BASS_HZ, "highpass", fs=SAMPLE_RATE, output="sos")
    played = scipy.signal.sosfilt(high_pass, samples)
    times = np.arange(int(_ROOM_SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    tail = rng.normal(size=len(times)) * 10 ** (-3 * times / _ROOM_SECONDS)
    tail /= np.sqrt(np.square(tail).sum())
    heard = played + scipy.signal.fftconvolve(played, tail)[: len(played)]
    level = np.sqrt(np.square(heard).mean())
    heard += rng.normal(scale=level * 10 ** (-_ROOM_NOISE_DB / 20), size=len(heard))
    return _with_peak(heard, _ROOM_PEAK)


def through_a_call(samples: Samples, seed: int) -> Samples:
    """Through a video call: cut at 7 kHz, and what is quiet taken for noise and silenced.

    Args:
        samples: mono at `SAMPLE_RATE`, shape (samples,).
        seed: of no meaning; a call's filter leaves nothing to chance.
    """
    import scipy.signal

    del seed
    low_pass = scipy.signal.butter(12, _CALL_HZ, "lowpass", fs=SAMPLE_RATE, output="sos")
    cut = scipy.signal.sosfilt(low_pass, samples)
    length = int(_GATE_SECONDS * SAMPLE_RATE)
    frames = np.pad(cut, (0, -len(cut) % length)).reshape(-1, length)
    levels = np.sqrt(np.square(frames).mean(axis=1))
    loud = levels > levels.max() * 10 ** (_GATE_DB / 20)
    return _with_peak((frames * loud[:, np.newaxis]).ravel()[: len(cut)], 0.5)


def _with_peak(samples: NDArray[np.float64], peak: float) -> Samples:
    largest = np.abs(samples).max()
    return np.asarray(samples * (peak / largest) if largest else samples, np.float32)


PRETENCES: dict[str, Pretence] = {
    "room": Pretence(
        "across the room",
        "played by a small loudspeaker, with the room's echo and a ventilator's noise",
        across_the_room,
    ),
    "call": Pretence(
        "through a video call",
        "cut at 7,000 Hz, with the background taken for noise and silenced",
        through_a_call,
    ),
}
"""Every pretence by its key."""
