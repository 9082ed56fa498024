"""The Dask cluster that trains: one worker on this machine, or somebody's own scheduler.

The local worker is started by the same command that starts one on any other machine. As a process
of its own, rather than one spawned from this one, it never imports the pages.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType

import dask
from distributed import Client, LocalCluster

from esc10.errors import RunError, disk_trouble
from esc10.home import home

WORKER_OPTIONS = (
    *("--nworkers", "1"),
    *("--nthreads", "2"),  # one trains, one predicts beside it
    *("--resources", "TRAIN=1"),
    *("--memory-limit", "0"),  # Dask would take importing TensorFlow for a leak
    *("--death-timeout", "60"),
    *("--preload", "esc10.worker"),
    "--no-dashboard",
)
_CONNECT_SECONDS = 5
_GOODBYE_SECONDS = 10


class Cluster:
    """A client and, where nobody named a scheduler, a scheduler and a worker of our own."""

    def __init__(self, address: str | None = None) -> None:
        """Connect to the scheduler at `address`, or start one with a worker on this machine.

        Raises:
            RunError: no scheduler answers there.
        """
        self._worker: subprocess.Popen[bytes] | None = None
        self._local: LocalCluster | None = None
        # A task whose worker died is failed at once, not tried on the next worker.
        dask.config.set({"distributed.scheduler.allowed-failures": 0})
        if address is None:
            self._local = LocalCluster(
                n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0"
            )
            address = self._local.scheduler_address
            self._worker = _start_worker(address)
        try:
            self.client = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as cause:
            raise RunError(
                f"No Dask scheduler answers at {address}. Start it, or unset ESC10_SCHEDULER to "
                "train on this machine."
            ) from cause
        self.address = address
        atexit.register(self.close)

    def trainers(self) -> int:
        """How many runs the connected workers can train at the same time."""
        workers = self.client.scheduler_info(n_workers=-1)["workers"].values()
        return int(sum(worker["resources"].get("TRAIN", 0) for worker in workers))

    def workers(self) -> int:
        """How many workers are connected, whether they may train or not."""
        return len(self.client.scheduler_info(n_workers=-1)["workers"])

    def close(self) -> None:
        """Let go of everything that was started here."""
        atexit.unregister(self.close)
        if self._worker is not None:
            self._worker.terminate()
            try:
                self._worker.wait(_GOODBYE_SECONDS)
            except subprocess.TimeoutExpired:
                self._worker.kill()
                self._worker.wait()
        self.client.close()
        if self._local is not None:
            self._local.close()

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _start_worker(address: str) -> subprocess.Popen[bytes]:
    """The nanny process that keeps one worker alive; both write to ESC10_HOME/worker.log."""
    package_parent = str(Path(__file__).resolve().parent.parent)
    paths = [package_parent, os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    with disk_trouble("Starting the worker", RunError):
        home().mkdir(parents=True, exist_ok=True)
        with (home() / "worker.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", "worker", address, *WORKER_OPTIONS],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
            )
