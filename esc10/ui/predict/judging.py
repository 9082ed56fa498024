"""One sound judged by one run: for the panel, for the table of several sounds, for the room."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from esc10.datasets import Dataset
from esc10.datasets.clips import class_label
from esc10.datasets.own.conversion import clip_of
from esc10.errors import AudioError, DatasetError
from esc10.evaluation.intervals import percent
from esc10.features.mel import MelConfig
from esc10.inference.novelty import Novelty, Unknown, by_probability, novelty_of
from esc10.inference.prediction import (
    HeardSound,
    SoundAnswer,
    answer_sound,
    hear,
    unknown_sound,
    unknown_windows,
)
from esc10.runs.run import Run
from esc10.ui.plots.palette import LETTERS, RUN_GLYPHS
from esc10.ui.plots.windows import winners_of
from esc10.ui.predict.inputs import Given, recording_of
from esc10.ui.remembered import is_remembered, remembered
from esc10.ui.server import HASHES, dataset, engine, version_of

NOT_KNOWN = " ?"
"""After an answer in a table: the network does not know the sound."""


def answer_column(slot: int, several: bool) -> str:
    """What heads a run's answers in a table; its letter only where there are several runs.

    `slot` is its place among the chosen runs, from 0.
    """
    return f"{RUN_GLYPHS[slot]} {LETTERS[slot]} says" if several else "answer"


@dataclass(frozen=True)
class Judged:
    """A run and what it says of a sound.

    Attributes:
        slot: its place among the chosen runs, from 0; it decides letter, colour and glyph.
        run: the run.
        answer: what it says.
        novelty: what it takes for unknown.
        windows: for each window why the run does not know it, None where it does.
        unknown: the same for the whole sound.
        learned: whether the sound is, was made of, or became a clip that trained the network.
    """

    slot: int
    run: Run
    answer: SoundAnswer
    novelty: Novelty
    windows: list[Unknown | None]
    unknown: Unknown | None
    learned: bool

    @property
    def by_class(self) -> dict[str, float]:
        """The probability of each class, for the whole sound."""
        values = map(float, self.answer.probabilities)
        return dict(zip(self.run.config.classes, values, strict=True))

    @property
    def best(self) -> tuple[str, float]:
        """The most probable class, and its probability."""
        return max(self.by_class.items(), key=lambda item: item[1])

    @property
    def winners(self) -> list[tuple[str, float, bool]]:
        """Each window's class, its probability, and whether it is known."""
        known = [window is None for window in self.windows]
        return winners_of(self.answer.windows, self.run.config.classes, known)

    def __str__(self) -> str:
        """The answer for a cell of a table."""
        name, probability = self.best
        text = f"{class_label(name)} {percent(probability)}%"
        if self.unknown is not None:
            text += NOT_KNOWN
        return f"{text} · trained on it" if self.learned else text


def heard(given: Given, samples: NDArray[np.float32], mel: MelConfig) -> HeardSound:
    """A sound's windows; `samples` as `judge` takes them."""
    return remembered("sounds", ("heard", given.key, mel), lambda: hear(samples, mel))


def judge(
    given: Given, samples: NDArray[np.float32], run: Run, weights: str, slot: int = 0
) -> Judged:
    """What a run says of a sound; asked once.

    `samples` are the whole sound, mono, at `esc10.audio.loading.SAMPLE_RATE`, shape (samples,), up
    to ten minutes; one of less than five seconds is padded as a clip is.
    """
    sound = heard(given, samples, run.config.mel)
    answer = remembered(
        "answers",
        (given.key, version_of(run), weights),
        lambda: answer_sound(run, engine().networks.trained(run, weights), sound),
    )
    try:
        sounds = dataset(run.config.train.dataset)
        with st.spinner("The network hears its own clips, to tell what it knows …", show_time=True):
            novelty = _novelty(run, weights, sounds)
    except DatasetError:
        novelty = by_probability(run.answers(weights).probabilities["validation"])
    windows = unknown_windows(sound, answer, novelty)
    unknown = unknown_sound(sound, windows)
    return Judged(slot, run, answer, novelty, windows, unknown, _learned(given, run))


def said_of(given: Given, run: Run, weights: str) -> str:
    """What a run says of a sound, in a few words: the sound is read only if it must be judged."""
    return remembered(
        "words",
        _said(given, run, weights),
        lambda: str(judge(given, recording_of(given).samples, run, weights)),
    )


def is_said(given: Given, run: Run, weights: str) -> bool:
    """Whether that is known already."""
    return is_remembered("words", _said(given, run, weights))


def _said(given: Given, run: Run, weights: str) -> Hashable:
    return "said", given.key, version_of(run), weights


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=HASHES)
def _novelty(run: Run, weights: str, sounds: Dataset) -> Novelty:
    return novelty_of(run, weights, sounds, engine().networks.trained(run, weights))


def _learned(given: Given, run: Run) -> bool:
    """Whether the sound is, was made of, or became one of the run's training clips."""
    try:
        sounds = dataset(run.config.train.dataset)
    except DatasetError:
        return False
    hashes = {given.origin}
    if sounds.source.own:
        hashes.add(remembered("words", ("as a clip", given.key), lambda: _as_own_clip(given)))
    same = {
        clip.filename
        for clip, sha256 in zip(sounds.clips, sounds.sha256, strict=True)
        if sha256 in hashes
    }
    return not same.isdisjoint(run.config.clips["train"])


def _as_own_clip(given: Given) -> str:
    """The SHA-256 of the clip that the sound becomes in a dataset of own sounds; "" if of none."""
    try:
        content, _ = clip_of(given.read(), given.name)
    except AudioError:
        return ""
    return hashlib.sha256(content).hexdigest()
