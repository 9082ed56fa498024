"""The process that keeps this machine's worker alive: the command that starts one anywhere.

As a process of its own, rather than one spawned from this one, the worker never imports the pages.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

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

QUIET = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "500ms",
    "distributed.admin.low-level-log-length": 20,
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}
"""Dask looks at every thread's stack a hundred times a second, for a dashboard nobody opens, and at
the clock fifty times, to warn of an event loop that is late. It also remembers its last thousand
messages: those of somebody who keeps listening have a quarter of a megabyte each. And it serves
pages, which show every account of this machine what runs."""


def start_keeper(address: str, security: Security, log_mode: str) -> subprocess.Popen[bytes]:
    """The nanny process that keeps one worker alive; both write to ESC10_HOME/worker.log.

    Raises:
        RunError: the disk refused the log.
    """
    package_parent = str(Path(__file__).resolve().parents[2])
    paths = [package_parent, os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        **dask_environment({**QUIET, **keys_of(security)}),
    }
    with disk_trouble("Starting the worker", RunError):
        home().mkdir(parents=True, exist_ok=True)
        with (home() / "worker.log").open(log_mode) as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", "worker", address, *WORKER_OPTIONS, *_HERE_ONLY],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                # Ctrl-C is for the server, which then ends the worker in its own order.
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )


def dask_environment(config: Mapping[str, object]) -> dict[str, str]:
    """The variables of a process that give it Dask's configuration; no other account reads them."""
    return {
        f"DASK_{key.replace('.', '__').replace('-', '_').upper()}": str(value)
        for key, value in config.items()
    }
