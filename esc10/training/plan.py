"""From settings to what is needed to train: the run's full configuration, and its arrays."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from esc10.datasets import load_dataset
from esc10.datasets.splits import SPLITS
from esc10.errors import DatasetError
from esc10.features.cache import feature_set
from esc10.features.inputs import Scaling, inputs_of, scaling_of
from esc10.features.mel import MelConfig
from esc10.progress import OnProgress, ShouldStop, ignore_progress, never_stop
from esc10.training.config import TrainConfig


@dataclass(frozen=True)
class TrainingData:
    """The arrays of a run.

    Attributes:
        x: for `train`, `validation` and `test`, shape (clips, frames, mel bands), float32; without
            `train` for a recipe, which begins with `power`.
        y: for the same parts, the labels, shape (clips,), from 0.
        classes: how many classes there are.
        power: of the training clips, for a recipe: shape (clips, frames, mel bands), float32.
        scaling: the training clips' mean and deviation, for `logmel`.
    """

    x: dict[str, NDArray[np.float32]]
    y: dict[str, NDArray[np.int64]]
    classes: int
    power: NDArray[np.float32] | None = None
    scaling: Scaling | None = None


@dataclass(frozen=True)
class RunConfig:
    """All that determines a run, and all that prediction needs beside the weights.

    Attributes:
        run_id: the name of its folder; in alphabetical order runs are in order of time.
        created: when it was asked for, ISO 8601, UTC.
        train: what the person chose.
        classes: the class names in the order of the network's outputs.
        mel: how spectrograms are made.
        scaling: the training clips' mean and deviation, for `logmel`.
        clips: for `train`, `validation` and `test`, the clips' ESC-50 names, in order.
        versions: of what prepared it.
    """

    run_id: str
    created: str
    train: TrainConfig
    classes: tuple[str, ...]
    mel: MelConfig
    scaling: Scaling | None
    clips: dict[str, tuple[str, ...]]
    versions: dict[str, str]


def plan_run(
    config: TrainConfig,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> RunConfig:
    """The full configuration of a new run; mel spectrograms are computed where none are cached.

    Raises:
        DatasetError: the dataset is not on this machine, or damaged.
        Cancelled: `should_stop` said so.
    """
    dataset = load_dataset(config.dataset)
    split = SPLITS[config.split](dataset, config.validation_fold, config.test_fold)
    features = feature_set(dataset, MelConfig(), on_progress, should_stop)
    now = datetime.now(UTC)
    return RunConfig(
        run_id=f"{now:%Y%m%d-%H%M%S-%f}"[:19] + f"-{config.model}-{secrets.token_hex(2)}",
        created=now.isoformat(timespec="seconds"),
        train=config,
        classes=dataset.classes,
        mel=features.config,
        scaling=scaling_of(features.power, split.train) if config.features == "logmel" else None,
        clips=split.names(dataset),
        versions={
            name: version(name) for name in ("numpy", "scipy", "scikit-learn", "soundfile", "soxr")
        },
    )


def training_data(run: RunConfig) -> TrainingData:
    """The arrays of a run, from its configuration alone.

    Raises:
        DatasetError: the dataset is not on this machine any more, or not the same.
    """
    features = feature_set(load_dataset(run.train.dataset), run.mel)
    index_of = {clip.filename: index for index, clip in enumerate(features.dataset.clips)}
    if features.dataset.classes != run.classes or set(chain(*run.clips.values())) - set(index_of):
        raise DatasetError(
            f"{features.dataset.source.title} is not what it was when run {run.run_id} was asked "
            "for. Train again."
        )
    indices = {
        part: np.array([index_of[name] for name in names]) for part, names in run.clips.items()
    }
    by_recipe = run.train.recipe is not None
    power = features.power[indices["train"]].transpose(0, 2, 1) if by_recipe else None
    return TrainingData(
        x={
            part: inputs_of(features.power, where, run.train.features, run.scaling)
            for part, where in indices.items()
            if not (by_recipe and part == "train")
        },
        y={part: features.dataset.labels[where] for part, where in indices.items()},
        classes=len(run.classes),
        power=None if power is None else np.ascontiguousarray(power),
        scaling=run.scaling,
    )
