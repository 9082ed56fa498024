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
