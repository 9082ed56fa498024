"""A run's curves with its best epochs marked, and a rule at the epoch that is looked at."""

from __future__ import annotations

from typing import Any

from esc10.evaluation.intervals import wilson_interval
from esc10.training.results import CRITERIA, EpochRow
from esc10.ui.plots import palette, vega
from esc10.ui.plots.curves import METRICS

BEST_IN_WORDS = dict(zip(CRITERIA, ("best accuracy", "best loss"), strict=True))


def epoch_columns(
    history: list[EpochRow], best: dict[str, int], epoch: int, metric: str, validation_clips: int
) -> dict[str, list[Any]]:
    """A row for each epoch, column by column."""
    _, training, validation = METRICS[metric]
    values = [getattr(row, validation) for row in history]
    intervals = [
        wilson_interval(round(value * validation_clips), validation_clips)
        if metric == "accuracy"
        else (value, value)
        for value in values
    ]
    marks = [
        " and ".join(BEST_IN_WORDS[name] for name in CRITERIA if best.get(name) == row.epoch)
        for row in history
    ]
    return {
        "epoch": [row.epoch for row in history],
        "training": [getattr(row, training) for row in history],
        "validation": values,
        "low": [low for low, _ in intervals],
        "high": [high for _, high in intervals],
        "best": marks,
        "now": [row.epoch == epoch for row in history],
    }


def epoch_spec(metric: str, ink: str, font_size: int, height: int) -> dict[str, Any]:
    """The chart: validation solid in its interval, training dotted, rules at the marked epochs."""
    scale = {"domain": [0, 1]} if metric == "accuracy" else {"zero": True}
    labels = vega.axis_look(ink, font_size)
    line = {"type": "line", "color": palette.BLUE, "strokeWidth": 2.5}

    def y(field: str) -> dict[str, Any]:
        return {"y": {"field": field, "type": "quantitative", "title": metric, "scale": scale}}

    return {
        "height": height,
        "encoding": {
            "x": {
                "field": "epoch",
                "type": "quantitative",
                "title": None,
                "axis": {"tickMinStep": 1, "format": "d"},
                "scale": {"zero": False, "nice": False},
            }
        },
        "layer": [
            {
                "mark": {"type": "area", "color": palette.BLUE, "opacity": 0.15},
                "encoding": {**y("low"), "y2": {"field": "high"}},
            },
            {"mark": {**line, "strokeDash": [2, 4]}, "encoding": y("training")},
            {"mark": line, "encoding": y("validation")},
            *_marked_epochs(ink, font_size),
        ],
        **vega.chart_look(axis=labels),
    }


def _marked_epochs(ink: str, font_size: int) -> list[dict[str, Any]]:
    """Dashed rules with a name at the best epochs, a strong one at the epoch looked at."""
    best = [{"filter": "datum.best != ''"}]
    return [
        {
            "transform": best,
            "mark": {
                "type": "rule",
                "color": palette.VERMILION,
                "strokeDash": [6, 4],
                "strokeWidth": 2,
            },
        },
        {
            "transform": best,
            "mark": {
                "type": "text",
                "align": "right",
                "baseline": "top",
                "dx": -6,
                "color": palette.VERMILION,
                "fontSize": font_size,
            },
            "encoding": {"text": {"field": "best", "type": "nominal"}, "y": {"value": 2}},
        },
        {
            "transform": [{"filter": "datum.now"}],
            "mark": {"type": "rule", "color": ink, "strokeWidth": 3},
        },
    ]
