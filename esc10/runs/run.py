"""A run's folder: the one place that knows its files.

    runs/<run id>/
        config.json         all that determines the run; written first
        process.json        which process writes here, so that others can tell when it died; its
                            time of change is that process's last heartbeat
        events.jsonl        one line per event, in the order they came
        val_accuracy.weights.h5, val_loss.weights.h5; and last.weights.h5 of a schedule's end:
                            of one epoch only the first of these
        probabilities.npz   labels, both best epochs' answers, every epoch's on validation and test
        outcome.json        how it ended; written last, so a run that has one is whole
        label.json          a person's title and note, where there are any; written at any time

The worker that trains never writes here; it sends rows and bytes to the process that does.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from esc10.errors import RunError, refusal, was_gone
from esc10.runs.captions import Caption, caption_of
from esc10.runs.events import read_events, read_history
from esc10.runs.outcome import (
    STATES,
    UNFINISHED,
    Outcome,
    StoredAnswers,
    check_arrays,
    read_outcome,
    weight_files,
)
from esc10.runs.writer import WRITER, is_there
from esc10.storage import ReadOnce, is_gone
from esc10.training.plan import RunConfig
from esc10.training.results import CRITERIA, LAST, PARTS, EpochRow


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
            RunError: outcome.json cannot be read, or the run is gone.
        """
        try:
            return _read_outcome(self.folder / "outcome.json")
        except (OSError, ValueError) as cause:
            if was_gone(cause) and not is_gone(self.folder):
                return None
            raise unreadable(self.folder, "outcome.json", cause) from cause

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
            RunError: label.json cannot be read.
        """
        try:
            return caption_of(self.folder)
        except (OSError, ValueError) as cause:
            raise unreadable(self.folder, "label.json", cause) from cause

    def events(self) -> list[dict[str, Any]]:
        """All events, exactly as they came; a last line that was cut off is left out.

        Raises:
            RunError: events.jsonl cannot be read.
        """
        path = self.folder / "events.jsonl"
        try:
            return read_events(path) if path.exists() else []
        except (OSError, ValueError) as cause:
            raise unreadable(self.folder, path.name, cause) from cause

    def history(self) -> list[EpochRow]:
        """The epochs so far.

        Raises:
            RunError: events.jsonl cannot be read.
        """
        return self._read_history()[1]

    def _read_history(self) -> tuple[bool, list[EpochRow]]:
        path = self.folder / "events.jsonl"
        try:
            return read_history(path) if path.exists() else (False, [])
        except (OSError, ValueError) as cause:
            raise unreadable(self.folder, path.name, cause) from cause

    @property
    def criteria(self) -> tuple[str, ...]:
        """Which weights it has, those first by which it is judged unless somebody wishes otherwise.

        Raises:
            RunError: outcome.json cannot be read.
        """
        outcome = self.outcome
        return tuple(name for name in (LAST, *CRITERIA) if outcome and name in outcome.best)

    @property
    def weight_files(self) -> dict[str, str]:
        """For each of its criteria the name of the file that holds the weights.

        Raises:
            RunError: outcome.json cannot be read.
        """
        outcome = self.outcome
        return weight_files(outcome.best) if outcome else {}

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
        name = self.weight_files[criterion]
        try:
            return (self.folder / name).read_bytes()
        except OSError as cause:
            raise unreadable(self.folder, name, cause) from cause

    def answers(self, criterion: str) -> StoredAnswers:
        """What the best weights say of the validation and test clips.

        Raises:
            RunError: the run has no weights, or its folder is damaged.
        """
        epoch = self._best_epoch(criterion)
        arrays = self._arrays
        if epoch > len(arrays["validation_by_epoch"]):
            raise unreadable(self.folder, "outcome.json", ValueError("there is no such epoch"))
        try:
            probabilities = {
                part: arrays[f"{part}_by_epoch"][epoch - 1]
                if criterion == LAST
                else arrays[f"{criterion}_{part}"]
                for part in PARTS
            }
        except KeyError as cause:  # of every epoch's answers on the test clips
            raise unreadable(self.folder, "probabilities.npz", cause) from cause
        return StoredAnswers(
            epoch=epoch,
            labels={part: arrays[f"{part}_labels"] for part in PARTS},
            probabilities=probabilities,
        )

    def validation_by_epoch(self) -> NDArray[np.float32]:
        """What the network said of the validation clips after every epoch.

        Returns:
            Class probabilities, shape (epochs, clips, classes).

        Raises:
            RunError: the run has no weights, or its folder is damaged.
        """
        self._best_epoch(CRITERIA[0])
        return self._arrays["validation_by_epoch"]

    def test_by_epoch(self) -> NDArray[np.float32] | None:
        """What it said of the test clips after every epoch; None where an earlier version trained.

        Returns:
            Class probabilities, shape (epochs, clips, classes).

        Raises:
            RunError: the run has no weights, or its folder is damaged.
        """
        self._best_epoch(CRITERIA[0])
        return self._arrays.get("test_by_epoch")

    @cached_property
    def _arrays(self) -> Mapping[str, NDArray[Any]]:
        path = self.folder / "probabilities.npz"
        try:
            content = io.BytesIO(path.read_bytes())
        except OSError as cause:
            raise unreadable(self.folder, path.name, cause) from cause
        try:
            with np.load(content, allow_pickle=False) as stored:
                arrays = dict(stored)
            check_arrays(arrays, self.config)
        except Exception as cause:  # zipfile, zlib and NumPy each have their own for damage
            raise unreadable(self.folder, path.name, ValueError(str(cause))) from cause
        return arrays

    def _best_epoch(self, criterion: str) -> int:
        if criterion not in (*CRITERIA, LAST):
            raise RunError(f"'{criterion}' chooses no weights. Use {' or '.join(CRITERIA)}.")
        outcome = self.outcome
        if outcome is None:
            raise RunError(f"Run {self.run_id} has not ended yet. Wait for it, or stop it.")
        if outcome.best and criterion not in outcome.best:
            raise RunError(
                f"Run {self.run_id} has not kept its last epoch: only one that follows a schedule "
                f"to its end does. Use {' or '.join(CRITERIA)}."
            )
        if criterion not in outcome.best:
            raise RunError(
                f"Run {self.run_id} is {outcome.state} and has no weights: {outcome.reason}. "
                "Train again."
            )
        return outcome.best[criterion]

    @property
    def writer_lives(self) -> bool:
        """Whether the process that writes this run is still there."""
        return is_there(self.folder / WRITER)


def _own_outcome(path: Path) -> Outcome:
    outcome = read_outcome(path.read_bytes())
    if outcome.state not in STATES or outcome.state in UNFINISHED:
        raise ValueError("that is not how a run ends")
    named = set(outcome.best) - {LAST}
    if outcome.best and (named != set(CRITERIA) or min(outcome.best.values()) < 1):
        raise ValueError("the best epochs are not those of a run")
    return outcome


_read_outcome = ReadOnce(_own_outcome)


def unreadable(folder: Path, file: str, cause: Exception) -> RunError:
    """The error that says why a file of a run cannot be read, and what to do about that."""
    run_id = folder.name
    if was_gone(cause) and is_gone(folder):
        return RunError(f"Run {run_id} is gone: it was deleted or moved. Choose another one.")
    if isinstance(cause, OSError) and not was_gone(cause):
        return RunError(
            f"{file} of run {run_id} cannot be read: {refusal(cause)}; the run may well be whole."
        )
    how = "missing" if was_gone(cause) else "cut off or garbled"
    return RunError(
        f"Run {run_id} is damaged: {file} is {how}. Other runs are not affected; "
        f"to be rid of this one, delete the folder runs/{run_id} in the data folder."
    )
