"""The room test: what became of a clip between a loudspeaker and a microphone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from esc10.audio.loading import SAMPLE_RATE
from esc10.errors import AudioError
from esc10.features.mel import MelConfig, mel_power

_LEAST_LIKENESS = 0.05
"""Of the correlation's peak, 1 for the same sound; noise of five seconds stays below 0.02."""

_HEARD_DB = 40.0
"""Bands that the clip itself holds less of than this below its loudest say nothing of the room."""


@dataclass(frozen=True)
class RoomTest:
    """A clip, and the same clip played and recorded back.

    Attributes:
        played: the clip, mono at `SAMPLE_RATE`, shape (samples,).
        recorded: the recording from where the clip begins in it, as long.
        delay: seconds from the recording's beginning to the clip's.
        likeness: the correlation of the two at that place, from 0 to 1.
        loss: how many dB each mel band lost, the median band set to 0, shape (mel bands,); NaN
            where the clip has too little to lose.
    """

    played: NDArray[np.float32]
    recorded: NDArray[np.float32]
    delay: float
    likeness: float
    loss: NDArray[np.float32]


def room_test(
    played: NDArray[np.float32], recording: NDArray[np.float32], mel: MelConfig
) -> RoomTest:
    """Find the clip in the recording, and measure what each band lost.

    The place is that of the greatest cross-correlation, computed by the Fourier transform.

    Args:
        played: the clip, mono at `SAMPLE_RATE`, shape (samples,).
        recording: likewise; of any length.
        mel: whose bands to measure in.

    Raises:
        AudioError: the clip is not in the recording.
    """
    import scipy.signal  # slow; pages import this module too

    padded = np.pad(recording, (0, len(played)))
    products = scipy.signal.correlate(padded, played, mode="valid", method="fft")
    begin = int(np.abs(products).argmax())
    heard = padded[begin : begin + len(played)]
    norm = float(np.linalg.norm(heard) * np.linalg.norm(played))
    likeness = float(abs(products[begin])) / norm if norm else 0.0
    if likeness < _LEAST_LIKENESS:
        raise AudioError(
            "The clip is not to be found in the recording. Turn up the loudspeaker, bring the "
            "microphone nearer, and start the recording before the clip."
        )
    return RoomTest(played, heard, begin / SAMPLE_RATE, likeness, _loss(played, heard, mel))


def _loss(
    played: NDArray[np.float32], heard: NDArray[np.float32], mel: MelConfig
) -> NDArray[np.float32]:
    """The level is the loudspeaker's knob; only what differs between bands is the room's."""
    before = mel_power(played, mel).mean(axis=1)  # (mel bands,)
    after = mel_power(heard, mel).mean(axis=1)
    loss = 10 * np.log10(np.maximum(before, 1e-12) / np.maximum(after, 1e-12))
    loss[before < before.max() * 10 ** (-_HEARD_DB / 10)] = np.nan
    return np.asarray(loss - np.nanmedian(loss), np.float32)
