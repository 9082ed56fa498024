"""How well a run does, from the probabilities it stored; neither Keras nor the sounds are needed.

Conventions: rows of a confusion matrix are the true classes, columns the predicted ones; a clip's
predicted class is the most probable one, the first where several are equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from esc10.intervals import wilson_interval
from esc10.run import Run

PARTS = ("validation", "test")


@dataclass(frozen=True, slots=True)
class Mistake:
    """A clip taken for something else.

    Attributes:
        filename: its ESC-50 name.
        true: its class.
        predicted: the class the network names.
        probability: what the network gives that class.
    """

    filename: str
    true: str
    predicted: str
    probability: float


@dataclass(frozen=True)
class PartEvaluation:
    """The verdict on the validation clips or on the test clips.

    Attributes:
        accuracy: the share of clips classified rightly.
        interval: the Wilson 95 % interval of that share, low and high.
        clips: how many clips were judged.
        confusion: counts, shape (classes, classes), rows true, columns predicted.
        report: scikit-learn's classification report: for each class and for `macro avg` and
            `weighted avg` a dictionary of `precision`, `recall`, `f1-score` and `support`.
        mistakes: the misclassified clips, the most confident first.
    """

    accuracy: float
    interval: tuple[float, float]
    clips: int
    confusion: NDArray[np.int64]
    report: dict[str, dict[str, float]]
    mistakes: tuple[Mistake, ...]


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
        weights: `val_accuracy` or `val_loss`.

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
    from sklearn.metrics import classification_report, confusion_matrix

    predicted = probabilities.argmax(axis=1)
    order = np.arange(len(classes))
    report: dict[str, Any] = classification_report(
        labels, predicted, labels=order, target_names=classes, output_dict=True, zero_division=0
    )
    # With labels given, scikit-learn calls the accuracy so only where every class is present.
    report.pop("accuracy", None)
    report.pop("micro avg", None)
    right = int((predicted == labels).sum())
    wrong = np.flatnonzero(predicted != labels)
    mistakes = [
        Mistake(
            filenames[index],
            classes[labels[index]],
            classes[predicted[index]],
            float(probabilities[index, predicted[index]]),
        )
        for index in wrong
    ]
    return PartEvaluation(
        accuracy=right / len(labels),
        interval=wilson_interval(right, len(labels)),
        clips=len(labels),
        confusion=confusion_matrix(labels, predicted, labels=order),
        report=report,
        mistakes=tuple(sorted(mistakes, key=lambda mistake: -mistake.probability)),
    )
