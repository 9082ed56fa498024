"""A network's answer over how much a sound was disturbed: a line for each class.

Colour is not the only sign: each line has its class's shape too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from esc10.datasets.clips import class_label
from esc10.ui.plots import palette, vega
from esc10.ui.plots.bars import shown_classes

_LEGEND_PIXELS = 400
"""About how wide it may be; an entry is about eight times as wide as its type is high."""


def lines_of(answers: NDArray[np.float32], neutral: int) -> list[int]:
    """The classes that have a line, no more than there are colours.

    `answers`: class probabilities at every value, shape (values, classes).
    """
    return shown_classes(answers, len(palette.RUN_COLOURS), neutral)


def disturbed_columns(
    answers: NDArray[np.float32],
    labels: Sequence[str],
    classes: Sequence[str],
    neutral: int,
    chosen: int,
) -> dict[str, list[Any]]:
    """A row for each shown class and value, column by column; one of a value has its `bar`.

    `answers`: class probabilities at every value, shape (values, classes).
    """
    rows = [(label, index) for label in lines_of(answers, neutral) for index in range(len(labels))]
    return {
        "value": [labels[index] for _, index in rows],
        "class": [class_label(classes[label]) for label, _ in rows],
        "probability": [float(answers[index, label]) for label, index in rows],
        "chosen": [index == chosen for _, index in rows],
        "bar": [(label, index) == (rows[0][0], chosen) for label, index in rows],
    }


def disturbed_spec(
    names: Sequence[str],
    labels: Sequence[str],
    axis_title: str,
    ink: str,
    font_size: int,
    height: int,
) -> dict[str, Any]:
    """The chart: lines over the values, a bar through the chosen one.

    `names`: the shown classes in words, in their order.
    """
    return {
        "height": height,
        "encoding": _axes(labels, axis_title, ink, font_size),
        "layer": [
            {
                "transform": [{"filter": "datum.bar"}],
                "mark": {"type": "rule", "strokeWidth": 14, "color": ink, "opacity": 0.18},
                "encoding": {"y": {"datum": 0}, "y2": {"datum": 1}},
            },
            *_lines(names, ink, font_size),
        ],
        **vega.chart_look(view={"stroke": None}),
    }


def _axes(labels: Sequence[str], axis_title: str, ink: str, font_size: int) -> dict[str, Any]:
    axis = {
        **vega.axis_look(ink, font_size),
        "ticks": False,
    }
    return {
        "x": {
            "field": "value",
            "type": "ordinal",
            "title": axis_title.replace(" (", "\n(").split("\n"),
            "axis": {**axis, "labelAngle": 0},
            "scale": {"type": "point", "domain": list(labels), "padding": 0.3},
        },
        "y": {
            "field": "probability",
            "type": "quantitative",
            "title": None,
            "scale": {"domain": [0, 1]},
            "axis": {
                **axis,
                "format": ".0%",
                "values": [0, 0.25, 0.5, 0.75, 1],
                "labelFlush": False,
            },
        },
    }


def _lines(names: Sequence[str], ink: str, font_size: int) -> list[dict[str, Any]]:
    legend = vega.legend_look(
        ink,
        font_size,
        orient="top",
        columns=_LEGEND_PIXELS // (8 * font_size),
        labelLimit=12 * font_size,
        symbolSize=150,
        symbolOpacity=1,
    )
    sign = {"field": "class", "type": "nominal", "legend": legend}
    colours, shapes = palette.RUN_COLOURS[: len(names)], palette.RUN_SHAPES[: len(names)]
    colour = {**sign, "scale": {"domain": list(names), "range": list(colours)}}
    shape = {**sign, "scale": {"domain": list(names), "range": list(shapes)}}
    points = {
        "color": colour,
        "shape": shape,
        "size": {"condition": {"test": "datum.chosen", "value": 190}, "value": 80},
        "tooltip": [
            {"field": "value"},
            {"field": "class"},
            {"field": "probability", "format": ".1%"},
        ],
    }
    return [
        {"mark": {"type": "line", "strokeWidth": 2.5}, "encoding": {"color": colour}},
        {"mark": {"type": "point", "filled": True, "opacity": 1}, "encoding": points},
    ]
