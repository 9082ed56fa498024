"""How well a run does, from the probabilities it stored; neither Keras nor the sounds are needed.

Conventions: rows of a confusion matrix are the true classes, columns the predicted ones; a clip's
predicted class is the most probable one, the first where several are equal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from esc10.evaluation.intervals import wilson_interval
from esc10.runs.run import Run
from esc10.training.results import PARTS


@dataclass(frozen=True, slots=True)
class JudgedClip:
    """A clip and what the network says of it.

    Attributes:
        filename: its ESC-50 name.
        true: its class.
        predicted: the class the network names.
        probability: what the network gives that class.
        probabilities: what it gives each class, in the order of the matrix.
    """

    filename: str
    true: str
    predicted: str
    probability: float
    probabilities: tuple[float, ...]

    @property
    def right(self) -> bool:
        """Whether the network names the true class."""
        return self.true == self.predicted


@dataclass(frozen=True)
class PartEvaluation:
    """The verdict on the validation clips or on the test clips.

    Attributes:
        judged: each clip's verdict, in the part's order.
        accuracy: the share of clips classified rightly.
        interval: the Wilson 95 % interval of that share, low and high.
        confusion: counts, shape (classes, classes), rows true, columns predicted.
        report: scikit-learn's classification report: for each class and for `macro avg` and
            `weighted avg` a dictionary of `precision`, `recall`, `f1-score` and `support`.
    """

    judged: tuple[JudgedClip, ...]
    accuracy: float
    interval: tuple[float, float]
    confusion: NDArray[np.int64]
    report: dict[str, dict[str, float]]

    @property
    def clips(self) -> int:
        """How many clips were judged."""
        return len(self.judged)

    @property
    def mistakes(self) -> tuple[JudgedClip, ...]:
        """The misclassified clips, the most confident first."""
        return _most_confident_first(clip for clip in self.judged if not clip.right)

    def cells(self, true: str | None, predicted: str | None) -> tuple[JudgedClip, ...]:
        """The clips behind a cell of the confusion matrix, the most confident first.

        Args:
            true: the class of its row; None for all of them.
            predicted: the class of its column; likewise.
        """
        return _most_confident_first(
            clip
            for clip in self.judged
            if true in (None, clip.true) and predicted in (None, clip.predicted)
        )


def _most_confident_first(clips: Iterable[JudgedClip]) -> tuple[JudgedClip, ...]:
    return tuple(sorted(clips, key=lambda clip: -clip.probability))


@dataclass(frozen=True)
class Evaluation:
    """The verdict on a run.

    Attributes:
        run_id: which run.
        weights: which of its best weights, by `val_accuracy` or `val_loss`.
        epoch: the epoch those weights are from.
        classes: the class names, in the order of the matrices.
        parts: for `validation` and `test`.
    """

    run_id: str
    weights: str
    epoch: int
    classes: tuple[str, ...]
    parts: dict[str, PartEvaluation]


def evaluate(run: Run, weights: str) -> Evaluation:
    """The verdict on a run's validation and test clips.

    Args:
        run: a run that finished, or was stopped after its first epoch.
        weights: one of its `criteria`.

    Raises:
        RunError: the run has no weights, or its folder is damaged.
    """
    answers = run.answers(weights)
    classes = run.config.classes
    return Evaluation(
        run_id=run.run_id,
        weights=weights,
        epoch=answers.epoch,
        classes=classes,
        parts={
            part: evaluate_part(
                answers.labels[part], answers.probabilities[part], run.config.clips[part], classes
            )
            for part in PARTS
        },
    )


def evaluate_part(
    labels: NDArray[np.int64],
    probabilities: NDArray[np.float32],
    filenames: tuple[str, ...],
    classes: tuple[str, ...],
) -> PartEvaluation:
    """The verdict on some clips.

    Args:
        labels: the true classes, shape (clips,).
        probabilities: the network's, shape (clips, classes).
        filenames: the clips' ESC-50 names, in the same order.
        classes: the class names.
    """
    # Slow to import, and not needed by whoever only names a verdict.
    from sklearn.metrics import confusion_matrix

    predicted = probabilities.argmax(axis=1)
    right = int((predicted == labels).sum())
    return PartEvaluation(
        judged=tuple(
            JudgedClip(
                filename,
                classes[label],
                classes[answer],
                float(chances[answer]),
                tuple(float(chance) for chance in chances),
            )
            for filename, label, answer, chances in zip(
                filenames, labels, predicted, probabilities, strict=True
            )
        ),
        accuracy=right / len(labels),
        interval=wilson_interval(right, len(labels)),
        confusion=confusion_matrix(labels, predicted, labels=np.arange(len(classes))),
        report=_report(labels, predicted, classes),
    )


def _report(
    labels: NDArray[np.int64], predicted: NDArray[np.int64], classes: tuple[str, ...]
) -> dict[str, dict[str, float]]:
    """scikit-learn's classification report, by class and on average."""
    from sklearn.metrics import classification_report

    report: dict[str, Any] = classification_report(
        labels,
        predicted,
        labels=np.arange(len(classes)),
        target_names=classes,
        output_dict=True,
        zero_division=0,
    )
    # With labels given, scikit-learn calls the accuracy so only where every class is present.
    report.pop("accuracy", None)
    report.pop("micro avg", None)
    return report
