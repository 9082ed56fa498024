"""Somebody's own scheduler and worker, started as the README says; they end and come back."""

from __future__ import annotations

import os
import re
import shlex
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest
from dask import config

from esc10.engine import cluster, worker
from esc10.engine.cluster import Cluster
from esc10.engine.queue import Engine
from esc10.engine.sent_run import LOST
from tests.support import ROOT, cold_worker
from tests.support.engines import LONG, first_epoch, plan
from tests.support.stored_runs import kinds
from tests.support.waiting import WARM_SECONDS, wait_for

README = (ROOT / "README.md").read_text("utf-8")

Start = Callable[..., psutil.Process]


@pytest.fixture
def dask(tmp_path: Path, port: int) -> Iterator[Start]:
    """Starts one of the README's commands; all that was started ends with the test."""
    started: list[psutil.Process] = []

    def start(what: str, *options: str) -> psutil.Process:
        (line,) = re.findall(rf"^python (-m dask {what} .*)$", README, re.MULTILINE)
        line = line.replace("host:8786", f"127.0.0.1:{port}")
        line = line.replace(worker.__name__, cold_worker.__name__)
        with (tmp_path / f"{what}.log").open("ab") as log:
            process = psutil.Popen(
                [sys.executable, *shlex.split(line), *options],
                cwd=tmp_path,  # where the key is
                env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
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
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The README's key, where its commands expect it; this process has it too."""
    (line,) = re.findall(r"^python (-c .*)$", README, re.MULTILINE)
    subprocess.run([sys.executable, *shlex.split(line)], cwd=tmp_path, check=True)
    for name in re.findall(r"`(DASK_\w+)`", README):
        monkeypatch.setenv(name, str(tmp_path / "lab.pem"))
    with config.set(config.merge(config.config, config.collect_env())):
        yield


@pytest.fixture
def port() -> int:
    """A port nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows asks the folder who may read")
def test_nobody_else_may_read_the_key(key: None, tmp_path: Path) -> None:
    assert stat.filemode((tmp_path / "lab.pem").stat().st_mode) == "-rw-------"


def test_a_scheduler_that_comes_back_is_found_again(
    dask: Start, key: None, port: int, practice_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"tls://127.0.0.1:{port}"
    listening = ("--host", "127.0.0.1", "--port", str(port))
    scheduler = dask("scheduler", *listening)
    dask("worker")
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
        dask("worker")
        assert engine.wait_until_idle(WARM_SECONDS)
        outcome = lost.outcome
        assert outcome is not None
        assert (outcome.state, outcome.reason) == ("failed", LOST)
        assert waiting.state == "finished"
        assert kinds(lost).count("started") == kinds(waiting).count("started") == 1
        assert engine.status().trouble is None
    finally:
        engine.close()
