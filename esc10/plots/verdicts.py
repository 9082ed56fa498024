"""Figures of a verdict: the confusion matrix, and a sound's class probabilities."""

from __future__ import annotations

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
    text = np.where(counts == 0, "", counts.astype(str))
    figure = go.Figure(
        go.Heatmap(
            z=counts,
            x=names,
            y=names,
            text=text,
            texttemplate="%{text}",
            textfont={"size": font_size},
            colorscale=palette.COUNT_SCALE,
            zmin=0,
            zmax=max(1, int(counts.sum(axis=1).max())),
            showscale=False,
            xgap=2,
            ygap=2,
            hovertemplate="%{z} × %{y}, taken for %{x}<extra></extra>",
        )
    )
    figure.update_layout(palette.layout(font_size, height))
    figure.update_layout(title_text=title)
    figure.update_xaxes(title_text="taken for", tickangle=-45, showgrid=False, zeroline=False)
    figure.update_yaxes(title_text="in truth", autorange="reversed", showgrid=False, zeroline=False)
    return figure


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
