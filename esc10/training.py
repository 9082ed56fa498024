"""Training a network: the lab's callbacks, with every epoch's answers kept.

Only the worker process, the command line and tests import this module: it loads Keras.
"""

from __future__ import annotations

import platform
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from esc10.config import TrainConfig
from esc10.models import BUILDING, MODELS, layer_table
from esc10.preparation import TrainingData
from esc10.progress import ShouldStop, never_stop
from esc10.results import BestEpoch, EpochRow, TrainResult

OnEpochEnd = Callable[[EpochRow], None]


class _Stopped(Exception):
    """Ends an epoch at once; an epoch that is not finished does not count."""


@dataclass
class _Best:
    """The best epoch so far by one criterion."""

    epoch: int
    value: float
    weights: list[NDArray[np.float32]]


@dataclass
class _Record:
    """What the callback below has seen."""

    history: list[EpochRow] = field(default_factory=list)
    validation: list[NDArray[np.float32]] = field(default_factory=list)
    best: dict[str, _Best] = field(default_factory=dict)
    diverged: bool = False


class _Watch(keras.callbacks.Callback):
    """Keeps the best weights and every epoch's answers, reports rows, hears the wish to stop."""

    def __init__(
        self, x_validation: NDArray[np.float32], on_epoch_end: OnEpochEnd, should_stop: ShouldStop
    ) -> None:
        super().__init__()
        self.record = _Record()
        self._x_validation = x_validation
        self._report, self._should_stop = on_epoch_end, should_stop
        self._began = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._began = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if self._should_stop():
            raise _Stopped

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        figures = {name: float(value) for name, value in (logs or {}).items()}
        if not all(np.isfinite(value) for value in figures.values()):
            self.record.diverged = True
            self.model.stop_training = True
            return
        self.record.validation.append(probabilities(self.model, self._x_validation))
        row = EpochRow(
            epoch=epoch + 1,
            loss=figures["loss"],
            accuracy=figures["accuracy"],
            val_loss=figures["val_loss"],
            val_accuracy=figures["val_accuracy"],
            seconds=time.perf_counter() - self._began,
        )
        self.record.history.append(row)
        self._keep_if_best("val_accuracy", row.epoch, row.val_accuracy)
        self._keep_if_best("val_loss", row.epoch, -row.val_loss)
        self._report(row)

    def _keep_if_best(self, criterion: str, epoch: int, value: float) -> None:
        best = self.record.best.get(criterion)
        if best is None or value > best.value:
            self.record.best[criterion] = _Best(epoch, value, self.model.get_weights())


def probabilities(
    model: keras.Model, x: NDArray[np.float32], batch_size: int = 32
) -> NDArray[np.float32]:
    """The network's class probabilities.

    Args:
        model: a built network.
        x: shape (clips, frames, mel bands).
        batch_size: clips at a time; it bounds memory, not the answer.

    Returns:
        Shape (clips, classes).
    """
    # Not `predict`: it sets up a data pipeline at each call, which costs more than the network.
    batches = [x[start : start + batch_size] for start in range(0, len(x), batch_size)]
    return np.concatenate([np.asarray(model.predict_on_batch(batch)) for batch in batches])


def build(config: TrainConfig, frames: int, n_mels: int, classes: int) -> keras.Model:
    """A fresh network, its first weights drawn from the configuration's seed, compiled."""
    with BUILDING:
        keras.utils.set_random_seed(config.seed)
        model = MODELS[config.model].build(frames, n_mels, classes)
    model.compile(
        optimizer=keras.optimizers.Adam(config.learning_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def train(
    data: TrainingData,
    config: TrainConfig,
    on_epoch_end: OnEpochEnd = lambda _: None,
    should_stop: ShouldStop = never_stop,
) -> TrainResult:
    """Train a network until its epochs, its patience or somebody's wish end it.

    Args:
        data: the arrays.
        config: the settings.
        on_epoch_end: told each epoch's figures as soon as they are there.
        should_stop: polled after every batch; the epoch under way is given up.

    Returns:
        The history, both best weights and their answers. Whatever ended it, what was finished is
        in it; `best` is empty where no epoch was.
    """
    _, frames, n_mels = data.x["train"].shape
    model = build(config, frames, n_mels, data.classes)
    watch = _Watch(data.x["validation"], on_epoch_end, should_stop)
    patience = keras.callbacks.EarlyStopping(monitor="val_loss", patience=config.patience)
    stopped = False
    try:
        model.fit(
            data.x["train"],
            data.y["train"],
            validation_data=(data.x["validation"], data.y["validation"]),
            batch_size=config.batch_size,
            epochs=config.epochs,
            verbose=0,
            callbacks=[watch, patience],
        )
    except _Stopped:
        stopped = True
    table = layer_table(model)
    validation_clips = len(data.y["validation"])
    return TrainResult(
        history=tuple(watch.record.history),
        best={
            criterion: _answers(model, best, data) for criterion, best in watch.record.best.items()
        },
        validation_by_epoch=np.array(watch.record.validation, dtype=np.float32).reshape(
            -1, validation_clips, data.classes
        ),
        ended=_ending(stopped, watch.record, config),
        parameters=table.parameters,
        trainable_parameters=table.trainable_parameters,
        versions={
            "python": platform.python_version(),
            "keras": version("keras"),
            "tensorflow": version("tensorflow"),
        },
    )


def _ending(stopped: bool, record: _Record, config: TrainConfig) -> str:
    if stopped:
        return "stopped"
    if record.diverged:
        return "diverged"
    return "epochs" if len(record.history) == config.epochs else "patience"


def _answers(model: keras.Model, best: _Best, data: TrainingData) -> BestEpoch:
    model.set_weights(best.weights)
    return BestEpoch(
        epoch=best.epoch,
        weights=weights_file(model),
        validation=probabilities(model, data.x["validation"]),
        test=probabilities(model, data.x["test"]),
    )


def weights_file(model: keras.Model) -> bytes:
    """The bytes of a Keras `.weights.h5` file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.weights.h5"
        model.save_weights(path)
        return path.read_bytes()
