"""Writing a run down: events as they come, everything else at the end, the outcome last.

Only the process that created a run writes in its folder; `esc10.runs.store.create_run` gives it the
recorder.
"""

from __future__ import annotations

import csv
import io
import json
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from esc10.errors import RunError, disk_trouble
from esc10.runs.run import Outcome, Run
from esc10.storage import write_whole
from esc10.training.results import ENDINGS, EpochRow, TrainResult


class RunRecorder(Run):
    """A run in the hands of the process that writes it."""

    def add_event(self, kind: str, **values: Any) -> None:
        """Append an event; it carries the time it was written, in seconds since 1970.

        Raises:
            RunError: the disk refused.
        """
        line = json.dumps({"at": time.time(), "kind": kind, **values}) + "\n"
        with (
            disk_trouble(f"Writing down run {self.run_id}", RunError),
            (self.folder / "events.jsonl").open("a+b") as file,
        ):
            _drop_cut_off_line(file)
            file.write(line.encode())

    def add_epoch(self, row: EpochRow) -> None:
        """Append an epoch's figures."""
        self.add_event("epoch", **asdict(row))

    def finish(self, result: TrainResult, labels: Mapping[str, NDArray[np.int64]]) -> None:
        """Store everything a training gave, its outcome last.

        Args:
            result: what training gave.
            labels: for `validation` and `test`, shape (clips,).

        Raises:
            RunError: the disk refused; the run is then not finished.
        """
        arrays: dict[str, NDArray[Any]] = {
            "validation_labels": labels["validation"],
            "test_labels": labels["test"],
            "validation_by_epoch": result.validation_by_epoch,
        }
        with disk_trouble(f"Storing run {self.run_id}", RunError):
            for criterion, best in result.best.items():
                write_whole(self.folder / f"{criterion}.weights.h5", best.weights)
                arrays[f"{criterion}_validation"] = best.validation
                arrays[f"{criterion}_test"] = best.test
            content = io.BytesIO()
            np.savez_compressed(content, allow_pickle=False, **arrays)
            write_whole(self.folder / "probabilities.npz", content.getvalue())
            write_whole(self.folder / "history.csv", history_csv(result.history))
        self.end(
            Outcome(
                state="stopped" if result.ended == "stopped" else "finished",
                reason=ENDINGS[result.ended],
                best={criterion: best.epoch for criterion, best in result.best.items()},
                parameters=result.parameters,
                trainable_parameters=result.trainable_parameters,
                versions=result.versions,
            )
        )

    def end(self, outcome: Outcome) -> None:
        """Write the outcome, unless there is one: the first stands.

        Raises:
            RunError: the disk refused.
        """
        if (self.folder / "outcome.json").exists():
            return
        self.add_event(outcome.state, reason=outcome.reason)
        with disk_trouble(f"Storing run {self.run_id}", RunError):
            write_whole(self.folder / "outcome.json", json.dumps(asdict(outcome)).encode())


def _drop_cut_off_line(file: BinaryIO) -> None:
    """Take away what a full disk or a power cut left of a line: it would spoil the next one."""
    if file.seek(0, os.SEEK_END) == 0:
        return
    file.seek(-1, os.SEEK_END)
    if file.read() != b"\n":
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)


def history_csv(history: Iterable[EpochRow]) -> bytes:
    """The bytes of history.csv."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(field.name for field in fields(EpochRow))
    writer.writerows(asdict(row).values() for row in history)
    return text.getvalue().encode()
