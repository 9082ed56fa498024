"""The command line lists runs, closes those that were killed, and lets them travel."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from esc10.cli.parser import main
from esc10.datasets import load_dataset
from esc10.evaluation.intervals import OF_THE_BEST
from esc10.runs import writing
from esc10.runs.outcome import Outcome
from esc10.runs.store import list_runs
from esc10.runs.writing import add_epoch, close_interrupted, create_run, end_run, finish_run
from esc10.training import loop
from esc10.training.config import TrainConfig
from esc10.training.loop import train
from esc10.training.plan import plan_run
from esc10.training.results import TrainResult
from tests.support.command_line import (
    INTERVAL,
    Json,
    answer,
    esc10,
    refusal,
)
from tests.support.made_runs import made_config, made_labels, made_result
from tests.support.stored_runs import stored, wait_for_beat

# runs


def test_runs_lists_the_newest_first(trained: tuple[Path, Json, Json]) -> None:
    home, cnn, td_cnn = trained
    newest, oldest = answer(home, "runs")["runs"]
    for row, result, dataset in ((newest, td_cnn, "practice"), (oldest, cnn, "esc10")):
        assert row["run_id"] == result["run_id"]
        assert row["state"] == "finished"
        assert (row["dataset"], row["model"]) == (dataset, result["model"])
        assert row["epochs_trained"] == result["epochs"]
        assert row["best_val_accuracy"] == result["best_val_accuracy"]
        assert row["best_val_accuracy_interval"] == result["best_val_accuracy_interval"]
        assert row["best_val_loss"] == result["best_val_loss"]
        assert row["reason"] == "all epochs were trained"


def test_a_run_is_replayed_epoch_by_epoch(home: Path) -> None:
    run = stored()
    told = esc10(home, "replay", "latest", "--pace", 1000)
    lines = told.stderr.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        f"replay, epoch {row.epoch}" for row in run.history()
    ]
    assert told.stdout == f"{run.run_id} was replayed; nothing was trained.\n"
    assert answer(home, "replay", "latest", "--pace", 1000)["epochs"] == len(run.history())
    for pace in ("0", "-1", "nan", "fast"):
        assert "--pace" in esc10(home, "replay", "latest", "--pace", pace, status=2).stderr


def test_runs_in_words(home: Path) -> None:
    assert esc10(home, "runs").stdout == "No runs yet.\n"
    run = create_run(made_config())
    assert answer(home, "runs")["runs"][0]["best_val_accuracy_interval"] is None
    for row in made_result().history:
        add_epoch(run, row)
    finish_run(run, made_result(), made_labels())
    words = esc10(home, "runs").stdout
    assert INTERVAL.search(words)
    assert OF_THE_BEST in words
    assert run.run_id in words
    assert "finished" in words


def test_runs_complains_about_a_damaged_run_and_lists_the_others(home: Path) -> None:
    whole, broken = create_run(made_config(1)), create_run(made_config(2))
    (broken.folder / "config.json").write_text("{")
    done = esc10(home, "runs", "--json")
    assert [row["run_id"] for row in json.loads(done.stdout)["runs"]] == [whole.run_id]
    (line,) = done.stderr.splitlines()
    assert broken.run_id in line


def test_a_run_that_was_killed_is_closed_by_the_next_command(practice_home: Path) -> None:
    """The process that trains is really killed, within an epoch."""
    with subprocess.Popen(
        [sys.executable, "-m", "esc10", "train", "--dataset", "practice", "--model", "cnn"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "ESC10_HOME": str(practice_home)},
    ) as process:
        assert process.stderr is not None
        told = next((line for line in process.stderr if line.startswith("epoch 1:")), None)
        process.kill()
    assert told is not None
    (row,) = answer(practice_home, "runs")["runs"]
    assert row["state"] == "interrupted"
    assert "machine went down" in row["reason"]
    assert row["epochs_trained"] >= 1


def test_a_training_beats_within_an_epoch_and_outlives_being_taken_for_gone(
    practice_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def train_slowly(*arguments: Any) -> TrainResult:
        (run,), _ = list_runs()
        wait_for_beat(run, 60)
        path = run.folder / "process.json"
        # As a program does that finds no such process, or heard nothing of a laptop that slept.
        path.write_text(json.dumps({**json.loads(path.read_bytes()), "started": 0.0}))
        close_interrupted()
        assert run.state == "interrupted"
        return train(*arguments)

    monkeypatch.setattr(writing, "_BEAT_SECONDS", 0.01)
    monkeypatch.setattr(loop, "train", train_slowly)
    trained = answer(
        practice_home, "train", "--dataset", "practice", "--model", "cnn", "--epochs", 1
    )
    (row,) = answer(practice_home, "runs")["runs"]
    assert (row["state"], row["epochs_trained"]) == ("finished", 1)
    assert row["best_val_accuracy"] == trained["best_val_accuracy"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process")
def test_an_interrupted_training_keeps_its_best_weights(practice_home: Path) -> None:
    """Ctrl-C stops after whole epochs, and what they gave can be judged."""
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "esc10", "train", "--dataset", "practice", "--model", "cnn"),
            *("--epochs", "5000", "--patience", "5000", "--json"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "ESC10_HOME": str(practice_home)},
    ) as process:
        assert process.stderr is not None
        next(line for line in process.stderr if line.startswith("epoch 1:"))
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate()
    assert process.returncode == 0, stderr
    trained = json.loads(stdout)
    assert 1 <= trained["epochs"] < 5000
    (row,) = answer(practice_home, "runs")["runs"]
    assert row["state"] == "stopped"
    judged = answer(practice_home, "evaluate", "latest")
    assert judged["validation"]["accuracy"] == pytest.approx(trained["best_val_accuracy"], abs=1e-6)


def test_planning_twice_gives_two_names(practice_home: Path) -> None:
    config = TrainConfig("practice", "cnn")
    first, second = plan_run(config), plan_run(config)
    assert first.run_id < second.run_id or first.run_id[:19] == second.run_id[:19]
    assert first.run_id != second.run_id
    assert first.clips == second.clips
    assert first.scaling == second.scaling


# export, import


def test_a_run_travels_from_one_home_to_another(
    trained: tuple[Path, Json, Json], home: Path, tmp_path: Path
) -> None:
    there, cnn, _ = trained
    path = tmp_path / "run.zip"
    assert answer(there, "export", cnn["run_id"], "-o", path) == {
        "run_id": cnn["run_id"],
        "file": str(path),
    }
    assert answer(home, "import", path) == {"run_id": cnn["run_id"]}
    for weights in ("val_accuracy", "val_loss"):
        command = ("evaluate", cnn["run_id"], "--weights", weights)
        assert answer(home, *command) == answer(there, *command)
    assert "is here already" in refusal(home, "import", path)


def test_a_network_that_travelled_predicts_the_same(
    trained: tuple[Path, Json, Json], read_lab: Path, tmp_path: Path
) -> None:
    there, _, td_cnn = trained
    path, here = tmp_path / "run.zip", tmp_path / "here"
    words = esc10(there, "export", "latest", "--output", path).stdout
    assert words == f"{td_cnn['run_id']} is in {path}\n"
    assert esc10(here, "import", path).stdout == f"{td_cnn['run_id']} is here\n"
    clips = [clip.path for clip in load_dataset("practice").clips[:2]]
    found = [answer(home, "predict", "latest", *clips)["files"] for home in (there, here)]
    for one, other in zip(*found, strict=True):
        assert [best["name"] for best in one["classes"]] == [
            best["name"] for best in other["classes"]
        ]
        np.testing.assert_allclose(
            [best["probability"] for best in one["classes"]],
            [best["probability"] for best in other["classes"]],
            atol=1e-6,
        )


def test_an_export_to_nowhere_is_a_sentence(
    trained: tuple[Path, Json, Json], tmp_path: Path
) -> None:
    for path in (tmp_path / "missing" / "run.zip", tmp_path):
        line = refusal(trained[0], "export", "latest", "-o", path, "--json")
        assert line.startswith(f"{path} cannot be written: ")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_exported_or_imported_is_a_sentence(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "run.zip"
    assert "There is no run 'nothing'" in refusal(home, "export", "nothing", "-o", path)
    end_run(create_run(made_config()), Outcome("failed", "the lights went out", {}))
    assert "has no weights" in refusal(home, "export", made_config().run_id, "-o", path)
    assert not path.exists()
    assert f"{path} cannot be read" in refusal(home, "import", path, "--json")
    path.write_bytes(b"this is no zip")
    assert "no zip archive" in refusal(home, "import", path, "--json")


def test_weights_that_keras_stumbles_over_are_a_sentence(
    trained: tuple[Path, Json, Json],
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    there, cnn, _ = trained
    run, lab = tmp_path / "run.zip", tmp_path / "lab.zip"
    answer(there, "export", cnn["run_id"], "-o", run)
    answer(there, "pack", "--run", cnn["run_id"], "-o", lab)

    def stumble(*_: object, **__: object) -> None:
        raise TypeError("of Keras' own")

    monkeypatch.setattr(keras.Model, "load_weights", stumble)
    for command in (["import", str(run)], ["unpack", str(lab)]):
        assert main(command) == 2
        said = capsys.readouterr().err
        assert f"The weights of run {cnn['run_id']} do not fit the network it names." in said
    assert list_runs() == ([], [])


def test_an_export_says_where_it_should_go(home: Path) -> None:
    assert "-o" in esc10(home, "export", "latest", status=2).stderr
