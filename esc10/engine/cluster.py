"""The Dask cluster that trains: one worker on this machine, or somebody's own scheduler.

The local worker is started by the same command that starts one on any other machine. As a process
of its own, rather than one spawned from this one, it never imports the pages.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dask
from distributed import Client, Future, LocalCluster
from distributed.utils import LoopRunner

from esc10.engine.worker import WARM_METRIC
from esc10.errors import Esc10Error, RunError, disk_trouble
from esc10.storage import home

WORKER_OPTIONS = (
    *("--nworkers", "1"),
    *("--nthreads", "2"),  # one trains, one predicts beside it
    *("--resources", "TRAIN=1"),
    *("--memory-limit", "0"),  # Dask would take importing TensorFlow for a leak
    *("--death-timeout", "600"),  # a first import of TensorFlow can take minutes on some laptops
    *("--preload", "esc10.engine.worker"),
    "--no-dashboard",
)
_QUIET = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "500ms",
    "distributed.admin.low-level-log-length": 20,
}
"""Dask looks at every thread's stack a hundred times a second, for a dashboard nobody opens, and at
the clock fifty times, to warn of an event loop that is late. It also remembers its last thousand
messages: those of somebody who keeps listening have a quarter of a megabyte each."""

WARMING_UP = "The worker is still warming up. Try again in a few seconds."

_MOST_STARTS = 3
_UNREACHABLE = (OSError, ValueError)
"""What Dask raises of a scheduler or a worker that is not there; a timeout is an OSError."""

_CONNECT_SECONDS = 5
_ANSWER_SECONDS = 60
_GOODBYE_SECONDS = 10

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a cluster can do.

    Attributes:
        workers: connected workers.
        trainers: how many runs they can train at the same time.
        warm: how many of the workers have every network traced.
    """

    workers: int
    trainers: int
    warm: int


NOTHING = Capacity(0, 0, 0)
"""No worker is connected."""


class Cluster:
    """A client and, where nobody named a scheduler, a scheduler and a worker of our own."""

    def __init__(self, address: str | None = None) -> None:
        """Connect to the scheduler at `address`, or start one with a worker on this machine.

        Raises:
            RunError: no scheduler answers there.
        """
        self._worker: subprocess.Popen[bytes] | None = None
        self._local: LocalCluster | None = None
        self._starts = 0
        # Each client would begin a thread of its own, and leave it where no scheduler answers.
        self._loop = LoopRunner()
        self._loop.start()
        # A task whose worker died is failed at once, not tried on the next worker.
        dask.config.set({"distributed.scheduler.allowed-failures": 0, **_QUIET})
        if address is None:
            self._local = LocalCluster(
                n_workers=0,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                loop=self._loop.loop,
            )
            address = self._local.scheduler_address
        self.address = address
        try:
            self.client = self._connected()
        except _UNREACHABLE as cause:
            self._let_go()
            raise RunError(
                f"No Dask scheduler answers at {address}. Start it, or unset ESC10_SCHEDULER to "
                "train on this machine."
            ) from cause
        try:
            self.revive()
        except RunError:
            self.close()
            raise

    def _connected(self) -> Client:
        return Client(
            self.address, timeout=_CONNECT_SECONDS, set_as_default=False, loop=self._loop.loop
        )

    def revive(self) -> None:
        """Bring back what was lost: the scheduler's answer, or the local worker's keeper.

        A client looks for a lost scheduler for some seconds, then gives up for good; another one
        takes its place. The keeper starts a worker that died anew by itself, and is itself started
        anew a few times at most.

        Raises:
            RunError: the disk refused the worker's log.
        """
        if self.client.status == "closed":
            with suppress(*_UNREACHABLE):
                self.client = self._connected()
        alive = self._worker is not None and self._worker.poll() is None
        if self._local is None or alive or self._starts == _MOST_STARTS:
            return
        self._worker = _start_worker(self.address, log_mode="ab" if self._starts else "wb")
        self._starts += 1

    @property
    def trouble(self) -> str | None:
        """A sentence if the scheduler is lost, or the local worker will not come up any more."""
        if self.client.status != "running":
            return (
                f"The Dask scheduler at {self.address} does not answer any more. Runs wait until "
                "it does; nobody has to start the app again."
            )
        ended = self._worker is not None and self._worker.poll() is not None
        if not ended or self._starts < _MOST_STARTS:
            return None
        return (
            f"The training process does not start, or was ended {_MOST_STARTS} times. "
            f"{home() / 'worker.log'} says why; then start the app again."
        )

    def capacity(self) -> Capacity:
        """What is connected now."""
        if self.client.status != "running":
            return NOTHING  # the client would give the workers it knew last
        workers = self.client.scheduler_info(n_workers=-1)["workers"].values()
        return Capacity(
            workers=len(workers),
            trainers=int(sum(worker["resources"].get("TRAIN", 0) for worker in workers)),
            warm=sum(bool(worker["metrics"].get(WARM_METRIC)) for worker in workers),
        )

    def send(self, data: object) -> Future[Any]:
        """Put data into a worker's memory.

        Raises:
            TimeoutError: there is no worker just now.
        """
        if self.client.status != "running":
            raise TimeoutError("no scheduler took the data")
        try:
            # Straight to our own worker; by way of the scheduler it would be in memory twice more.
            sent: Future[Any] = self.client.scatter(
                data, hash=False, direct=self._local is not None
            )
        except _UNREACHABLE as cause:  # it died a moment ago
            raise TimeoutError("no worker took the data") from cause
        return sent

    def ask(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What a function answers on a worker, beside whatever trains there.

        Raises:
            RunError: no worker is there, it gave no answer, or the function raised it.
        """
        try:
            if not self.capacity().workers:
                raise RunError(self.trouble or WARMING_UP)
            future = self.client.submit(function, *arguments, pure=False, priority=10)
            try:
                return future.result(timeout=_ANSWER_SECONDS)
            finally:
                future.release()
        except Esc10Error:
            raise
        except Exception as cause:  # a dead worker, a lost scheduler, a client that was closed
            _log.exception("no answer from the worker")
            raise RunError("The worker gave no answer. Try again in a few seconds.") from cause

    def close(self) -> None:
        """Let go of everything that was started here."""
        if self._worker is not None:
            self._worker.terminate()
            try:
                self._worker.wait(_GOODBYE_SECONDS)
            except subprocess.TimeoutExpired:
                self._worker.kill()
                self._worker.wait()
        self.client.close()
        self._let_go()

    def _let_go(self) -> None:
        if self._local is not None:
            self._local.close()
        self._loop.stop()


def _start_worker(address: str, log_mode: str) -> subprocess.Popen[bytes]:
    """The nanny process that keeps one worker alive; both write to ESC10_HOME/worker.log."""
    package_parent = str(Path(__file__).resolve().parents[2])
    paths = [package_parent, os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        **{f"DASK_{key.replace('.', '__').upper()}": str(value) for key, value in _QUIET.items()},
    }
    with disk_trouble("Starting the worker", RunError):
        home().mkdir(parents=True, exist_ok=True)
        with (home() / "worker.log").open(log_mode) as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", "worker", address, *WORKER_OPTIONS],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                # Ctrl-C is for the server, which then ends the worker in its own order.
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
