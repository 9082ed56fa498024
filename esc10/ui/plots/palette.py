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

_WHITE, _BLACK = "#FFFFFF", "#000000"
_DARK_PAGE = "#171614"


def is_dark(ink: str) -> bool:
    """Whether the page is dark on which type has the colour `ink`."""
    return _luminance(ink) > _luminance(GREY)


def page_under(ink: str) -> str:
    """About the colour of that page."""
    return _DARK_PAGE if is_dark(ink) else _WHITE


def blended(colour: str, opacity: float, ground: str) -> str:
    """What is seen of a colour that lets some of its ground through."""
    mixed = (
        round(opacity * above + (1 - opacity) * below)
        for above, below in zip(_channels(colour), _channels(ground), strict=True)
    )
    return "#" + "".join(f"{channel:02X}" for channel in mixed)


def contrast(one: str, other: str) -> float:
    """How far apart two colours are in lightness, from 1 to 21; type asks for 4.5 (WCAG 2.2)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def type_on(colour: str) -> str:
    """Black or white, whichever is better read on a colour: one of them always has 4.5."""
    return max((_BLACK, _WHITE), key=lambda type_colour: contrast(type_colour, colour))


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def _luminance(colour: str) -> float:
    """Of an sRGB colour, from 0 to 1: IEC 61966-2-1, as WCAG 2.2 asks for it."""
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (channel / 255 for channel in _channels(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def layout(font_size: int, height: int) -> dict[str, Any]:
    """What all Plotly figures share."""
    return {
        "height": height,
        "font": {"size": font_size},
        "margin": {"l": 10, "r": 10, "t": 2.4 * font_size, "b": 10},
        "title": {"font": {"size": font_size + 2}, "x": 0, "xanchor": "left", "yanchor": "top"},
    }
