"""Learning and forgetting, epoch by epoch, on the validation clips.

After every epoch the network answered all of them. A clip it got right may be lost again: a
*forgetting event* is a clip right after one epoch and wrong after the next, as in Toneva et al.
(2019), "An Empirical Study of Example Forgetting during Deep Neural Network Learning", ICLR. They
count on the clips that train; here it is the clips that validate, whose answers every run keeps.

Before its first epoch a network knows nothing, so a clip that is right after it counts as learned.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from esc10.errors import RunError
from esc10.evaluation.metrics import PartEvaluation, evaluate_part
from esc10.runs.run import Run
from esc10.training.results import CRITERIA


@dataclass(frozen=True)
class ClipHistory:
    """What became of a validation clip.

    Attributes:
        filename: its ESC-50 name.
        true: its class.
        right: whether the network named that class after each epoch, shape (epochs,).
        probability: what it gave that class after each epoch, shape (epochs,).
    """

    filename: str
    true: str
    right: NDArray[np.bool_]
    probability: NDArray[np.float32]

    @property
    def flips(self) -> int:
        """How often the verdict changed from one epoch to the next."""
        return int((self.right[1:] != self.right[:-1]).sum())

    @property
    def learned(self) -> int:
        """Learning events: how often it became right, after the first epoch included."""
        return int(self.right[0]) + int((~self.right[:-1] & self.right[1:]).sum())

    @property
    def forgotten(self) -> int:
        """Forgetting events: how often it was right after an epoch and wrong after the next."""
        return int((self.right[:-1] & ~self.right[1:]).sum())

    @property
    def first_right(self) -> int | None:
        """The first epoch after which it was right, from 1; None if it never was."""
        return int(self.right.argmax()) + 1 if self.right.any() else None


@dataclass(frozen=True, slots=True)
class Changes:
    """What an epoch changed.

    Attributes:
        learned: the ESC-50 names of the clips that became right, in the order of the part.
        forgotten: of those that became wrong.
    """

    learned: tuple[str, ...]
    forgotten: tuple[str, ...]


def right_by_epoch(
    labels: NDArray[np.int64], probabilities: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Whether each clip was classified rightly after each epoch.

    Args:
        labels: the true classes, shape (clips,).
        probabilities: shape (epochs, clips, classes).

    Returns:
        Shape (epochs, clips).
    """
    right: NDArray[np.bool_] = probabilities.argmax(axis=2) == labels
    return right


def clip_histories(run: Run) -> tuple[ClipHistory, ...]:
    """What became of each validation clip, in the order of the part.

    Args:
        run: a run that finished, or was stopped after its first epoch.

    Raises:
        RunError: the run has no weights, or its folder is damaged.
    """
    labels, probabilities = _labels(run), run.validation_by_epoch()
    right = right_by_epoch(labels, probabilities)
    return tuple(
        ClipHistory(
            filename=filename,
            true=run.config.classes[labels[index]],
            right=right[:, index],
            probability=probabilities[:, index, labels[index]],
        )
        for index, filename in enumerate(run.config.clips["validation"])
    )


def changes_at(run: Run, epoch: int) -> Changes:
    """What an epoch changed since the one before; the first one learned all that are right.

    Args:
        run: a run that finished, or was stopped after its first epoch.
        epoch: from 1.

    Raises:
        RunError: the run has no such epoch or no weights, or its folder is damaged.
    """
    right = right_by_epoch(_labels(run), _answers_until(run, epoch))
    after = right[-1]
    before = right[-2] if epoch > 1 else np.zeros_like(after)
    names = run.config.clips["validation"]
    return Changes(
        learned=tuple(names[index] for index in np.flatnonzero(after & ~before)),
        forgotten=tuple(names[index] for index in np.flatnonzero(before & ~after)),
    )


def evaluate_epoch(run: Run, epoch: int) -> PartEvaluation:
    """The verdict on the validation clips as the network was after an epoch.

    Args:
        run: a run that finished, or was stopped after its first epoch.
        epoch: from 1.

    Raises:
        RunError: the run has no such epoch or no weights, or its folder is damaged.
    """
    return evaluate_part(
        _labels(run),
        _answers_until(run, epoch)[-1],
        run.config.clips["validation"],
        run.config.classes,
    )


def _labels(run: Run) -> NDArray[np.int64]:
    """The validation clips' true classes, the same under either of the best weights."""
    return run.answers(CRITERIA[0]).labels["validation"]


def _answers_until(run: Run, epoch: int) -> NDArray[np.float32]:
    """Probabilities after every epoch up to the one asked for, shape (epoch, clips, classes)."""
    probabilities = run.validation_by_epoch()
    if not 1 <= epoch <= len(probabilities):
        raise RunError(
            f"Run {run.run_id} has no epoch {epoch}. Choose one from 1 to {len(probabilities)}."
        )
    return probabilities[:epoch]
