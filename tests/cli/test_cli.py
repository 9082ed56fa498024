"""The command line: the official sounds, real networks; some of it as people run it, a process."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from esc10.cli.parser import main
from esc10.datasets import load_dataset
from esc10.runs.outcome import Outcome
from esc10.runs.store import load_run
from esc10.runs.writing import add_epoch, create_run, end_run, finish_run
from esc10.training.config import TrainConfig
from esc10.training.plan import plan_run
from tests.conftest import link_tree
from tests.support.made_runs import made_config, made_labels, made_result

Json = dict[str, Any]

CLIP = {"filename", "true", "predicted", "probability"}
INTERVAL = re.compile(r"accuracy [01]\.\d{3} \(95 % interval [01]\.\d{3} to [01]\.\d{3}\)")
FIGURES = {"precision", "recall", "f1-score", "support"}


@dataclass
class Finished:
    """What a command said, and how it ended."""

    returncode: int
    stdout: str
    stderr: str


def esc10(home: Path, *arguments: object, status: int = 0) -> Finished:
    """Run a command in this process; its exit status must be the given one."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setenv("ESC10_HOME", str(home))
        try:
            code = main(list(map(str, arguments)))
        except SystemExit as stop:  # argparse
            code = int(stop.code or 0)
    done = Finished(code, out.getvalue(), err.getvalue())
    assert done.returncode == status, done.stderr
    return done


def answer(home: Path, *arguments: object, status: int = 0) -> Json:
    """The one JSON object on stdout."""
    done = esc10(home, *arguments, "--json", status=status)
    found = json.loads(done.stdout, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))
    assert isinstance(found, dict)
    assert done.stdout.count("\n") == 1
    return found


def refusal(home: Path, *arguments: object) -> str:
    """The one line on stderr of a command that exits with 2 and prints nothing else."""
    done = esc10(home, *arguments, status=2)
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


@pytest.fixture(scope="module")
def lab(
    real_archive: Path, practice_master: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Json]:
    """A home with both datasets, and the answer to fetching the official one."""
    home = tmp_path_factory.mktemp("lab") / "home"
    link_tree(practice_master, home)
    return home, answer(home, "fetch", "esc10", "--from", real_archive)


@pytest.fixture(scope="module")
def trained(lab: tuple[Path, Json]) -> tuple[Path, Json, Json]:
    """The home with two runs, and the answers to training them: the 1D-CNN, the frames' one."""
    home, _ = lab
    cnn = answer(home, "train", "--dataset", "esc10", "--model", "cnn", "--epochs", 3)
    td_cnn = answer(home, "train", "--dataset", "practice", "--model", "td_cnn", "--epochs", 1)
    return home, cnn, td_cnn


@pytest.fixture
def read_lab(trained: tuple[Path, Json, Json], monkeypatch: pytest.MonkeyPatch) -> Path:
    """This process looks into the home of `trained`, and writes nothing there."""
    monkeypatch.setenv("ESC10_HOME", str(trained[0]))
    return trained[0]


def program(home: Path, *arguments: object) -> Finished:
    """Run a command as people do."""
    done = subprocess.run(
        [sys.executable, "-m", "esc10", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "ESC10_HOME": str(home)},
    )
    return Finished(done.returncode, done.stdout, done.stderr)


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


def describe_test_fetch(lab: tuple[Path, Json]) -> None:
    done = esc10(lab[0], "fetch", "practice")
    assert done.stdout.startswith("practice: 400 clips, verified, in ")
    assert "400/400 files" in done.stderr


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


def describe_test_train(practice_home: Path) -> None:
    done = esc10(
        practice_home, "train", "--dataset", "practice", "--model", "cnn", "--epochs", 2,
        "--split", "lab", "--features", "mel", "--batch-size", 64, "--patience", 1,
        "--learning-rate", 0.01, "--seed", 5,
    )  # fmt: skip
    assert "epochs, best validation accuracy 0." in done.stdout
    assert len(done.stdout.splitlines()) == 1
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


# evaluate


def assert_verdict(verdict: Json, run_id: str, weights: str) -> None:
    """The shape of the answer, and that its numbers agree with each other."""
    assert set(verdict) == {
        *("run_id", "weights", "epoch", "synthetic", "classes", "validation", "test"),
    }
    assert (verdict["run_id"], verdict["weights"]) == (run_id, weights)
    classes = verdict["classes"]
    assert len(classes) == 10
    for part in (verdict["validation"], verdict["test"]):
        assert set(part) == {
            *("accuracy", "interval", "confusion", "report", "misclassified", "clips"),
        }
        confusion = np.array(part["confusion"])
        assert confusion.shape == (10, 10)
        clips, right = int(confusion.sum()), int(np.trace(confusion))
        assert part["accuracy"] == pytest.approx(right / clips)
        low, high = part["interval"]
        assert 0 <= low <= part["accuracy"] <= high <= 1
        assert set(part["report"]) == {*classes, "macro avg", "weighted avg"}
        assert all(set(figures) == FIGURES for figures in part["report"].values())
        supports = [part["report"][name]["support"] for name in classes]
        assert confusion.sum(axis=1).tolist() == supports
        assert len(part["misclassified"]) == clips - right
        for mistake in part["misclassified"]:
            assert set(mistake) == CLIP
            assert mistake["true"] != mistake["predicted"]
            assert {mistake["true"], mistake["predicted"]} <= set(classes)
            assert 0 <= mistake["probability"] <= 1
        assert len(part["clips"]) == clips
        wrong = [clip for clip in part["clips"] if clip["true"] != clip["predicted"]]
        wrong.sort(key=lambda clip: -clip["probability"])
        assert wrong == part["misclassified"]
        assert all(set(clip) == CLIP for clip in part["clips"])


@pytest.mark.parametrize("weights", ["val_accuracy", "val_loss"])
def test_evaluate_judges_both_weights(
    weights: str, trained: tuple[Path, Json, Json], read_lab: Path
) -> None:
    home, cnn, _ = trained
    verdict = answer(home, "evaluate", cnn["run_id"], "--weights", weights)
    assert_verdict(verdict, cnn["run_id"], weights)
    history = load_run(cnn["run_id"]).history()
    chosen = history[verdict["epoch"] - 1]
    assert verdict["validation"]["accuracy"] == pytest.approx(chosen.val_accuracy, abs=1e-6)
    expected = {"val_accuracy": cnn["best_val_accuracy"], "val_loss": cnn["best_val_loss"]}
    assert getattr(chosen, weights) == expected[weights]
    if weights == "val_accuracy":
        assert verdict["validation"]["interval"] == cnn["best_val_accuracy_interval"]
    for part in ("validation", "test"):
        names = tuple(clip["filename"] for clip in verdict[part]["clips"])
        assert names == load_run(cnn["run_id"]).config.clips[part]


def test_latest_is_the_newest_run_with_weights(trained: tuple[Path, Json, Json]) -> None:
    home, _, td_cnn = trained
    assert_verdict(answer(home, "evaluate", "latest"), td_cnn["run_id"], "val_accuracy")


def describe_test_evaluate(trained: tuple[Path, Json, Json]) -> None:
    home, cnn, _ = trained
    words = esc10(home, "evaluate", cnn["run_id"]).stdout
    assert words.startswith(f"{cnn['run_id']}, weights of epoch ")
    for expected in ("validation: accuracy 0.", "test: accuracy 0.", "95 % interval", "macro avg"):
        assert expected in words
    assert not words.startswith("{")


def test_a_run_that_does_not_exist_is_a_sentence(home: Path) -> None:
    assert "There is no run 'nothing'" in refusal(home, "evaluate", "nothing", "--json")
    assert "There is no run '../x'" in refusal(home, "predict", "../x", "sound.wav")
    assert "no trained run yet" in refusal(home, "evaluate", "latest")


def test_a_run_that_failed_cannot_be_judged(home: Path) -> None:
    run = create_run(made_config())
    end_run(run, Outcome("failed", "the worker was killed", {}))
    line = refusal(home, "evaluate", run.run_id)
    assert "is failed and has no weights: the worker was killed" in line
    assert "has no weights" in refusal(home, "predict", run.run_id, "sound.wav", "--json")


def test_a_damaged_run_cannot_be_judged(home: Path) -> None:
    run = create_run(made_config())
    finish_run(run, made_result(), made_labels())
    path = run.folder / "probabilities.npz"
    path.write_bytes(path.read_bytes()[:200])
    assert "probabilities.npz is missing or cut off" in refusal(home, "evaluate", run.run_id)


# predict


def test_predict_answers_for_a_clip_as_the_run_did(
    trained: tuple[Path, Json, Json], read_lab: Path
) -> None:
    home, cnn, _ = trained
    run, dataset = load_run(cnn["run_id"]), load_dataset("esc10")
    chosen = {
        part: [dataset.clip(name).path for name in run.config.clips[part][:3]]
        for part in ("validation", "test")
    }
    files = [*chosen["validation"], *chosen["test"]]
    items = answer(home, "predict", cnn["run_id"], *files)["files"]
    assert [item["file"] for item in items] == [str(path) for path in files]
    stored = run.answers("val_accuracy").probabilities
    expected = np.concatenate([stored["validation"][:3], stored["test"][:3]])
    for item, probabilities in zip(items, expected, strict=True):
        found = {best["name"]: best["probability"] for best in item["classes"]}
        assert len(item["classes"]) == 10
        ranked = [best["probability"] for best in item["classes"]]
        assert ranked == sorted(ranked, reverse=True)
        np.testing.assert_allclose(
            [found[name] for name in run.config.classes], probabilities, atol=1e-4
        )
        assert item["classes"][0]["name"] == run.config.classes[int(probabilities.argmax())]


def test_a_bad_file_among_others_costs_only_itself(
    trained: tuple[Path, Json, Json], read_lab: Path, tmp_path: Path
) -> None:
    home, _, td_cnn = trained
    bad, missing = tmp_path / "notes.wav", tmp_path / "missing.wav"
    bad.write_text("this is no sound")
    clips = load_dataset("practice").clips
    files: Sequence[Path] = (clips[0].path, bad, missing, clips[1].path)
    done = esc10(home, "predict", "latest", *files, "--json", status=2)
    found = json.loads(done.stdout)
    assert found["run_id"] == td_cnn["run_id"]
    first, broken, absent, last = found["files"]
    for item, path in ((first, files[0]), (last, files[3])):
        assert set(item) == {"file", "classes", "remarks"}
        assert item["file"] == str(path)
        assert sum(best["probability"] for best in item["classes"]) == pytest.approx(1, abs=1e-4)
    for item, path in ((broken, bad), (absent, missing)):
        assert set(item) == {"file", "error"}
        assert item["file"] == str(path)
        assert path.name in item["error"]
        assert item["error"] in done.stderr.splitlines()


def describe_test_predict(trained: tuple[Path, Json, Json], read_lab: Path) -> None:
    path = load_dataset("practice").clips[0].path
    words = esc10(trained[0], "predict", "latest", path).stdout
    (line,) = words.splitlines()
    assert line.startswith(f"{path}: ")
    assert line.count(",") == 2


def test_damaged_weights_are_a_sentence(
    trained: tuple[Path, Json, Json], practice_home: Path
) -> None:
    home, _, td_cnn = trained
    link_tree(home / "runs" / td_cnn["run_id"], practice_home / "runs" / td_cnn["run_id"])
    weights = practice_home / "runs" / td_cnn["run_id"] / "val_accuracy.weights.h5"
    content = weights.read_bytes()
    weights.unlink()
    weights.write_bytes(content[:5000])
    done = esc10(
        practice_home, "predict", "latest", load_dataset("practice").clips[0].path, status=2
    )
    assert done.stdout == ""
    assert "are damaged" in done.stderr.splitlines()[-1]


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


def describe_test_runs(home: Path) -> None:
    assert esc10(home, "runs").stdout == "No runs yet.\n"
    run = create_run(made_config())
    assert answer(home, "runs")["runs"][0]["best_val_accuracy_interval"] is None
    for row in made_result().history:
        add_epoch(run, row)
    finish_run(run, made_result(), made_labels())
    words = esc10(home, "runs").stdout
    assert INTERVAL.search(words)
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


def test_an_export_says_where_it_should_go(home: Path) -> None:
    assert "-o" in esc10(home, "export", "latest", status=2).stderr
