"""What networks are fed of the clips that judge them, computed once for all runs of one split."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from esc10.datasets import load_dataset
from esc10.datasets.splits import SPLITS
from esc10.errors import DatasetError, RunError
from esc10.features.cache import FeatureSet, feature_set
from esc10.features.inputs import inputs_of
from esc10.progress import OnProgress, ShouldStop
from esc10.training.plan import RunConfig
from esc10.training.results import PARTS

_KEPT = 8
"""Of what a class repeats; the inputs of ESC-10's 160 clips have 18 MB."""


class NotHereError(Exception):
    """A run's dataset is not on this machine."""


@dataclass(frozen=True)
class HeldOut:
    """The clips that a run is judged on.

    Attributes:
        x: what its network is fed of the `validation` and the `test` clips, shape
            (clips, frames, mel bands), float32.
        of_split: whether the run's split gives those clips, and the run's training clips.
    """

    x: dict[str, NDArray[np.float32]]
    of_split: bool


class HeldOutClips:
    """The same for one run after the other."""

    def __init__(self, on_progress: OnProgress, should_stop: ShouldStop) -> None:
        """Nothing is read yet; `on_progress` hears of mel spectrograms that are not cached."""
        self._on_progress, self._should_stop = on_progress, should_stop
        self._held_out: dict[Hashable, HeldOut] = {}
        self._datasets: dict[str, FeatureSet] = {}

    def of(self, config: RunConfig) -> HeldOut:
        """What a run's network is fed of its validation and test clips.

        Args:
            config: the run's.

        Raises:
            NotHereError: the dataset is not here, or another one.
            DatasetError: its mel spectrograms cannot be computed.
            Cancelled: somebody wished it.
        """
        train = config.train
        key = (
            *(train.dataset, train.features, train.split, train.validation_fold, train.test_fold),
            *(config.mel, config.scaling, *config.clips.values()),
        )
        if key not in self._held_out:
            held_out = self._inputs(config)
            if len(self._held_out) >= _KEPT:  # what has been there longest goes
                self._held_out.pop(next(iter(self._held_out)))
            self._held_out[key] = held_out
        return self._held_out[key]

    def _inputs(self, config: RunConfig) -> HeldOut:
        train = config.train
        try:
            dataset = load_dataset(train.dataset)
            places = {part: dataset.places(names) for part, names in config.clips.items()}
        except DatasetError as error:
            raise NotHereError(str(error)) from error
        if dataset.classes != config.classes:
            raise NotHereError(
                f"{dataset.source.title} has other classes here than where the run learned."
            )
        if train.dataset not in self._datasets:
            self._datasets[train.dataset] = feature_set(
                dataset, config.mel, self._on_progress, self._should_stop
            )
        power = self._datasets[train.dataset].power
        try:
            split = SPLITS[train.split](dataset, train.validation_fold, train.test_fold)
            of_split = split.names(dataset) == config.clips
        except RunError:  # there is no such split
            of_split = False
        with np.errstate(all="ignore"):  # a stranger's scaling may leave no numbers
            x = {
                part: inputs_of(power, places[part], train.features, config.scaling)
                for part in PARTS
            }
        return HeldOut(x, of_split)
