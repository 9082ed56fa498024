"""Answers as bars: those of several runs to one sound, or of one network to its variants.

Colour is not the only sign: runs stand beside each other, and a bar says which variant it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from esc10.datasets.clips import class_label
from esc10.evaluation.intervals import percent
from esc10.ui.plots import palette, vega

_TOP = 3
_CLASSES_SHOWN = 5
_MOST_CLASSES = 4
_COLOURS = (palette.GREY, palette.BLUE, palette.ORANGE)
_LABELS_ROOM = 0.55
"""Of the length that stands for certainty: for what is written behind the longest bar."""

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


def run_columns(answer: Probabilities, classes: Sequence[str]) -> dict[str, list[Any]]:
    """A bar for each class, column by column; a class the run does not know has none.

    `classes`: those to show, in their order.
    """
    known = [name for name in classes if name in answer]
    return {
        "class": [class_label(name) for name in known],
        "probability": [answer[name] for name in known],
    }


def run_spec(
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
                "mark": vega.type_beside(ink, font_size, 5),
                "encoding": {
                    "text": {"field": "probability", "type": "quantitative", "format": ".0%"}
                },
            },
        ],
        **vega.chart_look(view={"stroke": None}),
    }


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


def variant_columns(
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
        "label": [f"{percent(chance)}% {name}" for _, _, name, chance in rows],
    }


def variant_spec(names: Sequence[str], ink: str, font_size: int, height: int) -> dict[str, Any]:
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
    return {
        "height": height,
        "encoding": {"y": y, "yOffset": {**slot, "scale": {"domain": domain}}, "x": x},
        "layer": [
            {
                "mark": {"type": "bar"},
                "encoding": {"color": {**slot, "scale": scale, "legend": None}},
            },
            {
                "mark": vega.type_beside(ink, font_size - 2, 5),
                "encoding": {"text": {"field": "label", "type": "nominal"}},
            },
        ],
        **vega.chart_look(view={"stroke": None}),
    }
