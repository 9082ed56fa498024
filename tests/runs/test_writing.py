"""A run that is written while nothing happens in it, and on a disk that is full."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from esc10.runs import writing
from esc10.runs.writing import (
    create_run,
    heartbeat,
)
from tests.support.made_runs import made_config
from tests.support.stored_runs import wait_for_beat


def test_a_run_has_a_heartbeat_while_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_BEAT_SECONDS", 0.01)
    run = create_run(made_config())
    threads = threading.active_count()
    with heartbeat(run):
        for _ in range(2):
            wait_for_beat(run, 60)
    assert threading.active_count() == threads


FULL_DISK = """
import resource

from esc10.errors import RunError
from esc10.runs.store import list_runs, load_run
from esc10.runs.writing import beat, add_epoch, add_event, create_run, finish_run
from tests.support.made_runs import made_config, made_labels, made_result, made_row

def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

def refused(action, *arguments):
    try:
        action(*arguments)
    except RunError as error:
        assert "file too large" in str(error), error
        assert made_config().run_id in str(error), error
    else:
        raise AssertionError("the disk did not refuse")

unlimited = resource.RLIM_INFINITY
limit(50)
refused(create_run, made_config())
assert list_runs() == ([], [])

limit(unlimited)
run = create_run(made_config())
add_event(run, "started")
add_epoch(run, made_row(1))

limit((run.folder / "events.jsonl").stat().st_size + 20)
refused(add_epoch, run, made_row(2))
assert run.history() == [made_row(1)]
refused(finish_run, run, made_result(), made_labels())
assert load_run(run.run_id).state == "training"
assert not list(run.folder.glob(".*")), "something was left behind"

limit(unlimited)
add_epoch(run, made_row(2))
assert run.history() == [made_row(1), made_row(2)]
finish_run(run, made_result(), made_labels())
assert load_run(run.run_id).state == "finished"
assert load_run(run.run_id).weights("val_loss")
"""


def test_a_full_disk_is_a_sentence_and_room_mends_it() -> None:
    pytest.importorskip("resource")
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
