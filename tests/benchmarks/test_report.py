"""What the benchmarks make of what they measured: differences, growth, and tables with ratios."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchmarks import features, scale, time_to_accuracy, train_step
from benchmarks.spread import spread
from esc10.datasets import Dataset, load_dataset, source_of
from esc10.datasets.clips import clip_from_name
from esc10.datasets.practice import plan as practice
from esc10.datasets.splits import fold_split, leaking
from esc10.features.mel import MelConfig

# Features


# librosa.load looks for readers in modules that Python means to remove.
@pytest.mark.filterwarnings("ignore:.*slated for removal:DeprecationWarning")
def test_the_labs_loop_and_ours_give_the_same_spectrograms(tmp_path: Path) -> None:
    clips = []
    for fold, length in ((1, 220_500), (2, 160_000), (3, 300_000)):
        noise = np.random.default_rng(fold).normal(scale=0.1, size=length)
        clips.append(clip_from_name(f"{fold}-1-A-0.wav", tmp_path / f"{fold}.wav"))
        soundfile.write(clips[-1].path, noise, 44_100)
    dataset = Dataset(source_of("practice"), tuple(clips), ("a", "b", "c"))
    lab, ours = features.lab_loop(dataset), features.ours(dataset)
    assert lab.shape == (3, MelConfig().n_mels, MelConfig().frames)
    assert features.relative_difference(ours, lab) < 1e-3
    np.testing.assert_array_equal(features.ours(dataset), ours)


def test_differences_count_where_they_can_be_heard() -> None:
    lab = np.full((2, 3, 4), 1e-12, np.float32)
    lab[:, 0, 0] = 4
    other = lab.copy()
    other[1, 2, 3] *= 5
    assert features.relative_difference(other, lab) == 0
    other[1, 0, 0] = 5
    assert features.relative_difference(other, lab) == 0.25
    with pytest.raises(ValueError, match="compared"):
        features.relative_difference(other[:1], lab)


# Time to an accuracy


def test_the_target_wants_real_recordings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ESC10_ARCHIVE", raising=False)
    with pytest.raises(RuntimeError, match="set ESC10_ARCHIVE"):
        time_to_accuracy.measure()


def events(*accuracies: float) -> list[dict[str, object]]:
    rows = [
        {"kind": "epoch", "epoch": place, "at": 10.0 + 2 * place, "val_accuracy": accuracy}
        for place, accuracy in enumerate(accuracies, 1)
    ]
    return [{"kind": "queued", "at": 10.0}, {"kind": "started", "at": 11.0}, *rows]


def test_the_target_is_reached_in_the_first_epoch_at_or_above_it() -> None:
    result = time_to_accuracy.reached(events(0.5, 0.7, 0.9))
    assert result == {"s": 4.0, "epochs": 2, "first_epoch_s": 2.0, "best_val_accuracy": 0.7}


def test_a_target_that_was_not_reached_leaves_the_best() -> None:
    result = time_to_accuracy.reached(events(0.5, 0.69, 0.6))
    assert result == {"s": None, "epochs": None, "first_epoch_s": 2.0, "best_val_accuracy": 0.69}
    assert time_to_accuracy.reached(events())["best_val_accuracy"] is None


# Scale


def test_a_dataset_is_repeated_under_the_names_of_other_recordings(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = home / "datasets" / "practice"
    (folder / "audio").mkdir(parents=True)
    names = practice.filenames()
    for name in names:
        (folder / "audio" / name).write_bytes(name.encode())
    files = [{"filename": name, "path": f"audio/{name}", "sha256": name} for name in names]
    (folder / "complete.json").write_text(json.dumps({"source": "practice", "files": files}))
    scale.repeat_dataset(home, tmp_path / "larger", 1_200)
    monkeypatch.setenv("ESC10_HOME", str(tmp_path / "larger"))
    larger = load_dataset("practice")
    assert len({clip.filename for clip in larger.clips}) == 1_200
    assert {clip.path.read_text() for clip in larger.clips} == set(names)
    split = fold_split(larger, 4, 5)
    assert [len(indices) for indices in split.parts.values()] == [720, 240, 240]
    clips = split.names(larger)
    assert not leaking(clips, "validation")
    assert not leaking(clips, "test")


def phase(taken: float, together: float) -> dict[str, object]:
    held = {"server": together / 4, "worker": together / 2, "together": together}
    return {"seconds": taken, "idle": held, "peak": held}


def test_growth_is_beside_the_number_of_clips() -> None:
    clip = 216 * 128 * 4
    rows = {400: phase(1, 1e9), 2_000: phase(4, 1e9 + 1_600 * 3 * clip)}
    grown = scale.compared(rows, 2_000, 400)
    assert grown["s_per_clip"] == 0.002
    assert grown["s_per_clip_of_smallest"] == pytest.approx(0.8)
    assert grown["bytes_per_clip_of_smallest"] == pytest.approx(0.2 * (1 + 4_800 * clip / 1e9))
    assert grown["copies_of_an_added_clip"] == pytest.approx(3)
    assert scale.compared(rows, 400, 400)["copies_of_an_added_clip"] is None


# Tables


def test_the_tables_have_the_ratios() -> None:
    sides = {side: spread([1.0, 2.0, 3.0]) for side in ("ours", *train_step.FORMS)}
    step = {
        "spread": {**sides, "literal": spread([5.0])},
        "of_pytorch": 0.456,
        "literal_first_s": 390.0,
        "literal_of_ours": 178.4,
        "floor_s": 0.0149,
    }
    made_up = train_step.table({"networks": {"td_cnn": step}})
    assert all(text in made_up for text in ("| td_cnn |", "**0.46**", "178 ×", "0.0149 s"))
    result = {
        "dataset": "practice",
        "clips": 400,
        "cold_of_lab": 0.521,
        "cached_of_lab": 0.00391,
        "max_relative_difference": 7e-7,
        "spread": {side: spread([4.0]) for side in features.SIDES},
    }
    made_up = features.table(result)
    assert all(text in made_up for text in ("400, practice", "**0.52**", "**0.0039**", "7.0e-07"))


def test_the_table_of_accuracy_says_what_was_not_reached() -> None:
    result = {
        "ours_s": [3.21, None],
        "ours_epochs": [20, None],
        "ours_first_epoch_s": [0.6, 0.5],
        "ours_best_val_accuracy": [0.71, 0.66],
        "lab_s": None,
        "lab_epochs": None,
        "lab_best_val_accuracy": 0.34,
    }
    made_up = time_to_accuracy.table(
        {"epochs_limit": 100, "seeds": (1, 2), "networks": {"cnn": result}}
    )
    assert made_up.splitlines()[-1] == (
        "| cnn | 0.5 s | **3.2 s**, 20 epochs | not in 100 epochs; best 0.66 | "
        "not in 100 epochs; best 0.34 |"
    )


def test_the_table_of_scale_has_a_row_for_every_size() -> None:
    by_size = {400: {"cnn": phase(1, 1e9)}, 10_000: {"cnn": phase(20, 7e9)}}
    made_up = scale.table({**scale._growth(by_size), "within_8_gb": scale._within_budget(by_size)})
    rows = made_up.splitlines()[2:4]
    assert rows[0].startswith("| cnn | 400 | 1 s | 1.00 | 0.25 GB | 0.50 GB | 1.00 GB | 1.00 | –")
    assert rows[1].startswith("| cnn | 10,000 | 20 s | 0.80 | 1.75 GB | 3.50 GB | 7.00 GB | 0.28 |")
    assert "within 8 GB" in made_up
    assert not scale._within_budget({10_000: {"cnn": phase(20, 8.1e9)}})
