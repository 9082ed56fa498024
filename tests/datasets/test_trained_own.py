"""Runs that learn from own sounds, outlive them and travel; the same on the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from esc10 import datasets
from esc10.datasets.own.build import delete_own
from esc10.errors import DatasetError, RunError
from esc10.evaluation.metrics import evaluate
from esc10.runs.exchange import import_run, run_zip
from esc10.runs.store import load_run, runs_folder
from esc10.runs.writing import create_run
from esc10.training.config import TrainConfig
from esc10.training.plan import plan_run, training_data
from tests.support.command_line import esc10
from tests.support.made_zips import fit
from tests.support.own_datasets import THREE, made, trained_on
from tests.support.own_sounds import folder_of, numbered, sounds

# Runs


def test_a_run_on_own_sounds_outlives_them_and_travels(home: Path) -> None:
    dataset, _ = made(sounds(numbered(THREE, 8)))
    run = trained_on(dataset, "cnn", epochs=1, batch_size=8)
    judged = evaluate(run, "val_accuracy")
    assert judged.classes == THREE
    assert all(part.confusion.shape == (3, 3) for part in judged.parts.values())
    packed = run_zip(run)
    delete_own(dataset.source.key)
    assert evaluate(load_run(run.run_id), "val_loss").classes == THREE
    gone = datasets.source_of(run.config.train.dataset)
    assert (gone.synthetic, gone.classes, gone.own) == (False, (), True)
    with pytest.raises(DatasetError, match="is not on this machine: it was deleted"):
        training_data(run.config)
    runs_folder().rename(home / "elsewhere")
    imported = import_run(packed, fit)
    assert imported.config == run.config
    assert evaluate(imported, "val_accuracy").classes == THREE


@pytest.mark.parametrize(
    ("classes", "sentence"),
    [
        (["dog", "rain", "<b>"], "classes that no own dataset has"),
        (["dog", "rain", "rain"], "classes that no own dataset has"),
        (["dog"], "classes that no own dataset has"),
        (["dog", "rain"], "which is no clip of the dataset own-"),
        (["dog", "rain", "a" * 41], "classes that no own dataset has"),
    ],
)
def test_a_strangers_run_on_own_sounds_is_checked(classes: list[str], sentence: str) -> None:
    from esc10.runs.exchange.checks import checked_config

    dataset, _ = made(sounds(numbered(THREE, 3)))
    config = plan_run(TrainConfig(dataset.source.key, "cnn"))
    run = create_run(config)
    delete_own(dataset.source.key)
    stored = json.loads((run.folder / "config.json").read_text("utf-8"))
    assert checked_config(json.dumps(stored).encode(), config.run_id) == config
    stored["classes"] = classes
    with pytest.raises(RunError, match=sentence):
        checked_config(json.dumps(stored).encode(), config.run_id)


def test_a_strangers_run_may_not_rename_the_classes_that_are_here() -> None:
    from esc10.runs.exchange.checks import checked_config

    dataset, _ = made(sounds(numbered(THREE, 3)))
    config = replace(plan_run(TrainConfig(dataset.source.key, "cnn")), classes=("a", "b", "c"))
    run = create_run(config)
    with pytest.raises(RunError, match="other classes than the dataset own-"):
        checked_config((run.folder / "config.json").read_bytes(), config.run_id)


# The command line


def test_own_sounds_on_the_command_line(tmp_path: Path, home: Path) -> None:
    folder = folder_of(sounds(numbered(THREE, 6)), tmp_path / "in")
    (folder / "dog" / "bad.wav").write_bytes(b"x")
    made_here = json.loads(esc10(home, "own", folder, "--title", "My dogs", "--json").stdout)
    assert made_here["classes"] == list(THREE)
    assert (made_here["clips"], made_here["folds"]) == (18, "at random")
    assert len(made_here["skipped"]) == 1
    key = made_here["dataset"]
    assert Path(made_here["folder"]) == home / "datasets" / key
    arguments = ("--dataset", key, "--model", "cnn", "--epochs", 1, "--json")
    run_id = json.loads(esc10(home, "train", *arguments).stdout)["run_id"]
    delete_own(key)
    judged = json.loads(esc10(home, "evaluate", run_id, "--json").stdout)
    assert judged["synthetic"] is False
    refused = esc10(home, "train", *arguments, status=2)
    assert "invalid choice" in refused.stderr
    nothing = esc10(home, "own", tmp_path / "nowhere", "--title", "x", status=2)
    assert "does not exist" in nothing.stderr
