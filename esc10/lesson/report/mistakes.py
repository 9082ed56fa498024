"""The misclassified test clips of a run with their sounds, as many as there is room for."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from esc10.audio.loading import load_clip
from esc10.audio.mp3 import mp3_of
from esc10.datasets import Clip, Source, load_dataset, source_of
from esc10.datasets.clips import categories_of, class_label, clip_from_name
from esc10.errors import AudioError, DatasetError
from esc10.evaluation.intervals import percent
from esc10.evaluation.metrics import Evaluation, JudgedClip
from esc10.runs.run import Run

_OTHERS = 2
"""Classes that are named beside the answer."""

_CARD_BYTES = 1500
"""More than a card has without its sound."""


@dataclass(frozen=True)
class Card:
    """A misclassified clip on the page.

    Attributes:
        filename: its ESC-50 name.
        true: its class, as people write it.
        predicted: the class the network names, likewise.
        sure: what the network gives that class: "87%".
        others: the next classes and what it gives them.
        clip: its fold, recording and take.
        url: the recording's page; None where there is none.
        sound: an MP3 file in base64; None where the clip cannot be read here.
    """

    filename: str
    true: str
    predicted: str
    sure: str
    others: str
    clip: Clip
    url: str | None
    sound: str | None


@dataclass(frozen=True)
class Mistakes:
    """What the page shows of a run's mistakes on the test clips.

    Attributes:
        cards: those there is room for, the surest first.
        count: how many mistakes there are.
    """

    cards: tuple[Card, ...]
    count: int

    @property
    def left_out(self) -> int:
        """How many mistakes have no card."""
        return self.count - len(self.cards)

    @property
    def silent(self) -> int:
        """How many cards have no sound."""
        return sum(card.sound is None for card in self.cards)


def mistakes_within(room: int, judged: Evaluation, run: Run) -> Mistakes:
    """The mistakes on the test clips, the surest first, until the next one has no room.

    Args:
        room: in bytes of the page.
        judged: the verdict on the run.
        run: the run itself.
    """
    wrong = judged.parts["test"].mistakes
    key = run.config.train.dataset
    try:
        dataset = load_dataset(key)
        paths = {mistake.filename: dataset.clip(mistake.filename).path for mistake in wrong}
    except DatasetError:
        paths = {}
    source, categories = source_of(key), categories_of(key, run.config.classes)
    cards = []
    for mistake in wrong:
        sound = _sound(paths.get(mistake.filename))
        room -= _CARD_BYTES + len(sound or "")
        if room < 0:
            break
        clip = clip_from_name(mistake.filename, Path(), categories)
        cards.append(_card(mistake, judged.classes, clip, source, sound))
    return Mistakes(tuple(cards), len(wrong))


def _sound(path: Path | None) -> str | None:
    """A clip as networks hear it, as an MP3 file in base64; None where it cannot be read."""
    if path is None:
        return None
    try:
        return b64encode(mp3_of(load_clip(path).samples)).decode("ascii")
    except AudioError:
        return None


def _card(
    mistake: JudgedClip, classes: Sequence[str], clip: Clip, source: Source, sound: str | None
) -> Card:
    order = np.argsort(-np.array(mistake.probabilities), kind="stable")[1 : 1 + _OTHERS]
    others = (
        f"{class_label(classes[label])} {percent(mistake.probabilities[label])}%" for label in order
    )
    return Card(
        filename=mistake.filename,
        true=class_label(mistake.true),
        predicted=class_label(mistake.predicted),
        sure=f"{percent(mistake.probability)}%",
        others=", ".join(others),
        clip=clip,
        url=source.recording_url(clip),
        sound=sound,
    )
