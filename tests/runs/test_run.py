"""A run on disk: what is written is read back, through all its states."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, replace

import numpy as np
import pytest

from esc10.errors import RunError
from esc10.runs.outcome import CUT_SHORT, STATES, UNFINISHED, WITH_WEIGHTS, Outcome
from esc10.runs.store import list_runs, load_run
from esc10.runs.writing import (
    add_epoch,
    add_event,
    create_run,
    end_run,
    finish_run,
    history_csv,
)
from esc10.training.recipes import Recipe
from esc10.training.results import CRITERIA, LAST
from tests.support.made_runs import made_config, made_labels, made_result, made_row
from tests.support.stored_runs import kinds, stored

BY_SCHEDULE = Recipe(schedule="cosine")

FILES = (
    "config.json",
    "process.json",
    "events.jsonl",
    "val_accuracy.weights.h5",
    "val_loss.weights.h5",
    "probabilities.npz",
    "outcome.json",
)


@pytest.mark.parametrize("kind", ["logmel", "mel"])
def test_a_configuration_is_read_back_equal(kind: str) -> None:
    config = made_config(kind=kind)
    create_run(config)
    assert load_run(config.run_id).config == config


def test_a_finished_run_is_read_back_whole() -> None:
    stored()
    run = load_run(made_config().run_id)
    result, labels = made_result(), made_labels()
    assert sorted(path.name for path in run.folder.iterdir()) == sorted(FILES)
    assert run.state == "finished"
    assert run.history() == list(result.history)
    assert run.outcome == Outcome(
        "finished",
        "all epochs were trained",
        {"val_accuracy": 3, "val_loss": 2},
        47_018,
        46_890,
        {"keras": "3"},
    )
    for criterion in CRITERIA:
        best = result.best[criterion]
        answers = run.answers(criterion)
        assert run.weights(criterion) == best.weights
        assert answers.epoch == best.epoch
        np.testing.assert_array_equal(answers.probabilities["validation"], best.validation)
        np.testing.assert_array_equal(answers.probabilities["test"], best.test)
        for part in ("validation", "test"):
            np.testing.assert_array_equal(answers.labels[part], labels[part])
    with np.load(run.folder / "probabilities.npz") as arrays:
        np.testing.assert_array_equal(arrays["validation_by_epoch"], result.by_epoch["validation"])


def test_weights_of_one_epoch_are_one_file() -> None:
    config = replace(made_config(), train=replace(made_config().train, recipe=BY_SCHEDULE))
    result = made_result()
    last = replace(result.best["val_accuracy"], epoch=len(result.history))
    best = dict.fromkeys((*CRITERIA, LAST), last)
    rows = [*result.history[:-1], replace(result.history[-1], val_loss=0.0, val_accuracy=1.0)]
    run = create_run(config)
    for row in rows:
        add_epoch(run, row)
    finish_run(run, replace(result, history=tuple(rows), best=best), made_labels())
    assert [path.name for path in run.folder.glob("*.h5")] == ["val_accuracy.weights.h5"]
    assert {run.weights(criterion) for criterion in run.criteria} == {last.weights}


def test_the_table_of_epochs_has_the_columns_of_the_csv_logger() -> None:
    table = history_csv(stored().history()).decode()
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    assert list(rows[0]) == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy", "seconds"]
    expected = [asdict(row) for row in made_result().history]
    assert [{name: float(value) for name, value in row.items()} for row in rows] == expected


def test_events_are_read_back_exactly_as_they_were_written() -> None:
    run = create_run(made_config())
    values = {"text": 'ü "quoted"\n second line\u2028', "number": 1 / 3, "nothing": None}
    add_event(run, "started", **values)
    add_epoch(run, made_row(1))
    queued, started, epoch = run.events()
    assert queued["kind"] == "queued"
    assert {name: started[name] for name in values} == values
    assert {name: epoch[name] for name in asdict(made_row(1))} == asdict(made_row(1))
    assert queued["at"] <= started["at"] <= epoch["at"]


def test_a_last_line_that_was_cut_off_is_left_out() -> None:
    run = create_run(made_config())
    add_epoch(run, made_row(1))
    add_epoch(run, made_row(2))
    path = run.folder / "events.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    assert kinds(run) == ["queued", "epoch"]
    assert run.history() == [made_row(1)]


def test_an_event_after_a_cut_off_line_is_whole() -> None:
    run = create_run(made_config())
    add_epoch(run, made_row(1))
    path = run.folder / "events.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    add_epoch(run, made_row(2))
    end_run(run, Outcome("failed", "the disk was full", {}))
    assert kinds(run) == ["queued", "epoch", "failed"]
    assert run.history() == [made_row(2)]


def test_a_run_goes_through_its_states() -> None:
    run = create_run(made_config())
    assert (run.state, run.outcome) == ("queued", None)
    add_event(run, "started")
    assert run.state == "training"
    finish_run(run, made_result(), made_labels())
    assert run.state == "finished"
    assert kinds(run) == ["queued", "started", "finished"]


@pytest.mark.parametrize(
    ("ended", "state"),
    [
        ("epochs", "finished"),
        ("patience", "finished"),
        ("diverged", "finished"),
        ("stopped", "stopped"),
    ],
)
def test_how_training_ended_gives_the_state(ended: str, state: str) -> None:
    assert stored(ended=ended).state == state


@pytest.mark.parametrize("state", [*CUT_SHORT, "cancelled"])
def test_a_run_that_ended_otherwise_has_no_weights_and_says_why(state: str) -> None:
    run = create_run(made_config())
    end_run(run, Outcome(state, "the lights went out", {}))
    assert load_run(run.run_id).state == state
    with pytest.raises(RunError, match=f"is {state} and has no weights: the lights went out"):
        run.weights("val_loss")


def test_every_state_is_of_one_sort() -> None:
    assert sorted(STATES) == sorted({*UNFINISHED, *WITH_WEIGHTS, *CUT_SHORT, "cancelled"})


def test_a_run_without_an_epoch_is_stored_too() -> None:
    run = stored(epochs=0, ended="stopped")
    assert run.state == "stopped"
    assert run.history() == []
    assert run.seconds_per_epoch is None
    with pytest.raises(RunError, match="no weights"):
        run.answers("val_accuracy")
    assert list_runs()[1] == []


def test_the_first_outcome_stands() -> None:
    run = create_run(made_config())
    end_run(run, Outcome("cancelled", "somebody changed their mind", {}))
    finish_run(run, made_result(), made_labels())
    assert run.state == "cancelled"
    assert kinds(run) == ["queued", "cancelled"]
    with pytest.raises(RunError, match="changed their mind"):
        run.weights("val_loss")


def test_the_outcome_is_written_last() -> None:
    """Whatever else cannot be written, the run must not look finished."""
    run = create_run(made_config())
    add_event(run, "started")
    for name in FILES[3:6]:
        blocked = run.folder / name
        blocked.unlink(missing_ok=True)
        blocked.mkdir()
        with pytest.raises(RunError, match="Storing run"):
            finish_run(run, made_result(), made_labels())
        assert run.state == "training"
        blocked.rmdir()
    finish_run(run, made_result(), made_labels())
    assert run.state == "finished"


def test_an_unfinished_run_has_no_weights_yet() -> None:
    run = create_run(made_config())
    with pytest.raises(RunError, match="not ended yet"):
        run.weights("val_accuracy")


def test_an_unknown_criterion_is_refused() -> None:
    run = stored()
    with pytest.raises(RunError, match="val_accuracy or val_loss"):
        run.weights("../config")


def test_the_time_of_an_epoch_leaves_out_the_first() -> None:
    run = create_run(made_config())
    add_epoch(run, replace(made_row(1), seconds=60.0))
    assert run.seconds_per_epoch == 60
    for epoch, seconds in ((2, 1.0), (3, 2.0), (4, 9.0)):
        add_epoch(run, replace(made_row(epoch), seconds=seconds))
    assert run.seconds_per_epoch == 2
