"""Learning curves as Vega-Lite: Streamlit hands new rows to such a chart without rebuilding it.

The specification never changes while a run trains; only the rows do.
"""

from __future__ import annotations

from typing import Any

from esc10.plots import palette
from esc10.results import EpochRow, best_epochs

METRICS = {
    "loss": ("Loss (lower is better)", "loss", "val_loss"),
    "accuracy": ("Accuracy (higher is better)", "accuracy", "val_accuracy"),
}
"""For each chart: its title, and the two columns of an epoch's figures."""

TRAINING, VALIDATION = "training", "validation"


def curve_rows(label: str, history: list[EpochRow], metric: str) -> list[dict[str, Any]]:
    """A run's points for one chart; the best epoch's validation point is marked.

    Args:
        label: the run's name in the legend.
        history: its epochs.
        metric: a key of `METRICS`.
    """
    _, training, validation = METRICS[metric]
    best = best_epochs(history).get(validation)
    rows = []
    for row in history:
        for part, column in ((TRAINING, training), (VALIDATION, validation)):
            rows.append(
                {
                    "run": label,
                    "epoch": row.epoch,
                    "part": part,
                    "value": getattr(row, column),
                    "best": part == VALIDATION and row == best,
                }
            )
    return rows


def curve_spec(metric: str, font_size: int, height: int) -> dict[str, Any]:
    """The chart: colour tells the run, dash and weight tell training from validation.

    Args:
        metric: a key of `METRICS`.
        font_size: in pixels.
        height: of the plotting area, in pixels.
    """
    title, _, _ = METRICS[metric]
    scale = {"domain": [0, 1]} if metric == "accuracy" else {"zero": True}
    shared = {
        "x": {
            "field": "epoch",
            "type": "quantitative",
            "title": "epoch",
            "axis": {"tickMinStep": 1, "format": "d"},
            "scale": {"nice": True},
        },
        "y": {"field": "value", "type": "quantitative", "title": None, "scale": scale},
        "color": {
            "field": "run",
            "type": "nominal",
            "title": None,
            "scale": {"range": list(palette.RUN_COLOURS)},
            "legend": {"orient": "bottom", "columns": 1, "symbolType": "stroke", "labelLimit": 500},
        },
    }
    dash = {
        "field": "part",
        "type": "nominal",
        "title": None,
        "scale": {"domain": [TRAINING, VALIDATION], "range": [[2, 4], [1, 0]]},
        "legend": {"orient": "bottom", "symbolType": "stroke", "symbolStrokeWidth": 3},
    }
    tooltip = [
        {"field": name, "type": kind, **extra}
        for name, kind, extra in (
            ("run", "nominal", {}),
            ("part", "nominal", {}),
            ("epoch", "quantitative", {}),
            ("value", "quantitative", {"format": ".3f"}),
        )
    ]
    labels = {"labelFontSize": font_size, "titleFontSize": font_size}
    return {
        "title": {"text": title, "fontSize": font_size + 2, "anchor": "start"},
        "height": height,
        "layer": [
            {
                "mark": {"type": "line", "interpolate": "linear", "strokeWidth": 2.5},
                "encoding": {**shared, "strokeDash": dash, "tooltip": tooltip},
            },
            {
                "transform": [{"filter": "datum.best"}],
                "mark": {
                    "type": "point",
                    "shape": "diamond",
                    "size": 220,
                    "filled": True,
                    "stroke": "white",
                },
                "encoding": {**shared, "tooltip": tooltip},
            },
            {
                "transform": [{"filter": "datum.best"}],
                "mark": {"type": "text", "dy": -16, "fontSize": font_size, "fontWeight": "bold"},
                "encoding": {
                    **shared,
                    "text": {"field": "value", "type": "quantitative", "format": ".2f"},
                },
            },
        ],
        "config": {"axis": labels, "legend": labels, "font": "sans-serif"},
    }
