"""Writing a run down: its folder first, events as they come, everything else at the end.

Only the process that created a run writes in its folder, but for a title; where that process is
gone, whoever notices writes that the run was interrupted. The outcome is written last, so a run
that has one is whole.
"""

from __future__ import annotations

import csv
import io
import json
import logging
import os
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, fields
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from esc10.errors import RunError, disk_trouble
from esc10.runs.outcome import UNFINISHED, Outcome, weight_files
from esc10.runs.run import Run
from esc10.runs.store import list_runs, runs_folder
from esc10.runs.writer import WRITER, this_process
from esc10.storage import whole_file, write_whole
from esc10.training.plan import RunConfig
from esc10.training.results import ENDINGS, LAST, EpochRow, TrainResult

TAKEN_FOR_GONE = Outcome(
    "interrupted", "the program was closed or the machine went down while it was unfinished", {}
)
"""What others write of a run whose process is gone. That process knows better, if it is not."""

_BEAT_SECONDS = 10

_log = logging.getLogger(__name__)


def create_run(config: RunConfig) -> Run:
    """A new run's folder, complete with its configuration before it gets its name.

    Raises:
        RunError: the disk refused.
    """
    folder = runs_folder() / config.run_id
    aside = folder.with_name(f".{config.run_id}.part")
    with disk_trouble(f"Storing run {config.run_id}", RunError):
        aside.mkdir(parents=True, exist_ok=True)
        write_whole(aside / "config.json", json.dumps(asdict(config), indent=1).encode())
        write_whole(aside / WRITER, this_process())
        aside.rename(folder)
    run = Run(folder, config)
    add_event(run, "queued")
    return run


def add_event(run: Run, kind: str, **values: Any) -> None:
    """Append an event; it carries the time it was written, in seconds since 1970.

    Raises:
        RunError: the disk refused.
    """
    with disk_trouble(f"Writing down run {run.run_id}", RunError):
        _append(run, kind, **values)
    beat(run)


def _append(run: Run, kind: str, **values: Any) -> None:
    line = json.dumps({"at": time.time(), "kind": kind, **values}) + "\n"
    with (run.folder / "events.jsonl").open("a+b") as file:
        _drop_cut_off_line(file)
        file.write(line.encode())


def add_epoch(run: Run, row: EpochRow) -> None:
    """Append an epoch's figures."""
    add_event(run, "epoch", **asdict(row))


def finish_run(run: Run, result: TrainResult, labels: Mapping[str, NDArray[np.int64]]) -> None:
    """Store everything a training gave, its outcome last.

    Args:
        run: a run that has not ended.
        result: what training gave.
        labels: for `validation` and `test`, shape (clips,).

    Raises:
        RunError: the disk refused; the run is then not finished.
    """
    arrays: dict[str, NDArray[Any]] = {
        "validation_labels": labels["validation"],
        "test_labels": labels["test"],
        **{f"{part}_by_epoch": answers for part, answers in result.by_epoch.items()},
    }
    epochs = {criterion: best.epoch for criterion, best in result.best.items()}
    with disk_trouble(f"Storing run {run.run_id}", RunError):
        for criterion, name in weight_files(epochs).items():
            best = result.best[criterion]
            write_whole(run.folder / name, best.weights)
            if criterion == LAST:
                continue  # its answers are the last of every epoch's
            arrays[f"{criterion}_validation"] = best.validation
            arrays[f"{criterion}_test"] = best.test
        content = io.BytesIO()
        np.savez_compressed(content, allow_pickle=False, **arrays)
        write_whole(run.folder / "probabilities.npz", content.getvalue())
    end_run(
        run,
        Outcome(
            state="stopped" if result.ended == "stopped" else "finished",
            reason=ENDINGS[result.ended],
            best=epochs,
            parameters=result.parameters,
            trainable_parameters=result.trainable_parameters,
            versions=result.versions,
        ),
    )


def end_run(run: Run, outcome: Outcome) -> None:
    """Write the outcome, unless there is one: the first stands, but for `TAKEN_FOR_GONE`.

    Raises:
        RunError: the disk refused.
    """
    path = run.folder / "outcome.json"
    with disk_trouble(f"Storing run {run.run_id}", RunError):
        if path.exists() and (outcome == TAKEN_FOR_GONE or run.outcome != TAKEN_FOR_GONE):
            return
        with whole_file(path) as file:
            file.write(json.dumps(asdict(outcome)).encode())
            file.flush()  # a full disk refuses here, before an event: every try would add one
            _append(run, outcome.state, reason=outcome.reason)


def beat(run: Run) -> None:
    """Say that this process still has the run in hand, for processes that cannot see it."""
    with suppress(OSError):  # whoever deletes the run's folder meanwhile knows better
        os.utime(run.folder / WRITER)


@contextmanager
def heartbeat(run: Run) -> Iterator[None]:
    """A context in which the run has a heartbeat, however long nothing happens in it."""
    ended = threading.Event()

    def go_on() -> None:
        while not ended.wait(_BEAT_SECONDS):
            beat(run)

    thread = threading.Thread(target=go_on, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def close_interrupted(except_for: Collection[str] = ()) -> None:
    """Mark the unfinished runs of processes that are gone; their epochs so far stay readable.

    Args:
        except_for: the names of runs that are in good hands, whatever their folders say.
    """
    runs, _ = list_runs()
    for run in runs:
        if run.run_id in except_for:
            continue
        try:
            if run.state in UNFINISHED and not run.writer_lives:
                end_run(run, TAKEN_FOR_GONE)
        except RunError:
            # A full disk or a run deleted meanwhile must keep nobody from reading what is there.
            _log.exception("run %s could not be closed", run.run_id)


def _drop_cut_off_line(file: BinaryIO) -> None:
    """Take away what a full disk or a power cut left of a line: it would spoil the next one."""
    if file.seek(0, os.SEEK_END) == 0:
        return
    file.seek(-1, os.SEEK_END)
    if file.read() != b"\n":
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)


def history_csv(history: Iterable[EpochRow]) -> bytes:
    """The epochs as a table, its columns named as Keras's CSVLogger names them."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(field.name for field in fields(EpochRow))
    writer.writerows(asdict(row).values() for row in history)
    return text.getvalue().encode()
