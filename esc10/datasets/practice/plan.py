"""Practice sounds: a synthesised stand-in for ESC-10.

ESC-10 is a set of real recordings that has to be downloaded. The practice sounds need no
network: 400 clips with the same ten classes, the same file names and the same five folds
are computed from a seed in a few seconds, so that every step of the lesson can be tried
before the real data is there. They are **synthetic**. No result on them says anything
about real sounds, and none should be reported as if it did.

This module holds the plan of the data set (which recordings and takes exist, and in which
fold) and the conditions of each recording (room, microphone, background noise, level). The
sounds themselves are in `esc10.datasets.practice.synthesis`, made of what
`esc10.datasets.practice.acoustics` holds.

A file name is ``{fold}-{source}-{take}-{target}.wav``, as in ESC-50. Each class has six
recordings in each of the five folds. Two of the six have the takes A and B, four have only
A: eight clips. All takes of a recording share its fold, its drawn parameters and its kind
of background noise; they differ in the events that happen.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from esc10.datasets.practice import acoustics, synthesis

SEED: int = 1234
"""Seed of the data set: another value gives other sounds under the same file names."""

SAMPLE_RATE: int = acoustics.SAMPLE_RATE
"""Samples per second of every clip: 44,100."""

SAMPLES: int = acoustics.SAMPLES
"""Samples in every clip: 220,500, which is 5 s."""

_FIRST_SOURCE = 9_000_001
_FOLDS = (1, 2, 3, 4, 5)
_TAKES_OF_RECORDINGS = ("AB", "AB", "A", "A", "A", "A")
_FADE_SECONDS = 0.01


def filenames() -> list[str]:
    """The names of all 400 practice clips, sorted as text."""
    names = []
    source = _FIRST_SOURCE
    for target in synthesis.SYNTHESISERS:
        for fold in _FOLDS:
            for takes in _TAKES_OF_RECORDINGS:
                names += [f"{fold}-{source}-{take}-{target}.wav" for take in takes]
                source += 1
    return sorted(names)


def waveform(filename: str) -> NDArray[np.float32]:
    """The sound of one practice clip.

    The samples depend on `SEED` and the name alone, not on what was computed before.
    With another version of NumPy or on another kind of processor they may differ by
    rounding, and NumPy does not promise that its random streams never change.

    Args:
        filename: one of `filenames`, without a folder.

    Returns:
        Mono samples at 44,100 Hz as float32 of shape ``(220_500,)``, within [-1, 1]. The
        highest absolute value lies between -20 and -1 dB relative to 1.

    Raises:
        ValueError: if `filename` is not one of `filenames`.
    """
    if filename not in filenames():
        raise ValueError(
            f"There is no practice clip named {filename!r}; filenames() lists the 400 that exist."
        )
    _, source, take, target = filename.removesuffix(".wav").split("-")
    recording = np.random.default_rng([SEED, int(target), int(source)])
    # A final 0 would leave the seed sequence as it is without one; a letter's code is never 0.
    events = np.random.default_rng([SEED, int(target), int(source), ord(take)])

    peak = 10 ** (recording.uniform(-20.0, -1.0) / 20)
    room = _room(recording)
    background = _background(recording)
    signal_to_noise = recording.uniform(0.0, 30.0)
    dry = synthesis.SYNTHESISERS[int(target)](recording, events)

    spectrum = acoustics.to_spectrum(dry) * room
    hiss = acoustics.noise_spectrum(events, background)
    # By Parseval's theorem the power of a sound is proportional to that of its spectrum.
    ratio = (_energy(spectrum) / _energy(hiss)) ** 0.5
    spectrum += hiss * np.float32(ratio * 10 ** (-signal_to_noise / 20))
    return _levelled(acoustics.to_sound(spectrum), peak)


def _room(recording: Generator) -> NDArray[np.complex64]:
    """The frequency response of a room and a microphone, shape ``(110_251,)``.

    The echo is noise that decays exponentially by 60 dB within the reverberation time
    (J. A. Moorer, "About This Reverberation Business", 1979). Multiplying spectra wraps
    it round the end of the clip, as if something had sounded just before the clip began.
    """
    seconds = acoustics.log_uniform(recording, 0.08, 0.9)
    wet = recording.uniform(0.0, 0.7)
    tilt = recording.uniform(-0.5, 0.5)
    low = recording.uniform(20, 150)
    high = acoustics.log_uniform(recording, 5_000, 20_000)

    length = round(seconds * SAMPLE_RATE)
    tail = acoustics.white(recording, length) * 10 ** (-3 * np.arange(length) / length)
    echo = np.zeros(SAMPLES)
    echo[:length] = tail * wet / np.sqrt(np.sum(tail**2))
    echo[0] += 1.0
    return acoustics.to_spectrum(echo) * acoustics.band(low, high, tilt)


def _background(recording: Generator) -> NDArray[np.float32]:
    """The spectrum of white, pink or brown noise or of mains hum, shape ``(110_251,)``."""
    kind = int(recording.integers(4))
    mains = int(recording.choice([50, 60]))
    if kind < 3:
        return acoustics.band(30, 18_000, -0.5 * kind)
    gain = np.float32(0.02) * acoustics.band(30, 18_000, -0.5)
    step = mains * SAMPLES // SAMPLE_RATE
    harmonics = np.arange(1, 13)
    gain[step * harmonics] = 1 / harmonics
    return gain


def _energy(spectrum: NDArray[np.complex64]) -> float:
    """The sum of the squared magnitudes of a spectrum."""
    # Not numpy.linalg.norm: it calls BLAS, whose sums may depend on the number of threads.
    return float(np.sum(spectrum.real**2 + spectrum.imag**2, dtype=np.float64))


def _levelled(sound: NDArray[np.float64], peak: float) -> NDArray[np.float32]:
    """The sound faded at both ends and scaled to the given peak, as float32."""
    ramp = np.linspace(0.0, 1.0, round(_FADE_SECONDS * SAMPLE_RATE))
    sound[: ramp.size] *= ramp
    sound[-ramp.size :] *= ramp[::-1]
    return (sound * (peak / float(np.abs(sound).max()))).astype(np.float32)
