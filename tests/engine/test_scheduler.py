"""Somebody's own scheduler and worker, in processes of their own, which end and come back."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest

from esc10.engine import cluster
from esc10.engine.cluster import Cluster
from esc10.engine.queue import Engine
from esc10.engine.sent_run import LOST
from tests.support import ROOT
from tests.support.engines import COLD_OPTIONS, LONG, WARM_SECONDS, first_epoch, kinds, plan
from tests.support.waiting import wait_for

Start = Callable[..., psutil.Process]


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Start]:
    """Starts `python -m dask` with some arguments; ended with all its children after the test."""
    started: list[psutil.Process] = []

    def start(*arguments: str) -> psutil.Process:
        with (tmp_path / f"{arguments[0]}.log").open("ab") as log:
            process = psutil.Popen(
                [sys.executable, "-m", "dask", *arguments],
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=log,
            )
        started.append(process)
        return process

    yield start
    for process in started:
        with suppress(psutil.NoSuchProcess):
            for each in (*process.children(recursive=True), process):
                with suppress(psutil.NoSuchProcess):
                    each.kill()
        process.wait()


@pytest.fixture
def port() -> int:
    """A port nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_scheduler_that_comes_back_is_found_again(
    dask: Start, port: int, practice_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"tcp://127.0.0.1:{port}"
    listening = ("--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    scheduler = dask("scheduler", *listening)
    dask("worker", address, *COLD_OPTIONS)
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", WARM_SECONDS)
    own = Cluster(address)
    # After this time a client gives up for good.
    monkeypatch.setattr(own.client, "_timeout", 1)
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 1)
    engine = Engine(own)
    try:
        lost, waiting = engine.submit(plan(epochs=LONG)), engine.submit(plan())
        first_epoch(lost)
        scheduler.kill()
        wait_for(lambda: lost.outcome is not None, WARM_SECONDS, "the lost run to be called failed")
        wait_for(lambda: own.client.status == "closed", WARM_SECONDS, "the client to give up")
        trouble = engine.status().trouble
        assert trouble is not None
        assert address in trouble
        dask("scheduler", *listening)
        dask("worker", address, *COLD_OPTIONS)
        assert engine.wait_until_idle(WARM_SECONDS)
        outcome = lost.outcome
        assert outcome is not None
        assert (outcome.state, outcome.reason) == ("failed", LOST)
        assert waiting.state == "finished"
        assert kinds(lost).count("started") == kinds(waiting).count("started") == 1
        assert engine.status().trouble is None
    finally:
        engine.close()
