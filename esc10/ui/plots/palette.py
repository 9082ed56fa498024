"""One palette: Okabe and Ito's eight colours, told apart with every kind of colour vision.

Source: M. Okabe, K. Ito, Color Universal Design (2008). Colour is never the only sign: runs
differ by the shape of their marks as well, and matrix cells carry their number.
"""

from __future__ import annotations

from typing import Any

ORANGE = "#E69F00"
SKY_BLUE = "#56B4E9"
GREEN = "#009E73"
BLUE = "#0072B2"
VERMILION = "#D55E00"
PURPLE = "#CC79A7"
GREY = "#8A8A8A"

RUN_COLOURS = (BLUE, ORANGE, GREEN, PURPLE, VERMILION, SKY_BLUE)
RUN_SHAPES = ("diamond", "square", "triangle-up", "circle", "cross", "triangle-down")
RUN_GLYPHS = ("◆", "■", "▲", "●", "✚", "▼")
"""For runs drawn over one another, in their order: colour, Vega's shape, and how text shows it."""

LETTERS = "ABCDEF"
"""What runs that are compared are called, one for each of `RUN_COLOURS`."""

SPECTRUM_SCALE = "Viridis"
"""For spectrograms: rises evenly in lightness, so it survives a projector and a grey print."""


def layout(font_size: int, height: int) -> dict[str, Any]:
    """What all Plotly figures share."""
    return {
        "height": height,
        "font": {"size": font_size},
        "margin": {"l": 10, "r": 10, "t": 2.4 * font_size, "b": 10},
        "title": {"font": {"size": font_size + 2}, "x": 0, "xanchor": "left", "yanchor": "top"},
    }
