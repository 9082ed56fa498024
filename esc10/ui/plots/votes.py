"""What a class has voted, as bars; what is right is marked by colour and by a sign."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from esc10.ui.plots import palette, vega

_ROOM = 1.25
"""Times the longest bar: for what is written behind it."""


def vote_columns(votes: Mapping[str, int], right: Collection[str]) -> dict[str, list[Any]]:
    """A row for each option, column by column."""
    return {
        "option": list(votes),
        "votes": list(votes.values()),
        "right": [option in right for option in votes],
        "label": [
            f"{count} ✓" if option in right else str(count) for option, count in votes.items()
        ],
    }


def vote_spec(
    options: Sequence[str], most: int, ink: str, font_size: int, height: int
) -> dict[str, Any]:
    """The chart: a bar for each option, in their order; `most` is the longest."""
    look = vega.axis_look(ink, font_size)
    colours = {"domain": [True, False], "range": [palette.BLUE, palette.GREY]}
    return {
        "height": height,
        "encoding": {
            "y": {
                "field": "option",
                "type": "nominal",
                "sort": list(options),
                "title": None,
                "axis": {**look, "labelLimit": 22 * font_size, "ticks": False, "domain": False},
            },
            "x": {
                "field": "votes",
                "type": "quantitative",
                "scale": {"domain": [0, _ROOM * max(1, most)]},
                "axis": None,
            },
        },
        "layer": [
            {
                "mark": {"type": "bar"},
                "encoding": {
                    "color": {"field": "right", "type": "nominal", "legend": None, "scale": colours}
                },
            },
            {
                "mark": vega.type_beside(ink, font_size, 6),
                "encoding": {"text": {"field": "label", "type": "nominal"}},
            },
        ],
        **vega.chart_look(view={"stroke": None}),
    }
