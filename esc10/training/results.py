"""What a training gives back: a row an epoch while it goes on, and one result at its end.

Nothing here knows Keras, so the process that only stores and shows results need not load it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PARTS = ("validation", "test")
"""The clips that a network is judged on."""

CRITERIA = ("val_accuracy", "val_loss")
"""The two ways to choose the best epoch: the highest val_accuracy, or the lowest val_loss."""

LAST = "last"
"""The last epoch: what the step sizes of a schedule were made for. A run that has followed one to
its end keeps these weights too, and is judged by them unless somebody wishes otherwise."""

ENDINGS = {
    "epochs": "all epochs were trained",
    "patience": "the validation loss had stopped falling",
    "stopped": "somebody pressed stop",
    "diverged": "the loss became infinite: a smaller learning rate may help",
}
"""Why a training ended, in words for the person who waits for it."""


@dataclass(frozen=True, slots=True)
class EpochRow:
    """One epoch's figures.

    Attributes:
        epoch: from 1.
        loss: mean cross-entropy over the training clips, in nats, as they were trained on.
        accuracy: the share of training clips classified rightly, as they were trained on.
        val_loss: the same on the validation clips, after the epoch.
        val_accuracy: likewise.
        seconds: wall-clock time of the epoch, validation included.
    """

    epoch: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    seconds: float


@dataclass(frozen=True)
class BestEpoch:
    """The weights of one epoch and what they answer.

    Attributes:
        epoch: from 1.
        weights: a Keras `.weights.h5` file's bytes.
        validation: class probabilities, shape (validation clips, classes).
        test: class probabilities, shape (test clips, classes).
    """

    epoch: int
    weights: bytes
    validation: NDArray[np.float32]
    test: NDArray[np.float32]


@dataclass(frozen=True)
class TrainResult:
    """All that a training leaves behind.

    Attributes:
        history: a row per epoch.
        best: for each of `CRITERIA`, the best epoch, and for `LAST` the last one where a schedule
            was followed to its end; empty if no epoch was finished.
        by_epoch: for each of `PARTS`, class probabilities after every epoch, shape
            (epochs, clips, classes).
        ended: a key of `ENDINGS`.
        parameters: all weights of the network.
        trainable_parameters: those that training moves.
        versions: of what did the training.
    """

    history: tuple[EpochRow, ...]
    best: dict[str, BestEpoch]
    by_epoch: dict[str, NDArray[np.float32]]
    ended: str
    parameters: int
    trainable_parameters: int
    versions: dict[str, str]


def best_epochs(history: list[EpochRow]) -> dict[str, EpochRow]:
    """For each of `CRITERIA` the best row, the first where several are equal; empty for none."""
    if not history:
        return {}
    return {
        "val_accuracy": max(history, key=lambda row: row.val_accuracy),
        "val_loss": min(history, key=lambda row: row.val_loss),
    }
