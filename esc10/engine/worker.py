"""What the worker process does: train a run, answer with a run, show networks from inside.

This module is imported on both sides. Keras is loaded inside the functions, and so only where they
run; what they give back, and what they raise, can be read without it.

Dask loads this module into a worker when it starts (`--preload esc10.engine.worker`), and then
calls `dask_setup`: a worker that has registered has already imported Keras.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from esc10.errors import MisfitError, RunError
from esc10.features.mel import MelConfig
from esc10.inference.predictor import Answer, Embeddings, Predictor
from esc10.inference.trying import TrialsHere, Tried, fitting
from esc10.training.config import TrainConfig
from esc10.training.networks import (
    BUILDING,
    MODELS,
    LayerTable,
    build_network,
    layer_table,
)
from esc10.training.plan import RunConfig, TrainingData
from esc10.training.results import EpochRow, TrainResult

if TYPE_CHECKING:
    from distributed import Worker

    from esc10.inference.classifier import Classifier

MEASURED_SECONDS = 40.0
"""So long an epoch is waited for where somebody wants to know how long it takes."""

STOP_POLL_SECONDS = 0.3
"""How often the wish to stop is asked for; a question costs about 4 ms."""

USUAL_CLASSES = 10
"""The classes of every dataset here; a run with another number traces its network by itself."""

WARM_METRIC = "warm"
"""The name under which a worker tells the scheduler whether its networks are traced."""

_KEPT_CLASSIFIERS = 8

Given = TypeVar("Given")

_log = logging.getLogger(__name__)


def dask_setup(worker: Worker) -> None:
    """Import Keras before the worker offers itself, and have the networks traced beside its work.

    The worker's metric `warm` says when no run will wait for either.
    """
    try:
        import esc10.inference.classifier  # noqa: F401
        from esc10.training.loop import onednn
    except Exception:
        # Dask would only log it, and offer a worker that can do nothing.
        _log.exception("Keras cannot be imported")
        os._exit(1)
    _log.info("oneDNN is %s", onednn())
    warm = threading.Event()
    worker.metrics[WARM_METRIC] = lambda _: warm.is_set()
    threading.Thread(target=_warm_up, args=(warm,), name="warm up", daemon=True).start()


def _warm_up(warm: threading.Event) -> None:
    from esc10.training.lending import warm_up

    mel = MelConfig()
    try:
        warm_up(mel.frames, mel.n_mels, USUAL_CLASSES)
    except Exception:
        # A run that needs the network will fail with the same error, where somebody reads it.
        _log.exception("a network cannot be traced")
    warm.set()
    _log.info("this worker is warm")


def started_event(run_id: str) -> str:
    """The name of the Dask event that is set as soon as a run's training begins."""
    return f"esc10-started-{run_id}"


def stop_event(run_id: str) -> str:
    """The name of the Dask event that asks a run to stop."""
    return f"esc10-stop-{run_id}"


def topic(run_id: str) -> str:
    """The Dask topic on which a run's rows travel."""
    return f"esc10-run-{run_id}"


def train_run(config: RunConfig, data: TrainingData) -> TrainResult:
    """Train a run, at most once whatever becomes of the workers.

    Raises:
        RunError: it has been started before, or training failed.
    """
    from distributed import Event, get_worker
    from distributed.core import Status

    from esc10.training.loop import train

    worker = get_worker()
    started, stop = Event(started_event(config.run_id)), Event(stop_event(config.run_id))
    if started.is_set():
        raise RunError("it was started before and lost its worker; a run is never trained twice")
    started.set()
    worker.log_event(topic(config.run_id), {"kind": "started"})
    last_poll = 0.0

    def should_stop() -> bool:
        nonlocal last_poll
        if time.monotonic() - last_poll < STOP_POLL_SECONDS:
            return False
        last_poll = time.monotonic()
        # Where the scheduler is gone, or whoever asked for the run, there is nobody to train for.
        task = worker.state.tasks.get(config.run_id)
        wanted = worker.status == Status.running and task and task.state == "executing"
        return not wanted or bool(stop.is_set())

    def on_epoch_end(row: EpochRow) -> None:
        worker.log_event(topic(config.run_id), {"kind": "epoch", **asdict(row)})

    failure = None
    try:
        return train(data, config.train, on_epoch_end, should_stop)
    except Exception as error:
        _log.exception("run %s failed", config.run_id)
        failure = _in_one_line(error)
    # Raised out here it carries no TensorFlow error along, which the other side would have to load.
    raise RunError(failure)


def _in_one_line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"


def epoch_seconds(config: TrainConfig, data: TrainingData) -> float | None:
    """How long an epoch takes here: the shorter of two, for a first one may also compile.

    Nothing is kept of it. None where one takes longer than `MEASURED_SECONDS`.
    """
    from esc10.training.loop import train

    until = time.monotonic() + MEASURED_SECONDS
    tried = train(data, replace(config, epochs=2), should_stop=lambda: time.monotonic() > until)
    return min((row.seconds for row in tried.history), default=None)


class _Classifiers:
    """The classifiers last asked for; building one costs more than its answer."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, bytes], Classifier] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, config: RunConfig, weights: bytes) -> Classifier:
        from esc10.inference.classifier import Classifier

        key = (config.run_id, weights)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = Classifier(config, weights)
            self._kept.move_to_end(key)
            if len(self._kept) > _KEPT_CLASSIFIERS:
                self._kept.popitem(last=False)
            return self._kept[key]


_classifiers, _trials = _Classifiers(), TrialsHere()


def ask(
    config: RunConfig, weights: bytes, question: str, *arrays: NDArray[np.float32]
) -> Answer | Embeddings | NDArray[np.float32] | bytes | None:
    """What a run's network answers to a question.

    Args:
        config: the run's configuration.
        weights: the bytes of its weights.
        question: the name of one of the methods of `esc10.inference.predictor.Predictor`.
        arrays: what that method is called with.

    Raises:
        RunError: the weights do not fit.
    """
    classifier: Predictor = _classifiers.get(config, weights)
    match question:
        case "answer":
            return classifier.answer(*arrays)
        case "embeddings":
            return classifier.embeddings(*arrays)
        case "filters":
            return classifier.filters()
        case "keras_file":
            return classifier.keras_file()
    raise ValueError(f"no network can be asked for its {question}")


def check_weights(config: RunConfig, weights: bytes) -> None:
    """Try whether weights from somewhere else fit the network that the configuration names.

    The network is built by our own code, and let go of again: nothing of a stranger's is kept.
    Keras reads an array before it compares shapes, so whoever asks has looked at the file's sizes.

    Raises:
        MisfitError: they do not.
        RunError: it cannot be tried.
    """
    from esc10.inference.classifier import Classifier

    _attempted(config, partial(fitting, config, partial(Classifier, config, weights)))


def try_weights(
    config: RunConfig, weights: bytes, names: tuple[str, ...], *x: NDArray[np.float32]
) -> Tried:
    """What weights from somewhere else give; see `esc10.inference.trying.Trials.tried`.

    Of a stranger's their numbers are kept, until others are tried on the network.

    Args:
        config: of the run that they are from.
        weights: a Keras `.weights.h5` file's bytes.
        names: of the parts that the network shall hear.
        x: for each of them what it is fed, shape (clips, frames, mel bands).

    Raises:
        MisfitError: they do not fit the network.
        RunError: they cannot be tried.
    """
    parts = dict(zip(names, x, strict=True))
    return _attempted(config, partial(_trials.tried, config, weights, parts))


def _attempted(config: RunConfig, attempt: Callable[[], Given]) -> Given:
    """What comes of trying weights; trouble of this machine's is not laid to them.

    Raises:
        MisfitError: they do not fit the network.
        RunError: they cannot be tried.
    """
    try:
        return attempt()
    except MisfitError:
        raise
    except Exception as error:
        _log.exception("the weights of run %s cannot be tried", config.run_id)
        failure = _in_one_line(error)
    # Raised out here for the same reason as in `train_run`.
    raise RunError(
        f"The weights of run {config.run_id} cannot be tried ({failure}). Make room on the disk "
        "and in the memory of the machine that trains, then try again."
    )


def layer_tables(
    frames: int, n_mels: int, classes: int, width: float = 1.0
) -> dict[str, LayerTable]:
    """The layer table of every network that can be so wide, for clips of that size."""
    tables = {}
    for key in (key for key, network in MODELS.items() if width in network.widths):
        with BUILDING:
            tables[key] = layer_table(build_network(key, frames, n_mels, classes, width))
    return tables
