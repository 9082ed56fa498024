"""Runs whose content is made up: for tests of storing and judging, which need no training."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from esc10.features.inputs import Scaling
from esc10.features.mel import MelConfig
from esc10.training.config import TrainConfig
from esc10.training.plan import RunConfig
from esc10.training.results import CRITERIA, PARTS, BestEpoch, EpochRow, TrainResult

CLASSES = tuple(f"class {letter}" for letter in "abcdefghij")
SIZES = {"train": 12, "validation": 8, "test": 6}


def made_config(number: int = 1, model: str = "cnn", kind: str = "logmel") -> RunConfig:
    """A run's configuration; a higher number is a newer run."""
    return RunConfig(
        run_id=f"20260101-120000-{number:03}-{model}-ab12",
        created="2026-01-01T12:00:00+00:00",
        train=TrainConfig("practice", model, kind, epochs=7, learning_rate=0.0005, owner="Ada"),
        classes=CLASSES,
        mel=MelConfig(),
        scaling=Scaling(-30.123456789012345, 17.1) if kind == "logmel" else None,
        clips={
            part: tuple(f"1-{place}-A-{place % 10}.wav" for place in range(clips))
            for part, clips in SIZES.items()
        },
        versions={"numpy": "2"},
    )


def made_labels() -> dict[str, NDArray[np.int64]]:
    """The true classes of the parts."""
    return {part: np.arange(clips, dtype=np.int64) % 10 for part, clips in SIZES.items()}


def made_probabilities(clips: int, seed: int) -> NDArray[np.float32]:
    """Probabilities that sum to one."""
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.ones(len(CLASSES)), clips).astype(np.float32)


def made_row(epoch: int) -> EpochRow:
    """An epoch's figures; none of them is a round number."""
    return EpochRow(epoch, 2.1 / epoch, epoch / 9, 2.3 / epoch, epoch / 11, 0.1 + 1 / epoch)


def answering(result: TrainResult, test: NDArray[np.float32]) -> TrainResult:
    """The same training, whose every epoch says this of the test clips, shape (clips, classes)."""
    return replace(
        result,
        best={name: replace(epoch, test=test) for name, epoch in result.best.items()},
        by_epoch={**result.by_epoch, "test": np.stack([test] * len(result.history))},
    )


def made_result(epochs: int = 3, ended: str = "epochs") -> TrainResult:
    """A training of some epochs; without epochs it has no weights."""
    best = {
        criterion: BestEpoch(
            epoch=max(1, epochs - place),
            weights=f"the weights by {criterion}".encode() * 100,
            validation=made_probabilities(SIZES["validation"], 10 + place),
            test=made_probabilities(SIZES["test"], 20 + place),
        )
        for place, criterion in enumerate(CRITERIA if epochs else ())
    }
    by_epoch = {
        part: np.array(
            [made_probabilities(SIZES[part], epoch) for epoch in range(epochs)], np.float32
        ).reshape(-1, SIZES[part], len(CLASSES))
        for part in PARTS
    }
    return TrainResult(
        history=tuple(made_row(epoch) for epoch in range(1, epochs + 1)),
        best=best,
        by_epoch=by_epoch,
        ended=ended,
        parameters=47_018,
        trainable_parameters=46_890,
        versions={"keras": "3"},
    )
