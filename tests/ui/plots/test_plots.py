"""Figures as data: what they show must be what was judged."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from esc10.evaluation.calibration import ReliabilityBin
from esc10.evaluation.intervals import wilson_interval
from esc10.features.mel import MelConfig
from esc10.training.results import EpochRow, best_epochs
from esc10.ui.plots import palette
from esc10.ui.plots.calibration import reliability_columns
from esc10.ui.plots.confusion import ChosenCells, matrix_columns, matrix_spec
from esc10.ui.plots.curves import (
    HUNDREDTHS,
    STRETCHES,
    TRAINING,
    VALIDATION,
    curve_columns,
    curve_spec,
)
from esc10.ui.plots.epochs import epoch_columns, epoch_spec
from esc10.ui.plots.spectrograms import clip_picture
from tests.support.made_runs import SIZES, made_row

CLASSES = ("dog", "sea_waves", "rain")
CONFUSION = np.array([[3, 1, 0], [0, 0, 0], [2, 0, 6]])
NOTHING = ChosenCells(None, None)
LIGHT_INK, DARK_INK = "#31333f", "#fafafa"
"""The colours of type on a light and on a dark page."""


def cells(chosen: ChosenCells = NOTHING, *, shares: bool = False) -> dict[tuple[str, str], dict]:
    """Each cell's row of the table, by its classes in words."""
    columns = matrix_columns(CONFUSION, CLASSES, chosen, LIGHT_INK, shares=shares)
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return {(row["true"], row["predicted"]): row for row in rows}


def test_a_matrix_has_rows_of_truth_and_columns_of_answers() -> None:
    found = cells()
    assert len(found) == 9
    assert found["dog", "sea waves"]["clips"] == 1
    assert found["sea waves", "dog"]["clips"] == 0
    assert {cell for cell, row in found.items() if row["right"]} == {
        (name, name) for name in ("dog", "sea waves", "rain")
    }


def test_a_cell_says_clips_or_percent_of_its_row_and_nothing_when_empty() -> None:
    assert cells()["rain", "rain"]["label"] == "6"
    assert cells(shares=True)["rain", "rain"]["label"] == "75"
    assert cells(shares=True)["dog", "sea waves"]["label"] == "25"
    assert cells()["dog", "rain"]["label"] == ""


def test_a_class_without_clips_has_an_empty_row() -> None:
    row = [cells(shares=True)["sea waves", name] for name in ("dog", "sea waves", "rain")]
    assert [cell["label"] for cell in row] == ["", "", ""]
    assert [cell["strength"] for cell in row] == [0, 0, 0]


@pytest.mark.parametrize(
    ("chosen", "framed"),
    [
        (NOTHING, 0),
        (ChosenCells("dog", "rain"), 1),
        (ChosenCells("dog", None), 3),
        (ChosenCells(None, "sea_waves"), 3),
    ],
)
def test_a_cell_a_row_or_a_column_is_framed(chosen: ChosenCells, framed: int) -> None:
    found = cells(chosen)
    assert sum(row["chosen"] for row in found.values()) == framed


def test_the_matrix_keeps_the_order_of_the_classes() -> None:
    spec = matrix_spec(CLASSES, "#000", 14, 300)
    for axis in ("x", "y"):
        assert spec["encoding"][axis]["sort"] == ["dog", "sea waves", "rain"]


@pytest.mark.parametrize(("ink", "page"), [(LIGHT_INK, "#FFFFFF"), (DARK_INK, "#171614")])
def test_the_number_in_a_cell_is_read_on_its_colour(ink: str, page: str) -> None:
    counts = np.array([[clips, 20 - clips] for clips in range(21)])
    classes = tuple(f"class {number}" for number in range(21))
    confusion = np.pad(counts, ((0, 0), (0, 19)))
    columns = matrix_columns(confusion, classes, NOTHING, ink, shares=False)
    (fill, opacity) = (
        matrix_spec(classes, ink, 14, 300)["layer"][0]["encoding"][name]
        for name in ("fill", "fillOpacity")
    )
    assert opacity["scale"]["domain"] == [0, 1]
    for right, strength, type_colour in zip(
        columns["right"], columns["strength"], columns["type"], strict=True
    ):
        colour = fill["condition"]["value"] if right else fill["value"]
        cell = palette.blended(colour, opacity["scale"]["range"][1] * strength, page)
        assert palette.contrast(type_colour, cell) >= 4.5


def test_contrast_and_what_shines_through() -> None:
    assert palette.contrast("#FFFFFF", "#000000") == pytest.approx(21)
    # The grey that is known to reach 4.5 on white, and the next one, which does not.
    assert palette.contrast("#767676", "#FFFFFF") >= 4.5 > palette.contrast("#777777", "#FFFFFF")
    assert palette.blended("#FF0000", 0.5, "#0000FF") == "#800080"


@pytest.mark.parametrize(("ink", "page"), [(LIGHT_INK, "#FFFFFF"), (DARK_INK, "#171614")])
def test_an_interval_stands_out_from_its_page(ink: str, page: str) -> None:
    band = epoch_spec("accuracy", ink, 14, 200)["layer"][0]["mark"]
    assert band["type"] == "area"
    assert palette.contrast(palette.blended(band["color"], band["opacity"], page), page) > 1.3


def test_column_names_stand_upright_where_slanted_ones_would_lie_on_each_other() -> None:
    few, many = CLASSES, tuple(f"class {number}" for number in range(50))
    angles = [
        matrix_spec(classes, "#000", 14, 300)["encoding"]["x"]["axis"]["labelAngle"]
        for classes in (few, many)
    ]
    assert angles == [-45, -90]


def picture(seconds: float, votes: tuple = ()) -> str:
    power = np.random.default_rng(1).random((128, 216), dtype=np.float32)
    return clip_picture(power, MelConfig(), seconds, "a <dog>", votes)


def images(html: str) -> list[Image.Image]:
    return [
        Image.open(io.BytesIO(base64.b64decode(data)))
        for data in re.findall(r"base64,([^\"]+)\"", html)
    ]


def widths(html: str) -> list[float]:
    return [float(width) for width in re.findall(r"width:([\d.]+)%;height", html)]


def test_a_pictures_axis_ends_where_the_player_does() -> None:
    assert "left:100.000%" in picture(5.0)
    assert widths(picture(5.0)) == [100]
    # The player goes on for two seconds that the network did not hear.
    long = picture(7.0)
    assert widths(long) == pytest.approx([100 * 5 / 7], abs=0.001)
    assert ">7<" in long
    # The network heard silence after the clip's end; the player does not play it.
    short = picture(2.5)
    assert widths(short) == [100]
    assert images(short)[0].size == (108, 128)
    assert ">3<" not in short


def test_a_pictures_votes_are_as_opaque_as_probable() -> None:
    chances = np.linspace(0, 1, 216, dtype=np.float32)
    spectrum, strip = images(picture(5.0, (("sea waves", chances),)))
    assert spectrum.size == (216, 128)
    assert strip.size == (216, 1)
    np.testing.assert_array_equal(np.asarray(strip)[0, :, 3], np.rint(255 * chances))


def test_a_picture_puts_low_bands_at_the_bottom() -> None:
    power = np.full((128, 216), 1e-6, np.float32)
    power[:10] = 1
    (spectrum,) = images(clip_picture(power, MelConfig(), 5.0, "low", ()))
    pixels = np.asarray(spectrum)
    assert pixels[-1].min() > pixels[0].max()


def test_a_picture_escapes_what_it_is_told() -> None:
    html = picture(5.0, (("<b>", np.zeros(216, np.float32)),))
    assert "<dog>" not in html
    assert "<b>" not in html


HISTORY = [made_row(epoch) for epoch in range(1, 6)]


def test_the_best_epochs_are_marked_on_the_curves() -> None:
    best = {"val_accuracy": 2, "val_loss": 4}
    columns = epoch_columns(HISTORY, best, 3, "accuracy", SIZES["validation"])
    assert columns["val_accuracy"] == ["", "best accuracy", "", "", ""]
    assert columns["val_loss"] == ["", "", "", "best loss", ""]
    assert columns["early"] == [True, True, False, False, False]
    assert columns["now"] == [False, False, True, False, False]
    same = epoch_columns(HISTORY, dict.fromkeys(best, 5), 3, "loss", SIZES["validation"])
    assert [same[name][-1] for name in best] == ["best accuracy", "best loss"]
    assert same["low"] == same["validation"] == same["high"]


def test_an_accuracy_curve_lies_in_its_interval() -> None:
    columns = epoch_columns(HISTORY, {}, 1, "accuracy", 40)
    for row, low, high in zip(HISTORY, columns["low"], columns["high"], strict=True):
        assert (low, high) == wilson_interval(round(row.val_accuracy * 40), 40)


@pytest.mark.parametrize(("metric", "intervals"), [("accuracy", 1), ("loss", 0)])
def test_only_the_best_accuracy_has_an_interval_while_it_trains(
    metric: str, intervals: int
) -> None:
    columns = curve_columns(0, "a run", HISTORY, metric, 40)
    assert len({len(values) for values in columns.values()}) == 1
    places = [place for place, low in enumerate(columns["low"]) if low is not None]
    assert len(places) == intervals
    assert all(columns["best"][place] for place in places)


def test_the_best_values_are_called_so_in_the_colour_of_type() -> None:
    layers = curve_spec("accuracy", "#123456", 16, 300)["layer"]
    words = [layer for layer in layers if layer["mark"]["type"] == "text"]
    said = [layer["transform"][-1]["calculate"] for layer in words]
    assert said[0] == "'best'"
    assert "◆" in said[1]
    assert said[2] == f"format({HUNDREDTHS}, '.2f')"
    assert [layer["mark"].get("fill") for layer in words] == ["#123456", None, "#123456"]
    # A colour of its run's would go before the fill.
    assert ["color" in layer["encoding"] for layer in words] == [True, False, True]


@pytest.mark.parametrize("metric", ["accuracy", "loss"])
def test_a_long_curve_is_drawn_through_its_peaks(metric: str) -> None:
    rng = np.random.default_rng(5)
    epochs = 20 * STRETCHES
    history = [EpochRow(epoch, *rng.uniform(size=4), 0.1) for epoch in range(1, epochs + 1)]
    columns = curve_columns(0, "a run", history, metric, 40)
    for part, name in ((TRAINING, metric), (VALIDATION, f"val_{metric}")):
        drawn = [
            (epoch, value)
            for epoch, value, of in zip(
                columns["epoch"], columns["value"], columns["part"], strict=True
            )
            if of == part
        ]
        assert len(drawn) <= 2 * STRETCHES + 2
        assert drawn == sorted(drawn)
        assert drawn[0][0] == 1 and drawn[-1][0] == epochs
        values = [getattr(row, name) for row in history]
        assert all(values[epoch - 1] == value for epoch, value in drawn)
        known = {value for _, value in drawn}
        assert {min(values), max(values)} <= known
        # Anywhere on the way as well: twenty epochs are a stretch.
        assert {max(values[300:320]), min(values[300:320])} <= known
    best = best_epochs(history)[f"val_{metric}"].epoch
    assert [e for e, flag in zip(columns["epoch"], columns["best"], strict=True) if flag] == [best]
    assert sum(columns["marker"]) == 8


def test_reliability_has_a_row_for_each_bin() -> None:
    bins = (ReliabilityBin(0.6, 0.8, 1, 0.7, 1.0, (0.2, 1.0)),)
    columns = reliability_columns(bins)
    assert columns["label"] == ["1 clip"]
    assert columns["span"] == ["60% to 80%"]
    assert columns["middle"] == [pytest.approx(0.7)]
