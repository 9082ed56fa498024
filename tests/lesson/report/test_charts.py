"""Curves go where the figures are, and say in words what they show."""

from __future__ import annotations

import re
from math import inf, nan

import pytest

from esc10.evaluation.intervals import wilson_interval
from esc10.lesson.report.charts import _ticks, curve_charts
from esc10.training.results import EpochRow

HISTORY = [
    EpochRow(1, 2.4, 0.2, 2.2, 0.1, 1.0),
    EpochRow(2, 1.6, 0.5, 1.2, 0.55, 1.0),
    EpochRow(3, 0.8, 0.9, 1.4, 0.5, 1.0),
]


def curve(svg: str, name: str) -> list[tuple[float, float]]:
    """The points of a curve, in pixels."""
    (points,) = re.findall(rf'<polyline class="{name} curve" points="([^"]+)"/>', svg)
    return [(float(x), float(y)) for x, y in (point.split(",") for point in points.split())]


def heights(svg: str) -> dict[str, float]:
    """Where each label of the values' axis stands, in pixels."""
    found = re.findall(r'<text x="40" y="([\d.]+)" text-anchor="end">([^<]+)</text>', svg)
    return {label: float(y) - 5 for y, label in found}


def test_curves_go_where_the_figures_are() -> None:
    loss, accuracy = curve_charts(HISTORY, 20)
    marks = heights(loss.svg)
    assert list(marks) == ["0", "0.5", "1", "1.5", "2", "2.5"]
    unit = marks["0"] - marks["1"]
    for name, column in (("training", "loss"), ("validation", "val_loss")):
        points = curve(loss.svg, name)
        for (_, y), row in zip(points, HISTORY, strict=True):
            assert (marks["0"] - y) / unit == pytest.approx(getattr(row, column), abs=0.01)
        first, second, third = (x for x, _ in points)
        assert second - first == pytest.approx(third - second)
    marks = heights(accuracy.svg)
    assert list(marks) == ["0%", "20%", "40%", "60%", "80%", "100%"]
    height = marks["0%"] - marks["100%"]
    for (_, y), row in zip(curve(accuracy.svg, "validation"), HISTORY, strict=True):
        assert (marks["0%"] - y) / height == pytest.approx(row.val_accuracy, abs=0.005)
    (rule,) = re.findall(r'class="interval" d="M[\d.]+ ([\d.]+)V([\d.]+)"', accuracy.svg)
    shown = [(marks["0%"] - float(end)) / height for end in rule]
    assert shown == pytest.approx(wilson_interval(11, 20), abs=0.005)


def test_pictures_are_told_in_words() -> None:
    loss, accuracy = curve_charts(HISTORY, 20)
    assert "On training clips it goes from 2.40 to 0.80." in loss.words
    assert "The lowest validation loss is 1.20, in epoch 2." in loss.words
    assert "On validation clips it goes from 10% to 50%." in accuracy.words
    assert "is 55%, in epoch 2; its 95 % interval is 34 to 74%." in (accuracy.words)
    for chart in (loss, accuracy):
        assert f'role="img" aria-label="{chart.words}"' in chart.svg


def test_a_single_epoch_is_a_point() -> None:
    for chart in curve_charts(HISTORY[:1], 20):
        assert "polyline" not in chart.svg
        assert '<circle class="training point"' in chart.svg
        assert ">1</text>" in chart.svg


@pytest.mark.parametrize("value", [inf, nan])
def test_a_loss_that_is_no_number_is_left_out(value: float) -> None:
    loss, _ = curve_charts([*HISTORY, EpochRow(4, value, 0.9, value, 0.5, 1.0)], 20)
    assert len(curve(loss.svg, "training")) == len(curve(loss.svg, "validation")) == 3
    assert not re.search(r"\b(inf|nan)\b", loss.svg)
    only, _ = curve_charts([EpochRow(1, value, 0.1, value, 0.1, 1.0)], 20)
    assert "polyline" not in only.svg


@pytest.mark.parametrize(
    ("highest", "expected"),
    [
        (1.0, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (2.31, [0, 0.5, 1, 1.5, 2, 2.5]),
        (0.04, [0, 0.01, 0.02, 0.03, 0.04]),
        (400, [0, 100, 200, 300, 400]),
        (1e6, [0, 2e5, 4e5, 6e5, 8e5, 1e6]),
    ],
)
def test_ticks_are_round_and_reach_the_highest(highest: float, expected: list[float]) -> None:
    assert _ticks(highest) == pytest.approx(expected)
