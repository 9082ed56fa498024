"""What a network's first layer looks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from esc10.features.mel import MelConfig
from esc10.ui.plots import palette
from esc10.ui.plots.frequencies import CELL_WORDS, frequency_ticks, hertz_of_cells

if TYPE_CHECKING:
    import plotly.graph_objects as go

_SIGNS = (
    (0.0, palette.VERMILION),
    (0.5, "rgba(213,94,0,0)"),
    (0.5, "rgba(0,114,178,0)"),
    (1.0, palette.BLUE),
)
"""For weights: from vermilion through the page's own background, light or dark, to blue."""

_PICTURES_IN_A_ROW, _BARS_IN_A_ROW = 16, 8


def filter_pictures(
    kernels: NDArray[np.float32], mel: MelConfig, font_size: int, height: int
) -> go.Figure:
    """The first layer's filters as small multiples on one scale: blue above zero, vermilion below.

    `kernels`: shape (filters, mel bands, frames); pictures where there are several frames, else
    bars.
    """
    from plotly.subplots import make_subplots  # slow to import

    count, bands, frames = kernels.shape
    columns = min(count, _PICTURES_IN_A_ROW if frames > 1 else _BARS_IN_A_ROW)
    rows = -(-count // columns)
    figure = make_subplots(
        rows,
        columns,
        shared_xaxes="all",
        shared_yaxes="all",
        horizontal_spacing=0.16 / columns,
        vertical_spacing=0.12 / rows,
        x_title="frames" if frames > 1 else "mel bands, low to high",
        y_title=_vertical(kernels.shape, mel),
    )
    most = float(np.abs(kernels).max()) or 1.0
    for index, kernel in enumerate(kernels):
        trace = _picture(kernel, mel, most) if frames > 1 else _bars(kernel[:, 0])
        figure.add_trace(trace, row=index // columns + 1, col=index % columns + 1)
    figure.update_layout(palette.layout(font_size, height))
    margin = {"l": 4.6 * font_size, "r": 10, "t": 2 * font_size, "b": 3.6 * font_size}
    figure.update_layout(margin=margin, showlegend=False, bargap=0.15)
    figure.update_annotations(font_size=font_size)
    along = frames if frames > 1 else bands
    figure.update_xaxes(showgrid=False, zeroline=False, showticklabels=False, ticks="")
    figure.update_xaxes(range=[-0.5, along - 0.5])
    kilohertz = frames > 1 and bands == mel.n_mels
    marks = frequency_ticks(mel, step=min(rows, 2)) if kilohertz else {"nticks": 5}
    figure.update_yaxes(showgrid=False, zeroline=frames == 1, **marks)
    figure.update_yaxes(range=[-0.5, bands - 0.5] if frames > 1 else [-1.1 * most, 1.1 * most])
    return figure


def _vertical(shape: tuple[int, ...], mel: MelConfig) -> str:
    """What the vertical axis counts; a filter of a few bands has no place among all."""
    _, bands, frames = shape
    if frames == 1:
        return "weight"
    return "kHz" if bands == mel.n_mels else "mel bands"


def _picture(kernel: NDArray[np.float32], mel: MelConfig, most: float) -> go.Heatmap:
    import plotly.graph_objects as go

    whole = len(kernel) == mel.n_mels
    where = CELL_WORDS if whole else "mel band %{y}"
    return go.Heatmap(
        z=kernel,
        colorscale=_SIGNS,
        zmin=-most,
        zmax=most,
        showscale=False,
        customdata=hertz_of_cells(mel, kernel.shape[1]) if whole else None,
        hovertemplate=f"frame %{{x}}, {where}: %{{z:.3f}}<extra></extra>",
    )


def _bars(weights: NDArray[np.float32]) -> go.Bar:
    import plotly.graph_objects as go

    return go.Bar(
        y=weights,
        marker_color=[palette.BLUE if weight > 0 else palette.VERMILION for weight in weights],
        hovertemplate="tap %{x}: %{y:.3f}<extra></extra>",
    )
