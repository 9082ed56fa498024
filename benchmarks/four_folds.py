"""Training on four of the five folds, with every choice made before: what is published mostly does.

The app does not offer it. Nothing is left to validate, so that nothing could be chosen, and whoever
looked at the test fold instead would choose on it.

    four-folds/<digest>.json   in the data folder: a training's settings, and what came of it
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from esc10.datasets import load_dataset
from esc10.features.cache import feature_set
from esc10.features.inputs import scaling_of
from esc10.storage import home, write_whole
from esc10.training.config import TrainConfig
from esc10.training.plan import RunConfig, plan_run, training_data


@dataclass(frozen=True, slots=True)
class FourFolds:
    """What came of a training.

    Attributes:
        right: for each clip of the test fold, in order, whether the last epoch's answer is right.
        seconds: what its epochs took.
        parameters: of the network.
    """

    right: list[bool]
    seconds: float
    parameters: int


@dataclass(frozen=True, slots=True)
class _Kept:
    settings: TrainConfig
    result: FourFolds


_KEPT = TypeAdapter(_Kept)


def result_of(config: TrainConfig) -> FourFolds:
    """What a training gives where the fold that would validate trains too; it is kept.

    Raises:
        Esc10Error: the dataset is not here, or the disk refused.
        RuntimeError: the training did not come to its end.
    """
    # Read and compared, not looked up by a digest: a setting that came since has its default there.
    for path in sorted(_folder().glob("*.json")):
        kept = _KEPT.validate_json(path.read_bytes())
        if kept.settings == config:
            return kept.result
    result = _train(config)
    content = _KEPT.dump_json(_Kept(config, result), indent=1)
    _folder().mkdir(parents=True, exist_ok=True)
    write_whole(_folder() / f"{hashlib.sha256(content).hexdigest()[:16]}.json", content)
    return result


def with_four_folds(run: RunConfig) -> RunConfig:
    """A run that learns from the validation clips too; they go on being answered, for nothing."""
    features = feature_set(load_dataset(run.train.dataset), run.mel)
    train = run.clips["train"] + run.clips["validation"]
    names = [clip.filename for clip in features.dataset.clips]
    where = np.flatnonzero(np.isin(names, train))
    return replace(
        run,
        clips=run.clips | {"train": tuple(names[index] for index in where)},
        scaling=scaling_of(features.power, where) if run.scaling else None,
    )


def _train(config: TrainConfig) -> FourFolds:
    from esc10.training.loop import train  # Keras takes seconds to import, a kept result none

    data = training_data(with_four_folds(plan_run(config)))
    # No epoch is chosen: patience would choose by clips that are trained on.
    result = train(data, replace(config, patience=config.epochs))
    if result.ended != "epochs":
        raise RuntimeError(f"a training of fold {config.test_fold} has {result.ended}.")
    last = result.by_epoch["test"][-1]  # (clips, classes)
    return FourFolds(
        (last.argmax(axis=1) == data.y["test"]).tolist(),
        sum(row.seconds for row in result.history),
        result.parameters,
    )


def _folder() -> Path:
    return home() / "four-folds"
