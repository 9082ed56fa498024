"""Several ways of training held against each other: a dot for each seed, the mean, its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from esc10.evaluation.experiments import Figures
from esc10.ui.plots import palette, vega


def way_columns(ways: Mapping[str, Figures]) -> dict[str, list[Any]]:
    """A row for each seed of each way, column by column."""
    rows = [(way, seed) for way, figures in ways.items() for seed in figures.by_seed]
    return {
        "way": [way for way, _ in rows],
        "seed": [str(seed) for _, seed in rows],
        "accuracy": [ways[way].by_seed[seed] for way, seed in rows],
    }


def way_spec(
    ways: Mapping[str, Figures],
    ink: str,
    font_size: int,
    height: int,
    marks: Sequence[int] | None = None,
) -> dict[str, Any]:
    """The chart: a row for each way; ways are told apart by colour and shape, too.

    `marks`: the places of their colours and shapes, from 0, where some ways share one. The name of
    a way may have several lines.
    """
    names = list(ways)
    look = vega.axis_look(ink, font_size)
    x = {"type": "quantitative", "scale": {"zero": False, "nice": True}}
    axis = {**look, "format": ".0%", "tickCount": 6, "gridOpacity": 0.35}
    place = {
        "field": "way",
        "type": "nominal",
        "title": None,
        "sort": names,
        "axis": {
            **look,
            "labelLimit": 400,
            "labelExpr": r"split(datum.label, '\n')",
            "labelFlush": False,
            # The first of two lines would stand where one alone does.
            "labelOffset": {
                "condition": {"test": r"indexof(datum.value, '\n') > 0", "value": -font_size / 2},
                "value": 0,
            },
            "grid": True,
        },
    }
    marks = range(len(names)) if marks is None else marks
    colours = {"domain": names, "range": [palette.RUN_COLOURS[mark] for mark in marks]}
    shapes = {"domain": names, "range": [palette.RUN_SHAPES[mark] for mark in marks]}
    colour = {"field": "way", "type": "nominal", "legend": None, "scale": colours}
    means = [
        {"way": way, "mean": each.mean, "low": each.interval[0], "high": each.interval[1]}
        for way, each in ways.items()
    ]
    over_seeds = {"data": {"values": means}}
    said = [
        {"field": "way", "title": "way"},
        {"field": "seed", "title": "seed"},
        {"field": "accuracy", "title": "accuracy", "format": ".1%"},
    ]
    return {
        "height": height,
        "encoding": {"y": place},
        "layer": [
            {
                **over_seeds,
                "mark": {"type": "rule", "strokeWidth": 12, "opacity": 0.3, "strokeCap": "round"},
                "encoding": {
                    "x": {**x, "field": "low", "title": None, "axis": axis},
                    "x2": {"field": "high"},
                    "color": colour,
                },
            },
            {
                **over_seeds,
                "mark": {"type": "tick", "thickness": 3, "size": 34, "color": ink, "opacity": 1},
                "encoding": {"x": {**x, "field": "mean"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 130, "opacity": 0.85},
                "encoding": {
                    "x": {**x, "field": "accuracy"},
                    "color": colour,
                    "shape": {"field": "way", "type": "nominal", "legend": None, "scale": shapes},
                    "tooltip": said,
                },
            },
        ],
        **vega.chart_look(),
    }
