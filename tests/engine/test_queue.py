"""The engine with a real scheduler and a real worker process, which is really killed."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import signal
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from distributed import rpc
from distributed.comm.core import CommClosedError
from distributed.security import Security
from numpy.typing import NDArray

from esc10.audio.loading import load_clip
from esc10.datasets import load_dataset
from esc10.engine import keeper, queue, worker
from esc10.engine.cluster import Cluster
from esc10.engine.queue import Engine
from esc10.engine.sent_run import LOST, SentRun
from esc10.errors import RunError
from esc10.features.cache import feature_set
from esc10.features.inputs import inputs_of, network_input
from esc10.features.mel import mel_power
from esc10.inference.predictor import embeddings_of
from esc10.inference.projection import plane_of
from esc10.progress import Progress
from esc10.runs.outcome import UNFINISHED
from esc10.runs.store import load_run
from esc10.runs.writing import create_run
from tests.support.engines import COLD_OPTIONS, LONG, admitted, first_epoch, plan, worker_pid
from tests.support.refusals import full_disk
from tests.support.stored_runs import emptied, kinds, wait_for_beat
from tests.support.waiting import WARM_SECONDS, wait_for


@pytest.fixture(scope="module")
def module_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeper, "WORKER_OPTIONS", COLD_OPTIONS)
        with pytest.MonkeyPatch.context() as meanwhile:
            meanwhile.setenv("ESC10_HOME", str(tmp_path_factory.mktemp("engine")))
            engine = Engine(Cluster())
        yield engine
        engine.close()


@pytest.fixture
def engine(module_engine: Engine, practice_home: Path) -> Engine:
    """The engine, idle and with a worker, whatever the test before did to that."""
    assert module_engine.wait_until_idle(WARM_SECONDS)
    wait_for(lambda: module_engine.status().capacity.workers, WARM_SECONDS, "a worker")
    return module_engine


def test_a_run_is_trained_stored_and_answers(engine: Engine) -> None:
    run = engine.submit(plan())
    assert engine.wait_until_idle(300)
    assert run.state == "finished"
    assert kinds(run) == ["queued", "started", "epoch", "epoch", "epoch", "finished"]
    assert [row.epoch for row in run.history()] == [1, 2, 3]
    answers = run.answers("val_accuracy")
    assert answers.probabilities["validation"].shape == (80, 10)
    assert answers.probabilities["test"].shape == (80, 10)
    # What was stored is what the worker answers for the same clip now.
    name = run.config.clips["test"][0]
    sound = load_clip(load_dataset("practice").clip(name).path)
    power = mel_power(sound.samples, run.config.mel)[np.newaxis]
    x = network_input(power, "logmel", run.config.scaling)
    answer = engine.networks.trained(run, "val_accuracy").answer(x)
    assert answer.frames is None
    np.testing.assert_allclose(answer.clip[0], answers.probabilities["test"][0], atol=1e-4)


def test_queued_runs_show_their_place_and_can_be_taken_out(engine: Engine) -> None:
    first = engine.submit(plan(epochs=LONG))
    second, third = engine.submit(plan()), engine.submit(plan())
    first_epoch(first)
    assert engine.status().active == (first.run_id,)
    assert engine.status().queue == (second.run_id, third.run_id)
    assert (second.state, third.state) == ("queued", "queued")
    engine.stop(second.run_id)
    assert second.state == "cancelled"
    engine.stop(first.run_id)
    assert engine.wait_until_idle(300)
    assert first.state == "stopped"
    assert third.state == "finished"
    assert "started" not in kinds(second)


def test_stopping_keeps_the_best_weights_so_far(engine: Engine) -> None:
    run = engine.submit(plan(epochs=LONG))
    first_epoch(run)
    engine.stop(run.run_id)
    assert engine.wait_until_idle(300)
    outcome = run.outcome
    assert outcome is not None
    assert outcome.state == "stopped"
    trained = len(run.history())
    assert 1 <= trained < LONG
    assert 1 <= outcome.best["val_accuracy"] <= trained
    assert run.weights("val_loss")


def test_a_killed_worker_fails_its_run_alone(engine: Engine) -> None:
    """The one before is not trained again, and the next one trains."""
    finished = engine.submit(plan())
    assert engine.wait_until_idle(300)
    doomed = engine.submit(plan(epochs=LONG))
    following = engine.submit(plan())
    first_epoch(doomed)
    psutil.Process(worker_pid(engine)).send_signal(signal.SIGKILL)
    wait_for(lambda: doomed.outcome is not None, 120, "the killed run to be called failed")
    outcome = doomed.outcome
    assert outcome is not None
    assert outcome.state == "failed"
    assert "killed" in outcome.reason
    assert engine.wait_until_idle(WARM_SECONDS)
    assert (finished.state, following.state) == ("finished", "finished")
    for run in (finished, doomed, following):
        assert kinds(run).count("started") == 1
    with pytest.raises(RunError, match="no weights"):
        doomed.weights("val_loss")


def test_a_run_whose_connection_is_lost_fails_and_is_not_trained_on(engine: Engine) -> None:
    """The scheduler lives, as where a laptop slept: its worker is free for the next run at once."""
    lost, following = engine.submit(plan(epochs=LONG)), engine.submit(plan())
    first_epoch(lost)
    client = engine._cluster.client
    client.loop.add_callback(client.scheduler_comm.comm.abort)
    assert engine.wait_until_idle(WARM_SECONDS)
    outcome = lost.outcome
    assert outcome is not None
    assert (outcome.state, outcome.reason) == ("failed", LOST)
    assert following.state == "finished"
    for run in (lost, following):
        assert kinds(run).count("started") == 1


def test_trouble_in_letting_go_of_a_run_leaves_nothing_active(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = SentRun.let_go

    def let_go(sent: SentRun) -> None:
        really(sent)
        raise OSError("the scheduler is gone")

    monkeypatch.setattr(SentRun, "let_go", let_go)
    run = engine.submit(plan(epochs=1))
    assert engine.wait_until_idle(WARM_SECONDS)
    assert run.state == "finished"


def test_a_run_that_ends_on_a_full_disk_has_failed_when_there_is_room(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "_SWEEP_SECONDS", 0)
    run = engine.submit(plan(epochs=LONG))
    first_epoch(run)
    with full_disk():
        assert engine.wait_until_idle(WARM_SECONDS)  # it is stopped, as it cannot be written down
        assert run.state == "training"
        assert run.run_id in (engine.status().trouble or "")
    wait_for(lambda: run.outcome is not None, WARM_SECONDS, "the run to be closed")
    outcome = run.outcome
    assert outcome is not None
    assert outcome.state == "failed"
    assert "no space left on device" in outcome.reason
    assert kinds(run)[-2:] == ["epoch", "failed"]


def test_a_run_that_was_started_elsewhere_is_refused(engine: Engine) -> None:
    """A foreign scheduler may try a task again on the next worker: the second try must refuse."""
    from distributed import Event

    config = plan()
    Event(worker.started_event(config.run_id), client=engine._cluster.client).set()
    run = engine.submit(config)
    assert engine.wait_until_idle(300)
    outcome = run.outcome
    assert outcome is not None
    assert outcome.state == "failed"
    assert "never trained twice" in outcome.reason
    assert kinds(run) == ["queued", "failed"]


def test_a_dataset_that_is_gone_fails_the_run_with_a_sentence(
    engine: Engine, practice_home: Path
) -> None:
    config = plan()
    (practice_home / "datasets" / "practice" / "complete.json").unlink()
    run = engine.submit(config)
    assert engine.wait_until_idle(300)
    outcome = run.outcome
    assert outcome is not None
    assert outcome.state == "failed"
    assert "not on this machine" in outcome.reason


def test_runs_that_cannot_be_looked_through_stop_no_training(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = threading.Event()

    def refuse(except_for: object) -> None:
        refused.set()
        raise OSError("the disk is gone")

    monkeypatch.setattr(queue, "_SWEEP_SECONDS", 0)
    monkeypatch.setattr(queue, "close_interrupted", refuse)
    assert refused.wait(WARM_SECONDS)
    run = engine.submit(plan(epochs=1))
    assert engine.wait_until_idle(WARM_SECONDS)
    assert run.state == "finished"


def test_two_threads_may_submit(engine: Engine) -> None:
    configs = [plan(epochs=1) for _ in range(4)]
    threads = [threading.Thread(target=engine.submit, args=(config,)) for config in configs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert engine.wait_until_idle(120)
    for config in configs:
        run = load_run(config.run_id)
        assert run.state == "finished"
        assert kinds(run).count("started") == 1


def test_layer_tables_come_from_the_worker(engine: Engine) -> None:
    tables = engine.networks.layer_tables(10)
    assert {key: table.parameters for key, table in tables.items()} == {
        "cnn": 47_018,
        "td_cnn": 17_466,
        "cnn_rnn": 32_442,
        "compact_cnn": 181_826,
    }
    (narrow,) = engine.networks.layer_tables(10, 0.25).values()
    assert narrow.parameters == 1_254


def test_a_trained_network_is_seen_from_inside(engine: Engine) -> None:
    run = engine.submit(plan())
    assert engine.wait_until_idle(300)
    config = run.config
    features = feature_set(load_dataset("practice"), config.mel)
    filenames = [clip.filename for clip in features.dataset.clips]
    training = np.isin(filenames, config.clips["train"])
    messages: list[NDArray[np.int64]] = []
    reports: list[Progress] = []

    def x_of(places: NDArray[np.int64]) -> NDArray[np.float32]:
        messages.append(places)
        return inputs_of(features.power, places, "logmel", config.scaling)

    clips = len(filenames)
    network = engine.networks.trained(run, "val_accuracy")
    heard = embeddings_of(network, x_of, clips, reports.append)
    plane = plane_of(heard.values, training)
    np.testing.assert_array_equal(np.concatenate(messages), np.arange(clips))
    assert max(map(len, messages)) * features.power[0].nbytes < 10_000_000
    assert [report.files for report in reports] == [*range(0, clips, 64), clips]
    assert (plane.points.shape, heard.probabilities.shape) == ((clips, 2), (clips, 10))
    assert 0 < plane.explained <= 1
    np.testing.assert_allclose(plane.points[training].mean(axis=0), 0, atol=1e-4)
    # The clips are in their order: what was stored of the test clips is what is said of them now.
    test = [filenames.index(name) for name in config.clips["test"]]
    stored = run.answers("val_accuracy").probabilities["test"]
    np.testing.assert_allclose(heard.probabilities[test], stored, atol=1e-4)


def test_filters_files_and_checks_come_from_the_worker(engine: Engine, tmp_path: Path) -> None:
    run = engine.submit(plan("td_cnn", epochs=1))
    assert engine.wait_until_idle(300)
    filters = engine.networks.trained(run, "val_loss").filters()
    assert filters is not None
    assert filters.shape == (16, 9, 1)
    content = engine.networks.trained(run, "val_loss").keras_file()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert "esc10" not in archive.read("config.json").decode()
    weights = run.weights("val_loss")
    engine.networks.check_weights(run.config, weights)
    with pytest.raises(RunError, match="damaged or belong to another network"):
        engine.networks.check_weights(run.config, weights[:-1000])


def test_a_network_that_cannot_be_built_is_a_sentence(engine: Engine) -> None:
    """It brings no error of Keras along, which this side would have to load."""
    config = plan()
    short = dataclasses.replace(config, mel=dataclasses.replace(config.mel, seconds=0.1))
    with pytest.raises(RunError, match="do not fit the network") as raised:
        engine.networks.check_weights(short, b"no weights")
    assert raised.value.__cause__ is raised.value.__context__ is None


def test_a_run_without_weights_shows_nothing(engine: Engine) -> None:
    waiting = create_run(plan())
    with pytest.raises(RunError, match="has not ended"):
        engine.networks.trained(waiting, "val_loss")


def test_another_scheduler_can_be_named(engine: Engine) -> None:
    """ESC10_SCHEDULER: a second engine on the first one's scheduler trains on its worker."""
    with admitted(engine._cluster):
        guest = Engine(Cluster(engine._cluster.address))
    try:
        run = guest.submit(plan())
        assert guest.wait_until_idle(300)
        assert run.state == "finished"
    finally:
        guest._closing = True
        guest._dispatcher.join()
        guest._cluster.close()


def test_without_the_keys_nobody_gives_orders(engine: Engine) -> None:
    """Whoever does runs what he likes, as the person whose app it is."""
    client = engine._cluster.client
    workers = client.sync(client.scheduler.identity, n_workers=-1)["workers"]
    assert workers
    for address in (engine._cluster.address, *workers):
        host = address.partition("://")[2]
        for stranger, security in (("tcp", Security()), ("tls", Security.temporary())):
            with pytest.raises(CommClosedError):
                asyncio.run(identity(f"{stranger}://{host}", security))


async def identity(address: str, security: Security) -> object:
    """Who answers there, asked as any client asks."""
    async with rpc(address, connection_args=security.get_connection_args("client")) as remote:
        return await remote.identity()


def test_nothing_of_the_worker_is_heard_beyond_this_machine(engine: Engine) -> None:
    process = psutil.Process(engine._cluster._keeper._process.pid)
    ears = [
        connection.laddr.ip
        for each in (process, *process.children(recursive=True))
        for connection in each.net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len(ears) >= 2  # the keeper's and the worker's
    assert set(ears) == {"127.0.0.1"}


def test_a_killed_keeper_is_started_again(engine: Engine) -> None:
    """The process named `dask worker` keeps the worker alive; somebody may kill that one too."""
    process = engine._cluster._keeper._process
    assert process is not None
    doomed, following = engine.submit(plan(epochs=LONG)), engine.submit(plan())
    first_epoch(doomed)
    process.kill()
    wait_for(lambda: doomed.outcome is not None, 120, "the run to be called failed")
    assert engine.wait_until_idle(WARM_SECONDS)
    assert doomed.state == "failed"
    assert following.state == "finished"
    assert engine.status().trouble is None


def test_a_run_that_waits_or_trains_has_a_heartbeat(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By it another host, or this one under another name, knows that the run is in good hands."""
    monkeypatch.setattr(queue, "_SWEEP_SECONDS", 0)
    training, waiting = engine.submit(plan(epochs=500)), engine.submit(plan())
    first_epoch(training)
    for run in (training, waiting):
        # What says whose it is; between two beats the engine looks for dead ones.
        emptied(run.folder / "process.json")
        for _ in range(2):
            wait_for_beat(run, 120)
        assert run.state in UNFINISHED
    engine.stop(waiting.run_id)
    engine.stop(training.run_id)
    assert engine.wait_until_idle(300)


def test_closing_the_program_interrupts_what_it_was_doing(engine: Engine) -> None:
    """The last test here: it leaves no engine."""
    training, waiting = engine.submit(plan(epochs=LONG)), engine.submit(plan())
    first_epoch(training)
    engine.close()
    assert (training.state, waiting.state) == ("interrupted", "interrupted")
    assert len(training.history()) >= 1
