"""An engine on somebody's own scheduler that no worker has come to: runs wait, none is trained."""

from __future__ import annotations

from collections.abc import Iterator

import dask
import numpy as np
import pytest
from distributed import LocalCluster

from esc10.engine import queue
from esc10.engine.cluster import Cluster
from esc10.engine.queue import Engine
from esc10.errors import NoWorkerError
from tests.support.made_runs import made_config
from tests.support.refusals import full_disk
from tests.support.stored_runs import kinds, stored, wait_for_beat
from tests.support.waiting import wait_for

SECONDS = 30
"""More than any of this needs; whoever waits this long has failed."""


@pytest.fixture(scope="module")
def scheduler() -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=0,
        processes=False,  # a worker is a thread here, and has loaded nothing
        protocol="tcp://",
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
    ) as own:
        yield own


@pytest.fixture
def engine(scheduler: LocalCluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    own = Cluster(scheduler.scheduler_address)
    monkeypatch.setattr(own.client, "_timeout", 0.2)  # so long data looks for a worker
    engine = Engine(own)
    yield engine
    engine.close()


def test_a_scheduler_of_ones_own_without_a_worker_is_said_to_have_none(
    engine: Engine, scheduler: LocalCluster
) -> None:
    """None comes by itself: somebody has to start one."""
    trouble = engine.status().trouble
    assert trouble is not None
    assert trouble.startswith("No worker that may train is connected")
    assert scheduler.scheduler_address in trouble
    network = engine.networks.trained(stored(), "val_loss")
    for sounds in (1, 100):  # within the question, and beside it
        with pytest.raises(NoWorkerError) as raised:
            network.answer(np.zeros((sounds, 216, 128), np.float32))
        assert str(raised.value) == trouble


def test_workers_that_may_not_train_are_not_waited_for(
    engine: Engine, scheduler: LocalCluster
) -> None:
    """As where the README's `--resources TRAIN=1` was left out."""
    scheduler.scale(1)
    wait_for(lambda: engine.status().capacity.workers, SECONDS, "the worker")
    trouble = engine.status().trouble
    assert trouble is not None
    assert trouble.startswith("No worker that may train is connected")
    scheduler.scale(0)
    wait_for(lambda: not engine.status().capacity.workers, SECONDS, "the worker to go")


def test_no_worker_is_overlooked_while_dask_looks_for_itself(scheduler: LocalCluster) -> None:
    """Its client counts workers now and then, and remembers no more of them than how many."""
    with dask.config.set({"distributed.client.scheduler-info-interval": "1ms"}):
        own = Cluster(scheduler.scheduler_address)
    scheduler.scale(1)
    wait_for(lambda: own.capacity().workers, SECONDS, "the worker")
    assert {own.capacity().workers for _ in range(300)} == {1}
    scheduler.scale(0)
    wait_for(lambda: not own.capacity().workers, SECONDS, "the worker to go")
    own.close()


@pytest.mark.parametrize("refused", ["wax+", "wx"], ids=["no room", "room for a line"])
def test_a_run_that_a_full_disk_keeps_open_is_closed_when_there_is_room(
    refused: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is in no queue any more: nobody could end it by hand, or delete it."""
    monkeypatch.setattr(queue, "_SWEEP_SECONDS", 0)
    run = engine.submit(made_config())
    with full_disk(refused):
        engine.stop(run.run_id)
        assert engine.status().queue == ()
        assert run.state == "queued"
        trouble = engine.status().trouble
        assert trouble is not None
        assert f"run {run.run_id} failed: no space left on device" in trouble
        wait_for_beat(run, SECONDS)
    wait_for(lambda: run.state == "cancelled", SECONDS, "the run to be closed")
    assert kinds(run) == ["queued", "cancelled"]
    wait_for(
        lambda: run.run_id not in (engine.status().trouble or ""), SECONDS, "the trouble to end"
    )


def test_a_run_deleted_by_hand_is_not_closed_for_ever(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    run = engine.submit(made_config())
    trouble = engine.status().trouble
    run.folder.rename(run.folder.with_name("elsewhere"))
    engine.stop(run.run_id)
    assert engine.status().trouble == trouble
    assert f"run {run.run_id} could not be closed" in caplog.text
