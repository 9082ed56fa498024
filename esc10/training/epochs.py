"""Learning from all training clips once: as the lab does, or by a recipe."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from math import ceil
from typing import Protocol

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from esc10.progress import ShouldStop
from esc10.training.augmentation import Augmenter
from esc10.training.config import TrainConfig
from esc10.training.learner import Learner
from esc10.training.plan import TrainingData
from esc10.training.recipes import Recipe, step_size


class Epochs(Protocol):
    """A way to learn from all training clips, time and again."""

    def learn(
        self, order: NDArray[np.int64], should_stop: ShouldStop
    ) -> tuple[float, float] | None:
        """The loss and accuracy over an epoch's training clips, as they were trained on.

        None if somebody wished to stop.

        Args:
            order: indices of the training clips, shape (clips,).
            should_stop: polled every few tenths of a second.
        """

    @contextmanager
    def answering(self) -> Iterator[None]:
        """A context in which the network has the weights that shall answer."""


def epochs_of(learner: Learner, data: TrainingData, config: TrainConfig) -> Epochs:
    """The way that a run's settings ask for."""
    if config.recipe is None:
        return _LabEpochs(learner, data, config)
    return _RecipeEpochs(learner, data, config, config.recipe)


class _LabEpochs:
    """Every clip as it is."""

    def __init__(self, learner: Learner, data: TrainingData, config: TrainConfig) -> None:
        self._learner, self._batch_size = learner, config.batch_size
        self._x, self._y = (tf.convert_to_tensor(arrays["train"]) for arrays in (data.x, data.y))

    def learn(
        self, order: NDArray[np.int64], should_stop: ShouldStop
    ) -> tuple[float, float] | None:
        loss, right, learnt = 0.0, 0, 0
        while learnt < len(order):
            more_loss, more_right, clips = self._learner.learn(
                self._x, self._y, order[learnt:], self._batch_size
            )
            loss, right, learnt = loss + more_loss, right + more_right, learnt + clips
            if should_stop():
                return None
        return loss / len(order), right / len(order)

    @contextmanager
    def answering(self) -> Iterator[None]:
        yield


class _RecipeEpochs:
    """Every clip changed; the next batch is made ready while the network learns from one."""

    def __init__(
        self, learner: Learner, data: TrainingData, config: TrainConfig, recipe: Recipe
    ) -> None:
        if data.power is None or data.scaling is None:
            raise ValueError("a recipe needs the training clips' power, and their scaling")
        self._learner, self._config, self._recipe = learner, config, recipe
        self._augmenter = Augmenter(
            data.power, data.y["train"], data.classes, data.scaling, recipe, config.seed
        )
        self._step = 0
        self._steps = config.epochs * ceil(len(data.y["train"]) / config.batch_size)
        self._average = learner.model.get_weights()

    def learn(
        self, order: NDArray[np.int64], should_stop: ShouldStop
    ) -> tuple[float, float] | None:
        size = self._config.batch_size
        batches = [order[begin : begin + size] for begin in range(0, len(order), size)]
        loss, right = 0.0, 0
        with ThreadPoolExecutor(1) as ahead:
            # One at a time and in order: what is drawn for each is determined by the seed.
            coming = [ahead.submit(self._augmenter.batch, clips) for clips in batches[:1]]
            for following in [*batches[1:], None]:
                x, targets = coming.pop().result()
                if following is not None:
                    coming = [ahead.submit(self._augmenter.batch, following)]
                more_loss, more_right = self._take_step(x, targets)
                loss, right = loss + more_loss, right + more_right
                if should_stop():
                    return None
        return loss / len(order), right / len(order)

    def _take_step(self, x: NDArray[np.float32], targets: NDArray[np.float32]) -> tuple[float, int]:
        recipe = self._recipe
        done = self._step / self._steps
        size = step_size(recipe.schedule, self._config.learning_rate, done)
        settling = done >= 1 - recipe.settling
        figures = self._learner.learn_mixed(x, targets, size, recipe.decay, settling=settling)
        self._step += 1
        if recipe.averaging:
            # The first steps count for less: what they leave would be in the average for long.
            kept = min(recipe.averaging, self._step / (self._step + 10))
            for average, weight in zip(
                self._average, self._learner.model.get_weights(), strict=True
            ):
                average *= kept
                average += (1 - kept) * weight
        return figures

    @contextmanager
    def answering(self) -> Iterator[None]:
        if not self._recipe.averaging:
            yield
            return
        model = self._learner.model
        weights = model.get_weights()
        model.set_weights(self._average)
        try:
            yield
        finally:
            model.set_weights(weights)
