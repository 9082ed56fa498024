"""Training a network: epochs until something ends them, with every epoch's answers kept.

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

import keras
import numpy as np
from numpy.typing import NDArray
from tensorflow.python.util._pywrap_util_port import IsMklEnabled

from esc10.progress import ShouldStop, never_stop
from esc10.training.config import TrainConfig
from esc10.training.epochs import epochs_of
from esc10.training.learner import Learner
from esc10.training.lending import borrowed_learner
from esc10.training.networks import layer_table
from esc10.training.plan import TrainingData
from esc10.training.results import LAST, PARTS, BestEpoch, EpochRow, TrainResult, best_epochs

OnEpochEnd = Callable[[EpochRow], None]


@dataclass
class _Best:
    """The best epoch so far by one criterion."""

    epoch: int
    weights: list[NDArray[np.float32]]


@dataclass
class _Record:
    """What the finished epochs have brought."""

    history: list[EpochRow] = field(default_factory=list)
    answers: list[dict[str, NDArray[np.float32]]] = field(default_factory=list)
    best: dict[str, _Best] = field(default_factory=dict)

    def add(
        self,
        row: EpochRow,
        answers: dict[str, NDArray[np.float32]],
        model: keras.Model,
        final: bool,
    ) -> None:
        """Keep an epoch, and the weights where it is the best so far, or the end of a schedule."""
        self.history.append(row)
        self.answers.append(answers)
        for criterion, best in best_epochs(self.history).items():
            if best.epoch == row.epoch:
                self.best[criterion] = _Best(row.epoch, model.get_weights())
        if final:
            self.best[LAST] = _Best(row.epoch, model.get_weights())


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
        should_stop: polled every few tenths of a second; the epoch under way is given up.

    Returns:
        The history, both best weights and their answers. Whatever ended it, what was finished is
        in it; `best` is empty where no epoch was.
    """
    _, frames, n_mels = data.x["validation"].shape
    record = _Record()
    with borrowed_learner(config.model, frames, n_mels, data.classes, config.width) as learner:
        learner.restart(config.seed, config.learning_rate)
        ended = _run_epochs(learner, data, config, record, on_epoch_end, should_stop)
        table = layer_table(learner.model)
        best = {
            criterion: _best_epoch(learner, best, record) for criterion, best in record.best.items()
        }
    return TrainResult(
        history=tuple(record.history),
        best=best,
        by_epoch={
            part: np.array([answers[part] for answers in record.answers], np.float32).reshape(
                -1, len(data.y[part]), data.classes
            )
            for part in PARTS
        },
        ended=ended,
        parameters=table.parameters,
        trainable_parameters=table.trainable_parameters,
        versions={
            "python": platform.python_version(),
            "keras": version("keras"),
            "tensorflow": version("tensorflow"),
            "onednn": onednn(),
        },
    )


def onednn() -> str:
    """Whether TensorFlow computes with oneDNN in this process: `on`, or `off`.

    `esc10.training` switches it on; TensorFlow for some processors has none. TensorFlow tells it
    nowhere else.
    """
    return "on" if IsMklEnabled() else "off"


def _run_epochs(
    learner: Learner,
    data: TrainingData,
    config: TrainConfig,
    record: _Record,
    on_epoch_end: OnEpochEnd,
    should_stop: ShouldStop,
) -> str:
    """Train, and say what ended it: a key of `esc10.training.results.ENDINGS`."""
    rng = np.random.default_rng(config.seed)
    epochs = epochs_of(learner, data, config)
    for epoch in range(1, config.epochs + 1):
        began = time.perf_counter()
        figures = epochs.learn(rng.permutation(len(data.y["train"])), should_stop)
        if figures is None:
            return "stopped"
        with epochs.answering():
            labels = data.y["validation"]
            validation, losses = learner.answers(data.x["validation"], labels)
            test, _ = learner.answers(data.x["test"], data.y["test"])
            row = EpochRow(
                epoch,
                *figures,
                val_loss=float(losses.mean()),
                val_accuracy=float((validation.argmax(axis=1) == labels).mean()),
                seconds=time.perf_counter() - began,
            )
            if not np.isfinite((row.loss, row.val_loss)).all():
                return "diverged"
            final = epoch == config.epochs and config.follows_schedule
            record.add(row, {"validation": validation, "test": test}, learner.model, final)
        on_epoch_end(row)
        if _is_out_of_patience(config, epoch, record):
            return "patience"
    return "epochs"


def _is_out_of_patience(config: TrainConfig, epoch: int, record: _Record) -> bool:
    if config.follows_schedule:
        return False  # what it does is made for all epochs
    waited = epoch - record.best["val_loss"].epoch
    return epoch < config.epochs and waited >= config.patience


def _best_epoch(learner: Learner, best: _Best, record: _Record) -> BestEpoch:
    learner.model.set_weights(best.weights)
    return BestEpoch(best.epoch, weights_file(learner.model), **record.answers[best.epoch - 1])


def weights_file(model: keras.Model) -> bytes:
    """The bytes of a Keras `.weights.h5` file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.weights.h5"
        model.save_weights(path)
        return path.read_bytes()
