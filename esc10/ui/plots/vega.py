"""What every Vega-Lite specification shares."""

from __future__ import annotations

from typing import Any

CLOSE = {"labelPadding": 6, "titlePadding": 4}
"""Of an axis in a low chart: what stands beside it stands near."""


def chart_look(**config: Any) -> dict[str, Any]:
    """The font, beside other parts of Vega-Lite's `config`, and how the chart is drawn."""
    # Of classes, folds or ways each has its label. Else, where the type grows smaller, Vega goes on
    # hiding every second one that had no room before.
    every_label = {"axisBand": {"labelOverlap": False}}
    return {
        "config": {"font": "sans-serif", **every_label, **config},
        # Drawn as elements rather than pixels: sharp on a projector, and readable by a test.
        "usermeta": {"embedOptions": {"renderer": "svg"}},
    }


def axis_look(ink: str, font_size: int) -> dict[str, Any]:
    """An axis whose type has the colour `ink` and a size in pixels."""
    return {
        "labelFontSize": font_size,
        "titleFontSize": font_size,
        "labelColor": ink,
        "titleColor": ink,
    }


def title_look(title: str, ink: str, font_size: int) -> dict[str, Any]:
    """A title above a chart, at its left edge."""
    look = {"color": ink, "fontSize": font_size + 2, "fontWeight": "normal"}
    return {"text": title, "anchor": "start", "frame": "bounds", "offset": 8, **look}


def legend_look(ink: str, font_size: int, **more: Any) -> dict[str, Any]:
    """A legend without a title, and what else one says of it."""
    return {"title": None, "labelFontSize": font_size, "labelColor": ink, **more}


def gradient_look(ink: str, font_size: int) -> dict[str, Any]:
    """A legend, above the chart, of colours that go from one into the next."""
    place = {"orient": "top", "direction": "horizontal", "offset": 4}
    look = {"gradientThickness": 10, "gradientLength": 12 * font_size, "gradientOpacity": 1}
    return {"tickCount": 4, "format": ".2~g", **axis_look(ink, font_size), **place, **look}


def type_beside(ink: str, font_size: int, pixels: int) -> dict[str, Any]:
    """A mark of type that begins so many pixels to the right of its place."""
    return {"type": "text", "align": "left", "dx": pixels, "fontSize": font_size, "fill": ink}
