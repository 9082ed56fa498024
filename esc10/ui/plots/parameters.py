"""Accuracy over the number of parameters: on the clips that networks learn from, and on others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from esc10.evaluation.experiments import Figures
from esc10.ui.plots import palette, vega

TRAINING, TEST = "training clips", "test clips"

_ASIDE = {TRAINING: 0.94, TEST: 1.06}
"""Times the number of parameters: or bars would lie over one another."""

_COLOURS = {TRAINING: palette.VERMILION, TEST: palette.BLUE}
_SHAPES = {TRAINING: "square", TEST: "circle"}
_DASHES = {TRAINING: [6, 3], TEST: [1, 0]}


@dataclass(frozen=True)
class Sized:
    """Networks of one size: how many parameters, and for `TRAINING` and `TEST` their figures."""

    parameters: int
    figures: Mapping[str, Figures]


def parameter_columns(sizes: Sequence[Sized]) -> dict[str, list[Any]]:
    """A row for each seed of each size on either part, column by column."""
    rows = [
        (size.parameters, part, seed, accuracy)
        for size in sizes
        for part, figures in size.figures.items()
        for seed, accuracy in figures.by_seed.items()
    ]
    return {
        "parameters": [parameters for parameters, *_ in rows],
        "place": [parameters * _ASIDE[part] for parameters, part, *_ in rows],
        "part": [part for _, part, *_ in rows],
        "seed": [str(seed) for *_, seed, _ in rows],
        "accuracy": [accuracy for *_, accuracy in rows],
    }


def parameter_spec(sizes: Sequence[Sized], ink: str, font_size: int, height: int) -> dict[str, Any]:
    """The chart: for each part its seeds as dots, and a line through the means with intervals."""
    look = {**vega.axis_look(ink, font_size), **vega.CLOSE}
    parts = [TRAINING, TEST]
    told_apart = {
        "field": "part",
        "type": "nominal",
        "legend": vega.legend_look(
            ink, font_size, orient="top", symbolSize=140, symbolStrokeWidth=0, symbolOpacity=1
        ),
    }
    counts = [size.parameters for size in sizes]
    x = {
        "field": "place",
        "type": "quantitative",
        "title": "parameters",
        "scale": {"type": "log", "domain": [0.7 * counts[0], 1.5 * counts[-1]], "nice": False},
        "axis": {**look, "values": counts, "format": ",", "grid": False, "labelFlush": False},
    }
    y = {
        "field": "accuracy",
        "type": "quantitative",
        "title": "recognised",
        "scale": {"zero": False, "nice": True},
        "axis": {**look, "format": ".0%", "tickCount": 6, "gridOpacity": 0.35},
    }
    means = [
        {
            "part": part,
            "place": size.parameters * _ASIDE[part],
            "accuracy": figures.mean,
            "low": figures.interval[0],
            "high": figures.interval[1],
        }
        for size in sizes
        for part, figures in size.figures.items()
    ]
    over_seeds = {"data": {"values": means}}
    dash = {**told_apart, "scale": {"domain": parts, "range": [*_DASHES.values()]}, "legend": None}
    tooltip = [
        {"field": "part", "title": "on"},
        {"field": "parameters", "title": "parameters", "format": ","},
        {"field": "seed", "title": "seed"},
        {"field": "accuracy", "title": "accuracy", "format": ".1%"},
    ]
    colour = {**told_apart, "scale": {"domain": parts, "range": [*_COLOURS.values()]}}
    return {
        "height": height,
        "encoding": {"x": x, "color": colour},
        "layer": [
            {
                **over_seeds,
                "mark": {"type": "rule", "strokeWidth": 10, "opacity": 0.3, "strokeCap": "round"},
                "encoding": {"y": {**y, "field": "low"}, "y2": {"field": "high"}},
            },
            {
                **over_seeds,
                "mark": {"type": "line", "strokeWidth": 2.5},
                "encoding": {"y": y, "strokeDash": dash},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 110, "opacity": 0.85},
                "encoding": {
                    "y": y,
                    "shape": {
                        **told_apart,
                        "scale": {"domain": parts, "range": [*_SHAPES.values()]},
                    },
                    "tooltip": tooltip,
                },
            },
        ],
        **vega.chart_look(),
    }
