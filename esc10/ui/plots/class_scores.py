"""F1 of every class as bars, the runs beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from esc10.datasets.clips import class_label
from esc10.evaluation.metrics import PartEvaluation
from esc10.ui.plots import palette, vega
from esc10.ui.plots.palette import LETTERS

_LETTERS_ROOM = 0.1
"""Of the axis: for the letter above a full bar."""


def classes_of(parts: Sequence[PartEvaluation]) -> tuple[str, ...]:
    """The classes of which any of the runs was given a clip, in the order of the matrices."""
    names = [
        name
        for part in parts
        for name, figures in part.report.items()
        if not name.endswith(" avg") and figures["support"]
    ]
    return tuple(dict.fromkeys(names))


def f1_of(part: PartEvaluation, category: str) -> float | None:
    """F1 of a class; None where there was no clip of it."""
    figures = part.report.get(category)
    return figures["f1-score"] if figures and figures["support"] else None


def f1_columns(parts: Sequence[PartEvaluation]) -> dict[str, list[Any]]:
    """A bar for each class and run, column by column.

    `parts`: each run's verdict, in the order of `LETTERS`.
    """
    bars = [
        (slot, category, value)
        for category in classes_of(parts)
        for slot, part in enumerate(parts)
        if (value := f1_of(part, category)) is not None
    ]
    return {
        "slot": [slot for slot, _, _ in bars],
        "run": [LETTERS[slot] for slot, _, _ in bars],
        "class": [class_label(category) for _, category, _ in bars],
        "f1": [value for _, _, value in bars],
    }


def f1_spec(classes: Sequence[str], ink: str, font_size: int, height: int) -> dict[str, Any]:
    """The chart: colour and letter tell the run.

    `classes`: their names, in the order to show them.
    """
    axis = {
        **vega.axis_look(ink, font_size),
        "ticks": False,
    }
    return {
        "height": height,
        "encoding": {
            "x": {
                "field": "class",
                "type": "nominal",
                "sort": [class_label(name) for name in classes],
                "title": None,
                # Two words in two lines stay level, and are read without turning the head.
                "axis": {
                    **axis,
                    "labelAngle": 0,
                    "labelExpr": "split(datum.label, ' ')",
                    "labelLimit": 0,
                },
                "scale": {"paddingInner": 0.25},
            },
            "xOffset": {"field": "run", "type": "nominal"},
            "y": {
                "field": "f1",
                "type": "quantitative",
                "title": "F1",
                "scale": {"domain": [0, 1 + _LETTERS_ROOM]},
                "axis": {**axis, "values": [0, 0.2, 0.4, 0.6, 0.8, 1]},
            },
        },
        "layer": [_bars(), _letters(ink, font_size)],
        **vega.chart_look(view={"stroke": None}),
    }


def _bars() -> dict[str, Any]:
    domain = list(range(len(palette.RUN_COLOURS)))
    return {
        "mark": {"type": "bar"},
        "encoding": {
            "color": {
                "field": "slot",
                "type": "nominal",
                "scale": {"domain": domain, "range": list(palette.RUN_COLOURS)},
                "legend": None,
            },
            "tooltip": [
                {"field": "run"},
                {"field": "class"},
                {"field": "f1", "title": "F1", "format": ".2f"},
            ],
        },
    }


def _letters(ink: str, font_size: int) -> dict[str, Any]:
    """Above its bar, the run's letter; also where the bar has no height."""
    return {
        "mark": {"type": "text", "dy": -0.6 * font_size, "fontSize": font_size - 2, "fill": ink},
        "encoding": {"text": {"field": "run", "type": "nominal"}},
    }
