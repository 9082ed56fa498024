"""Networks in the worker process, for pages: only there is Keras."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from distributed import Future
from numpy.typing import NDArray

from esc10.engine import worker
from esc10.engine.cluster import Cluster
from esc10.features.mel import MelConfig
from esc10.inference.predictor import Answer, Embeddings
from esc10.runs.run import Run
from esc10.training.networks import LayerTable
from esc10.training.plan import RunConfig, training_data

_LARGEST_MESSAGE = 8 * 2**20
"""In bytes. Dask warns of questions above 10 MB; ten minutes of sound are 13 MB."""


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


@contextmanager
def _sent(cluster: Cluster, *data: object) -> Iterator[list[Future[Any]]]:
    """What is too large for a question, in a worker's memory as long as the context lasts.

    Raises:
        NoWorkerError: no worker is there.
    """
    try:
        sent = [cluster.send(each) for each in data]
    except TimeoutError as cause:
        raise cluster.no_worker() from cause
    try:
        yield sent
    finally:
        for future in sent:
            future.release()


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

    def check_weights(self, config: RunConfig, weights: bytes) -> None:
        """Try whether a `.weights.h5` file's bytes fit the network that a configuration names.

        Raises:
            RunError: they do not, or no worker is there to try them.
        """
        self._cluster.ask(worker.check_weights, config, weights)
