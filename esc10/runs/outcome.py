"""How a run ended, in which states it can be, and what it left to be judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from esc10.storage import STRICT
from esc10.training.plan import RunConfig
from esc10.training.results import CRITERIA, LAST, PARTS

ALL_PARTS = ("train", *PARTS)
"""All clips of a run."""

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
        best: for each of `esc10.training.results.CRITERIA` the best epoch, from 1, and for `LAST`
            the last one where it has those weights; empty without weights.
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


# The union carries STRICT into the dataclass, which by itself knows no Pydantic.
_OUTCOME: TypeAdapter[Outcome | None] = TypeAdapter(Outcome | None, config=STRICT)


def read_outcome(content: bytes) -> Outcome:
    """A run's outcome, from the bytes of its outcome.json.

    Raises:
        ValueError: it is not how a run ends.
    """
    outcome = _OUTCOME.validate_json(content)
    if outcome is None:
        raise ValueError("null is no outcome")
    return outcome


WEIGHTS = {criterion: f"{criterion}.weights.h5" for criterion in (*CRITERIA, LAST)}
"""Every file of weights that a run can have, by what chose the epoch."""


def weight_files(best: Mapping[str, int]) -> dict[str, str]:
    """For each criterion the file with its weights; an epoch has one, named after the first.

    Args:
        best: the epoch of each criterion, as in an `Outcome`.
    """
    first: dict[int, str] = {}
    for criterion in WEIGHTS:
        if criterion in best:
            first.setdefault(best[criterion], criterion)
    return {criterion: WEIGHTS[first[epoch]] for criterion, epoch in best.items()}


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


OPTIONAL = ("test_by_epoch",)
"""What runs from before 2026-11-30 do not have."""

Kind = tuple[type[np.float32 | np.int64], tuple[int, ...]]


def kinds_of_arrays(config: RunConfig, epochs: int) -> dict[str, Kind]:
    """For each array of a run's stored answers, by its name, the type and the shape it has.

    `OPTIONAL` ones need not be there.
    """
    classes = len(config.classes)
    clips = {part: len(config.clips[part]) for part in PARTS}
    return {
        **{f"{part}_labels": (np.int64, (clips[part],)) for part in PARTS},
        **{
            f"{criterion}_{part}": (np.float32, (clips[part], classes))
            for criterion in CRITERIA
            for part in PARTS
        },
        **{f"{part}_by_epoch": (np.float32, (epochs, clips[part], classes)) for part in PARTS},
    }


def check_arrays(arrays: Mapping[str, NDArray[Any]], config: RunConfig) -> None:
    """See that stored answers are those of such a run.

    Raises:
        KeyError: an array is missing.
        ValueError: one is of another type or shape, or labels are no classes.
    """
    epochs = arrays["validation_by_epoch"].shape[:1]
    for name, (dtype, shape) in kinds_of_arrays(config, *epochs).items():
        if name in OPTIONAL and name not in arrays:
            continue
        if (arrays[name].dtype, arrays[name].shape) != (np.dtype(dtype), shape):
            raise ValueError(f"{name} has another type or shape than the run gives it")
    for part in PARTS:
        labels = arrays[f"{part}_labels"]
        if labels.min() < 0 or labels.max() >= len(config.classes):
            raise ValueError(f"the labels of the {part} clips are no classes")
