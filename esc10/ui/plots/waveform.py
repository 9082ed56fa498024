"""A sound's waveform."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from esc10.audio.loading import SAMPLE_RATE
from esc10.ui.plots import palette, vega
from esc10.ui.plots.time_axis import vega_time_axis

_STRETCHES = 750
"""More than a chart has pixels in its width."""


def waveform_columns(samples: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    """The lowest and the highest sample of each stretch: the same picture from fewer points.

    `samples`: mono, at `esc10.audio.loading.SAMPLE_RATE`, shape (samples,).
    """
    length = max(1, len(samples) // _STRETCHES)
    stretches = samples[: len(samples) // length * length].reshape(-1, length)
    return {
        "seconds": np.arange(len(stretches)) * length / SAMPLE_RATE,
        "lowest": stretches.min(axis=1),
        "highest": stretches.max(axis=1),
    }


def waveform_spec(seconds: float, ink: str, font_size: int, height: int) -> dict[str, Any]:
    """The chart: amplitude over so many seconds."""
    axis = {**vega.axis_look(ink, font_size), **vega.CLOSE}
    return {
        "height": height,
        "title": vega.title_look("Waveform", ink, font_size),
        "mark": {
            "type": "area",
            "color": palette.BLUE,
            "opacity": 1,
            "line": {"color": palette.BLUE, "strokeWidth": 1},
        },
        "encoding": {
            "x": vega_time_axis("seconds", seconds, axis),
            "y": {
                "field": "lowest",
                "type": "quantitative",
                "title": "amplitude",
                "axis": {**axis, "tickCount": 5},
            },
            "y2": {"field": "highest"},
        },
        **vega.chart_look(view={"stroke": None}),
    }
