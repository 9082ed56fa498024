"""When a network should say 'I don't know this': it must choose a class, whatever it hears.

Two measures tell a sound of a kind it never learned from one that it knows:

    the probability of its answer     after D. Hendrycks, K. Gimpel, A Baseline for Detecting
                                      Misclassified and Out-of-Distribution Examples in Neural
                                      Networks, ICLR 2017
    the distance to the training      after Y. Sun, Y. Ming, X. Zhu, Y. Li, Out-of-Distribution
    clips, in the last hidden layer   Detection with Deep Nearest Neighbors, ICML 2022

Where each begins to refuse is read off the validation clips, which the network has not learned
from and knows the classes of. No sound of an unknown kind is needed for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from esc10.datasets import Dataset
from esc10.errors import RunError
from esc10.evaluation.intervals import percent
from esc10.features.cache import feature_set
from esc10.features.inputs import inputs_of
from esc10.inference.predictor import Predictor, embeddings_of
from esc10.progress import OnProgress, ignore_progress
from esc10.runs.run import Run

LEVEL = 5
"""The share of the validation clips that each measure may refuse, in percent."""

NEIGHBOURS = 5
"""The distance is the mean to so many training clips: one alone may be a stray. A class of ESC-10
has 24 training clips, so five neighbours of a clip that is known can all be of its class."""


@dataclass(frozen=True)
class Unknown:
    """Why a network does not know a sound.

    Attributes:
        reasons: a clause for each measure that refuses it, at least one.
    """

    reasons: tuple[str, ...]

    def __str__(self) -> str:
        """The reasons as one sentence."""
        return "Not known, because " + ", and ".join(self.reasons) + "."


@dataclass(frozen=True)
class Nearest:
    """The training clips nearest to each of some sounds, the nearest first.

    Attributes:
        clips: their indices among the run's training clips, shape (sounds, `NEIGHBOURS`); fewer
            where there are fewer.
        distances: how far each is, in deviations of the training clips; of the same shape.
    """

    clips: NDArray[np.int64]
    distances: NDArray[np.float64]


@dataclass(frozen=True)
class Novelty:
    """What a run takes for unknown. Where its clips are gone, only the probability is left.

    Attributes:
        least_probability: an answer less probable than this is refused, 0 to 1.
        greatest_distance: a sound farther from the training clips than this is refused, in
            deviations of the training clips; None without their embeddings.
        training: the training clips' embeddings, each unit brought to mean 0 and deviation 1, shape
            (clips, units); None likewise.
        mean: of the training clips' embeddings, shape (units,); None likewise.
        deviation: of the same, shape (units,), 1 for a unit that is the same for all; likewise.
        refused: how many of the validation clips one of the measures refuses, or both.
        validation: how many validation clips there are.
    """

    least_probability: float
    greatest_distance: float | None
    training: NDArray[np.float64] | None
    mean: NDArray[np.float64] | None
    deviation: NDArray[np.float64] | None
    refused: int
    validation: int

    def distances(self, embeddings: NDArray[np.float32]) -> NDArray[np.float64] | None:
        """How far sounds are from the training clips, shape (sounds,); None without embeddings.

        Args:
            embeddings: shape (sounds, units).

        Raises:
            RunError: embeddings that are not finite.
        """
        nearest = self.nearest(embeddings)
        return None if nearest is None else nearest.distances.mean(axis=1)

    def nearest(self, embeddings: NDArray[np.float32]) -> Nearest | None:
        """The training clips that are nearest to sounds; None without embeddings.

        Args:
            embeddings: shape (sounds, units).

        Raises:
            RunError: embeddings that are not finite.
        """
        if self.training is None or self.mean is None or self.deviation is None:
            return None
        return _nearest(self.training, _standardised(embeddings, self.mean, self.deviation))

    def judge(self, embeddings: NDArray[np.float32], probability: float) -> Unknown | None:
        """Why the network does not know a sound; None where it does.

        Args:
            embeddings: the last hidden layer's values, shape (units,).
            probability: of its answer, 0 to 1.

        Raises:
            RunError: embeddings that are not finite.
        """
        return self.judge_all(embeddings[np.newaxis], np.array([probability]))[0]

    def judge_all(
        self, embeddings: NDArray[np.float32], probabilities: NDArray[np.floating[Any]]
    ) -> list[Unknown | None]:
        """The same for several sounds.

        Args:
            embeddings: the last hidden layer's values, shape (sounds, units).
            probabilities: of its answers, shape (sounds,).

        Raises:
            RunError: embeddings that are not finite.
        """
        distances = self.distances(embeddings)
        return [
            self._judged(float(probability), None if distances is None else float(distances[index]))
            for index, probability in enumerate(probabilities)
        ]

    def _judged(self, probability: float, distance: float | None) -> Unknown | None:
        reasons = []
        if probability < self.least_probability:
            reasons.append(
                f"its answer has {percent(probability)}%, and {100 - LEVEL}% of the validation "
                f"clips' answers have {percent(self.least_probability)}% at least"
            )
        farthest = self.greatest_distance
        if distance is not None and farthest is not None and distance > farthest:
            reasons.append(
                f"it is {distance:.1f} away from the nearest training clips, and "
                f"{100 - LEVEL}% of the validation clips are {farthest:.1f} away at most"
            )
        return Unknown(tuple(reasons)) if reasons else None


def by_probability(validation: NDArray[np.float32]) -> Novelty:
    """What is unknown by the probability alone: all that is left when the clips are gone.

    Args:
        validation: the validation clips' class probabilities, shape (clips, classes).

    Raises:
        RunError: there is no validation clip.
    """
    best = _best(validation)
    least = float(np.percentile(best, LEVEL))
    return Novelty(least, None, None, None, None, int((best < least).sum()), len(best))


def fit_novelty(
    training: NDArray[np.float32],
    validation: NDArray[np.float32],
    probabilities: NDArray[np.float32],
) -> Novelty:
    """What is unknown by both measures: fitted on training clips, thresholds from validation clips.

    Args:
        training: the training clips' embeddings, shape (clips, units).
        validation: the validation clips' embeddings, shape (clips, units).
        probabilities: the validation clips' class probabilities, shape (clips, classes).

    Raises:
        RunError: there is no training or no validation clip, or embeddings are not finite.
    """
    if not len(training):
        raise RunError("Without training clips nothing can be said to be far from them.")
    best = _best(probabilities)
    known = np.asarray(training, np.float64)
    mean = known.mean(axis=0)
    deviation = np.where(np.ptp(known, axis=0) > 0, known.std(axis=0), 1.0)
    standardised = _standardised(training, mean, deviation)
    nearest = _nearest(standardised, _standardised(validation, mean, deviation))
    distances = nearest.distances.mean(axis=1)
    least = float(np.percentile(best, LEVEL))
    greatest = float(np.percentile(distances, 100 - LEVEL))
    refused = int(((best < least) | (distances > greatest)).sum())
    return Novelty(least, greatest, standardised, mean, deviation, refused, len(best))


def novelty_of(
    run: Run,
    criterion: str,
    dataset: Dataset,
    predictor: Predictor,
    on_progress: OnProgress = ignore_progress,
) -> Novelty:
    """What a run takes for unknown; its network hears its training and validation clips for it.

    Args:
        run: a run with weights.
        criterion: which of its best weights.
        dataset: the run's.
        predictor: the network with those weights.
        on_progress: told how many clips the network has heard.

    Raises:
        RunError: the run has no weights, or no worker is there to answer.
        DatasetError: the dataset is not the one the run has learned from, or damaged.
    """
    config = run.config
    stored = run.answers(criterion).probabilities["validation"]
    names = (*config.clips["train"], *config.clips["validation"])
    indices = dataset.places(names)
    power = feature_set(dataset, config.mel).power

    def x_of(some: NDArray[np.int64]) -> NDArray[np.float32]:
        return inputs_of(power, indices[some], config.train.features, config.scaling)

    heard = embeddings_of(predictor, x_of, len(names), on_progress).values
    learnt = len(config.clips["train"])
    return fit_novelty(heard[:learnt], heard[learnt:], stored)


def _best(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """The probability of each clip's answer, shape (clips,)."""
    if not len(probabilities):
        raise RunError("Without validation clips nothing says from where on a sound is unknown.")
    best: NDArray[np.float32] = probabilities.max(axis=1)
    return best


def _standardised(
    embeddings: NDArray[np.float32], mean: NDArray[np.float64], deviation: NDArray[np.float64]
) -> NDArray[np.float64]:
    if not np.isfinite(embeddings).all():
        raise RunError("The network's hidden layer gives numbers that are not finite.")
    return (embeddings - mean) / deviation


def _nearest(training: NDArray[np.float64], embeddings: NDArray[np.float64]) -> Nearest:
    """The nearest training clips by Euclidean distance."""
    # Slow to import, and needed only here. Its index takes a millisecond for so few clips.
    from sklearn.neighbors import NearestNeighbors

    # A tree: without one the distances to close clips are differences of large numbers.
    count = min(NEIGHBOURS, len(training))
    neighbours = NearestNeighbors(n_neighbors=count, algorithm="kd_tree").fit(training)
    distances, clips = neighbours.kneighbors(embeddings)
    return Nearest(clips, distances)
