"""A run's clips as points of a plane.

The specification stays the same while clips are chosen; only the rows change, so the chart is
not built anew under the hand that clicks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from esc10.datasets import Clip
from esc10.datasets.clips import class_label
from esc10.evaluation.intervals import percent
from esc10.evaluation.metrics import JudgedClip
from esc10.ui.plots import palette, vega

POINT = "point"
"""The name of the map's selection: none, or one clip with its `filename`."""

TRAINING = "training"
"""The part of the clips a run learned from, as the map calls it."""

_STAR = "M0,-1.3L.35,-.45L1.25,-.4L.55,.17L.78,1.05L0,.55L-.78,1.05L-.55,.17L-1.25,-.4L-.35,-.45Z"
_SALTIRE = "M-.9,-.6L-.6,-.9L0,-.3L.6,-.9L.9,-.6L.3,0L.9,.6L.6,.9L0,.3L-.6,.9L-.9,.6L-.3,0Z"
_SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", _STAR, _SALTIRE)
_COLOURS = (*palette.RUN_COLOURS, palette.GREY)

_TOGGLED = f"datum && vlSelectionTest('{POINT}_store', datum)"
"""A second click on a clip takes it back; a click on another one replaces it."""

_LEARNT = f"datum.part === '{TRAINING}'"


def signs_of(classes: int) -> list[tuple[str, str]]:
    """A colour and a shape for each class; no two classes share both, up to 56.

    Seven colours and eight shapes both go round: as 7 and 8 have no common divisor, a pair comes
    again only after all the others.
    """
    return [
        (_COLOURS[label % len(_COLOURS)], _SHAPES[label % len(_SHAPES)]) for label in range(classes)
    ]


def plane_columns(
    points: NDArray[np.float32],
    clips: Sequence[Clip],
    judged: Sequence[JudgedClip],
    parts: Mapping[str, str],
    chosen: str | None,
) -> dict[str, list[Any]]:
    """A row for each clip, column by column; those of the training first, so the others lie on top.

    `points`: shape (clips, 2). `clips`: in the order of the points.
    """
    order = sorted(range(len(clips)), key=lambda index: parts[clips[index].filename] != TRAINING)
    rows = [(clips[index], judged[index]) for index in order]
    return {
        "x": [float(points[index, 0]) for index in order],
        "y": [float(points[index, 1]) for index in order],
        "filename": [clip.filename for clip, _ in rows],
        "class": [class_label(clip.category) for clip, _ in rows],
        "answer": [
            f"{class_label(verdict.predicted)}, {percent(verdict.probability)}%"
            for _, verdict in rows
        ],
        "fold": [clip.fold for clip, _ in rows],
        "part": [parts[clip.filename] for clip, _ in rows],
        "wrong": [not verdict.right for _, verdict in rows],
        "chosen": [clip.filename == chosen for clip, _ in rows],
    }


def plane_spec(classes: Sequence[str], ink: str, font_size: int, height: int) -> dict[str, Any]:
    """The map: colour and shape tell the class, a ring a mistake, size and strength the part."""
    axis = {"type": "quantitative", "axis": None, "scale": {"zero": False, "padding": 14}}
    return {
        "height": height,
        "encoding": {"x": {"field": "x", **axis}, "y": {"field": "y", **axis}},
        "layer": [
            _rings("wrong", ink, sizes=(150, 380), width=1.25),
            _points(classes, ink, font_size),
            _rings("chosen", ink, sizes=(1100, 1100), width=4),
        ],
        **vega.chart_look(view={"stroke": ink, "strokeOpacity": 0.25}),
    }


def _rings(flag: str, ink: str, sizes: tuple[int, int], width: float) -> dict[str, Any]:
    """Rings around the clips that carry a flag.

    `sizes`: of those around training clips, and of the others, in square pixels.
    """
    return {
        "transform": [{"filter": f"datum.{flag}"}],
        # No fill at all: Vega-Lite would lay a transparent one over the point, which takes clicks.
        "mark": {
            "type": "point",
            "fill": None,
            "stroke": ink,
            "strokeWidth": width,
            "opacity": 1,
            "aria": False,
        },
        "encoding": {
            "size": {"condition": {"test": _LEARNT, "value": sizes[0]}, "value": sizes[1]},
        },
    }


def _points(classes: Sequence[str], ink: str, font_size: int) -> dict[str, Any]:
    names = [class_label(name) for name in classes]
    colours, shapes = zip(*signs_of(len(classes)), strict=True)
    legend = vega.legend_look(
        ink,
        font_size,
        labelLimit=20 * font_size,
        symbolSize=170,
        symbolOpacity=1,
        symbolStrokeWidth=0,
        rowPadding=font_size / 2,
    )
    sign = {"field": "class", "type": "nominal", "sort": names, "legend": legend}
    select = {"type": "point", "fields": ["filename"], "toggle": _TOGGLED, "clear": False}
    faint = 0.8 if palette.is_dark(ink) else 0.4
    return {
        "params": [{"name": POINT, "select": select}],
        "mark": {"type": "point", "filled": True, "cursor": "pointer"},
        "encoding": {
            "color": {**sign, "scale": {"domain": names, "range": list(colours)}},
            "shape": {**sign, "scale": {"domain": names, "range": list(shapes)}},
            "size": {"condition": {"test": _LEARNT, "value": 55}, "value": 170},
            "opacity": {"condition": {"test": _LEARNT, "value": faint}, "value": 1},
            "tooltip": [
                {"field": "class", "title": "in truth"},
                {"field": "answer", "title": "taken for"},
                {"field": "part", "title": "part"},
                {"field": "fold", "title": "fold"},
                {"field": "filename", "title": "clip"},
            ],
        },
    }
