"""The confusion matrix as Vega-Lite: a cell that is clicked tells Streamlit so.

The specification stays the same while cells are chosen; only the rows change, so the chart is not
built anew under the hand that clicks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from esc10.datasets.clips import class_label
from esc10.evaluation.intervals import percent
from esc10.ui.plots import palette, vega

CELL = "cell"
"""The name of the chart's selection: none, or one cell with its `true` and `predicted` class."""

_MATRIX_PIXELS = 240
"""About how wide and high its cells are together, where two stand side by side."""

_LEAST_TYPE_PIXELS = 8

_STRONGEST = 0.95
"""How opaque a cell is that holds its whole row."""

_COLOURS = {True: palette.BLUE, False: palette.VERMILION}
"""Of right answers, and of mistakes."""

_TOGGLED = f"datum && vlSelectionTest('{CELL}_store', datum)"
"""A second click on a cell takes it back; a click on another one replaces it."""


@dataclass(frozen=True, slots=True)
class ChosenCells:
    """The cells whose clips are shown.

    Attributes:
        true: a class, or None for any.
        predicted: likewise.
    """

    true: str | None
    predicted: str | None

    def hold(self, true: str, predicted: str) -> bool:
        """Whether a cell is one of them; none is where nothing was chosen."""
        return (
            (self.true is not None or self.predicted is not None)
            and self.true in (None, true)
            and self.predicted in (None, predicted)
        )


def matrix_columns(
    confusion: NDArray[np.int64],
    classes: Sequence[str],
    chosen: ChosenCells,
    ink: str,
    *,
    shares: bool,
) -> dict[str, list[Any]]:
    """A row for each cell, column by column.

    `confusion`: counts, shape (classes, classes), rows true, columns predicted. `ink`: the colour
    of type on the page.
    """
    page = palette.page_under(ink)
    supports = np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    strength = confusion / supports
    cells = [
        (row, column, true, predicted)
        for row, true in enumerate(classes)
        for column, predicted in enumerate(classes)
    ]
    in_percent = np.vectorize(percent, otypes=[int])(strength)
    shown = in_percent if shares else confusion
    return {
        "true": [class_label(true) for _, _, true, _ in cells],
        "predicted": [class_label(predicted) for _, _, _, predicted in cells],
        "clips": [int(confusion[row, column]) for row, column, _, _ in cells],
        "percent": [int(in_percent[row, column]) for row, column, _, _ in cells],
        "label": [
            str(shown[row, column]) if confusion[row, column] else "" for row, column, _, _ in cells
        ],
        "right": [row == column for row, column, _, _ in cells],
        "strength": [float(strength[row, column]) for row, column, _, _ in cells],
        "type": [
            _type_in(row == column, float(strength[row, column]), page)
            for row, column, _, _ in cells
        ],
        "chosen": [chosen.hold(true, predicted) for _, _, true, predicted in cells],
    }


@lru_cache(maxsize=1024)
def _type_in(right: bool, strength: float, page: str) -> str:
    """The colour of the number in a cell; few cells differ, as they hold shares of few clips."""
    return palette.type_on(palette.blended(_COLOURS[right], _STRONGEST * strength, page))


def matrix_spec(classes: Sequence[str], ink: str, font_size: int, height: int) -> dict[str, Any]:
    """The chart: right answers blue, mistakes vermilion, a number in each cell that has clips.

    `classes`: their names, in the order of rows and columns.
    """
    names = [class_label(name) for name in classes]
    cell = _MATRIX_PIXELS / len(classes)
    type_pixels = max(_LEAST_TYPE_PIXELS, min(font_size, int(cell)))
    slanted = cell * np.sqrt(0.5) >= type_pixels
    axis = {
        **vega.axis_look(ink, font_size),
        "labelFontSize": type_pixels,
        "labelLimit": 20 * font_size,
        "labelFlush": False,
        "labelBound": False,
        "ticks": False,
        "domain": False,
    }
    return {
        "height": height,
        "encoding": {
            "x": {
                "field": "predicted",
                "type": "nominal",
                "sort": names,
                "title": "taken for",
                "axis": {**axis, "labelAngle": -45 if slanted else -90},
            },
            "y": {
                "field": "true",
                "type": "nominal",
                "sort": names,
                "title": "in truth",
                "axis": axis,
            },
        },
        "layer": [_cells(ink), _numbers(type_pixels), _frames(ink)],
        **vega.chart_look(view={"stroke": None}),
    }


def _cells(ink: str) -> dict[str, Any]:
    return {
        "params": [
            {
                "name": CELL,
                "select": {
                    "type": "point",
                    "fields": ["true", "predicted"],
                    "toggle": _TOGGLED,
                    "clear": False,
                },
            }
        ],
        "mark": {"type": "rect", "cursor": "pointer", "stroke": ink, "strokeOpacity": 0.25},
        "encoding": {
            "fill": {
                "condition": {"test": "datum.right", "value": _COLOURS[True]},
                "value": _COLOURS[False],
            },
            "fillOpacity": {
                "field": "strength",
                "type": "quantitative",
                "scale": {"domain": [0, 1], "range": [0, _STRONGEST]},
                "legend": None,
            },
            "tooltip": [
                {"field": "true", "title": "in truth"},
                {"field": "predicted", "title": "taken for"},
                {"field": "clips", "title": "clips"},
                {"field": "percent", "title": "% of the row"},
            ],
        },
    }


def _numbers(font_size: int) -> dict[str, Any]:
    return {
        "mark": {"type": "text", "fontSize": font_size, "fontWeight": "bold"},
        "encoding": {
            "text": {"field": "label", "type": "nominal"},
            "color": {"field": "type", "type": "nominal", "scale": None},
        },
    }


def _frames(ink: str) -> dict[str, Any]:
    """A frame around each chosen cell; the cell under it takes the click, and has the words."""
    return {
        "transform": [{"filter": "datum.chosen"}],
        "mark": {"type": "rect", "filled": False, "stroke": ink, "strokeWidth": 4, "aria": False},
    }
