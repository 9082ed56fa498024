"""The axis beside mel bands: round frequencies in kilohertz, each at its place among the bands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from esc10.features.mel import MelConfig, band_peaks
from esc10.ui.plots import vega
from esc10.ui.plots.time_axis import vega_time_axis

if TYPE_CHECKING:
    import plotly.graph_objects as go

_KILOHERTZ = (0.5, 1, 2, 4, 8)
"""An octave apart; some 26 bands of 128 then lie between two of them."""


def frequency_marks(mel: MelConfig, step: int = 1) -> list[tuple[float, str]]:
    """The frequencies to mark, as places among the bands, with their names in kilohertz.

    A band's number stands for its middle. With a `step`, every so many of them: for low pictures.
    """
    peaks = band_peaks(mel)
    return [
        (float(np.interp(1000 * kilohertz, peaks, np.arange(len(peaks)))), f"{kilohertz:g}")
        for kilohertz in _KILOHERTZ[::step]
        if 1000 * kilohertz <= peaks[-1]
    ]


def frequency_ticks(mel: MelConfig, step: int = 1) -> dict[str, Any]:
    """Plotly's arguments for an axis of mel bands that is marked in kilohertz."""
    places, names = zip(*frequency_marks(mel, step), strict=True)
    return {"tickvals": places, "ticktext": names}


def add_frequency_axis(figure: go.Figure, mel: MelConfig) -> None:
    """Give Plotly's figure of mel bands a second axis, on the right, in kilohertz."""
    # Plotly leaves out an axis that nothing is drawn on.
    figure.add_scatter(x=[None], y=[None], yaxis="y2", hoverinfo="skip", showlegend=False)
    figure.update_layout(
        yaxis={"title_text": "mel band"},
        yaxis2={
            **frequency_ticks(mel),
            "title": {"text": "kHz", "standoff": 4},
            "side": "right",
            "overlaying": "y",
            "matches": "y",
            "showgrid": False,
            "zeroline": False,
        },
    )


def picture_axes(mel: MelConfig, ink: str, font_size: int) -> dict[str, Any]:
    """Vega's places of what lasts from `seconds` to `until` and goes from `band` to `upto`."""
    axis = {**vega.axis_look(ink, font_size), "grid": False}
    return {
        "x": vega_time_axis("seconds", mel.seconds, {**axis, **vega.CLOSE}),
        "x2": {"field": "until"},
        "y": {
            "field": "band",
            "type": "quantitative",
            "title": "mel band",
            "scale": {"domain": [0, mel.n_mels], "nice": False},
            "axis": {**axis, **vega.CLOSE, "values": list(range(0, mel.n_mels + 1, 32))},
        },
        "y2": {"field": "upto"},
    }


def kilohertz_axis(mel: MelConfig, ink: str, font_size: int) -> dict[str, Any]:
    """Vega's vertical place of a `band`, with the axis on the right."""
    look = {**vega.axis_look(ink, font_size), "grid": False, "orient": "right"}
    return {
        "field": "band",
        "type": "quantitative",
        "axis": {**look, **vega_frequency_axis(mel)},
    }


def vega_frequency_axis(mel: MelConfig) -> dict[str, Any]:
    """Vega's arguments for such an axis, where a band goes from its number to the next."""
    marks = [(place + 0.5, name) for place, name in frequency_marks(mel)]
    places, names = zip(*marks, strict=True)
    return {
        "title": "kHz",
        "titlePadding": 4,
        "labelPadding": 4,
        "values": places,
        "labelExpr": f"{json.dumps(names)}[indexof({json.dumps(places)}, datum.value)]",
    }


def frequency_column(mel: MelConfig, step: int = 1) -> str:
    """The marks in HTML, at the right edge of a box that is as high as a picture beside it."""
    look = "position:absolute;right:0.5em;transform:translateY(50%);white-space:nowrap"
    marks = "".join(
        f'<span style="{look};bottom:{100 * (place + 0.5) / mel.n_mels:.2f}%">{name}</span>'
        for place, name in _with_unit(frequency_marks(mel, step))
    )
    return f'<div style="position:relative;align-self:stretch;line-height:1">{marks}</div>'


def _with_unit(marks: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """The highest mark says what all of them count."""
    place, name = marks[-1]
    return [*marks[:-1], (place, f"{name} kHz")]


def hertz_of_cells(mel: MelConfig, frames: int) -> NDArray[np.uint16]:
    """For what is said of a cell under the pointer: its band's frequency, shape (bands, frames)."""
    return np.repeat(np.rint(band_peaks(mel)).astype(np.uint16)[:, np.newaxis], frames, axis=1)


CELL_WORDS = "%{customdata:.2s}Hz (mel band %{y})"
"""A cell in Plotly's words, where its `customdata` is from `hertz_of_cells`."""
