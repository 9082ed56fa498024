"""How many of its answers are right, against how many a network gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from esc10.evaluation.refusal import Answered
from esc10.training.results import PARTS
from esc10.ui.plots import palette, vega

_COLOURS = (palette.BLUE, palette.VERMILION)
_DASHES = ([1, 0], [6, 3])
_SHAPES = ("circle", "square")


def coverage_columns(
    curves: Mapping[str, Sequence[Answered]], chosen: Mapping[str, Answered]
) -> dict[str, list[Any]]:
    """A row for each threshold of each part, and for what is chosen, column by column."""
    rows = [(part, each, False) for part, curve in curves.items() for each in curve]
    rows += [(part, each, True) for part, each in chosen.items() if each.answered]
    return {
        "part": [part for part, _, _ in rows],
        "coverage": [each.coverage for _, each, _ in rows],
        "precision": [each.precision for _, each, _ in rows],
        "low": [each.interval[0] if each.interval else None for _, each, _ in rows],
        "high": [each.interval[1] if each.interval else None for _, each, _ in rows],
        "threshold": [each.threshold for _, each, _ in rows],
        "chosen": [chosen for _, _, chosen in rows],
    }


def coverage_spec(ink: str, font_size: int, height: int) -> dict[str, Any]:
    """The chart: a line for each part, and on it what is chosen, with its interval."""
    parts = [*PARTS]
    look = {**vega.axis_look(ink, font_size), **vega.CLOSE}
    in_percent = {"labelExpr": "round(100 * datum.value)", "labelFlush": False, **look}
    told_apart = {
        "field": "part",
        "type": "nominal",
        "legend": vega.legend_look(
            ink, font_size, orient="top", symbolSize=140, symbolStrokeWidth=0
        ),
    }
    colour = {**told_apart, "scale": {"domain": parts, "range": [*_COLOURS]}}
    x = {
        "field": "coverage",
        "type": "quantitative",
        "title": "how many it answers (%)",
        "scale": {"domain": [0, 1]},
        "axis": {**in_percent, "values": [0, 0.2, 0.4, 0.6, 0.8, 1]},
    }
    y = {
        "field": "precision",
        "type": "quantitative",
        "title": "how many of these rightly (%)",
        "scale": {"zero": False, "nice": True},
        "axis": {**in_percent, "tickCount": 5},
    }
    tooltip = [
        {"field": "part", "title": "clips"},
        {"field": "threshold", "title": "refused below", "format": ".0%"},
        {"field": "coverage", "title": "answered", "format": ".0%"},
        {"field": "precision", "title": "right of these", "format": ".0%"},
    ]
    return {
        "height": height,
        "encoding": {"x": x, "color": colour},
        "layer": [
            {
                "transform": [{"filter": "!datum.chosen"}],
                "mark": {"type": "line", "strokeWidth": 2.5},
                "encoding": {
                    "y": y,
                    "strokeDash": {
                        **told_apart,
                        "scale": {"domain": parts, "range": [*_DASHES]},
                        "legend": None,
                    },
                    "order": {"field": "coverage"},
                },
            },
            {
                "transform": [{"filter": "datum.chosen"}],
                "mark": {"type": "rule", "strokeWidth": 2.5},
                "encoding": {"y": {**y, "field": "low"}, "y2": {"field": "high"}},
            },
            {
                "transform": [{"filter": "datum.chosen"}],
                "mark": {"type": "point", "filled": True, "size": 200, "opacity": 1},
                "encoding": {
                    "y": y,
                    "shape": {**told_apart, "scale": {"domain": parts, "range": [*_SHAPES]}},
                    "tooltip": tooltip,
                },
            },
        ],
        **vega.chart_look(),
    }
