"""What runs say of the windows of one sound: the winners over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from esc10.datasets.clips import class_label
from esc10.ui.plots import palette, vega
from esc10.ui.plots.palette import LETTERS
from esc10.ui.plots.time_axis import vega_time_axis

_AXIS_LINES = 5
"""What the time axis takes of the height: its labels, its title, and the room around them."""


def _axis(ink: str, font_size: int) -> dict[str, Any]:
    return {**vega.axis_look(ink, font_size), "labelLimit": 20 * font_size}


def window_spans(
    starts: Sequence[float], window: float, seconds: float
) -> list[tuple[float, float]]:
    """The stretch of time each window speaks for: that of which it is the nearest to its middle.

    `starts`: where the windows begin, in seconds, ascending. `window`: how long one is, in
    seconds.
    """
    middles = np.asarray(starts) + window / 2
    ends = [*((middles[1:] + middles[:-1]) / 2).tolist(), seconds]
    return list(zip([0.0, *ends[:-1]], ends, strict=True))


def window_columns(
    slots: Sequence[int],
    winners: Sequence[Sequence[tuple[str, float, bool]]],
    spans: Sequence[tuple[float, float]],
) -> dict[str, list[Any]]:
    """A row for each run and window, column by column.

    `slots`: for each run its place among those chosen, from 0. `spans`: for each window its
    begin and end, in seconds.
    """
    rows = [
        (slot, class_label(name), probability, known, *span)
        for slot, windows in zip(slots, winners, strict=True)
        for (name, probability, known), span in zip(windows, spans, strict=True)
    ]
    return {
        "slot": [row[0] for row in rows],
        "run": [LETTERS[row[0]] for row in rows],
        "class": [row[1] for row in rows],
        "probability": [row[2] for row in rows],
        "known": [row[3] for row in rows],
        "begin": [row[4] for row in rows],
        "end": [row[5] for row in rows],
        # The first in its lane carries the letter, where there are lanes.
        "letter": [
            LETTERS[row[0]]
            if len(slots) > 1 and row[:2] not in [other[:2] for other in rows[:index]]
            else ""
            for index, row in enumerate(rows)
        ],
    }


def window_spec(
    classes: Sequence[str],
    slots: Sequence[int],
    seconds: float,
    ink: str,
    font_size: int,
    lane: int,
    gutter: float,
) -> dict[str, Any]:
    """The winner of each window over time: a row for each class, in it a lane for each run.

    `classes`: those that won a window, the first on top. `slots`: the runs' places among those
    chosen, from 0. `seconds`: how long the sound is. `lane`: its height, in pixels. `gutter`: what
    the classes' names take at least, in pixels.
    """
    names = [class_label(name) for name in classes]
    colours = {"domain": list(slots), "range": [palette.RUN_COLOURS[slot] for slot in slots]}
    colour = {"field": "slot", "type": "nominal", "scale": colours, "legend": None}
    lanes = {"domain": [LETTERS[slot] for slot in slots]}
    return {
        "height": len(names) * (len(slots) * lane + 6) + _AXIS_LINES * font_size,
        "encoding": {
            **_time_and_class(names, seconds, _axis(ink, font_size), gutter),
            "yOffset": {"field": "run", "type": "nominal", "scale": lanes},
            "tooltip": [
                *([{"field": "run"}] if len(slots) > 1 else []),
                {"field": "class"},
                {"field": "probability", "format": ".0%"},
                {"field": "known"},
            ],
        },
        "layer": [
            _windows("datum.known", {"filled": True}, colour),
            _windows("!datum.known", {"filled": False, "strokeDash": [4, 3]}, colour),
            {
                "transform": [{"filter": "datum.letter != ''"}],
                "mark": vega.type_beside(ink, font_size - 3, 3),
                "encoding": {"text": {"field": "letter", "type": "nominal"}, "x2": None},
            },
        ],
        **vega.chart_look(view={"stroke": ink, "strokeOpacity": 0.25}),
    }


def _time_and_class(
    names: Sequence[str], seconds: float, axis: dict[str, Any], gutter: float
) -> dict[str, Any]:
    beside = {"grid": True, "tickBand": "extent", "ticks": False, "labelPadding": 4}
    return {
        "y": {
            "field": "class",
            "type": "nominal",
            "scale": {"domain": names, "paddingInner": 0.1},
            "title": None,
            "axis": {**axis, **beside, "minExtent": gutter},
        },
        "x": vega_time_axis("begin", seconds, axis),
        "x2": {"field": "end"},
    }


def _windows(which: str, look: dict[str, Any], colour: dict[str, Any]) -> dict[str, Any]:
    """Filled, the more probable the stronger, where the run knows the window; else an outline."""
    encoding: dict[str, Any] = {"color": colour}
    if look["filled"]:
        shades = {"domain": [0, 1], "range": [0.15, 1]}
        encoding["opacity"] = {
            "field": "probability",
            "type": "quantitative",
            "scale": shades,
            "legend": None,
        }
    return {
        "transform": [{"filter": which}],
        "mark": {"type": "bar", "strokeWidth": 2, **look},
        "encoding": encoding,
    }


def winners_of(
    windows: NDArray[np.float32], classes: Sequence[str], known: Sequence[bool]
) -> list[tuple[str, float, bool]]:
    """Each window's class, its probability, and whether it is known.

    `windows`: shape (windows, classes).
    """
    return [
        (classes[int(chances.argmax())], float(chances.max()), yes)
        for chances, yes in zip(windows, known, strict=True)
    ]
