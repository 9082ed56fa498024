"""A run in the worker's hands: sent there, written down as it comes, stored at its end."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from distributed import Event, Future, KilledWorker
from distributed.client import ClosedClientError, FutureCancelledError

from esc10.engine import worker
from esc10.engine.cluster import Cluster
from esc10.errors import RunError
from esc10.runs.run import Run
from esc10.runs.writing import add_epoch, add_event, finish_run
from esc10.training.plan import TrainingData, training_data
from esc10.training.results import TrainResult

KILLED = (
    "the training process was killed, by the system or because memory ran out; if the app started "
    "it, worker.log in the data folder may say more"
)
LOST = "the connection to the scheduler was lost: it was ended, or cannot be reached"

_LOST_REASON = "scheduler-connection-lost"
"""Dask's name for why it cancels all that a lost scheduler was asked for."""

_REASON_SECONDS = 5

_log = logging.getLogger(__name__)


class SentRun:
    """A run that a worker trains, or is about to."""

    def __init__(self, cluster: Cluster, run: Run, on_unwritable: Callable[[], None]) -> None:
        """Send the run and its data.

        Args:
            cluster: where to.
            run: a run that has not begun.
            on_unwritable: called, in the client's event loop, where an event cannot be written
                down: the disk is full, or the run's folder gone.

        Raises:
            DatasetError: the dataset is not on this machine any more, or not the same.
            TimeoutError: there is no worker just now; the run has not begun.
        """
        self.run, self._client, self._on_unwritable = run, cluster.client, on_unwritable
        data = training_data(run.config)
        self._labels = {part: data.y[part] for part in ("validation", "test")}
        self._data: Future[TrainingData] = cluster.send(data)
        try:
            self._future = self._submitted()
        except ClosedClientError as cause:
            raise TimeoutError("no scheduler took the run") from cause

    def _submitted(self) -> Future[TrainResult]:
        run = self.run
        self._client.subscribe_topic(worker.topic(run.run_id), lambda event: self._note(event[1]))
        return self._client.submit(
            worker.train_run,
            run.config,
            self._data,
            key=run.run_id,
            resources={"TRAIN": 1},
            retries=0,
            pure=False,
        )

    def when_ended(self, call: Callable[[], None]) -> None:
        """Have something called, in the client's callback pool, however the run has ended."""
        self._future.add_done_callback(lambda _: call())

    def _note(self, event: dict[str, Any]) -> None:
        # Dask notes which worker spoke, by an address that means nothing once it is gone.
        values = {name: value for name, value in event.items() if name != "worker"}
        try:
            add_event(self.run, **values)
        except RunError:
            _log.exception("run %s is stopped", self.run.run_id)
            self._on_unwritable()

    def store(self) -> None:
        """Write down what the training gave.

        Raises:
            RunError: the scheduler was lost, the worker was killed, training failed, or the disk
                refused.
        """
        result = self._result()
        for row in result.history[len(self.run.history()) :]:
            add_epoch(self.run, row)
        finish_run(self.run, result, self._labels)

    def _result(self) -> TrainResult:
        # Of a client that is being closed meanwhile, nobody would answer.
        timeout = _REASON_SECONDS if self._future.cancelled() else None
        try:
            result: TrainResult = self._future.result(timeout)
        except KilledWorker:
            raise RunError(KILLED) from None
        except FutureCancelledError as cause:
            lost = cause.reason == _LOST_REASON or self._client.status == "closed"
            raise RunError(LOST if lost else KILLED) from None
        except OSError as cause:
            raise RunError(LOST) from cause
        return result

    def let_go(self) -> None:
        """Hold nothing of it any more: what is held would be computed again if its worker died."""
        self._future.release()
        self._data.release()
        with suppress(ClosedClientError):  # the scheduler has forgotten it, or is gone
            self._client.unsubscribe_topic(worker.topic(self.run.run_id))


def ask_to_stop(cluster: Cluster, run_id: str) -> None:
    """Ask the worker that trains a run to stop, and to keep its best weights.

    Raises:
        RunError: the scheduler cannot be reached.
    """
    try:
        Event(worker.stop_event(run_id), client=cluster.client).set()
    except Exception as cause:  # whatever a lost scheduler makes of it
        raise RunError("The training engine cannot be reached; the run cannot stop.") from cause
