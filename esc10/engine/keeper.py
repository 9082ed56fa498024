"""The process that keeps this machine's worker alive: the command that starts one anywhere.

As a process of its own, rather than one spawned from this one, the worker never imports the pages.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil
from distributed.security import Security

from esc10.engine.keys import keys_of
from esc10.errors import RunError, disk_trouble
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
_HERE_ONLY = ("--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0")
"""A worker would listen to the whole network, and so would its web server."""

MOST_STARTS = 3

_GIVES_WAY_SECONDS = 20
_GOODBYE_SECONDS = 10
_LOW = 19
"""What others leave, where there is not enough for all."""

QUIET = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "500ms",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.low-level-log-length": 20,
    "distributed.client.scheduler-info-interval": "60s",
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.scheduler.work-stealing": False,
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}
"""Dask looks at every thread's stack a hundred times a second, for a dashboard nobody opens, and at
the clock fifty times, to warn of an event loop that is late. It measures its memory and disks,
looks for copies of data and for workers with less to do than others: there is one. It also
remembers its last thousand messages: those of somebody who keeps listening have a quarter of a
megabyte each. And it serves pages, which show every account of this machine what runs."""


class Keeper:
    """A nanny process that keeps one worker alive, itself started anew a few times at most.

    At first the worker gives way to the pages: its import of TensorFlow and its tracing take ten
    seconds of a core, just when people open one page after the other.
    """

    def __init__(self, address: str, security: Security) -> None:
        """Start nothing yet.

        Args:
            address: the scheduler's.
            security: the keys to it.
        """
        self._address, self._security = address, security
        self._process: subprocess.Popen[bytes] | None = None
        self._starts = 0
        self._gives_way, self._began = True, time.monotonic()

    @property
    def _alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def given_up(self) -> bool:
        """Whether it has ended, and will not be started again."""
        return self._starts == MOST_STARTS and not self._alive

    def revive(self) -> None:
        """Start it, or start it anew if it has ended; both processes write ESC10_HOME/worker.log.

        Raises:
            RunError: the disk refused the log.
        """
        if time.monotonic() - self._began > _GIVES_WAY_SECONDS:
            self.hurry()
        if self._alive or self._starts == MOST_STARTS:
            return
        self._process = self._started()
        self._starts += 1
        if self._gives_way:
            with suppress(OSError):
                _set_priority(self._process, low=True)

    def _started(self) -> subprocess.Popen[bytes]:
        package_parent = str(Path(__file__).resolve().parents[2])
        paths = [package_parent, os.environ.get("PYTHONPATH", "")]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
            **dask_environment({**QUIET, **keys_of(self._security)}),
        }
        command = [sys.executable, "-m", "dask", "worker", self._address]
        with disk_trouble("Starting the worker", RunError):
            home().mkdir(parents=True, exist_ok=True)
            with (home() / "worker.log").open("ab" if self._starts else "wb") as log:
                return subprocess.Popen(
                    [*command, *WORKER_OPTIONS, *_HERE_ONLY],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=environment,
                    # Ctrl-C is for the server, which then ends the worker in its own order.
                    start_new_session=True,
                    creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
                )

    def hurry(self) -> None:
        """Give the worker its full share of this machine: somebody waits for it."""
        if self._gives_way and self._process is not None:
            with suppress(OSError):  # `revive` tries again
                _set_priority(self._process, low=False)
                self._gives_way = False

    def close(self) -> None:
        """End it, and with it the worker."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_GOODBYE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _set_priority(keeper: subprocess.Popen[bytes], *, low: bool) -> None:
    """Let all other programs go before a keeper and its worker, or treat them as any other.

    Nothing happens where what is low cannot be raised again without an administrator: on macOS, and
    on a Linux that does not share its processors by session.

    Raises:
        OSError: the system refuses just now.
    """
    if sys.platform == "win32":
        chosen = psutil.BELOW_NORMAL_PRIORITY_CLASS if low else psutil.NORMAL_PRIORITY_CLASS
        with suppress(psutil.Error):  # it has just ended; what it starts begins as low as it is
            process = psutil.Process(keeper.pid)
            for each in (process, *process.children(recursive=True)):
                each.nice(chosen)
    elif (session := Path(f"/proc/{keeper.pid}/autogroup")).exists():
        # Linux shares its processors among sessions first: a process' own `nice` counts within its
        # session alone, and the keeper has one of its own.
        session.write_text(f"{_LOW if low else 0}")


def dask_environment(config: Mapping[str, object]) -> dict[str, str]:
    """The variables of a process that give it Dask's configuration; no other account reads them."""
    return {
        f"DASK_{key.replace('.', '__').replace('-', '_').upper()}": str(value)
        for key, value in config.items()
    }
