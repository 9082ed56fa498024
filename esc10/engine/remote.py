"""Networks in the worker process, for pages: only there is Keras."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import numpy as np
from distributed import Future
from numpy.typing import NDArray

from esc10.engine import worker
from esc10.engine.cluster import Cluster
from esc10.errors import Cancelled, MisfitError, RunError, UnansweredError
from esc10.features.mel import MelConfig
from esc10.inference.predictor import Answer, Embeddings
from esc10.inference.trying import Parts, Tried
from esc10.progress import ShouldStop
from esc10.runs.run import Run
from esc10.training.networks import LayerTable
from esc10.training.plan import RunConfig, training_data

_LARGEST_MESSAGE = 8 * 2**20
"""In bytes. Dask warns of questions above 10 MB; ten minutes of sound are 13 MB."""

_LOOK_SECONDS = 0.5


class RemoteClassifier:
    """A run's network as `esc10.inference.predictor.Predictor` has it, asked over the cluster.

    A question takes some hundredths of a second, also while a run trains.
    """

    def __init__(self, cluster: Cluster, run: Run, criterion: str) -> None:
        """Read the run's best weights by `criterion`.

        Raises:
            RunError: the run has no weights, or they cannot be read.
        """
        self._cluster, self._config, self._weights = cluster, run.config, run.weights(criterion)

    def answer(self, x: NDArray[np.float32]) -> Answer:
        """See `Predictor.answer`; x of any size, shape (sounds, frames, mel bands)."""
        answer: Answer = self._ask("answer", x)
        return answer

    def embeddings(self, x: NDArray[np.float32]) -> Embeddings:
        """See `Predictor.embeddings`; x has shape (sounds, frames, mel bands)."""
        embeddings: Embeddings = self._ask("embeddings", x)
        return embeddings

    def filters(self) -> NDArray[np.float32] | None:
        """See `Predictor.filters`."""
        filters: NDArray[np.float32] | None = self._ask("filters")
        return filters

    def keras_file(self) -> bytes:
        """See `Predictor.keras_file`."""
        content: bytes = self._ask("keras_file")
        return content

    def _ask(self, question: str, *arrays: NDArray[np.float32]) -> Any:
        of_this = (self._config, self._weights, question)
        if sum(array.nbytes for array in arrays) <= _LARGEST_MESSAGE:
            return self._cluster.ask(worker.ask, *of_this, *arrays)
        with _sent(self._cluster, *arrays) as sent:
            return self._cluster.ask(worker.ask, *of_this, *sent)


def _send(cluster: Cluster, data: object) -> Future[Any]:
    try:
        return cluster.send(data)
    except TimeoutError as cause:
        raise cluster.no_worker() from cause


@contextmanager
def _sent(cluster: Cluster, *data: object) -> Iterator[list[Future[Any]]]:
    """What is too large for a question, in a worker's memory as long as the context lasts.

    Raises:
        NoWorkerError: no worker is there.
    """
    sent = [_send(cluster, each) for each in data]
    try:
        yield sent
    finally:
        for future in sent:
            future.release()


class RemoteTrials:
    """Has workers try weights, as `esc10.inference.trying.Trials` has it, one after the other.

    Where no worker is there yet, or its process has died, another one is waited for: it comes by
    itself. What is to be heard is sent once for all weights that hear it.
    """

    def __init__(self, cluster: Cluster, should_stop: ShouldStop) -> None:
        """Ask the workers of `cluster`; `should_stop` is asked while one is waited for."""
        self._cluster, self._should_stop = cluster, should_stop
        self._parts: Parts | None = None
        self._sent: list[Future[Any]] = []

    def tried(self, config: RunConfig, weights: bytes, parts: Parts) -> Tried:
        """See `Trials.tried`.

        Raises:
            Cancelled: `should_stop` said so.
        """
        try:
            return self._asked(config, weights, parts)
        except MisfitError:
            raise
        except RunError:
            self.close()  # a worker that died had it
            self.wait_for_worker()
        try:
            return self._asked(config, weights, parts)
        except MisfitError:
            raise
        except RunError as cause:
            raise UnansweredError(str(cause)) from cause

    def _asked(self, config: RunConfig, weights: bytes, parts: Parts) -> Tried:
        if parts is not self._parts:
            self.close()
            self._sent = [_send(self._cluster, x) for x in parts.values()]
            self._parts = parts
        of_these = (config, weights, tuple(parts), *self._sent)
        tried: Tried = self._cluster.ask(worker.try_weights, *of_these)
        return tried

    def wait_for_worker(self) -> None:
        """Return as soon as a worker is there.

        Raises:
            UnansweredError: none comes by itself.
            Cancelled: `should_stop` said so.
        """
        self._cluster.hurry()
        while not (seen := self._cluster.capacity()).workers:
            if trouble := self._cluster.trouble(seen):
                raise UnansweredError(trouble)
            if self._should_stop():
                raise Cancelled("Stopped before a worker was there.")
            time.sleep(_LOOK_SECONDS)

    def close(self) -> None:
        """Have nothing more kept for this in a worker's memory."""
        for future in self._sent:
            future.release()
        self._sent, self._parts = [], None


class Networks:
    """The networks that can be trained, and those that were, in a cluster's workers."""

    def __init__(self, cluster: Cluster) -> None:
        """Ask the workers of `cluster`."""
        self._cluster = cluster
        self._tables: dict[tuple[int, float], dict[str, LayerTable]] = {}

    def trained(self, run: Run, criterion: str) -> RemoteClassifier:
        """A run's network with its best weights by `criterion`.

        Raises:
            RunError: the run has no weights, or they cannot be read.
        """
        return RemoteClassifier(self._cluster, run, criterion)

    def layer_tables(self, classes: int, width: float = 1.0) -> dict[str, LayerTable]:
        """The layer table of each network that can be so wide, for so many classes.

        Raises:
            RunError: no worker is there to build them.
        """
        asked = (classes, width)
        if asked not in self._tables:
            mel = MelConfig()
            self._tables[asked] = self._cluster.ask(
                worker.layer_tables, mel.frames, mel.n_mels, classes, width
            )
        return self._tables[asked]

    def epoch_seconds(self, config: RunConfig) -> float | None:
        """How long an epoch of a training takes in a worker; no run comes of it.

        None where it takes longer than `esc10.engine.worker.MEASURED_SECONDS`.

        Raises:
            DatasetError: the dataset is not on this machine any more, or not the same.
            RunError: no worker is there, or it gave no answer.
        """
        with _sent(self._cluster, training_data(config)) as (data,):
            seconds: float | None = self._cluster.ask(worker.epoch_seconds, config.train, data)
        return seconds

    def trials(self, should_stop: ShouldStop) -> closing[RemoteTrials]:
        """Where to try the weights of many runs, as long as the context lasts."""
        return closing(RemoteTrials(self._cluster, should_stop))

    def check_weights(self, config: RunConfig, weights: bytes) -> None:
        """Try whether a `.weights.h5` file's bytes fit the network that a configuration names.

        Raises:
            RunError: they do not, or no worker is there to try them.
        """
        self._cluster.ask(worker.check_weights, config, weights)
