"""Cross-validations and recipes on the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from esc10.cli import crossval
from esc10.errors import RunError
from esc10.evaluation.intervals import CHOSEN, wilson_interval
from esc10.runs.cross_validation import cross_validation_of, list_cross_validations
from esc10.runs.store import list_runs, load_run
from esc10.runs.writer import WRITER
from esc10.runs.writing import create_run
from esc10.training.config import TrainConfig
from esc10.training.plan import plan_run
from esc10.training.recipes import RECIPES, without
from tests.conftest import link_tree
from tests.support.command_line import answer, esc10, refusal
from tests.support.processes import dead_process
from tests.support.waiting import wait_for

SETTINGS = ("--dataset", "practice", "--model", "cnn", "--epochs", 2)


def test_a_cross_validation_that_was_killed_goes_on_to_the_same_figures(
    practice_master: Path, practice_home: Path, tmp_path: Path
) -> None:
    whole = tmp_path / "whole"
    link_tree(practice_master, whole)
    expected = answer(whole, "crossval", *SETTINGS)
    process = subprocess.Popen(
        [sys.executable, "-m", "esc10", "crossval", *map(str, SETTINGS)],
        env={**os.environ, "ESC10_HOME": str(practice_home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: len(list_runs()[0]) >= 3, 120, "the third fold")
    finally:
        process.kill()
        process.wait()
    kept = {run.run_id for run in list_runs()[0] if run.state == "finished"}
    assert len(kept) >= 2
    found = answer(practice_home, "crossval", *SETTINGS)
    assert [(fold["seed"], fold["fold"]) for fold in found["folds"]] == [
        (1234, fold) for fold in range(1, 6)
    ]
    assert kept <= {fold["run_id"] for fold in found["folds"]}
    for name in ("name", "mean", "deviation", "interval", "confusion"):
        assert found[name] == expected[name]
    assert [fold["accuracy"] for fold in found["folds"]] == [
        fold["accuracy"] for fold in expected["folds"]
    ]
    again = answer(practice_home, "crossval", *SETTINGS)
    assert again == found


def test_what_a_process_left_behind_is_trained_whoever_asks(
    practice_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = cross_validation_of(TrainConfig("practice", "cnn", epochs=1), 1)
    run = create_run(plan_run(asked.trainings[0]))
    (run.folder / WRITER).write_text(json.dumps(dead_process()))

    def trained(config: TrainConfig) -> None:
        raise RunError(f"test fold {config.test_fold} is trained")

    monkeypatch.setattr(crossval, "train_and_store", trained)
    with pytest.raises(RunError, match=f"test fold {asked.trainings[0].test_fold} is trained"):
        crossval.finished_runs(asked)
    assert run.state == "interrupted"


def test_the_figures_are_over_all_clips(practice_home: Path) -> None:
    found = answer(practice_home, "crossval", *SETTINGS[:-1], 1, "--seeds", 2)
    accuracies = [fold["accuracy"] for fold in found["folds"]]
    assert len(accuracies) == 10
    assert found["mean"] == pytest.approx(sum(accuracies) / 10)
    assert found["interval"] == list(wilson_interval(round(found["mean"] * 400), 400))
    assert sorted(found["seed_means"]) == ["1234", "1235"]
    assert sum(map(sum, found["confusion"])) == 800
    tested = {load_run(fold["run_id"]).config.train.test_fold: fold for fold in found["folds"]}
    assert sorted(tested) == [1, 2, 3, 4, 5]
    done = esc10(practice_home, "crossval", *SETTINGS[:-1], 1, "--seeds", 2)
    lines = done.stdout.splitlines()
    assert len(lines) == 11
    assert lines[0].startswith("seed 1234, test fold 1: ")
    assert lines[-1].startswith("mean over 400 clips: ")
    assert done.stderr == ""
    assert [one.name for one in list_cross_validations()[0]] == [found["name"]]


def test_train_by_a_recipe_without_some_of_it(practice_home: Path) -> None:
    done = answer(
        practice_home, "train", "--dataset", "practice", "--model", "compact_cnn",
        "--recipe", "augmented", "--without", "masks", "--without", "mixing", "--epochs", 1,
        "--test-fold", 2, "--validation-fold", 1,
    )  # fmt: skip
    config = load_run(done["run_id"]).config.train
    named = RECIPES["augmented"]
    assert config.recipe == without(named.recipe, "masks", "mixing")
    assert (config.epochs, config.learning_rate) == (1, named.learning_rate)
    assert (config.validation_fold, config.test_fold) == (1, 2)
    assert done["parameters"] == 181_826


def test_the_end_of_a_schedule_is_kept_judged_and_travels(
    practice_home: Path, tmp_path: Path
) -> None:
    done = answer(
        practice_home, "train", "--dataset", "practice", "--model", "cnn",
        "--recipe", "augmented", "--epochs", 3,
    )  # fmt: skip
    run = load_run(done["run_id"])
    assert run.criteria == ("last", "val_accuracy", "val_loss")
    judged = answer(practice_home, "evaluate", "latest")
    assert (judged["weights"], judged["epoch"]) == ("last", 3)
    assert CHOSEN not in judged["cautions"]
    last = run.answers("last")
    by_epoch = run.test_by_epoch()
    assert by_epoch is not None
    np.testing.assert_array_equal(last.probabilities["test"], by_epoch[-1])
    other = answer(practice_home, "evaluate", "latest", "--weights", "val_loss")
    assert CHOSEN in other["cautions"]

    zipped, elsewhere = tmp_path / "run.zip", tmp_path / "elsewhere"
    elsewhere.mkdir()
    esc10(practice_home, "export", "latest", "-o", zipped)
    esc10(elsewhere, "import", zipped)
    assert answer(elsewhere, "evaluate", "latest") == judged
    sound = next((practice_home / "datasets" / "practice" / "audio").glob("5-*.wav"))
    heard = [answer(home, "predict", "latest", sound) for home in (practice_home, elsewhere)]
    assert heard[0] == heard[1]
    assert heard[0]["weights"] == "last"


def test_a_run_without_a_schedule_has_not_kept_its_last_epoch(practice_home: Path) -> None:
    answer(practice_home, "train", *SETTINGS)
    line = refusal(practice_home, "evaluate", "latest", "--weights", "last")
    assert "has not kept its last epoch" in line


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--without", "masks"), "Nothing can be left out where there is no recipe"),
        (("--recipe", "augmented", "--without", "windows"), "augmented has no windows for cnn"),
        (("--recipe", "augmented", "--features", "mel"), "A recipe is for logmel features"),
    ],
)
def test_a_recipe_that_does_not_fit_is_a_sentence(
    home: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    line = refusal(home, "train", "--dataset", "practice", "--model", "cnn", *arguments)
    assert line.startswith(sentence)


def test_folds_must_differ(practice_home: Path) -> None:
    line = refusal(
        practice_home, "train", "--dataset", "practice", "--model", "cnn",
        "--test-fold", 2, "--validation-fold", 2,
    )  # fmt: skip
    assert "choose two different folds" in line


def test_the_labs_split_has_no_folds_to_cross(home: Path) -> None:
    assert "goes by folds" in refusal(home, "crossval", *SETTINGS, "--split", "lab")
