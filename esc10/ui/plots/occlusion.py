"""A spectrogram in grey with something drawn over it: a region to choose, or what decides."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from esc10.features.mel import MelConfig, decibels
from esc10.inference.explain.masking import band_edges
from esc10.inference.explain.occlusion import COLUMNS, ROWS, OcclusionMap, grid
from esc10.ui.plots import palette, vega
from esc10.ui.plots.frequencies import add_frequency_axis, kilohertz_axis, picture_axes
from esc10.ui.plots.spectrograms import ink_png, loudness, png_url, rgb

if TYPE_CHECKING:
    import plotly.graph_objects as go

BRUSH = "region"
"""The name of the chart's selection: none, or spans of `seconds` and of `band`."""

_SELECT = {
    "type": "interval",
    "encodings": ["x", "y"],
    "zoom": False,  # the wheel scrolls the page
    "mark": {"fill": palette.BLUE, "fillOpacity": 0.2, "stroke": palette.BLUE, "cursor": "move"},
}
_FRAME = {
    "type": "rect",
    "fill": palette.VERMILION,
    "fillOpacity": 0.3,
    "stroke": palette.VERMILION,
    "strokeWidth": 4,
    "tooltip": None,
}

_WORTH_A_NUMBER = 0.005
"""Drops that round to no point are not written down."""


def brush_columns(
    power: NDArray[np.float32],
    mel: MelConfig,
    seconds: tuple[float, float],
    bands: tuple[int, int],
    ink: str,
) -> dict[str, list[Any]]:
    """Two rows, column by column: the picture, and the frame around the chosen region.

    `power`: shape (mel bands, frames). `ink`: the colour of type there, as `#rrggbb`.
    """
    return {
        "url": [png_url(ink_png(power, ink)), None],
        "seconds": [0.0, seconds[0]],
        "until": [mel.seconds, seconds[1]],
        "band": [0, bands[0]],
        "upto": [mel.n_mels, bands[1]],
    }


def brush_spec(mel: MelConfig, ink: str, font_size: int, height: int) -> dict[str, Any]:
    """The chart: a region is drawn over the spectrogram; the chosen one has a frame."""
    return {
        "height": height,
        "encoding": picture_axes(mel, ink, font_size),
        "layer": [
            {
                "params": [{"name": BRUSH, "select": _SELECT}],
                "transform": [{"filter": "datum.url"}],
                "mark": {"type": "image", "aspect": False, "cursor": "crosshair"},
                "encoding": {"url": {"field": "url", "type": "nominal"}},
            },
            {
                "transform": [{"filter": "!datum.url"}],
                "mark": _FRAME,
                "encoding": {"y": kilohertz_axis(mel, ink, font_size)},
            },
        ],
        "resolve": {"axis": {"y": "independent"}},
        **vega.chart_look(view={"stroke": ink, "strokeOpacity": 0.25}),
    }


def occlusion_figure(
    power: NDArray[np.float32],
    mel: MelConfig,
    found: OcclusionMap,
    ink: str,
    font_size: int,
    height: int,
) -> go.Figure:
    """The spectrogram, over it each patch's drop in points, and a line around what decides.

    `power`: shape (mel bands, frames). `ink`: the colour of type there, as `#rrggbb`.
    """
    import plotly.graph_objects as go  # slow to import

    shade = ",".join(map(str, rgb(ink)))
    scale = [[0, f"rgba({shade},0)"], [1, f"rgba({shade},0.55)"]]
    spectrum = go.Heatmap(
        z=loudness(decibels(power)),
        x=np.arange(power.shape[1]) * mel.hop_length / mel.sample_rate,
        y=np.arange(power.shape[0]),
        showscale=False,
        colorscale=scale,
        hoverinfo="skip",
    )
    figure = go.Figure(spectrum)
    figure.add_trace(_drops(found, mel, font_size))
    times, bands = _outline(found.decisive, mel)
    line = {"color": ink, "width": 4}
    figure.add_trace(go.Scatter(x=times, y=bands, mode="lines", line=line, hoverinfo="skip"))
    figure.update_layout(palette.layout(font_size, height))
    figure.update_layout(title_text="Points lost when a patch is covered", showlegend=False)
    figure.update_xaxes(title_text="seconds", showgrid=False, range=[0, mel.seconds])
    figure.update_yaxes(showgrid=False, range=[0, mel.n_mels])
    add_frequency_axis(figure, mel)
    return figure


def _drops(found: OcclusionMap, mel: MelConfig, font_size: int) -> go.Heatmap:
    """Vermilion where covering takes probability away, blue where it adds some."""
    import plotly.graph_objects as go

    times, bands = _patch_edges(mel)
    most = max(float(np.abs(found.drops).max()), 0.02)
    return go.Heatmap(
        z=found.drops,
        x=times,
        y=bands,
        zmin=-most,
        zmax=most,
        colorscale=[
            [0, "rgba(0,114,178,0.75)"],
            [0.5, "rgba(0,114,178,0)"],
            [0.5, "rgba(213,94,0,0)"],
            [1, "rgba(213,94,0,0.75)"],
        ],
        showscale=False,
        text=[
            [_points(drop) if abs(drop) >= _WORTH_A_NUMBER else "" for drop in row]
            for row in found.drops.tolist()
        ],
        texttemplate="%{text}",
        textfont={"size": font_size - 2},
        customdata=_patches_in_words(mel),
        hovertemplate="%{customdata}: %{z:.1%} lost<extra></extra>",
    )


def _patches_in_words(mel: MelConfig) -> list[list[str]]:
    """Where each patch is, row by row from below."""
    times, bands = _patch_edges(mel)
    edges = band_edges(mel) / 1000
    return [
        [
            f"{begin:.1f} to {end:.1f} s, {edges[low]:.2g} to {edges[high]:.2g} kHz "
            f"(mel bands {low} to {high - 1})"
            for begin, end in pairwise(times)
        ]
        for low, high in pairwise(bands)
    ]


def _points(drop: float) -> str:
    """A drop in points; a rise has a plus."""
    return f"{-100 * drop:+.0f}".replace("-", "−")


def _patch_edges(mel: MelConfig) -> tuple[list[float], list[int]]:
    """The edges of the patches in seconds, `COLUMNS` + 1 of them, and in mel bands, `ROWS` + 1."""
    patches = grid(mel.frames, mel.n_mels)
    frames = [patch.first_frame for patch in patches[:COLUMNS]]
    times = [frame * mel.hop_length / mel.sample_rate for frame in frames]
    bands = [patch.first_band for patch in patches[::COLUMNS]]
    return [*times, mel.seconds], [*bands, mel.n_mels]


def _outline(
    patches: NDArray[np.bool_], mel: MelConfig
) -> tuple[list[float | None], list[float | None]]:
    """The edges between some patches and the others, as pieces of a line in seconds and bands."""
    times, bands = _patch_edges(mel)
    inside = np.pad(patches, 1)
    x: list[float | None] = []
    y: list[float | None] = []
    for row in range(ROWS + 1):
        for column in range(COLUMNS + 1):
            here = inside[row + 1, column + 1]
            if column < COLUMNS and here != inside[row, column + 1]:
                x += [times[column], times[column + 1], None]
                y += [bands[row], bands[row], None]
            if row < ROWS and here != inside[row + 1, column]:
                x += [times[column], times[column], None]
                y += [bands[row], bands[row + 1], None]
    return x, y
