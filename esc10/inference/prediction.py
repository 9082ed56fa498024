"""What runs say of a sound of any length: in windows of five seconds, and as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from esc10.audio.loading import CLIP_SAMPLES, SAMPLE_RATE, fixed_length
from esc10.features.inputs import network_input
from esc10.features.mel import MelConfig, mel_power
from esc10.features.windows import silent_windows, window_powers, window_starts
from esc10.inference.novelty import Novelty, Unknown
from esc10.inference.predictor import Predictor, embeddings_of
from esc10.runs.run import Run
from esc10.training.networks import MODELS


@dataclass(frozen=True)
class HeardSound:
    """A sound as networks are given it.

    Attributes:
        samples: mono, at `esc10.audio.loading.SAMPLE_RATE`, five seconds at least, shape
            (samples,).
        starts: where each window begins, in seconds; one at 0 for a sound of five seconds.
        windows: their power mel spectrograms, shape (windows, mel bands, frames).
        silent: which of them hold nothing to classify, shape (windows,).
        whole: the sound's, shape (mel bands, all frames).
    """

    samples: NDArray[np.float32]
    starts: tuple[float, ...]
    windows: NDArray[np.float32]
    silent: NDArray[np.bool_]
    whole: NDArray[np.float32]

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / SAMPLE_RATE

    @property
    def is_long(self) -> bool:
        """Whether it is longer than what the networks have learned from."""
        return len(self.samples) > CLIP_SAMPLES


@dataclass(frozen=True)
class SoundAnswer:
    """What a run says of a sound.

    Attributes:
        probabilities: of the classes, for the whole sound, shape (classes,).
        windows: the same for each window, shape (windows, classes).
        embeddings: the last hidden layer's values for each window, shape (windows, units).
        votes: each frame's class probabilities over the whole sound, shape (frames, classes),
            where the network's frames vote; `probabilities` is their mean.
        averaged: whether the network takes five seconds only, so that its answer to a longer sound
            is the mean over the windows that are not silent.
    """

    probabilities: NDArray[np.float32]
    windows: NDArray[np.float32]
    embeddings: NDArray[np.float32]
    votes: NDArray[np.float32] | None
    averaged: bool


def hear(samples: NDArray[np.float32], mel: MelConfig) -> HeardSound:
    """Cut a sound into windows; one of less than five seconds is padded with silence at its end.

    One of five seconds and less than a frame is cut, as a clip of a dataset is: most of ESC-10's
    files have a millisecond more, and get here the answer they got when their run was judged.

    Args:
        samples: mono, at `esc10.audio.loading.SAMPLE_RATE`, shape (samples,).
        mel: how spectrograms are made.
    """
    if len(samples) < CLIP_SAMPLES + mel.hop_length:
        samples = fixed_length(samples)
    return HeardSound(
        samples=samples,
        starts=tuple(map(float, window_starts(len(samples) / SAMPLE_RATE, mel))),
        windows=window_powers(samples, mel),
        silent=silent_windows(samples, mel),
        whole=mel_power(samples, mel),
    )


def answer_sound(run: Run, predictor: Predictor, sound: HeardSound) -> SoundAnswer:
    """What a run says of a sound: of its windows, and of the whole where its network can.

    The whole is scaled to its own loudest point, and each window to its: so the answer to the whole
    is not the mean of the windows' answers even where frames vote one by one.

    Args:
        run: a run with weights.
        predictor: its network.
        sound: the sound.

    Raises:
        RunError: no worker is there to answer.
    """
    kind, scaling = run.config.train.features, run.config.scaling
    network = MODELS[run.config.train.model]

    def x_of(indices: NDArray[np.int64]) -> NDArray[np.float32]:
        return network_input(sound.windows[indices], kind, scaling)

    heard = embeddings_of(predictor, x_of, len(sound.windows))
    averaged = sound.is_long and not network.any_length
    whole, votes = mean_of_windows(sound, heard.probabilities), None
    if network.frames_vote or (sound.is_long and not averaged):
        answer = predictor.answer(network_input(sound.whole[np.newaxis], kind, scaling))
        whole = answer.clip[0]
        votes = None if answer.frames is None else answer.frames[0]
    return SoundAnswer(whole, heard.probabilities, heard.values, votes, averaged)


def mean_of_windows(sound: HeardSound, windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean answer to the windows that are not silent, shape (classes,); to all if all are.

    Args:
        sound: the sound.
        windows: class probabilities, shape (windows, classes).
    """
    loud = windows[~sound.silent]
    mean: NDArray[np.float32] = (loud if len(loud) else windows).mean(axis=0)
    return mean


def unknown_windows(
    sound: HeardSound, answer: SoundAnswer, novelty: Novelty
) -> list[Unknown | None]:
    """For each window why the run does not know it; None where it does.

    Args:
        sound: the sound.
        answer: what the run says of it.
        novelty: what the run takes for unknown.

    Raises:
        RunError: the embeddings have numbers that are not finite.
    """
    judged = novelty.judge_all(answer.embeddings, answer.windows.max(axis=1))
    return [
        Unknown(("it is silent",)) if silent else unknown
        for silent, unknown in zip(sound.silent, judged, strict=True)
    ]


def unknown_sound(sound: HeardSound, windows: Sequence[Unknown | None]) -> Unknown | None:
    """Why a run does not know a sound: it does not know most of its windows.

    The thresholds come from clips of five seconds, so they judge windows, which are as long. Those
    that are silent do not count.

    Args:
        sound: the sound.
        windows: the verdict on each window, as `unknown_windows` gives it.
    """
    if len(windows) == 1 or sound.silent.all():
        return windows[0]
    heard = [unknown for unknown, silent in zip(windows, sound.silent, strict=True) if not silent]
    unknown = sum(window is not None for window in heard)
    if 2 * unknown <= len(heard):
        return None
    return Unknown((f"{unknown} of its {len(heard)} windows that are not silent are not known",))
