"""The seven exercises of the guided lab: what a right answer is, and how far off it may be.

What is asked stands in `esc10.ui.guided_lab`; here an answer is right or wrong by the student's own
sounds and runs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from esc10.datasets import Dataset
from esc10.datasets.splits import lab_split, leaking
from esc10.evaluation.metrics import PartEvaluation
from esc10.features.mel import MelConfig
from esc10.training.networks import LAB_MODELS, MODELS, LayerTable
from esc10.training.results import EpochRow, best_epochs

EXERCISES = ("sounds", "spectrogram", "split", "network", "curves", "mistakes", "listening")
"""Their keys, in the order of the lesson."""

FIRST_LAYER = "CONV1"
"""The layer of the 1D-CNN whose parameters are to be worked out."""

HEALTHY, BY_HEART = "healthy", "by heart"
"""What training above validation may be called, while validation still gets better."""

LEARNS, LEARNS_NOT = "learns", "learns not"
"""What a network may do with a sound while it is asked about it."""

FEWEST_EPOCHS = 10
"""Of a run whose curves are asked about: of three epochs each would be near enough."""

_POINT = 1.0
_MISCOUNTED = 1
_SHARE_OF_EPOCHS, _LEAST_EPOCHS = 0.1, 2


@dataclass(frozen=True)
class Number:
    """A number to find.

    Attributes:
        right: what it is.
        tolerance: how far off an answer may be; one that is just as far off is accepted.
    """

    right: float
    tolerance: float = 0

    def accepts(self, given: object) -> bool:
        """Whether an answer is near enough; one that is no number is not."""
        if not isinstance(given, int | float):
            return False
        return bool(abs(given - self.right) <= self.tolerance + 1e-9)


@dataclass(frozen=True)
class Choice:
    """Something to choose.

    Attributes:
        right: what may be chosen; of equals each is right.
    """

    right: frozenset[Hashable]

    def accepts(self, given: object) -> bool:
        """Whether that may be chosen."""
        return given in self.right


Solution = Mapping[str, Number | Choice]
"""For each field of an exercise what is right."""


def accepts(solution: Solution, given: Mapping[str, object]) -> bool:
    """Whether every field of an answer is right; one that is missing is not."""
    return all(right.accepts(given.get(field)) for field, right in solution.items())


def sounds_solution(dataset: Dataset) -> Solution:
    """`percent`: of how many clips the class is right that there are most of.

    Within a point; where there are many classes, within a quarter of it.
    """
    clips = np.bincount(dataset.labels)
    percent = 100 * float(clips.max() / clips.sum())
    return {"percent": Number(percent, min(_POINT, percent / 4))}


def spectrogram_solution(mel: MelConfig) -> Solution:
    """`bands` and `frames` of a clip's mel spectrogram; exactly."""
    return {"bands": Number(mel.n_mels), "frames": Number(mel.frames)}


def split_solution(dataset: Dataset) -> Solution | None:
    """`clips`: how many test clips of the lab's split leak; a miscount by one is accepted.

    None where nobody knows which recordings the clips come from.

    Raises:
        RunError: a class has too few clips for that split.
    """
    if not dataset.source.recordings_known:
        return None
    names = lab_split(dataset, 0, 0).names(dataset)
    return {"clips": Number(len(leaking(names, "test")), _MISCOUNTED)}


def network_solution(table: LayerTable) -> Solution:
    """`parameters` of the first layer of the 1D-CNN whose layers these are; exactly."""
    (first,) = [row for row in table.rows if row.name == FIRST_LAYER]
    return {"parameters": Number(first.parameters)}


def curves_solution(history: Sequence[EpochRow]) -> Solution | None:
    """`epoch` of the lowest validation loss, and what the `gap` between the curves is before it.

    Accepted are a tenth of the epochs to both sides, two at least: by so much seeds and machines
    differ. None for a training that is too short to have a course.
    """
    if len(history) < FEWEST_EPOCHS:
        return None
    lowest = best_epochs(list(history))["val_loss"].epoch
    near = max(_LEAST_EPOCHS, round(_SHARE_OF_EPOCHS * len(history)))
    return {"epoch": Number(lowest, near), "gap": Choice(frozenset({HEALTHY}))}


def mistakes_solution(judged: PartEvaluation) -> Solution | None:
    """`pair`: the class in truth and what it is most often taken for; of equal pairs each.

    None where no clip was misclassified.
    """
    pairs = most_frequent_mistakes(judged)
    return {"pair": Choice(frozenset(pairs))} if pairs else None


def most_frequent_mistakes(judged: PartEvaluation) -> list[tuple[str, str]]:
    """The classes in truth with what they are most often taken for, in alphabetical order."""
    pairs = Counter((clip.true, clip.predicted) for clip in judged.mistakes)
    most = max(pairs.values(), default=0)
    return sorted(pair for pair, times in pairs.items() if times == most)


def listening_solution() -> Solution:
    """Whether it `learns` from what it is asked about, and which network knows no `order`."""
    averaging = frozenset(key for key in LAB_MODELS if MODELS[key].frames_vote)
    return {"learns": Choice(frozenset({LEARNS_NOT})), "order": Choice(averaging)}
