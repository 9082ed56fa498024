"""How a run ended, in which states it can be, and what it left to be judged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UNFINISHED = ("queued", "training")
WITH_WEIGHTS = ("finished", "stopped")
CUT_SHORT = ("failed", "interrupted")
STATES = (*UNFINISHED, *WITH_WEIGHTS, *CUT_SHORT, "cancelled")
"""Every state a run can be in; `cancelled` is a run taken out of the queue."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.

    Attributes:
        state: one of `STATES` that is not unfinished.
        reason: in words for the person who asked for the run.
        best: for each of `esc10.training.results.CRITERIA` the best epoch, from 1; empty without
            weights.
        parameters: all weights of the network; None where training never began.
        trainable_parameters: those that training moves.
        versions: of what did the training.
    """

    state: str
    reason: str
    best: dict[str, int]
    parameters: int | None = None
    trainable_parameters: int | None = None
    versions: dict[str, str] | None = None


@dataclass(frozen=True)
class StoredAnswers:
    """What a run's best weights say of the clips they were not trained on.

    Attributes:
        epoch: the epoch the weights are from.
        labels: for `validation` and `test`, shape (clips,).
        probabilities: for the same parts, shape (clips, classes).
    """

    epoch: int
    labels: dict[str, NDArray[np.int64]]
    probabilities: dict[str, NDArray[np.float32]]
