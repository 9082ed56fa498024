"""What a room took from a clip, mel band by mel band."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from esc10.features.mel import MelConfig, band_peaks
from esc10.ui.plots import palette, vega

_LEAST_REACH_DB = 10.0
"""Of the axis: else a loss nobody can hear would fill the picture."""


def loss_columns(loss: NDArray[np.float32], mel: MelConfig) -> dict[str, list[Any]]:
    """A row for each band that the clip has, column by column.

    `loss`: in dB, shape (mel bands,); NaN where the clip has too little to lose.
    """
    peaks = band_peaks(mel)
    known = np.flatnonzero(np.isfinite(loss))
    return {
        "band": [int(band) for band in known],
        "kilohertz": [float(peaks[band]) / 1000 for band in known],
        "loss": [float(loss[band]) for band in known],
    }


def loss_spec(loss: NDArray[np.float32], ink: str, font_size: int, height: int) -> dict[str, Any]:
    """The chart: above the line a band lost more than the middle one, below it less.

    `loss`: in dB, shape (mel bands,); the axis has room for it, and for a few dB at least.
    """
    labels = {
        **vega.axis_look(ink, font_size),
    }
    reach = max(_LEAST_REACH_DB, float(np.nanmax(np.abs(loss))))
    return {
        "height": height,
        "encoding": {
            "x": {
                "field": "kilohertz",
                "type": "quantitative",
                "title": "kHz",
                "scale": {"type": "log", "nice": False},
                "axis": {"values": [0.1, 0.2, 0.5, 1, 2, 5, 10], "format": "~g"},
            },
            "y": {
                "field": "loss",
                "type": "quantitative",
                "title": "dB lost",
                "scale": {"domain": [-reach, reach]},
            },
            "tooltip": [
                {"field": "kilohertz", "title": "kHz", "format": ".2f"},
                {"field": "band", "title": "mel band"},
                {"field": "loss", "title": "dB lost", "format": ".1f"},
            ],
        },
        "layer": [
            {"mark": {"type": "rule", "color": ink}, "encoding": {"y": {"datum": 0}, "x": None}},
            {"mark": {"type": "line", "color": palette.VERMILION, "strokeWidth": 2.5}},
            {"mark": {"type": "point", "color": palette.VERMILION, "filled": True, "size": 30}},
        ],
        **vega.chart_look(axis=labels),
    }
