"""Cross-validations: what they are made of, how they are found again, and which runs are theirs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from esc10.errors import RunError
from esc10.runs.cross_validation import (
    cross_validation_of,
    delete_cross_validation,
    list_cross_validations,
    runs_of,
)
from esc10.runs.outcome import Outcome
from esc10.runs.run import Run
from esc10.runs.store import list_runs
from esc10.runs.writing import create_run, end_run, finish_run
from esc10.training.config import TrainConfig
from esc10.training.recipes import RECIPES
from tests.support.made_runs import made_config, made_labels, made_result

SETTINGS = TrainConfig("practice", "cnn", epochs=7, seed=5)


def made_run(number: int, settings: TrainConfig, ended: str = "epochs") -> Run:
    """A run with these settings that has ended."""
    run = create_run(replace(made_config(number), train=settings))
    finish_run(run, made_result(ended=ended), made_labels())
    return run


def test_every_fold_tests_once_for_each_seed_and_the_one_before_validates() -> None:
    asked = cross_validation_of(SETTINGS, seeds=2)
    pairs = [(each.validation_fold, each.test_fold) for each in asked.trainings]
    assert pairs == [(5, 1), (1, 2), (2, 3), (3, 4), (4, 5)] * 2
    assert [each.seed for each in asked.trainings] == [5] * 5 + [6] * 5
    assert {replace(each, seed=5, validation_fold=4, test_fold=5) for each in asked.trainings} == {
        SETTINGS
    }


def test_its_name_is_that_of_versions_that_knew_no_widths() -> None:
    settings = TrainConfig("esc10", "cnn", epochs=30)
    assert cross_validation_of(settings).name == "cnn-esc10-47b236a1"
    usual = replace(settings, model="td_cnn")
    assert cross_validation_of(usual).name != cross_validation_of(replace(usual, width=2.0)).name


def test_the_same_settings_are_the_same_cross_validation(home: Path) -> None:
    recipe = RECIPES["augmented"].recipe_for("cnn")
    asked = cross_validation_of(replace(SETTINGS, recipe=recipe), seeds=3)
    folds = {"validation_fold": 1, "test_fold": 2}
    again = cross_validation_of(replace(SETTINGS, recipe=recipe, **folds), seeds=3)
    assert again == asked
    other = cross_validation_of(SETTINGS, seeds=3)
    assert other.name != asked.name
    found, complaints = list_cross_validations()
    assert {one.name for one in found} == {asked.name, other.name}
    assert complaints == []
    delete_cross_validation(other)
    assert list_cross_validations() == ([asked], [])
    assert [path.name for path in (home / "crossvals").iterdir()] == [f"{asked.name}.json"]


def test_a_last_seed_that_is_too_large_is_a_sentence_before_anything_is_stored(home: Path) -> None:
    with pytest.raises(RunError, match="4294967296 is not a usable seed"):
        cross_validation_of(replace(SETTINGS, seed=2**32 - 1), seeds=2)
    assert not (home / "crossvals").exists()


def test_one_of_another_version_names_its_file(home: Path) -> None:
    asked = cross_validation_of(SETTINGS)
    path = home / "crossvals" / f"{asked.name}.json"
    path.write_text(path.read_text().replace('"cnn"', '"future_cnn"'))
    found, [complaint] = list_cross_validations()
    assert found == []
    assert f"{asked.name} cannot be read: it is of another version" in complaint
    assert f"delete crossvals/{path.name}" in complaint


@pytest.mark.parametrize("seeds", [0, 11])
def test_a_number_of_seeds_that_is_no_use_is_a_sentence(seeds: int, home: Path) -> None:
    with pytest.raises(RunError, match=f"^{seeds} is no usable number of seeds"):
        cross_validation_of(SETTINGS, seeds)
    assert not (home / "crossvals").exists()


def test_the_labs_split_has_no_folds() -> None:
    with pytest.raises(RunError, match="goes by folds"):
        cross_validation_of(replace(SETTINGS, split="lab"))


@pytest.mark.parametrize("content", [b"", b"null", b"{", b'{"settings": 1}'])
def test_a_damaged_one_is_one_sentence_and_hides_no_other(content: bytes, home: Path) -> None:
    whole = cross_validation_of(SETTINGS)
    (home / "crossvals" / "damaged.json").write_bytes(content)
    found, [complaint] = list_cross_validations()
    assert found == [whole]
    assert complaint.startswith("Cross-validation damaged cannot be read: it is cut off or garbled")


def test_its_runs_are_those_with_its_settings_whoever_asked_for_them() -> None:
    asked = cross_validation_of(SETTINGS)
    first, second, third, fourth, fifth = asked.trainings
    mine = made_run(1, first)
    others = made_run(2, replace(second, owner="Ada"))
    made_run(3, replace(third, seed=6))
    made_run(4, replace(third, epochs=8))
    made_run(5, fourth, ended="stopped")
    waiting = create_run(replace(made_config(6), train=fifth))
    found = runs_of(asked.trainings, list_runs()[0])
    assert {config: run.run_id for config, run in found.items()} == {
        first: mine.run_id,
        second: others.run_id,
        fifth: waiting.run_id,
    }


def test_what_cannot_be_judged_is_missing() -> None:
    asked = cross_validation_of(SETTINGS)
    diverged, earlier, damaged, whole, _ = asked.trainings
    made_run(1, diverged, ended="diverged")
    path = made_run(2, earlier).folder / "probabilities.npz"
    with np.load(path) as stored:
        kept = {name: stored[name] for name in stored if name != "test_by_epoch"}
    np.savez_compressed(path, **kept)
    (made_run(3, damaged).folder / "probabilities.npz").write_bytes(b"PK")
    run = made_run(4, whole)
    found = runs_of(asked.trainings, list_runs()[0])
    assert {config: run.run_id for config, run in found.items()} == {whole: run.run_id}


def test_a_finished_run_counts_before_one_under_way_and_the_newest_of_several() -> None:
    asked = cross_validation_of(SETTINGS)
    first = asked.trainings[0]
    made_run(1, first)
    newest = made_run(2, first)
    create_run(replace(made_config(3), train=first))
    failed = create_run(replace(made_config(4), train=first))
    end_run(failed, Outcome("failed", "the worker is gone", {}))
    assert runs_of(asked.trainings, list_runs()[0])[first].run_id == newest.run_id
