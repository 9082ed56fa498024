"""Runs are listed newest first, and found by their names alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from esc10.errors import RunError
from esc10.runs.outcome import Outcome
from esc10.runs.store import find_run, list_runs, load_run, runs_folder
from esc10.runs.writing import (
    create_run,
    end_run,
)
from tests.support.made_runs import made_config
from tests.support.stored_runs import cut_off, stored


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


def test_a_run_from_before_there_were_widths_is_as_wide_as_usual() -> None:
    run = stored()
    path = run.folder / "config.json"
    settings = json.loads(path.read_bytes())
    assert settings["train"].pop("width") == 1
    path.write_text(json.dumps(settings), encoding="utf-8")
    assert load_run(run.run_id).config == run.config


@pytest.mark.parametrize("created", ["0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00"])
def test_a_time_that_no_clock_shows_costs_its_run_alone(created: str) -> None:
    run, other = stored(1), stored(2)
    path = run.folder / "config.json"
    settings = json.loads(path.read_bytes())
    path.write_text(json.dumps({**settings, "created": created}), encoding="utf-8")
    runs, (sentence,) = list_runs()
    assert [one.run_id for one in runs] == [other.run_id]
    assert f"Run {run.run_id} is damaged" in sentence


def test_without_a_folder_there_are_no_runs() -> None:
    assert list_runs() == ([], [])


def test_latest_is_the_newest_run_with_weights() -> None:
    with pytest.raises(RunError, match="no trained run yet"):
        find_run("latest")
    for number in (1, 2):
        stored(number)
    stored(3, epochs=0, ended="diverged")
    end_run(create_run(made_config(4)), Outcome("failed", "it was not to be", {}))
    create_run(made_config(5))
    cut_off(stored(6).folder / "config.json")
    assert find_run("latest").run_id == made_config(2).run_id
    assert find_run(made_config(1).run_id).run_id == made_config(1).run_id


def test_two_runs_cannot_have_one_name() -> None:
    run = stored()
    with pytest.raises(RunError, match="Storing run"):
        create_run(made_config())
    assert load_run(run.run_id).state == "finished"
