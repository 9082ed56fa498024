"""Learning curves as Vega-Lite: Streamlit hands new rows to such a chart without rebuilding it.

The specification never changes while a run trains; only the rows do.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np

from esc10.evaluation.intervals import wilson_interval
from esc10.training.results import EpochRow, best_epochs
from esc10.ui.plots import palette, vega

METRICS = {
    "loss": ("Loss (lower is better)", "loss", "val_loss"),
    "accuracy": ("Accuracy (higher is better)", "accuracy", "val_accuracy"),
}
"""For each chart: its title, and the two columns of an epoch's figures."""

TRAINING, VALIDATION = "training", "validation"
_MARKERS = 8
HUNDREDTHS = "round(100 * datum.value + 0.00001) / 100"
"""Halves upwards, as `esc10.evaluation.intervals.percent` has it: the chart holds 32 bits."""

STRETCHES = 500
"""What a longer curve is cut into: more points than a chart has pixels would be sent to everybody
who watches, at every tick."""


def curve_columns(
    slot: int, name: str, history: list[EpochRow], metric: str, validation_clips: int
) -> dict[str, list[Any]]:
    """A run's points for one chart, column by column.

    `slot`: the run's place among those drawn, from 0; it decides colour and shape.

    The points of the training clips, then those of the validation clips; `best` marks the best
    epoch, `marker` a few points of the validation curve that carry the run's shape. The best
    accuracy has its Wilson 95 % interval, `low` to `high`, which is that of a maximum; other points
    have none.
    """
    _, training, validation = METRICS[metric]
    trained, validated = _drawn(history, training), _drawn(history, validation)
    best_epoch = best_epochs(history)[validation].epoch if history else None
    best = [row.epoch == best_epoch for row in validated]
    stride = max(1, len(validated) // _MARKERS)
    intervals = [
        wilson_interval(round(row.val_accuracy * validation_clips), validation_clips)
        if metric == "accuracy" and is_best
        else (None, None)
        for row, is_best in zip(validated, best, strict=True)
    ]
    points = len(trained) + len(validated)
    nowhere = [None] * len(trained)
    return {
        "slot": [slot % len(palette.RUN_COLOURS)] * points,
        "run": [name] * points,
        "epoch": [row.epoch for row in trained + validated],
        "part": [TRAINING] * len(trained) + [VALIDATION] * len(validated),
        "value": [getattr(row, training) for row in trained]
        + [getattr(row, validation) for row in validated],
        "best": [False] * len(trained) + best,
        "marker": [False] * len(trained)
        + [place % stride == stride - 1 for place in range(len(validated))],
        "low": nowhere + [low for low, _ in intervals],
        "high": nowhere + [high for _, high in intervals],
    }


def _drawn(history: list[EpochRow], column: str) -> list[EpochRow]:
    """The epochs that a curve goes through: of each stretch of a long run the lowest and highest.

    So no peak is lost, and not the best epoch either.
    """
    if len(history) <= 2 * STRETCHES:
        return history
    values = np.array([getattr(row, column) for row in history])
    kept = {0, len(values) - 1}
    edges = np.linspace(0, len(values), STRETCHES + 1).astype(int).tolist()
    for start, end in pairwise(edges):
        kept |= {start + int(find(values[start:end])) for find in (np.argmin, np.argmax)}
    return [history[place] for place in sorted(kept)]


def curve_spec(metric: str, ink: str, font_size: int, height: int) -> dict[str, Any]:
    """The chart: colour and shape tell the run, dash tells training from validation."""
    labels = {"labelFontSize": font_size, "titleFontSize": font_size}
    return {
        "height": height,
        "encoding": _shared_encoding(metric),
        "layer": [
            {
                "mark": {"type": "line", "strokeWidth": 2.5},
                "encoding": {
                    "strokeDash": {
                        "field": "part",
                        "scale": {"domain": [TRAINING, VALIDATION], "range": [[2, 4], [1, 0]]},
                        "legend": None,
                    },
                    "detail": {"field": "run"},
                },
            },
            *([_best_interval()] if metric == "accuracy" else []),
            _points("marker", size=60),
            _points("best", size=260),
            *_best_values(ink, font_size),
        ],
        **vega.chart_look(axis=labels),
    }


def _best_interval() -> dict[str, Any]:
    """The layer of the intervals, which only accuracies have."""
    return {
        "transform": [{"filter": "isValid(datum.low)"}],
        "mark": {"type": "rule", "strokeWidth": 2},
        "encoding": {"y": {**_value("accuracy"), "field": "low"}, "y2": {"field": "high"}},
    }


def _best_values(ink: str, font_size: int) -> list[dict[str, Any]]:
    """The runs' best values after their marks, in a line above the picture, in the runs' order.

    At the points they would lie on one another, as runs are often best in neighbouring epochs.
    """
    glyphs = json.dumps(palette.RUN_GLYPHS, ensure_ascii=False)
    mark, figure = f"{glyphs}[datum.slot]", f"format({HUNDREDTHS}, '.2f')"
    begins = f"{2.7 * font_size} + (datum.place - 1) * {3.8 * font_size}"
    # Figures have the colour of type: some runs' colours are too pale to read.
    return [
        _above("'best'", "0", ink, font_size, only="datum.place == 1"),
        _above(mark, begins, None, font_size),
        _above(figure, f"{begins} + {1.1 * font_size}", ink, font_size),
    ]


def _above(
    text: str, begins: str, ink: str | None, font_size: int, only: str = "true"
) -> dict[str, Any]:
    """A word for each best value, in the line above the picture; in its run's colour without ink.

    `text`, `begins` and `only` are expressions of Vega: the word, where it begins, for which.
    """
    return {
        "transform": [
            {"filter": "datum.best"},
            {"window": [{"op": "row_number", "as": "place"}], "sort": [{"field": "slot"}]},
            {"filter": only},
            {"calculate": text, "as": "said"},
        ],
        "mark": {
            "type": "text",
            "align": "left",
            "baseline": "bottom",
            "x": {"expr": begins},
            "fontSize": font_size,
            "fontWeight": "bold",
            **({"fill": ink} if ink else {}),
        },
        "encoding": {
            "x": None,
            "y": {"value": -6},
            "text": {"field": "said", "type": "nominal"},
            **({"color": None} if ink else {}),
        },
    }


def _points(flag: str, size: int) -> dict[str, Any]:
    """The layer of the rows that carry a flag, each with its run's shape."""
    domain = list(range(len(palette.RUN_SHAPES)))
    return {
        "transform": [{"filter": f"datum.{flag}"}],
        "mark": {"type": "point", "filled": True, "opacity": 1, "size": size},
        "encoding": {
            "shape": {
                "field": "slot",
                "type": "nominal",
                "scale": {"domain": domain, "range": list(palette.RUN_SHAPES)},
                "legend": None,
            }
        },
    }


def _value(metric: str) -> dict[str, Any]:
    scale = {"domain": [0, 1]} if metric == "accuracy" else {"zero": True}
    return {"field": "value", "type": "quantitative", "title": None, "scale": scale}


def _shared_encoding(metric: str) -> dict[str, Any]:
    # The domains are fixed where they can be: a run keeps its colour when another one joins.
    domain = list(range(len(palette.RUN_COLOURS)))
    return {
        "x": {
            "field": "epoch",
            "type": "quantitative",
            "title": "epoch",
            "axis": {"tickMinStep": 1, "format": "d"},
            "scale": {"zero": False, "nice": False},
        },
        "y": _value(metric),
        "color": {
            "field": "slot",
            "type": "nominal",
            "scale": {"domain": domain, "range": list(palette.RUN_COLOURS)},
            "legend": None,
        },
        "tooltip": [
            {"field": "run", "type": "nominal"},
            {"field": "part", "type": "nominal"},
            {"field": "epoch", "type": "quantitative"},
            {"field": "value", "type": "quantitative", "format": ".3f"},
        ],
    }
