"""A sound's class probabilities as a figure."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from esc10.ui.plots import palette


def class_probabilities(
    probabilities: NDArray[np.float32], classes: tuple[str, ...], font_size: int, height: int
) -> go.Figure:
    """A bar for each class, the most probable on top.

    Args:
        probabilities: shape (classes,).
        classes: their names.
        font_size: in pixels.
        height: in pixels.
    """
    order = np.argsort(probabilities)
    winner = int(order[-1])
    figure = go.Figure(
        go.Bar(
            x=probabilities[order],
            y=[palette.in_words(classes[label]) for label in order],
            orientation="h",
            marker_color=[palette.BLUE if label == winner else palette.GREY for label in order],
            text=[f"{probabilities[label]:.0%}" for label in order],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:.1%}<extra></extra>",
        )
    )
    figure.update_layout(palette.layout(font_size, height))
    figure.update_layout(title_text="How probable each class is")
    figure.update_xaxes(range=[0, 1.12], tickformat=".0%", tickvals=[0, 0.25, 0.5, 0.75, 1])
    return figure
