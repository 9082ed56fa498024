"""A run's folder: the one place that knows its files.

    runs/<run id>/
        config.json         all that determines the run; written first
        process.json        which process writes here, so that others can tell when it died; its
                            time of change is that process's last heartbeat
        events.jsonl        one line per event, in the order they came
        val_accuracy.weights.h5, val_loss.weights.h5
        probabilities.npz   labels, both best epochs' answers, every epoch's validation answers
        outcome.json        how it ended; written last, so a run that has one is whole
        label.json          a person's title and note, where there are any; written at any time

The worker that trains never writes here; it sends rows and bytes to the process that does.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

from esc10.errors import RunError
from esc10.runs.captions import Caption, caption_of
from esc10.runs.events import read_events, read_history
from esc10.runs.outcome import Outcome, StoredAnswers
from esc10.storage import ReadOnce
from esc10.training.plan import RunConfig
from esc10.training.results import CRITERIA, EpochRow

_CLOCK_SECONDS = 30
"""A process's start is told by the clock of the day, which may have been corrected since."""

_SILENT_SECONDS = 120
"""After so long without a heartbeat, a process that cannot be seen from here is taken for gone."""


@dataclass(frozen=True)
class Run:
    """A training run, as its folder has it now.

    Attributes:
        folder: where it is.
        config: what determined it.
    """

    folder: Path
    config: RunConfig

    @property
    def run_id(self) -> str:
        """Its name."""
        return self.config.run_id

    @property
    def outcome(self) -> Outcome | None:
        """How it ended; None while it has not.

        Raises:
            RunError: outcome.json is damaged.
        """
        path = self.folder / "outcome.json"
        try:
            return _read_outcome(path) if path.exists() else None
        except (OSError, ValueError, TypeError) as cause:
            raise damaged(self.run_id, "outcome.json") from cause

    @property
    def state(self) -> str:
        """One of `STATES`."""
        outcome = self.outcome
        if outcome is not None:
            return outcome.state
        return "training" if self._read_history()[0] else "queued"

    @property
    def caption(self) -> Caption:
        """What a person calls it and says of it; empty where nobody did.

        Raises:
            RunError: label.json is damaged.
        """
        try:
            return caption_of(self.folder)
        except (OSError, ValueError, KeyError, TypeError) as cause:
            raise damaged(self.run_id, "label.json") from cause

    def events(self) -> list[dict[str, Any]]:
        """All events, exactly as they came; a last line that was cut off is left out.

        Raises:
            RunError: events.jsonl is damaged.
        """
        path = self.folder / "events.jsonl"
        try:
            return read_events(path) if path.exists() else []
        except (OSError, ValueError, KeyError) as cause:
            raise damaged(self.run_id, path.name) from cause

    def history(self) -> list[EpochRow]:
        """The epochs so far.

        Raises:
            RunError: events.jsonl is damaged.
        """
        return self._read_history()[1]

    def _read_history(self) -> tuple[bool, list[EpochRow]]:
        path = self.folder / "events.jsonl"
        try:
            return read_history(path) if path.exists() else (False, [])
        except (OSError, ValueError, KeyError) as cause:
            raise damaged(self.run_id, path.name) from cause

    @property
    def seconds_per_epoch(self) -> float | None:
        """The median over epochs, without the first where there are more: it also compiles."""
        seconds = [row.seconds for row in self.history()]
        return median(seconds[1:] or seconds) if seconds else None

    def weights(self, criterion: str) -> bytes:
        """The bytes of the best weights' `.weights.h5` file.

        Raises:
            RunError: the run has none, or they cannot be read.
        """
        self._best_epoch(criterion)
        try:
            return (self.folder / f"{criterion}.weights.h5").read_bytes()
        except OSError as cause:
            raise damaged(self.run_id, f"{criterion}.weights.h5") from cause

    def answers(self, criterion: str) -> StoredAnswers:
        """What the best weights say of the validation and test clips.

        Raises:
            RunError: the run has no weights, or its folder is damaged.
        """
        epoch = self._best_epoch(criterion)
        arrays = self._arrays
        try:
            return StoredAnswers(
                epoch=epoch,
                labels={part: arrays[f"{part}_labels"] for part in ("validation", "test")},
                probabilities={
                    part: arrays[f"{criterion}_{part}"] for part in ("validation", "test")
                },
            )
        except KeyError as cause:
            raise damaged(self.run_id, "probabilities.npz") from cause

    def validation_by_epoch(self) -> NDArray[np.float32]:
        """What the network said of the validation clips after every epoch.

        Returns:
            Class probabilities, shape (epochs, clips, classes).

        Raises:
            RunError: the run has no weights, or its folder is damaged.
        """
        self._best_epoch(CRITERIA[0])
        try:
            return self._arrays["validation_by_epoch"]
        except KeyError as cause:
            raise damaged(self.run_id, "probabilities.npz") from cause

    @cached_property
    def _arrays(self) -> Mapping[str, NDArray[Any]]:
        try:
            # Opened here: NumPy leaves a file open that turns out to be no zip.
            with (
                (self.folder / "probabilities.npz").open("rb") as file,
                np.load(file, allow_pickle=False) as arrays,
            ):
                return dict(arrays)
        except Exception as cause:  # zipfile, zlib and NumPy each have their own for damage
            raise damaged(self.run_id, "probabilities.npz") from cause

    def _best_epoch(self, criterion: str) -> int:
        if criterion not in CRITERIA:
            raise RunError(f"'{criterion}' chooses no weights. Use {' or '.join(CRITERIA)}.")
        outcome = self.outcome
        if outcome is None:
            raise RunError(f"Run {self.run_id} has not ended yet. Wait for it, or stop it.")
        if criterion not in outcome.best:
            raise RunError(
                f"Run {self.run_id} is {outcome.state} and has no weights: {outcome.reason}. "
                "Train again."
            )
        return outcome.best[criterion]

    @property
    def writer_lives(self) -> bool:
        """Whether the process that writes this run is still there.

        A process of this host can be looked up; one of another host, or of a host that has another
        name by now, lives as long as its heart beats.
        """
        path = self.folder / "process.json"
        try:
            writer = json.loads(path.read_text("utf-8"))
            if writer["host"] != socket.gethostname():
                return time.time() - path.stat().st_mtime < _SILENT_SECONDS
            started = psutil.Process(writer["pid"]).create_time()
            return bool(abs(started - writer["started"]) < _CLOCK_SECONDS)
        except psutil.AccessDenied:
            return True  # there is such a process, and it is somebody else's
        except (OSError, ValueError, KeyError, TypeError, psutil.NoSuchProcess):
            return False


_read_outcome = ReadOnce(lambda path: Outcome(**json.loads(path.read_text("utf-8"))))


def damaged(run_id: str, file: str) -> RunError:
    """The error that says a file of a run is missing or cut off."""
    return RunError(
        f"Run {run_id} is damaged: {file} is missing or cut off. Other runs are not affected; "
        f"to be rid of this one, delete the folder runs/{run_id} in the data folder."
    )
