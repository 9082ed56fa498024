"""The command line: sounds fetched and networks trained, some of it as people run it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from esc10.datasets import load_dataset
from esc10.evaluation.intervals import CHOSEN
from esc10.features.cache import feature_set
from esc10.features.mel import MelConfig
from esc10.progress import Progress
from esc10.runs.store import load_run
from esc10.training.config import TrainConfig
from tests.support.command_line import (
    INTERVAL,
    Json,
    answer,
    esc10,
    program,
    refusal,
)
from tests.support.serving import Host

# the program


def test_an_answer_in_json_is_all_that_a_program_reads(trained: tuple[Path, Json, Json]) -> None:
    done = program(trained[0], "evaluate", "latest", "--json")
    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (0, 1, "")
    assert json.loads(done.stdout) == answer(trained[0], "evaluate", "latest")


def test_trouble_is_one_sentence_and_another_status(home: Path) -> None:
    done = program(home, "evaluate", "nothing", "--json")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "There is no run 'nothing'" in done.stderr


# fetch


def test_fetch_says_what_there_is(lab: tuple[Path, Json]) -> None:
    home, fetched = lab
    assert fetched["dataset"] == "esc10"
    assert fetched["clips"] == 400
    assert len(fetched["classes"]) == 10
    assert Path(fetched["folder"]) == home / "datasets" / "esc10"


def test_fetch_in_words(lab: tuple[Path, Json]) -> None:
    done = esc10(lab[0], "fetch", "practice")
    assert done.stdout.startswith("practice: 400 clips, verified, in ")
    assert "400/400 files" in done.stderr


def test_what_was_fetched_is_ready_to_train(esc10_host: Host, home: Path) -> None:
    assert "Mel spectrograms of ESC-10: 400/400 files" in esc10(home, "fetch", "esc10").stderr
    seen: list[Progress] = []
    feature_set(load_dataset("esc10"), MelConfig(), seen.append)
    assert seen == []  # nothing was computed, which begins with a report
    assert len(esc10_host.requests) == 1


def test_fetch_from_nowhere_is_a_sentence(home: Path) -> None:
    done = esc10(home, "fetch", "esc10", "--from", home / "nothing.zip", "--json", status=2)
    assert done.stdout == ""
    progress, sentence = done.stderr.splitlines()
    assert progress == "Fetching ESC-10: 0/400 files"
    assert sentence.startswith(f"{home / 'nothing.zip'} does not exist.")


def test_fetch_from_what_is_no_archive_is_a_sentence(home: Path, tmp_path: Path) -> None:
    archive = tmp_path / "archive.zip"
    archive.write_bytes(b"PK and nothing else")
    done = esc10(home, "fetch", "esc10", "--from", archive, status=2)
    assert done.stdout == ""
    assert "archive.zip" in done.stderr.splitlines()[-1]


# train


def test_train_says_what_came_of_it(trained: tuple[Path, Json, Json]) -> None:
    home, cnn, td_cnn = trained
    assert cnn["model"] == "cnn"
    assert (cnn["parameters"], cnn["trainable_parameters"]) == (47_018, 46_890)
    assert (td_cnn["parameters"], td_cnn["trainable_parameters"]) == (17_466, 17_338)
    assert (cnn["epochs"], td_cnn["epochs"]) == (3, 1)
    for result in (cnn, td_cnn):
        assert result["seconds_per_epoch"] > 0
        assert 0 <= result["best_val_accuracy"] <= 1
        low, high = result["best_val_accuracy_interval"]
        assert 0 <= low < result["best_val_accuracy"] < high <= 1
        assert result["best_val_loss"] > 0
        assert (home / "runs" / result["run_id"] / "outcome.json").is_file()


def test_a_trained_run_is_stored_like_any_other(
    trained: tuple[Path, Json, Json], read_lab: Path
) -> None:
    run = load_run(trained[1]["run_id"])
    kinds = [event["kind"] for event in run.events()]
    assert kinds == ["queued", "started", "epoch", "epoch", "epoch", "finished"]
    assert max(row.val_accuracy for row in run.history()) == trained[1]["best_val_accuracy"]
    assert min(row.val_loss for row in run.history()) == trained[1]["best_val_loss"]
    assert run.config.classes == load_dataset("esc10").classes
    answers, clips = run.answers("val_loss"), run.config.clips
    assert answers.probabilities["validation"].shape == (len(clips["validation"]), 10)


def test_train_in_words(practice_home: Path) -> None:
    done = esc10(
        practice_home, "train", "--dataset", "practice", "--model", "cnn", "--epochs", 2,
        "--split", "lab", "--features", "mel", "--batch-size", 64, "--patience", 1,
        "--learning-rate", 0.01, "--seed", 5,
    )  # fmt: skip
    assert "epochs, best validation accuracy 0." in done.stdout
    assert len(done.stdout.splitlines()) == 1
    assert f"{CHOSEN} " in done.stdout, "and what leaks under the lab's split"
    assert INTERVAL.search(done.stdout)
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("epoch 1: loss ")]
    assert len(INTERVAL.findall(line)) == 2
    run = load_run(done.stdout.partition(":")[0])
    assert run.config.train == TrainConfig(
        "practice", "cnn", "mel", "lab", epochs=2, batch_size=64, patience=1,
        learning_rate=0.01, seed=5,
    )  # fmt: skip
    assert {part: len(names) for part, names in run.config.clips.items()} == {
        "train": 280,
        "validation": 80,
        "test": 40,
    }


def test_training_on_a_dataset_that_was_not_fetched_is_a_sentence(home: Path) -> None:
    line = refusal(home, "train", "--dataset", "esc10", "--model", "cnn", "--json")
    assert "not on this machine" in line
    assert not (home / "runs").exists()


@pytest.mark.parametrize(
    ("option", "value", "name"),
    [
        ("--epochs", 0, "epochs"),
        ("--learning-rate", "nan", "learning rate"),
        ("--seed", -1, "seed"),
    ],
)
def test_a_setting_out_of_range_is_a_sentence(
    option: str, value: object, name: str, home: Path
) -> None:
    line = refusal(home, "train", "--dataset", "practice", "--model", "cnn", option, value)
    assert f"not a usable {name}" in line


def test_an_unknown_option_shows_how_to_use_it(home: Path) -> None:
    done = esc10(home, "train", "--dataset", "practice", "--model", "transformer", status=2)
    assert "usage:" in done.stderr
    assert "transformer" in done.stderr
