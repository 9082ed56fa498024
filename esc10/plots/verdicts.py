"""Figures of a verdict: the confusion matrix, and a sound's class probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from esc10.plots import palette


def confusion(
    counts: NDArray[np.int64], classes: tuple[str, ...], title: str, font_size: int, height: int
) -> go.Figure:
    """A confusion matrix with its counts in the cells; empty cells stay empty.

    Args:
        counts: shape (classes, classes), rows true, columns predicted.
        classes: their names.
        title: what the matrix judges.
        font_size: in pixels.
        height: in pixels.
    """
    names = [palette.in_words(name) for name in classes]
    # Signed, so that one scale colours right answers blue and mistakes vermilion.
    signed = np.where(np.eye(len(counts), dtype=bool), counts, -counts)
    most = max(1, int(counts.sum(axis=1).max()))
    figure = go.Figure(
        go.Heatmap(
            z=signed,
            customdata=counts,
            x=names,
            y=names,
            colorscale=palette.VERDICT_SCALE,
            zmin=-most,
            zmax=most,
            showscale=False,
            xgap=2,
            ygap=2,
            hovertemplate="%{customdata} × %{y}, taken for %{x}<extra></extra>",
        )
    )
    strong = counts > most / 2
    figure.add_trace(_numbers(counts, strong, names, {"size": font_size, "color": "white"}))
    # Without a colour of its own: the page's, dark on light or light on dark.
    figure.add_trace(_numbers(counts, (counts > 0) & ~strong, names, {"size": font_size}))
    figure.update_layout(palette.layout(font_size, height))
    figure.update_layout(title_text=title)
    figure.update_xaxes(title_text="taken for", tickangle=-45, showgrid=False, zeroline=False)
    figure.update_yaxes(title_text="in truth", autorange="reversed", showgrid=False, zeroline=False)
    return figure


def _numbers(
    counts: NDArray[np.int64], cells: NDArray[np.bool_], names: list[str], font: dict[str, Any]
) -> go.Scatter:
    """The counts of some cells as text, over the heatmap."""
    rows, columns = np.nonzero(cells)
    return go.Scatter(
        x=[names[column] for column in columns],
        y=[names[row] for row in rows],
        text=[str(count) for count in counts[cells]],
        mode="text",
        textfont=font,
        hoverinfo="skip",
        showlegend=False,
    )


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
