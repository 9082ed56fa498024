"""What the pictures of a sound and of the answers to it are drawn from."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from esc10.audio.loading import SAMPLE_RATE
from esc10.ui.player.player import encoded, pooled
from esc10.ui.plots.bars import run_columns, run_spec, top_classes
from esc10.ui.plots.time_axis import time_marks, time_unit
from esc10.ui.plots.windows import (
    window_columns,
    window_spans,
    window_spec,
)
from esc10.ui.predict.windows import _table_height

SURE = {"dog": 0.9, "rain": 0.06, "rooster": 0.02, "sea_waves": 0.01, "sneezing": 0.01, "fire": 0.0}
TORN = {"dog": 0.0, "rain": 0.1, "rooster": 0.1, "sea_waves": 0.4, "sneezing": 0.3, "fire": 0.1}


def test_one_run_shows_its_first_five_classes() -> None:
    assert top_classes([SURE]) == ["dog", "rain", "rooster", "sea_waves", "sneezing"]


def test_several_runs_show_the_first_three_of_each_in_one_order() -> None:
    classes = top_classes([SURE, TORN])
    assert {"dog", "rain", "rooster", "sea_waves", "sneezing"} <= set(classes)
    means = [(SURE[name] + TORN[name]) / 2 for name in classes]
    assert means == sorted(means, reverse=True)


def test_a_class_that_a_run_does_not_know_has_no_bar() -> None:
    other = {"cow": 0.7, "dog": 0.3}
    classes = top_classes([SURE, other])
    assert "cow" in classes
    assert run_columns(SURE, ["sea_waves", "cow"]) == {
        "class": ["sea waves"],
        "probability": [0.01],
    }
    spec = run_spec(classes, "#000", "#fff", 16, 100)
    assert len(spec["encoding"]["y"]["scale"]["domain"]) == len(classes)


def test_each_moment_belongs_to_the_window_whose_middle_is_nearest() -> None:
    spans = window_spans([0, 2.5, 5, 7], 5, 12)
    assert spans == [(0, 3.75), (3.75, 6.25), (6.25, 8.5), (8.5, 12)]
    assert window_spans([0], 5, 5) == [(0, 5)]


def test_windows_carry_their_run_once_in_each_row() -> None:
    spans = window_spans([0, 2.5, 5], 5, 10)
    winners = [
        [("dog", 0.9, True), ("dog", 0.8, False), ("sea_waves", 0.5, True)],
        [("dog", 0.4, True), ("rain", 0.8, True), ("dog", 0.5, True)],
    ]
    columns = window_columns([0, 2], winners, spans)
    assert columns["run"] == ["A"] * 3 + ["C"] * 3
    assert columns["letter"] == ["A", "", "A", "C", "C", ""]
    assert columns["known"] == [True, False, True, True, True, True]
    assert columns["end"][:2] == columns["begin"][1:3]
    spec = window_spec(["dog", "sea_waves", "rain"], [0, 2], 10, "#000", 16, 20, 100)
    assert spec["encoding"]["yOffset"]["scale"]["domain"] == ["A", "C"]
    assert {"field": "run"} in spec["encoding"]["tooltip"]


def test_windows_of_one_run_carry_no_letter() -> None:
    winners = [[("dog", 0.9, True), ("rain", 0.8, True)]]
    assert window_columns([0], winners, window_spans([0, 2.5], 5, 7.5))["letter"] == ["", ""]
    spec = window_spec(["dog", "rain"], [0], 7.5, "#000", 16, 20, 100)
    assert {"field": "run"} not in spec["encoding"]["tooltip"]


@pytest.mark.parametrize("seconds", [12, 95])
def test_windows_stand_over_the_times_of_the_player(seconds: float) -> None:
    time = window_spec(["dog"], [0], seconds, "#000", 16, 20, 100)["encoding"]["x"]
    assert time["scale"]["domain"] == [0, seconds]  # silence at the end, too
    assert time["title"] == time_unit(seconds)
    assert time["axis"]["values"] == [mark for mark, _ in time_marks(seconds)]


def test_a_table_of_windows_shows_all_rows_or_half_a_row_of_what_follows() -> None:
    assert {_table_height(rows, 40) for rows in (1, 9, 12)} == {"content"}
    assert {_table_height(rows, 40) for rows in (13, 239)} == {12.5 * 40}


@pytest.mark.parametrize("frames", [1, 1999, 2000, 2001, 25_840])
def test_a_picture_is_no_wider_than_a_screen_and_keeps_the_mean(frames: int) -> None:
    values = np.random.default_rng(1).random((3, frames), dtype=np.float32)
    result = pooled(values, 2000)
    assert result.shape == (3, min(frames, 2000))
    assert result.dtype == np.float32
    if frames == 25_840:
        np.testing.assert_allclose(result.mean(axis=1), values.mean(axis=1), atol=1e-3)
        np.testing.assert_allclose(result[:, 0], values[:, :12].mean(axis=1), rtol=1e-5)


@pytest.mark.parametrize(("seconds", "kind"), [(0.02, "wav"), (60, "wav"), (61, "mpeg")])
def test_a_minute_is_played_as_it_is_and_more_as_mp3(seconds: float, kind: str) -> None:
    samples = np.zeros(round(seconds * SAMPLE_RATE), np.float32)
    samples[len(samples) // 2] = 1.5
    content, mime = encoded(samples)
    assert mime == f"audio/{kind}"
    assert len(content) < max(2_700_000, 9_000 * seconds)
    played, rate = soundfile.read(io.BytesIO(content))
    assert rate == SAMPLE_RATE
    assert len(played) == len(samples)
    # A frame of the spectrogram is 512 samples: an MP3 may be a little off.
    assert abs(int(np.abs(played).argmax()) - len(samples) // 2) <= (0 if kind == "wav" else 100)


@pytest.mark.parametrize("seconds", [0.5, 5, 12, 60, 61, 600])
def test_the_marks_are_few_and_begin_at_0(seconds: float) -> None:
    marks = time_marks(seconds)
    assert marks[0] == (0, "0" if seconds <= 60 else "0:00")
    assert marks[-1][0] <= seconds
    assert len(marks) <= 11
    assert len(marks) >= 4 or seconds < 5
    assert len({label for _, label in marks}) == len(marks)
