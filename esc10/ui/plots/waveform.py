"""A sound's waveform."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from esc10.audio.loading import SAMPLE_RATE
from esc10.ui.plots import palette

_WAVEFORM_POINTS = 1500


def _envelope(samples: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """The lowest and highest sample of each stretch: the same picture from fewer points."""
    stretch = max(1, len(samples) // (_WAVEFORM_POINTS // 2))
    whole = samples[: len(samples) // stretch * stretch].reshape(-1, stretch)
    extremes = np.stack([whole.min(axis=1), whole.max(axis=1)], axis=1).ravel()
    times = np.repeat(np.arange(len(whole)) * stretch / SAMPLE_RATE, 2)
    return times, extremes


def waveform(samples: NDArray[np.float32], font_size: int, height: int) -> go.Figure:
    """Amplitude over time.

    `samples`: mono, at `esc10.audio.loading.SAMPLE_RATE`, shape (samples,).
    """
    times, extremes = _envelope(samples)
    figure = go.Figure(
        go.Scatter(
            x=times, y=extremes, mode="lines", line={"color": palette.BLUE, "width": 1}, name=""
        )
    )
    figure.update_layout(palette.layout(font_size, height))
    figure.update_layout(title_text="Waveform", showlegend=False)
    figure.update_xaxes(title_text="seconds", range=[0, len(samples) / SAMPLE_RATE])
    figure.update_yaxes(title_text="amplitude")
    return figure
