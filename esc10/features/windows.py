"""A recording of any length as networks take it: in windows of a clip's length, or whole.

Networks learned from clips of five seconds with silence beyond both ends, so a window is cut from
the samples and transformed on its own, as a clip is; it is no piece of the whole spectrogram.

`esc10.features.mel.decibels` puts a floor 80 dB below the loudest point of each clip. Of windows
each has a floor of its own: a quiet window shows its background, and the same background disappears
in a window with a bang in it. A whole spectrogram has one floor, set by its loudest moment. A
network that is given the same second in two windows, or in a window and whole, may thus see it
differently.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from esc10.audio.loading import SILENCE, fixed_length
from esc10.features.mel import MelConfig, mel_power

HOP_SECONDS = 2.5
"""From one window to the next: every moment but the first and last is heard twice."""


def window_starts(
    seconds: float, mel: MelConfig, hop_seconds: float = HOP_SECONDS
) -> NDArray[np.float64]:
    """When the windows begin, in seconds, shape (windows,); one window at least.

    The last one is flush with the end. Where it would begin less than a frame after the one
    before, it takes that one's place.

    Args:
        seconds: the length of the recording.
        mel: whose `seconds` are the length of a window.
        hop_seconds: from one window to the next.
    """
    last = seconds - mel.seconds
    if last <= 0:
        return np.zeros(1)
    frame = mel.hop_length / mel.sample_rate
    steps = math.ceil((last - frame) / hop_seconds) if last > frame else 0
    return np.append(np.arange(steps) * hop_seconds, last)


def window_powers(
    samples: NDArray[np.float32], mel: MelConfig, hop_seconds: float = HOP_SECONDS
) -> NDArray[np.float32]:
    """The power mel spectrogram of every window.

    A recording shorter than a window is padded with silence at its end, as
    `esc10.audio.loading.load_clip` does it. A silent window has a power of 0 everywhere, which is
    -100 dB in `esc10.features.mel.decibels`; `silent_windows` tells which they are.

    Args:
        samples: mono, at `mel.sample_rate`.
        mel: how a window becomes a spectrogram.
        hop_seconds: from one window to the next.

    Returns:
        Shape (windows, mel bands, frames), in the order of `window_starts`.
    """
    windows = _windows(samples, mel, hop_seconds)
    powers = np.empty((len(windows), mel.n_mels, mel.frames), np.float32)
    for index, window in enumerate(windows):
        powers[index] = mel_power(window, mel)
    return powers


def silent_windows(
    samples: NDArray[np.float32], mel: MelConfig, hop_seconds: float = HOP_SECONDS
) -> NDArray[np.bool_]:
    """Which windows hold nothing to classify, by the rule of `load_clip`; shape (windows,).

    The arguments are those of `window_powers`.
    """
    windows = _windows(samples, mel, hop_seconds)
    return np.array([np.abs(window).max() < SILENCE for window in windows])


def _windows(
    samples: NDArray[np.float32], mel: MelConfig, hop_seconds: float
) -> list[NDArray[np.float32]]:
    """The samples of every window, mostly as views of what was given."""
    length = int(mel.sample_rate * mel.seconds)
    if len(samples) <= length:
        return [fixed_length(samples, length)]
    starts = window_starts(len(samples) / mel.sample_rate, mel, hop_seconds)
    begins = np.minimum(np.rint(starts * mel.sample_rate), len(samples) - length).astype(int)
    return [samples[index : index + length] for index in begins]
