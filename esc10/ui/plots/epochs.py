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
    return {
        "epoch": [row.epoch for row in history],
        "training": [getattr(row, training) for row in history],
        "validation": values,
        "low": [low for low, _ in intervals],
        "high": [high for _, high in intervals],
        **{
            name: [BEST_IN_WORDS[name] if best.get(name) == row.epoch else "" for row in history]
            for name in CRITERIA
        },
        "early": [2 * row.epoch <= len(history) for row in history],
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
                "mark": {
                    "type": "area",
                    "color": palette.BLUE,
                    # The same blue stands out less from a dark page.
                    "opacity": 0.35 if palette.is_dark(ink) else 0.2,
                },
                "encoding": {**y("low"), "y2": {"field": "high"}},
            },
            {"mark": {**line, "strokeDash": [2, 4]}, "encoding": y("training")},
            {"mark": line, "encoding": y("validation")},
            *_marked_epochs(ink, font_size),
        ],
        **vega.chart_look(axis=labels),
    }


def _marked_epochs(ink: str, font_size: int) -> list[dict[str, Any]]:
    """Dashed rules at the best epochs, a strong one at the epoch looked at.

    The names of the best stand above the picture, each in a line of its own: so they lie neither on
    a curve nor on each other, however near the epochs are.
    """
    return [
        {
            "transform": [{"filter": " || ".join(f"datum.{name} != ''" for name in CRITERIA)}],
            "mark": {
                "type": "rule",
                "color": palette.VERMILION,
                "strokeDash": [6, 4],
                "strokeWidth": 2,
            },
        },
        *(
            {
                "transform": [{"filter": f"datum.{name} != ''"}],
                "mark": {
                    "type": "text",
                    # Towards the middle, where there is room.
                    "align": {"expr": "datum.early ? 'left' : 'right'"},
                    "baseline": "bottom",
                    "color": palette.VERMILION,
                    "fontSize": font_size,
                },
                "encoding": {
                    "text": {"field": name, "type": "nominal"},
                    "y": {"value": -4 - line * (font_size + 2)},
                },
            }
            for line, name in enumerate(CRITERIA)
        ),
        {
            "transform": [{"filter": "datum.now"}],
            "mark": {"type": "rule", "color": ink, "strokeWidth": 3},
        },
    ]
