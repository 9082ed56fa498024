"""The command line judges runs, and predicts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import librosa
import numpy as np
import pytest

from esc10.audio.loading import SAMPLE_RATE, load_clip
from esc10.audio.wav import wav_of
from esc10.datasets import load_dataset
from esc10.evaluation.intervals import CHOSEN
from esc10.runs.outcome import Outcome
from esc10.runs.store import load_run
from esc10.runs.writing import create_run, end_run, finish_run
from tests.conftest import link_tree
from tests.support.command_line import (
    CLIP,
    FIGURES,
    Json,
    answer,
    esc10,
    refusal,
)
from tests.support.made_runs import made_config, made_labels, made_result
from tests.support.phone_sounds import KINDS, phone_sound

# evaluate


def assert_verdict(verdict: Json, run_id: str, weights: str) -> None:
    """The shape of the answer, and that its numbers agree with each other."""
    assert set(verdict) == {
        *("run_id", "weights", "epoch", "synthetic", "classes", "cautions", "validation", "test"),
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
    assert verdict["cautions"] == [CHOSEN]
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


def test_evaluate_in_words(trained: tuple[Path, Json, Json]) -> None:
    home, cnn, _ = trained
    words = esc10(home, "evaluate", cnn["run_id"]).stdout
    assert words.startswith(f"{cnn['run_id']}, weights of epoch ")
    for expected in ("validation: accuracy 0.", "test: accuracy 0.", "95 % interval", "macro avg"):
        assert expected in words
    assert not words.startswith("{")
    assert CHOSEN in words


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
    assert "probabilities.npz is cut off" in refusal(home, "evaluate", run.run_id)


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
    weights = ("--weights", "val_loss")
    items = answer(home, "predict", cnn["run_id"], *files, *weights)["files"]
    assert [item["file"] for item in items] == [str(path) for path in files]
    stored = run.answers("val_loss").probabilities
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


def test_what_phones_write_is_answered_as_its_wav_is(
    trained: tuple[Path, Json, Json], read_lab: Path, tmp_path: Path
) -> None:
    home, cnn, _ = trained
    samples = load_clip(load_dataset("esc10").clips[0].path).samples
    files = [tmp_path / "reference.wav"]
    files[0].write_bytes(wav_of(samples))
    for name, kind in KINDS.items():
        at_its_rate = librosa.resample(samples, orig_sr=SAMPLE_RATE, target_sr=kind.rate)
        files.append(tmp_path / f"{name}.{kind.ending}")
        files[-1].write_bytes(phone_sound(at_its_rate[:, np.newaxis], kind))
    reference, *items = answer(home, "predict", cnn["run_id"], *files)["files"]
    expected = {best["name"]: best["probability"] for best in reference["classes"]}
    for item, kind in zip(items, KINDS.values(), strict=True):
        assert item["seconds"] == pytest.approx(5, abs=0.13)
        found = {best["name"]: best["probability"] for best in item["classes"]}
        if kind.rate > 8000:  # a telephone's band is another sound
            assert found == pytest.approx(expected, abs=0.05), item["file"]


def test_a_bad_file_among_others_costs_only_itself(
    trained: tuple[Path, Json, Json], read_lab: Path, tmp_path: Path
) -> None:
    home, _, td_cnn = trained
    bad, missing = tmp_path / "notes.wav", tmp_path / "missing.wav"
    bad.write_text("this is no sound")
    clips = load_dataset("practice").clips
    half = tmp_path / "half.wav"
    content = clips[1].path.read_bytes()
    half.write_bytes(content[: len(content) // 2])
    files: Sequence[Path] = (clips[0].path, bad, missing, half)
    done = esc10(home, "predict", "latest", *files, "--json", status=2)
    found = json.loads(done.stdout)
    assert found["run_id"] == td_cnn["run_id"]
    first, broken, absent, last = found["files"]
    for item, path in ((first, files[0]), (last, files[3])):
        assert set(item) == {"file", "classes", "seconds", "remarks"}
        assert item["file"] == str(path)
        assert sum(best["probability"] for best in item["classes"]) == pytest.approx(1, abs=1e-4)
    assert not any("breaks off" in remark for remark in first["remarks"])
    assert any("breaks off" in remark for remark in last["remarks"])
    for item, path in ((broken, bad), (absent, missing)):
        assert set(item) == {"file", "error"}
        assert item["file"] == str(path)
        assert path.name in item["error"]
        assert item["error"] in done.stderr.splitlines()


def test_predict_in_words(trained: tuple[Path, Json, Json], read_lab: Path) -> None:
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
