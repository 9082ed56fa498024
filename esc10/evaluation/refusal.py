"""What 'I don't know' costs and what it buys: fewer answers, and more of them right.

A network that refuses its least probable answers trades coverage, the share of clips it answers,
for precision, the share of these that it gets right (R. El-Yaniv and Y. Wiener, On the Foundations
of Noise-free Selective Classification, JMLR 11 (2010), 1605-1641).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from esc10.evaluation.intervals import wilson_interval


@dataclass(frozen=True, slots=True)
class Answered:
    """What a network answers where it refuses whatever it is less sure of than a threshold.

    Attributes:
        threshold: the least probability of an answer, 0 to 1.
        clips: how many there are, at least one.
        answered: how many of them it answers.
        right: how many of these rightly.
        lost: how many it refuses and would have got right.
    """

    threshold: float
    clips: int
    answered: int
    right: int
    lost: int

    @property
    def coverage(self) -> float:
        """The share of the clips that it answers."""
        return self.answered / self.clips

    @property
    def precision(self) -> float | None:
        """The share of its answers that are right; None where it answers nothing."""
        return self.right / self.answered if self.answered else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The Wilson 95 % interval of that share; None where it answers nothing."""
        return wilson_interval(self.right, self.answered) if self.answered else None


def answered_at(
    labels: NDArray[np.int64], probabilities: NDArray[np.float32], threshold: float
) -> Answered:
    """What is answered, and how well, with such a threshold.

    Args:
        labels: the true classes, shape (clips,), at least one.
        probabilities: the network's, shape (clips, classes).
        threshold: the least probability of an answer, 0 to 1; one as probable is given.
    """
    right = probabilities.argmax(axis=1) == labels
    answered = probabilities.max(axis=1).astype(np.float64) >= threshold
    return Answered(
        threshold=threshold,
        clips=len(labels),
        answered=int(answered.sum()),
        right=int((right & answered).sum()),
        lost=int((right & ~answered).sum()),
    )


def coverage_curve(
    labels: NDArray[np.int64], probabilities: NDArray[np.float32]
) -> tuple[Answered, ...]:
    """The same for every threshold at which an answer more is refused, from all answers to one.

    Args:
        labels: the true classes, shape (clips,), at least one.
        probabilities: the network's, shape (clips, classes).
    """
    thresholds = np.unique(probabilities.max(axis=1).astype(np.float64))
    return tuple(answered_at(labels, probabilities, float(each)) for each in thresholds)
