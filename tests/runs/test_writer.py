"""Who writes a run, and what becomes of it when the writer dies, or is taken for dead."""

from __future__ import annotations

import errno
import io
import json
import os
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from esc10.runs.exchange import run_zip
from esc10.runs.outcome import Outcome
from esc10.runs.run import Run
from esc10.runs.store import list_runs
from esc10.runs.writing import (
    add_epoch,
    add_event,
    beat,
    close_interrupted,
    create_run,
    end_run,
    finish_run,
)
from tests.support.made_runs import made_config, made_labels, made_result, made_row
from tests.support.processes import dead_process
from tests.support.refusals import lock, refuse_to_read
from tests.support.stored_runs import DAMAGE, cut_off, kinds, stored, unheard


def written_by(run: Run, writer: object) -> Run:
    (run.folder / "process.json").write_text(json.dumps(writer))
    return run


def test_runs_of_a_process_that_is_gone_are_closed_and_no_others() -> None:
    dead = dead_process()
    queued = written_by(create_run(made_config(1)), dead)
    training = written_by(create_run(made_config(2)), dead)
    add_event(training, "started")
    add_epoch(training, made_row(1))
    finished = written_by(stored(3), dead)
    mine = create_run(made_config(4))
    elsewhere = written_by(create_run(made_config(5)), {**dead, "host": "another machine"})
    reused = {**dead, "pid": os.getpid(), "started": dead["started"] - 3600}
    followed = written_by(create_run(made_config(6)), reused)
    close_interrupted()
    assert [run.state for run in (queued, training, followed)] == ["interrupted"] * 3
    assert [run.state for run in (mine, elsewhere)] == ["queued"] * 2
    assert finished.state == "finished"
    outcome = training.outcome
    assert outcome is not None
    assert "machine went down" in outcome.reason
    assert training.history() == [made_row(1)]
    close_interrupted()
    assert kinds(training) == ["queued", "started", "epoch", "interrupted"]


def test_a_process_elsewhere_lives_as_long_as_its_heart_beats() -> None:
    run = create_run(made_config())
    written_by(run, {**dead_process(), "host": "another machine, or this one by its former name"})
    unheard(run)
    assert not run.writer_lives
    beat(run)
    assert run.writer_lives
    unheard(run)
    add_event(run, "started")
    assert run.writer_lives
    unheard(run)
    close_interrupted()
    assert run.state == "interrupted"


def assert_closed_once_unheard(run: Run) -> None:
    close_interrupted()
    assert run.state == "queued"
    unheard(run)
    close_interrupted()
    assert run.state == "interrupted"


def test_two_containers_may_share_a_name_and_no_process_numbers() -> None:
    run = create_run(made_config())
    writer = json.loads((run.folder / "process.json").read_bytes())
    dead = {**writer, **dead_process()}
    assert not written_by(run, dead).writer_lives, "a process of these is seen at once"
    written_by(run, {**dead, "numbered": "in another container"})
    assert_closed_once_unheard(run)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EMFILE, errno.ESTALE])
def test_a_process_that_cannot_be_looked_up_lives_as_long_as_its_heart_beats(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    run = create_run(made_config())
    refuse_to_read(monkeypatch, run.folder / "process.json", number)
    assert_closed_once_unheard(run)


def test_a_process_of_which_nothing_can_be_told_is_not_taken_for_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = create_run(made_config())
    lock(monkeypatch, run.folder)
    assert run.writer_lives


def test_a_system_without_handles_ends_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    run = create_run(made_config())

    def refuse(*_: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(psutil, "Process", refuse)
    assert run.writer_lives


def test_who_closes_leaves_out_what_is_its_own() -> None:
    mine, other = create_run(made_config(1)), create_run(made_config(2))
    for run in (mine, other):
        cut_off(run.folder / "process.json")
    close_interrupted(except_for=[mine.run_id])
    assert (mine.state, other.state) == ("queued", "interrupted")


def taken_for_gone(run: Run) -> None:
    written_by(run, dead_process())
    close_interrupted()
    assert run.state == "interrupted"


def test_who_was_taken_for_gone_writes_down_all_the_same_how_the_run_ended() -> None:
    trained, failed = create_run(made_config(1)), create_run(made_config(2))
    for run in (trained, failed):
        add_event(run, "started")
        taken_for_gone(run)
    for row in made_result().history:
        add_epoch(trained, row)
    finish_run(trained, made_result(), made_labels())
    end_run(failed, Outcome("failed", "memory ran out", {}))
    assert (trained.state, failed.state) == ("finished", "failed")
    assert trained.answers("val_loss").epoch == made_result().best["val_loss"].epoch
    assert trained.history() == list(made_result().history)
    assert kinds(failed) == ["queued", "started", "interrupted", "failed"]
    end_run(failed, Outcome("interrupted", "the program was closed", {}))
    close_interrupted()
    assert (trained.state, failed.state) == ("finished", "failed")


def test_a_run_whose_writer_was_taken_for_gone_travels_as_any_other() -> None:
    run = create_run(made_config())
    taken_for_gone(run)
    finish_run(run, made_result(), made_labels())
    with zipfile.ZipFile(io.BytesIO(run_zip(run))) as archive:
        events = archive.read(f"{run.run_id}/events.jsonl")
    assert b"interrupted" not in events
    assert b"finished" in events


def test_a_clock_that_was_corrected_does_not_end_a_run() -> None:
    """A process's start is told by the clock of the day; a few seconds say nothing."""
    process = psutil.Process()
    mine = {"host": socket.gethostname(), "pid": process.pid, "started": process.create_time()}
    run = written_by(create_run(made_config()), {**mine, "started": mine["started"] + 5})
    close_interrupted()
    assert run.state == "queued"


def test_a_run_interrupted_within_a_line_keeps_its_epochs() -> None:
    run = written_by(create_run(made_config()), dead_process())
    add_event(run, "started")
    add_epoch(run, made_row(1))
    with (run.folder / "events.jsonl").open("ab") as file:
        file.write(b'{"at": 1700000000.0, "kind": "ep')
    close_interrupted()
    runs, complaints = list_runs()
    assert complaints == []
    assert [found.state for found in runs] == ["interrupted"]
    assert runs[0].history() == [made_row(1)]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_run_that_does_not_say_who_writes_it_is_closed(damage: Callable[[Path], None]) -> None:
    run = create_run(made_config())
    damage(run.folder / "process.json")
    close_interrupted()
    assert run.state == "interrupted"
