"""A row for each run: what the table of all runs shows, and what its file holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import streamlit as st

from esc10.datasets import source_of
from esc10.datasets.splits import leaking
from esc10.errors import RunError
from esc10.evaluation.intervals import percent, wilson_interval
from esc10.lesson.words import describe_recipe
from esc10.runs.outcome import WITH_WEIGHTS
from esc10.runs.run import Run
from esc10.ui.csv_files import csv_of
from esc10.ui.plots.palette import LETTERS, RUN_GLYPHS
from esc10.ui.server import HASHES
from esc10.ui.words import STATE_WORDS, network_title, plain_name, title_of

_MOST_RUNS = 1024
_NOT_IN_THE_FILE = ("mark", "test_interval", "validation_interval")

_COLUMNS = pa.schema(
    {
        "mark": pa.string(),
        "name": pa.string(),
        "test": pa.float64(),
        "test_interval": pa.string(),
        "leaks": pa.int32(),
        "validation": pa.float64(),
        "validation_interval": pa.string(),
        "state": pa.string(),
        "recipe": pa.string(),
        "data": pa.string(),
        "split": pa.string(),
        "epochs": pa.int32(),
        "best_epoch": pa.int32(),
        "seconds_per_epoch": pa.float64(),
        "parameters": pa.int64(),
        "network": pa.string(),
        "features": pa.string(),
        "note": pa.string(),
        "run_id": pa.string(),
        "reason": pa.string(),
        "test_low": pa.float64(),
        "test_high": pa.float64(),
        "validation_low": pa.float64(),
        "validation_high": pa.float64(),
    }
)
"""What is asked for most comes first."""

ON_SCREEN = tuple(_COLUMNS.names[: _COLUMNS.names.index("run_id")])
"""The columns that are shown; those after them are for the file."""


def right_answers(run: Run, weights: str) -> dict[str, tuple[int, int]] | None:
    """For each part, how many clips were classified rightly, and how many there are."""
    try:
        outcome = run.outcome
        if outcome is None or weights not in outcome.best:
            return None
        return _right_answers(run, weights)
    except RunError:
        return None


@st.cache_resource(max_entries=_MOST_RUNS, show_spinner=False, hash_funcs=HASHES)
def _right_answers(run: Run, weights: str) -> dict[str, tuple[int, int]]:
    answers = run.answers(weights)
    return {
        part: (int((chances.argmax(axis=1) == answers.labels[part]).sum()), len(chances))
        for part, chances in answers.probabilities.items()
    }


def state_word(run: Run, weights: str) -> str:
    """How far it is, or what keeps it from being compared, in a cell."""
    outcome = run.outcome
    if outcome is None:
        return STATE_WORDS[run.state]
    if outcome.state not in WITH_WEIGHTS:
        return outcome.state
    if not outcome.best:
        return "no weights"
    return outcome.state if right_answers(run, weights) else "damaged"


def describe_state(run: Run, weights: str) -> str:
    """The same in a sentence, which says why a run cannot be compared."""
    outcome = run.outcome
    if outcome is None:
        return STATE_WORDS[run.state]
    if outcome.state not in WITH_WEIGHTS:
        return f"{outcome.state}: {outcome.reason}"
    if not outcome.best:
        return f"{outcome.state} without weights: {outcome.reason}"
    if right_answers(run, weights) is None:
        return f"{outcome.state}, but damaged: its answers cannot be read"
    return outcome.state


def runs_table(shown: Sequence[Run], weights: str, slots: Mapping[str, int]) -> pa.Table:
    """A row for each run, with the columns of the screen and of the file.

    `slots` are the places of the runs that are compared, from 0, by their names.
    """
    rows = [_row(run, weights, slots.get(run.run_id)) for run in shown]
    return pa.table(
        {name: [row.get(name) for row in rows] for name in _COLUMNS.names}, schema=_COLUMNS
    )


def offer_csv(table: pa.Table) -> None:
    """The table as a file; what stands there in words is there in numbers."""
    st.download_button(
        "The table of runs as CSV",
        csv_of(table.drop_columns(list(_NOT_IN_THE_FILE))),
        "runs.csv",
        "text/csv",
        key="runs csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )


def _row(run: Run, weights: str, slot: int | None) -> dict[str, Any]:
    outcome, config = run.outcome, run.config.train
    source = source_of(config.dataset)
    leaks = len(leaking(run.config.clips, "test"))
    row = {
        "mark": "" if slot is None else f"{RUN_GLYPHS[slot]} {LETTERS[slot]}",
        "name": title_of(run) or plain_name(run),
        "best_epoch": outcome.best.get(weights) if outcome else None,
        "epochs": len(run.history()),
        "seconds_per_epoch": run.seconds_per_epoch,
        "state": state_word(run, weights),
        "data": source.title,
        "split": describe_split(run),
        "leaks": leaks if leaks or source.recordings_known else None,
        "parameters": outcome.parameters if outcome else None,
        "network": network_title(config),
        "features": config.features,
        "recipe": describe_recipe(config),
        "note": _note_of(run),
        "run_id": run.run_id,
        "reason": outcome.reason if outcome else None,
    }
    for part, (right, clips) in (right_answers(run, weights) or {}).items():
        low, high = wilson_interval(right, clips)
        row[part] = right / clips
        row[f"{part}_interval"] = f"{percent(low)} to {percent(high)}%"
        row[f"{part}_low"], row[f"{part}_high"] = low, high
    return row


def describe_split(run: Run) -> str:
    """The split in one cell: with folds, which one validates and which one tests."""
    config = run.config.train
    if config.split == "folds":
        return f"folds {config.validation_fold}, {config.test_fold}"
    return config.split


def _note_of(run: Run) -> str:
    try:
        return run.caption.note
    except RunError:
        return ""
