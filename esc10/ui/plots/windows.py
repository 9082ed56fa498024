"""What runs say of one sound: bars beside each other, and the winners of its windows over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from esc10.datasets.clips import class_label
from esc10.ui.plots import palette, vega
from esc10.ui.plots.palette import LETTERS

_CLASSES_SHOWN = 5
_TOP = 3

Probabilities = dict[str, float]
"""A run's answer: each class name with its probability."""


def top_classes(answers: Sequence[Probabilities]) -> list[str]:
    """The classes to show of several runs' answers, the most probable first.

    Five, or more where runs of many opinions name more among their first three.
    """
    names = dict.fromkeys(name for answer in answers for name in answer)
    means = {name: sum(answer.get(name, 0.0) for answer in answers) for name in names}
    named = {name for answer in answers for name in sorted(answer, key=lambda n: -answer[n])[:_TOP]}
    ordered = sorted(names, key=lambda name: -means[name])
    filled = [name for name in ordered if name not in named][: max(0, _CLASSES_SHOWN - len(named))]
    return [name for name in ordered if name in named or name in filled]


def bar_columns(answer: Probabilities, classes: Sequence[str]) -> dict[str, list[Any]]:
    """A bar for each class, column by column; a class the run does not know has none.

    `classes`: those to show, in their order.
    """
    known = [name for name in classes if name in answer]
    return {
        "class": [class_label(name) for name in known],
        "probability": [answer[name] for name in known],
    }


def bar_spec(
    classes: Sequence[str], colour: str, ink: str, font_size: int, height: int
) -> dict[str, Any]:
    """The bars of one run; those of another one beside it have the same classes and the same axis.

    `classes`: those to show, the first on top.
    """
    names = [class_label(name) for name in classes]
    return {
        "height": height,
        "encoding": {
            "y": {
                "field": "class",
                "type": "nominal",
                "scale": {"domain": names, "paddingInner": 0.25},
                "title": None,
                "axis": {
                    **vega.axis_look(ink, font_size),
                    "labelLimit": 20 * font_size,
                    "ticks": False,
                    "domain": False,
                },
            },
            # Room on the right for the figure beside a full bar.
            "x": {
                "field": "probability",
                "type": "quantitative",
                "scale": {"domain": [0, 1.3]},
                "axis": None,
            },
        },
        "layer": [
            {"mark": {"type": "bar", "color": colour}},
            {
                "mark": _text(ink, font_size, 5),
                "encoding": {
                    "text": {"field": "probability", "type": "quantitative", "format": ".0%"}
                },
            },
        ],
        **vega.chart_look(view={"stroke": None}),
    }


def _text(ink: str, font_size: int, right: int) -> dict[str, Any]:
    """Type that begins so many pixels to the right of its place."""
    return {"type": "text", "align": "left", "dx": right, "fontSize": font_size, "fill": ink}


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
        # The first in its lane carries the letter.
        "letter": [
            LETTERS[row[0]] if row[:2] not in [other[:2] for other in rows[:index]] else ""
            for index, row in enumerate(rows)
        ],
    }


def window_spec(
    classes: Sequence[str], slots: Sequence[int], ink: str, font_size: int, lane: int
) -> dict[str, Any]:
    """The winner of each window over time: a row for each class, in it a lane for each run.

    `classes`: those that won a window, the first on top. `slots`: the runs' places among those
    chosen, from 0. `lane`: its height, in pixels.
    """
    names = [class_label(name) for name in classes]
    colours = {"domain": list(slots), "range": [palette.RUN_COLOURS[slot] for slot in slots]}
    colour = {"field": "slot", "type": "nominal", "scale": colours, "legend": None}
    lanes = {"domain": [LETTERS[slot] for slot in slots]}
    return {
        "height": len(names) * (len(slots) * lane + 6),
        "encoding": {
            **_time_and_class(names, _axis(ink, font_size)),
            "yOffset": {"field": "run", "type": "nominal", "scale": lanes},
            "tooltip": [
                {"field": "run"},
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
                "mark": _text(ink, font_size - 3, 3),
                "encoding": {"text": {"field": "letter", "type": "nominal"}, "x2": None},
            },
        ],
        **vega.chart_look(view={"stroke": ink, "strokeOpacity": 0.25}),
    }


def _time_and_class(names: Sequence[str], axis: dict[str, Any]) -> dict[str, Any]:
    return {
        "y": {
            "field": "class",
            "type": "nominal",
            "scale": {"domain": names, "paddingInner": 0.1},
            "title": None,
            "axis": {**axis, "grid": True, "tickBand": "extent", "ticks": False},
        },
        "x": {
            "field": "begin",
            "type": "quantitative",
            "title": "seconds",
            "scale": {"nice": False},
            "axis": {**axis, "grid": False, "tickCount": 10},
        },
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
