"""Runs on disk: what is written is read back, and damage is one sentence about one run."""

from __future__ import annotations

import csv
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from esc10.errors import RunError
from esc10.runs.run import CUT_SHORT, STATES, UNFINISHED, WITH_WEIGHTS, Outcome, Run
from esc10.runs.store import (
    close_interrupted,
    create_run,
    find_run,
    list_runs,
    load_run,
    runs_folder,
)
from esc10.training.config import TrainConfig
from esc10.training.results import CRITERIA
from tests.support.made_runs import made_config, made_labels, made_result, made_row

FILES = (
    "config.json",
    "process.json",
    "events.jsonl",
    "history.csv",
    "val_accuracy.weights.h5",
    "val_loss.weights.h5",
    "probabilities.npz",
    "outcome.json",
)


def stored(number: int = 1, epochs: int = 3, ended: str = "epochs") -> Run:
    """A run that went through everything a run goes through."""
    run = create_run(made_config(number))
    run.add_event("started")
    result = made_result(epochs, ended)
    for row in result.history:
        run.add_epoch(row)
    run.finish(result, made_labels())
    return run


def kinds(run: Run) -> list[str]:
    return [event["kind"] for event in run.events()]


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


# Round trip


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
        np.testing.assert_array_equal(arrays["validation_by_epoch"], result.validation_by_epoch)


def test_the_history_file_has_the_columns_of_the_csv_logger() -> None:
    run = stored()
    with (run.folder / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy", "seconds"]
    expected = [asdict(row) for row in made_result().history]
    assert [{name: float(value) for name, value in row.items()} for row in rows] == expected


def test_events_are_read_back_exactly_as_they_were_written() -> None:
    run = create_run(made_config())
    values = {"text": 'ü "quoted"\n second line\u2028', "number": 1 / 3, "nothing": None}
    run.add_event("started", **values)
    run.add_epoch(made_row(1))
    queued, started, epoch = run.events()
    assert queued["kind"] == "queued"
    assert {name: started[name] for name in values} == values
    assert {name: epoch[name] for name in asdict(made_row(1))} == asdict(made_row(1))
    assert queued["at"] <= started["at"] <= epoch["at"]


def test_a_last_line_that_was_cut_off_is_left_out() -> None:
    run = create_run(made_config())
    run.add_epoch(made_row(1))
    run.add_epoch(made_row(2))
    path = run.folder / "events.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    assert kinds(run) == ["queued", "epoch"]
    assert run.history() == [made_row(1)]


def test_an_event_after_a_cut_off_line_is_whole() -> None:
    run = create_run(made_config())
    run.add_epoch(made_row(1))
    path = run.folder / "events.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    run.add_epoch(made_row(2))
    run.end(Outcome("failed", "the disk was full", {}))
    assert kinds(run) == ["queued", "epoch", "failed"]
    assert run.history() == [made_row(2)]


# States


def test_a_run_goes_through_its_states() -> None:
    run = create_run(made_config())
    assert (run.state, run.outcome) == ("queued", None)
    run.add_event("started")
    assert run.state == "training"
    run.finish(made_result(), made_labels())
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
    run.end(Outcome(state, "the lights went out", {}))
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
    run.end(Outcome("cancelled", "somebody changed their mind", {}))
    run.finish(made_result(), made_labels())
    assert run.state == "cancelled"
    assert kinds(run) == ["queued", "cancelled"]
    with pytest.raises(RunError, match="changed their mind"):
        run.weights("val_loss")


def test_the_outcome_is_written_last() -> None:
    """Whatever else cannot be written, the run must not look finished."""
    run = create_run(made_config())
    run.add_event("started")
    for name in FILES[3:7]:
        blocked = run.folder / name
        blocked.unlink(missing_ok=True)
        blocked.mkdir()
        with pytest.raises(RunError, match="Storing run"):
            run.finish(made_result(), made_labels())
        assert run.state == "training"
        blocked.rmdir()
    run.finish(made_result(), made_labels())
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
    run.add_epoch(replace(made_row(1), seconds=60.0))
    assert run.seconds_per_epoch == 60
    for epoch, seconds in ((2, 1.0), (3, 2.0), (4, 9.0)):
        run.add_epoch(replace(made_row(epoch), seconds=seconds))
    assert run.seconds_per_epoch == 2


# Damage


def damaged_and_others(name: str, damage: Callable[[Path], None]) -> Run:
    """Three runs, of which the middle one is damaged, read again."""
    runs = [stored(number) for number in (1, 2, 3)]
    damage(runs[1].folder / name)
    return Run(runs[1].folder, runs[1].config)


def assert_the_others_are_listed(complaint_about: str | None) -> None:
    runs, complaints = list_runs()
    others = [made_config(3).run_id, made_config(1).run_id]
    middle = made_config(2).run_id
    if complaint_about:
        assert [run.run_id for run in runs] == others
        (complaint,) = complaints
        assert middle in complaint
        assert complaint_about in complaint
    else:
        assert [run.run_id for run in runs] == [others[0], middle, others[1]]
        assert complaints == []


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_configuration_is_a_sentence(damage: Callable[[Path], None]) -> None:
    run = damaged_and_others("config.json", damage)
    with pytest.raises(RunError, match=r"is damaged: config\.json is missing or cut off"):
        load_run(run.run_id)
    assert_the_others_are_listed("config.json")


@pytest.mark.parametrize("damage", [cut_off, emptied, zeroed])
def test_a_damaged_outcome_is_a_sentence(damage: Callable[[Path], None]) -> None:
    run = damaged_and_others("outcome.json", damage)
    with pytest.raises(RunError, match=r"is damaged: outcome\.json"):
        _ = run.state
    with pytest.raises(RunError, match=r"is damaged: outcome\.json"):
        run.weights("val_loss")
    assert_the_others_are_listed("outcome.json")


def test_a_run_whose_outcome_is_missing_has_not_ended() -> None:
    run = damaged_and_others("outcome.json", removed)
    assert run.state == "training"
    with pytest.raises(RunError, match="not ended yet"):
        run.answers("val_loss")
    assert_the_others_are_listed(None)


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_probabilities_are_a_sentence(damage: Callable[[Path], None]) -> None:
    run = damaged_and_others("probabilities.npz", damage)
    with pytest.raises(RunError, match=r"is damaged: probabilities\.npz"):
        run.answers("val_loss")
    assert run.weights("val_loss")
    assert_the_others_are_listed(None)


@pytest.mark.parametrize("keep", [0.02, 0.3, 0.9, 0.999])
def test_probabilities_cut_off_anywhere_are_a_sentence(keep: float) -> None:
    run = stored()
    path = run.folder / "probabilities.npz"
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(RunError, match=r"is damaged: probabilities\.npz"):
        load_run(run.run_id).answers("val_accuracy")


def test_probabilities_with_noise_in_them_are_a_sentence() -> None:
    run = stored()
    path = run.folder / "probabilities.npz"
    content = bytearray(path.read_bytes())
    rng = np.random.default_rng(5)
    for start in range(60, len(content) - 60, 60):
        content[start : start + 4] = rng.bytes(4)
    path.write_bytes(bytes(content))
    with pytest.raises(RunError, match=r"is damaged: probabilities\.npz"):
        load_run(run.run_id).answers("val_accuracy")


def test_probabilities_that_lack_an_array_are_a_sentence() -> None:
    run = stored()
    np.savez(run.folder / "probabilities.npz", test_labels=np.arange(3))
    with pytest.raises(RunError, match=r"is damaged: probabilities\.npz"):
        load_run(run.run_id).answers("val_accuracy")


@pytest.mark.parametrize("criterion", CRITERIA)
def test_missing_weights_are_a_sentence(criterion: str) -> None:
    run = damaged_and_others(f"{criterion}.weights.h5", removed)
    with pytest.raises(RunError, match=rf"is damaged: {criterion}\.weights\.h5"):
        run.weights(criterion)
    assert run.answers(criterion).epoch
    (other,) = set(CRITERIA) - {criterion}
    assert run.weights(other)
    assert_the_others_are_listed(None)


def test_events_with_a_damaged_line_among_them_are_a_sentence() -> None:
    run = damaged_and_others("events.jsonl", lambda _: None)
    path = run.folder / "events.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b'{"at": 12, "ki\n' + lines[-1])
    with pytest.raises(RunError, match=r"is damaged: events\.jsonl"):
        run.history()
    assert_the_others_are_listed("events.jsonl")


def test_events_that_are_no_text_are_a_sentence() -> None:
    run = damaged_and_others("events.jsonl", lambda path: path.write_bytes(b"\xff\xfe\x00\n"))
    with pytest.raises(RunError, match=r"is damaged: events\.jsonl"):
        run.events()
    assert_the_others_are_listed("events.jsonl")


@pytest.mark.parametrize("damage", DAMAGE)
def test_lost_events_cost_the_curves_and_nothing_else(damage: Callable[[Path], None]) -> None:
    run = damaged_and_others("events.jsonl", damage)
    assert len(run.history()) < 3
    assert run.state == "finished"
    assert run.weights("val_loss")
    assert_the_others_are_listed(None)


@pytest.mark.parametrize("name", ["history.csv", "process.json"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_files_nobody_needs_for_a_finished_run_may_be_damaged(
    name: str, damage: Callable[[Path], None]
) -> None:
    run = damaged_and_others(name, damage)
    assert run.state == "finished"
    assert run.answers("val_loss").epoch == 2
    assert len(run.history()) == 3
    assert_the_others_are_listed(None)


def test_a_folder_without_a_configuration_and_stray_files_do_not_hide_runs() -> None:
    run = stored()
    (runs_folder() / "something").mkdir()
    (runs_folder() / ".aside.part").mkdir()
    (runs_folder() / "notes.txt").write_text("hello")
    runs, complaints = list_runs()
    assert [listed.run_id for listed in runs] == [run.run_id]
    (complaint,) = complaints
    assert "something" in complaint


def test_a_stored_setting_that_no_longer_exists_is_a_sentence() -> None:
    run = stored()
    path = run.folder / "config.json"
    content = json.loads(path.read_text())
    content["train"]["model"] = "transformer"
    path.write_text(json.dumps(content))
    with pytest.raises(RunError, match="transformer"):
        load_run(run.run_id)
    assert len(list_runs()[1]) == 1


# Finding


@pytest.mark.parametrize(
    "name",
    ["../secret", "..", ".", "", "/", "a/b", "runs/../x", "x" * 1000, "a\0b", ".hidden", "nothing"],
)
def test_only_names_of_runs_find_runs(name: str, home: Path) -> None:
    run = stored()
    for place in (home / "secret", runs_folder() / ".hidden", runs_folder() / "a" / "b"):
        place.mkdir(parents=True)
        (place / "config.json").write_bytes((run.folder / "config.json").read_bytes())
    with pytest.raises(RunError, match="There is no run"):
        load_run(name)
    with pytest.raises(RunError, match="There is no run"):
        find_run(name)


def test_an_absolute_path_finds_no_run() -> None:
    run = stored()
    with pytest.raises(RunError, match="There is no run"):
        load_run(str(run.folder))


def test_runs_are_listed_newest_first() -> None:
    for number in (2, 1, 3):
        stored(number)
    runs, _ = list_runs()
    assert [run.run_id for run in runs] == [made_config(number).run_id for number in (3, 2, 1)]


def test_without_a_folder_there_are_no_runs() -> None:
    assert list_runs() == ([], [])


def test_latest_is_the_newest_run_with_weights() -> None:
    with pytest.raises(RunError, match="no trained run yet"):
        find_run("latest")
    for number in (1, 2):
        stored(number)
    stored(3, epochs=0, ended="diverged")
    create_run(made_config(4)).end(Outcome("failed", "it was not to be", {}))
    create_run(made_config(5))
    cut_off(stored(6).folder / "config.json")
    assert find_run("latest").run_id == made_config(2).run_id
    assert find_run(made_config(1).run_id).run_id == made_config(1).run_id


def test_two_runs_cannot_have_one_name() -> None:
    run = stored()
    with pytest.raises(RunError, match="Storing run"):
        create_run(made_config())
    assert load_run(run.run_id).state == "finished"


# Interruption


def dead_process() -> dict[str, Any]:
    """A process of this machine that really was, and is no more."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        started = psutil.Process(process.pid).create_time()
        process.communicate(b"\n")
    return {"host": socket.gethostname(), "pid": process.pid, "started": started}


def written_by(run: Run, writer: object) -> Run:
    (run.folder / "process.json").write_text(json.dumps(writer))
    return run


def test_runs_of_a_process_that_is_gone_are_closed_and_no_others() -> None:
    dead = dead_process()
    queued = written_by(create_run(made_config(1)), dead)
    training = written_by(create_run(made_config(2)), dead)
    training.add_event("started")
    training.add_epoch(made_row(1))
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


def test_a_clock_that_was_corrected_does_not_end_a_run() -> None:
    """A process's start is told by the clock of the day; a few seconds say nothing."""
    process = psutil.Process()
    mine = {"host": socket.gethostname(), "pid": process.pid, "started": process.create_time()}
    run = written_by(create_run(made_config()), {**mine, "started": mine["started"] + 5})
    close_interrupted()
    assert run.state == "queued"


def test_a_run_interrupted_within_a_line_keeps_its_epochs() -> None:
    run = written_by(create_run(made_config()), dead_process())
    run.add_event("started")
    run.add_epoch(made_row(1))
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


# A disk that is full

FULL_DISK = """
import resource

from esc10.errors import RunError
from esc10.runs.store import create_run, list_runs, load_run
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
run.add_event("started")
run.add_epoch(made_row(1))

limit((run.folder / "events.jsonl").stat().st_size + 20)
refused(run.add_epoch, made_row(2))
assert run.history() == [made_row(1)]
refused(run.finish, made_result(), made_labels())
assert load_run(run.run_id).state == "training"
assert not list(run.folder.glob(".*")), "something was left behind"

limit(unlimited)
run.add_epoch(made_row(2))
assert run.history() == [made_row(1), made_row(2)]
run.finish(made_result(), made_labels())
assert load_run(run.run_id).state == "finished"
assert load_run(run.run_id).weights("val_loss")
"""


def test_a_full_disk_is_a_sentence_and_room_mends_it() -> None:
    pytest.importorskip("resource")
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


# Settings


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("model", "transformer"),
        ("features", "mfcc"),
        ("split", "random"),
        ("epochs", 0),
        ("epochs", 10_001),
        ("patience", 0),
        ("batch_size", 0),
        ("batch_size", 1025),
        ("learning_rate", 0.0),
        ("learning_rate", 1.5),
        ("learning_rate", float("nan")),
        ("seed", -1),
        ("seed", 2**32),
    ],
)
def test_settings_out_of_range_are_refused(setting: str, value: object) -> None:
    name = setting.replace("_", " ").replace("model", "network")
    with pytest.raises(RunError, match=f"not a usable {name}. Choose from"):
        TrainConfig(**{"dataset": "practice", "model": "cnn", setting: value})  # type: ignore[arg-type]
