"""Runs on disk that went through everything a run goes through, and ways to damage their files."""

from __future__ import annotations

import os
import time
from pathlib import Path

from esc10.runs.run import Run
from esc10.runs.writing import add_epoch, add_event, create_run, finish_run
from tests.support.made_runs import made_config, made_labels, made_result
from tests.support.waiting import wait_for


def stored(number: int = 1, epochs: int = 3, ended: str = "epochs") -> Run:
    """A run that went through everything a run goes through."""
    run = create_run(made_config(number))
    add_event(run, "started")
    result = made_result(epochs, ended)
    for row in result.history:
        add_epoch(run, row)
    finish_run(run, result, made_labels())
    return run


def kinds(run: Run) -> list[str]:
    """What has happened to a run, in order."""
    return [event["kind"] for event in run.events()]


def unheard(run: Run) -> float:
    """Make it an hour since a run's heart has beaten; gives back when that was."""
    hour_ago = time.time() - 3600
    os.utime(run.folder / "process.json", (hour_ago, hour_ago))
    return hour_ago


def wait_for_beat(run: Run, seconds: float) -> None:
    """Wait until a run's heart beats, after an hour in which it did not."""
    heart, before = run.folder / "process.json", unheard(run)
    wait_for(lambda: heart.stat().st_mtime > before, seconds, f"a beat of {run.run_id}")


def cut_off(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def zeroed(path: Path) -> None:
    """As some file systems leave a file after a power cut: the right length, and nothing in it."""
    path.write_bytes(bytes(path.stat().st_size))


def removed(path: Path) -> None:
    path.unlink()


DAMAGE = (cut_off, emptied, zeroed, removed)
