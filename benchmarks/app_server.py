"""The app, started by the README's command for as long as a measurement lasts."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
HOST = "localhost"
_START_SECONDS, _STOP_SECONDS = 60, 20
_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class App:
    """A server that answers.

    Attributes:
        port: on this machine.
        process: the server's own; the worker is below it.
    """

    port: int
    process: psutil.Process

    @property
    def url(self) -> str:
        """The front door's address."""
        return f"http://{HOST}:{self.port}"

    @property
    def worker(self) -> psutil.Process:
        """The process that trains: of all below the server, the one that has worked most."""
        return max(self.process.children(recursive=True), key=cpu_seconds)


def cpu_seconds(process: psutil.Process) -> float:
    """The seconds a process has kept a core busy, without its children."""
    times = process.cpu_times()
    return float(times.user + times.system)


def wait_until(condition: Callable[[], object], seconds: float, what: str) -> None:
    """Return as soon as a condition holds that nothing announces.

    Raises:
        TimeoutError: it did not within that time.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(_POLL_SECONDS)


@contextmanager
def running_app(home: Path) -> Iterator[App]:
    """A fresh server on a free port; it and its worker are gone afterwards.

    Args:
        home: its `ESC10_HOME`.

    Raises:
        RuntimeError: the server ended; with the last that it said.
    """
    port = _free_port()
    with tempfile.TemporaryFile("w+") as log:
        process = psutil.Popen(
            [
                *(sys.executable, "-m", "streamlit", "run", "app.py"),
                *("--server.port", str(port), "--server.address", HOST),
                *("--server.headless", "true"),
            ],
            cwd=ROOT,
            env={**os.environ, "ESC10_HOME": str(home)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )

        def answers() -> bool:
            if process.poll() is not None:
                log.seek(0)
                raise RuntimeError(f"the server ended: {log.read()[-2000:]}")
            return _healthy(port)

        try:
            wait_until(answers, _START_SECONDS, "the server to answer")
            yield App(port, process)
        finally:
            _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _healthy(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=_START_SECONDS)
    try:
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _stop(process: psutil.Process) -> None:
    """End the server; it ends its worker, and what is left after a while is killed."""
    try:
        below = process.children(recursive=True)
        process.terminate()
    except psutil.NoSuchProcess:
        return
    _, alive = psutil.wait_procs([process, *below], timeout=_STOP_SECONDS)
    for left in alive:
        left.kill()
    psutil.wait_procs(alive)
