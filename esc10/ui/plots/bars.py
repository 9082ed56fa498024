"""A network's answers to variants of one sound, as bars beside each other.

Colour is not the only sign: each bar says which variant it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from esc10.datasets.clips import class_label
from esc10.ui.plots import palette, vega

_TOP = 3
_MOST_CLASSES = 4
_COLOURS = (palette.GREY, palette.BLUE, palette.ORANGE)
_LABELS_ROOM = 0.55
"""Of the length that stands for certainty: for what is written behind the longest bar."""


def shown_classes(
    answers: NDArray[np.float32], most: int = _MOST_CLASSES, first: int = 0
) -> list[int]:
    """The classes worth showing of several answers: whichever win, and one's most probable.

    `answers`: class probabilities, shape (answers, classes). `first`: the place of the answer
    whose order they are in, and whose winner is among them.

    Each class once.
    """
    best, *others = np.argsort(-answers[first], kind="stable")
    winners, times = np.unique(answers.argmax(axis=1), return_counts=True)
    often = winners[np.argsort(-times, kind="stable")]
    wanted = list(dict.fromkeys(map(int, [best, *often, *others[: _TOP - 1]])))[:most]
    return sorted(wanted, key=lambda label: -float(answers[first, label]))


def bar_columns(
    variants: Mapping[str, NDArray[np.float32]], classes: Sequence[str]
) -> dict[str, list[Any]]:
    """A row for each shown class and variant, column by column.

    `variants`: class probabilities, shape (classes,), by what was done to the sound; the first
    is the sound as it is. Three at most.
    """
    rows = [
        (label, slot, name, float(chances[label]))
        for label in shown_classes(np.stack(list(variants.values())))
        for slot, (name, chances) in enumerate(variants.items())
    ]
    return {
        "class": [class_label(classes[label]) for label, _, _, _ in rows],
        "slot": [slot for _, slot, _, _ in rows],
        "probability": [chance for _, _, _, chance in rows],
        "label": [f"{chance:.0%} {name}" for _, _, name, chance in rows],
    }


def bar_spec(names: Sequence[str], ink: str, font_size: int, height: int) -> dict[str, Any]:
    """The chart: a group of bars for each class, in it one for each variant, with its name.

    `names`: the shown classes in words, in their order.
    """
    axis = {"labelFontSize": font_size, "labelColor": ink, "ticks": False, "title": None}
    y = {
        "field": "class",
        "type": "nominal",
        "axis": {**axis, "labelLimit": 10 * font_size},
        "scale": {"domain": list(names), "paddingInner": 0.2},
    }
    x = {
        "field": "probability",
        "type": "quantitative",
        "scale": {"domain": [0, 1 + _LABELS_ROOM]},
        "axis": {**axis, "format": ".0%", "values": [0, 0.5, 1], "grid": False},
    }
    domain = list(range(len(_COLOURS)))
    slot = {"field": "slot", "type": "nominal"}
    scale = {"domain": domain, "range": list(_COLOURS)}
    words = {"type": "text", "align": "left", "dx": 5, "fontSize": font_size - 2, "fill": ink}
    return {
        "height": height,
        "encoding": {"y": y, "yOffset": {**slot, "scale": {"domain": domain}}, "x": x},
        "layer": [
            {
                "mark": {"type": "bar"},
                "encoding": {"color": {**slot, "scale": scale, "legend": None}},
            },
            {"mark": words, "encoding": {"text": {"field": "label", "type": "nominal"}}},
        ],
        **vega.chart_look(view={"stroke": None}),
    }
