"""The reliability curve: how often a network is right against how sure it says it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from esc10.evaluation.calibration import ReliabilityBin
from esc10.evaluation.intervals import percent
from esc10.ui.plots import palette, vega


def reliability_columns(bins: Sequence[ReliabilityBin]) -> dict[str, list[Any]]:
    """A row for each bin that has clips, column by column."""
    return {
        "confidence": [each.confidence for each in bins],
        "accuracy": [each.accuracy for each in bins],
        "low": [each.interval[0] for each in bins],
        "high": [each.interval[1] for each in bins],
        "clips": [each.clips for each in bins],
        "middle": [(each.low + each.high) / 2 for each in bins],
        "label": [f"{each.clips} clips" if each.clips > 1 else "1 clip" for each in bins],
        "span": [f"{percent(each.low)}% to {percent(each.high)}%" for each in bins],
    }


def reliability_spec(ink: str, font_size: int, height: int) -> dict[str, Any]:
    """The chart: a point with its interval for each bin, beside the line of perfect honesty."""
    share = {
        "type": "quantitative",
        "scale": {"domain": [0, 1]},
        # Without the sign: it would be cut off at the right edge in large type.
        "axis": {
            "labelExpr": "round(100 * datum.value)",
            "labelFlush": False,
            "values": [0, 0.2, 0.4, 0.6, 0.8, 1],
        },
    }
    y = {"field": "accuracy", "title": "how often it is right (%)", **share}
    x = {"field": "confidence", "title": "how sure it is (mean, %)", **share}
    mark = {"color": palette.BLUE, "opacity": 1}
    return {
        "height": height,
        "encoding": {"x": x},
        "layer": [
            {
                "data": {
                    "values": [{"confidence": 0, "accuracy": 0}, {"confidence": 1, "accuracy": 1}]
                },
                "mark": {"type": "line", "color": ink, "strokeDash": [4, 4], "opacity": 0.6},
                "encoding": {"y": y},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 2.5, **mark},
                "encoding": {"y": {**y, "field": "low"}, "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 140, **mark},
                "encoding": {
                    "y": y,
                    "tooltip": [
                        {"field": "span", "title": "probability of the answer"},
                        {"field": "label", "title": "answers"},
                        {"field": "accuracy", "title": "right", "format": ".0%"},
                    ],
                },
            },
            # Above the picture, over its bin: beside the points they would lie on one another.
            {
                "mark": {
                    "type": "text",
                    "baseline": "bottom",
                    "fontSize": font_size,
                    "fill": ink,
                },
                "encoding": {
                    "x": {**x, "field": "middle"},
                    "y": {"value": -6},
                    "text": {"field": "clips", "type": "quantitative"},
                },
            },
        ],
        **vega.chart_look(axis=vega.axis_look(ink, font_size)),
    }
