"""The accuracies of a cross-validation's runs as dots, with their mean and its interval."""

from __future__ import annotations

from typing import Any

from esc10.evaluation.cross_validation import CrossVerdict
from esc10.ui.plots import palette, vega


def fold_columns(verdict: CrossVerdict) -> dict[str, list[Any]]:
    """A dot for each run, column by column."""
    seeds = sorted({fold.seed for fold in verdict.folds})
    runs = verdict.folds
    return {
        "fold": [f"fold {run.fold}" for run in runs],
        "seed": [str(run.seed) for run in runs],
        "slot": [seeds.index(run.seed) for run in runs],
        "accuracy": [run.test.accuracy for run in runs],
        "low": [run.test.interval[0] for run in runs],
        "high": [run.test.interval[1] for run in runs],
    }


def fold_spec(verdict: CrossVerdict, ink: str, font_size: int, height: int) -> dict[str, Any]:
    """The chart: a row for each fold, a dot for each seed in it; the mean over all is a line.

    Seeds are told apart by colour and shape.
    """
    low, high = verdict.interval
    over_all = {"data": {"values": [{"mean": verdict.mean, "low": low, "high": high}]}}
    look = vega.axis_look(ink, font_size)
    x = {"type": "quantitative", "scale": {"zero": False, "nice": True}}
    axis = {**look, "format": ".0%", "tickCount": 6, "gridOpacity": 0.35}
    marks = range(min(len(verdict.seed_means), len(palette.RUN_COLOURS)))
    told_apart = {
        "color": {
            "field": "slot",
            "type": "nominal",
            "legend": None,
            "scale": {"domain": [*marks], "range": [palette.RUN_COLOURS[mark] for mark in marks]},
        },
        "shape": {
            "field": "slot",
            "type": "nominal",
            "legend": None,
            "scale": {"domain": [*marks], "range": [palette.RUN_SHAPES[mark] for mark in marks]},
        },
    }
    place = {
        "y": {
            "field": "fold",
            "type": "nominal",
            "title": None,
            "axis": {**look, "grid": True},
        },
        "yOffset": {"field": "slot", "type": "nominal"},
    }
    said = [
        {"field": "fold", "title": "tested on"},
        {"field": "seed", "title": "seed"},
        {"field": "accuracy", "title": "accuracy", "format": ".1%"},
    ]
    return {
        "height": height,
        "layer": [
            {
                **over_all,
                "mark": {"type": "rect", "opacity": 0.16, "color": palette.GREY},
                "encoding": {
                    "x": {**x, "field": "low", "title": None, "axis": axis},
                    "x2": {"field": "high"},
                },
            },
            {
                **over_all,
                "mark": {"type": "rule", "color": ink, "strokeWidth": 2.5},
                "encoding": {"x": {**x, "field": "mean"}},
            },
            {
                "mark": {"type": "rule", "opacity": 0.8, "strokeWidth": 1.5},
                "encoding": {
                    "x": {**x, "field": "low"},
                    "x2": {"field": "high"},
                    **place,
                    "color": told_apart["color"],
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 130, "opacity": 1},
                "encoding": {
                    "x": {**x, "field": "accuracy"},
                    **place,
                    **told_apart,
                    "tooltip": said,
                },
            },
        ],
        **vega.chart_look(),
    }
