"""The Dask cluster that trains: one worker on this machine, or somebody's own scheduler.

A scheduler runs what anybody sends it, and any account of this machine can reach its port: ours
speaks TLS, with keys that only this process and its worker know. To somebody's own the client
brings the keys that Dask's configuration names.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import dask
from distributed import Client, Future, LocalCluster
from distributed.comm.core import connect
from distributed.security import Security

from esc10.engine.keeper import MOST_STARTS, QUIET, Keeper
from esc10.engine.keys import own_keys
from esc10.engine.worker import WARM_METRIC
from esc10.errors import Esc10Error, NoWorkerError, RunError
from esc10.storage import home

WARMING_UP = "The worker is still warming up. This comes by itself."

_UNREACHABLE = (OSError, ValueError)
"""What Dask raises of a scheduler or a worker that is not there; a timeout is an OSError."""

_CONNECT_SECONDS = 5
_ANSWER_SECONDS = 60

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
            RunError: no scheduler answers there, or the keys to it cannot be read.
        """
        self._local: LocalCluster | None = None
        self._keeper: Keeper | None = None
        # A task whose worker died is failed at once, not tried on the next worker.
        dask.config.set({"distributed.scheduler.allowed-failures": 0, **QUIET})
        self._security = own_keys() if address else Security.temporary()
        if address is None:
            self._local = LocalCluster(
                n_workers=0,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                security=self._security,
            )
            address = self._local.scheduler_address
            self._keeper = Keeper(address, self._security)
        self.address = address
        try:
            self.client = self._connected()
        except (*_UNREACHABLE, TypeError) as cause:  # that is where there are no keys
            if self._local is not None:
                self._local.close()
            raise RunError(
                f"No Dask scheduler answers at {address}, or not without its keys. Start it as the "
                "README says, or unset ESC10_SCHEDULER to train on this machine."
            ) from cause
        try:
            self.revive()
        except RunError:
            self.close()
            raise

    def _connected(self) -> Client:
        # First without a client: each that finds no scheduler would leave a thread behind. And in a
        # thread that has no event loop yet, whoever asks.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, self._call()).result()
        return Client(
            self.address,
            timeout=_CONNECT_SECONDS,
            set_as_default=False,
            security=self._security,
        )

    async def _call(self) -> None:
        keys = self._security.get_connection_args("client")
        comm = await connect(self.address, timeout=_CONNECT_SECONDS, **keys)
        await comm.close()

    def revive(self) -> None:
        """Bring back what was lost: the scheduler's answer, or the local worker's keeper.

        A client looks for a lost scheduler for some seconds, then gives up for good; another one
        takes its place. The keeper starts a worker that died anew by itself.

        Raises:
            RunError: the disk refused the worker's log.
        """
        if self.client.status == "closed":
            with suppress(*_UNREACHABLE):
                self.client = self._connected()
        if self._keeper is not None:
            self._keeper.revive()

    def hurry(self) -> None:
        """Give the local worker its full share of this machine: somebody waits for it."""
        if self._keeper is not None:
            self._keeper.hurry()

    def trouble(self, seen: Capacity) -> str | None:
        """A sentence if somebody has to do something before anything can be trained here.

        Args:
            seen: what was connected a moment ago.
        """
        if self.client.status != "running":
            return (
                f"The Dask scheduler at {self.address} does not answer any more. Runs wait until "
                "it does; nobody has to start the app again."
            )
        if self._local is None and not seen.trainers:
            return (
                f"No worker that may train is connected to the Dask scheduler at {self.address}. "
                "Start one as the README says under 'Other machines to train on'; runs wait until "
                "it is there."
            )
        if self._keeper is None or not self._keeper.given_up:
            return None
        return (
            f"The training process does not start, or was ended {MOST_STARTS} times. "
            f"{home() / 'worker.log'} says why; then start the app again."
        )

    def capacity(self) -> Capacity:
        """What is connected now."""
        scheduler = self.client.scheduler
        if self.client.status != "running" or scheduler is None:
            return NOTHING
        # Not from the client's `scheduler_info`: what that was told, a look of the client's own,
        # which leaves the workers out, may replace before it is read.
        try:
            seen = self.client.sync(scheduler.identity, n_workers=-1)
        except OSError:
            return NOTHING
        workers = seen["workers"].values()
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

    def no_worker(self) -> NoWorkerError:
        """What to raise where a worker is needed and none is there: it says whether one comes."""
        self.hurry()
        return NoWorkerError(self.trouble(NOTHING) or WARMING_UP)

    def ask(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What a function answers on a worker, beside whatever trains there.

        Raises:
            NoWorkerError: no worker is there.
            RunError: it gave no answer, or the function raised it.
        """
        try:
            if not self.capacity().workers:
                raise self.no_worker()
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
        if self._keeper is not None:
            self._keeper.close()
        self.client.close()
        if self._local is not None:
            self._local.close()
