"""Runs for an engine, the waits for them, and workers that may be killed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import dask
import pytest

from esc10.engine import worker
from esc10.engine.cluster import Cluster
from esc10.engine.keeper import WORKER_OPTIONS, dask_environment
from esc10.engine.keys import keys_of
from esc10.engine.queue import Engine
from esc10.runs.run import Run
from esc10.training.config import TrainConfig
from esc10.training.plan import RunConfig, plan_run
from tests.support import cold_worker
from tests.support.stored_runs import kinds
from tests.support.waiting import WARM_SECONDS, wait_for

COLD_OPTIONS = tuple(
    option.replace(worker.__name__, cold_worker.__name__) for option in WORKER_OPTIONS
)
"""A worker's options where it is killed again and again: tracing takes as long as importing."""

LONG = 5000
"""Epochs of a run that is not meant to end by itself."""


def plan(model: str = "cnn", epochs: int = 3, **settings: object) -> RunConfig:
    """A run on the practice sounds."""
    return plan_run(TrainConfig("practice", model, epochs=epochs, **settings))  # type: ignore[arg-type]


def first_epoch(run: Run) -> None:
    """Wait until a run has trained for an epoch."""
    wait_for(lambda: "epoch" in kinds(run), WARM_SECONDS, f"the first epoch of {run.run_id}")


def worker_pid(engine: Engine) -> int:
    """The process of an engine's only worker."""
    pids = engine._cluster.client.run(os.getpid)
    assert len(pids) == 1
    return int(next(iter(pids.values())))


@contextmanager
def admitted(own: Cluster) -> Iterator[None]:
    """Let others here, and in processes started from here, into a cluster's scheduler."""
    keys = keys_of(own._security)
    with dask.config.set(keys), pytest.MonkeyPatch.context() as patch:
        for name, value in dask_environment(keys).items():
            patch.setenv(name, value)
        yield
