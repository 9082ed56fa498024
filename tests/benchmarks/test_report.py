"""What the benchmarks make of what they measured: differences, and tables with ratios."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchmarks import ablation, accuracy, decoding, features, fetching, report, train_step
from benchmarks.spread import spread
from esc10.datasets import Dataset, source_of
from esc10.datasets.clips import clip_from_name
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


def test_both_ways_to_decode_a_recording_give_the_same_samples(tmp_path: Path) -> None:
    decoding.write_sounds(tmp_path, "sound", 12)
    wav, m4a = (tmp_path / f"sound.{ending}" for ending in ("wav", "m4a"))
    expected = decoding.by_soundfile(wav)
    assert len(expected) == 12 * 22_050
    np.testing.assert_allclose(decoding.ours(wav), expected, rtol=0, atol=1e-6)
    coded = decoding.ours(m4a)[: len(expected)]
    assert np.corrcoef(coded, expected)[0, 1] > 0.95


def test_a_recordings_figures_stand_side_by_side() -> None:
    results = {
        "length_s": 600,
        "seconds": {"ours, WAV": spread([1.0, 2.0, 3.0])},
        "held_bytes": {"ours, WAV": spread([1.34e8])},
    }
    assert decoding.table(results).splitlines() == [
        "| 600 s, stereo | time | memory, at most |",
        "| --- | ---: | ---: |",
        "| ours, WAV | 2 s (1–3) | 134 MB |",
    ]


def test_a_slow_host_sends_the_archive(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    content = np.random.default_rng(1).bytes(300_000)
    with fetching.slow_host(content, megabits=100) as address:
        monkeypatch.setenv("ESC10_MIRROR", address)
        fetching.only_download(tmp_path)
    assert (tmp_path / "archive.zip").read_bytes() == content
    spreads = {side: spread([2.0, 3.0, 4.0]) for side in fetching.SIDES}
    results = {"megabits_per_s": 100, "ready_of_download": 1.06, "spread": spreads}
    assert fetching.table(results).splitlines()[2:] == [
        "| 100 Mbit/s | 3 s (2–4) | 3 s (2–4) | **1.06** |"
    ]


def test_an_accuracy_takes_the_place_of_its_like_and_leaves_the_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("<!-- accuracy -->\n<!-- end of accuracy -->\n", "utf-8")
    monkeypatch.setattr(report, "README", readme)
    three = {
        "model": "compact_cnn",
        "recipe": "augmented",
        "folds_that_train": 3,
        "parameters": 181_826,
        "epochs": 400,
        "seeds": 2,
        "mean": 0.9375,
        "deviation_of_seeds": 0.0042,
        "interval": [0.9095, 0.9572],
        "minutes_a_fold": 2.71,
    }
    four = {**three, "folds_that_train": 4, "mean": 0.95, "minutes_a_fold": 3.6}
    lab = {**three, "model": "cnn", "recipe": None, "seeds": 1, "deviation_of_seeds": None}
    of_one = {**four, "seeds": 1, "deviation_of_seeds": None}
    for measured in ({**four, "epochs": 100}, {**three, "mean": 0.5}, lab, of_one, three):
        report.write_table("accuracy", accuracy.table(measured), {"cpu": "a processor"})
    nothing = ["–"] * 4
    assert report.rows_of("accuracy") == [
        [
            *("`compact_cnn`, augmented", "181,826", "400"),
            *("**93.8 %**", "± 0.4, 2 seeds", "91 to 96 %", "2.7"),
            *("**95.0 %**", "1 seed", "91 to 96 %", "3.6"),
        ],
        [
            *("`cnn`, none, as in the lab", "181,826", "400"),
            *("**93.8 %**", "1 seed", "91 to 96 %", "2.7"),
            *nothing,
        ],
    ]


def test_an_ablation_begins_with_what_is_missed_most() -> None:
    mixing = {"mean": 0.9, "interval": [0.87, 0.93], "only_whole": 18, "only_without": 4}
    masks = {"mean": 0.935, "interval": [0.91, 0.96], "only_whole": 5, "only_without": 5}
    results = {
        "model": "compact_cnn",
        "recipe": "augmented",
        "seeds": 1,
        "mean": 0.935,
        "interval": [0.91, 0.96],
        "without": {
            "masks": {**masks, "p": 1.0, "p_of_all": 1.0},
            "mixing": {**mixing, "p": 0.0043, "p_of_all": 0.0086},
        },
    }
    assert ablation.table(results).splitlines()[4:] == [
        "| nothing | 93.5 % | 91 to 96 % | – | – | – | – | – |",
        "| mixing | 90.0 % | 87 to 93 % | -3.5 | 18 | 4 | 0.0043 | 0.0086 |",
        "| masks | 93.5 % | 91 to 96 % | +0.0 | 5 | 5 | 1 | 1 |",
    ]


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
    held = {**step, "of_pytorch": 0.789}
    made_up = train_step.table(
        {
            "networks": {"td_cnn": {"full": step, "avx2": held}},
            "onednn": {"avx2": {"TensorFlow": "Intel AVX2"}},
        }
    )
    assert all(text in made_up for text in ("| td_cnn, full |", "**0.46**", "178 ×", "0.0149 s"))
    assert all(text in made_up for text in ("| td_cnn, avx2 |", "**0.79**"))
    assert made_up.endswith("\n\navx2: oneDNN in TensorFlow uses Intel AVX2.")
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
