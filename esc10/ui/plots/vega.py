"""What every Vega-Lite specification shares."""

from __future__ import annotations

from typing import Any


def chart_look(**config: Any) -> dict[str, Any]:
    """The font, beside other parts of Vega-Lite's `config`, and how the chart is drawn."""
    return {
        "config": {"font": "sans-serif", **config},
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


def type_beside(ink: str, font_size: int, pixels: int) -> dict[str, Any]:
    """A mark of type that begins so many pixels to the right of its place."""
    return {"type": "text", "align": "left", "dx": pixels, "fontSize": font_size, "fill": ink}
