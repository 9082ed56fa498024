"""The live charts: loss and accuracy of several runs, updated in place."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import streamlit as st

from esc10.datasets.splits import leaking
from esc10.evaluation.intervals import CHOSEN, DEPENDENT
from esc10.runs.run import Run
from esc10.ui.frame import chart_pixels, ink
from esc10.ui.plots.curves import METRICS, curve_columns, curve_spec
from esc10.ui.server import HASHES
from esc10.ui.words import plain_name

_KEPT_TABLES = 16

_COLUMNS = pa.schema(
    {
        "slot": pa.int8(),
        "run": pa.string(),
        "epoch": pa.int32(),
        "part": pa.string(),
        "value": pa.float32(),
        "best": pa.bool_(),
        "marker": pa.bool_(),
        "low": pa.float32(),
        "high": pa.float32(),
    }
)
"""The columns of `esc10.ui.plots.curves.curve_columns`."""


_NO_POINT = pa.table({name: [None] for name in _COLUMNS.names}, schema=_COLUMNS)
"""A chart of no rows would not know its columns, and be built anew at the first."""


@st.cache_resource(max_entries=_KEPT_TABLES, show_spinner=False, hash_funcs=HASHES)
def _points(points: tuple[tuple[int, str, int, Run], ...], metric: str) -> pa.Table:
    """The points of some runs: everybody who watches them is sent the same."""
    tables = [
        pa.table(
            curve_columns(
                *(slot, name, run.history()[:epochs], metric),
                validation_clips=len(run.config.clips["validation"]),
            ),
            schema=_COLUMNS,
        )
        for slot, name, epochs, run in points
    ]
    return pa.concat_tables(tables)


def show_curves(
    runs: list[tuple[int, Run]], height: int, *, epochs: int | None = None, key: str = "curve"
) -> None:
    """Loss and accuracy over epochs, side by side.

    The charts keep their place on the page from the first epoch to the last: only their rows
    change. Streamlit's Vega chart, unlike its Plotly chart, takes new rows without a new canvas.

    `height` is that of a chart with its axes, in pixels; `epochs` is how many are shown, all if not
    given; `key` is what charts of another place on a page have in common.
    """
    points = tuple(
        (slot, plain_name(run), len(run.history()) if epochs is None else epochs, run)
        for slot, run in runs
    )
    for column, metric in zip(st.columns(2), METRICS, strict=True):
        table = _points(points, metric)
        column.markdown(f"**{METRICS[metric][0]}**")
        column.vega_lite_chart(
            table if len(table) else _NO_POINT,
            curve_spec(metric, ink(), chart_pixels(), height),
            key=f"{key} {metric}",
            width="stretch",
        )


def describe_curves(runs: Sequence[Run]) -> str:
    """How to read the charts of these runs, in sentences."""
    return (
        "Solid: validation clips, which no network trains on. Dotted: training clips. Large mark: "
        "the best epoch, with the accuracy's 95 % interval. Where only dotted goes on improving, "
        f"the network learns its clips by heart. {CHOSEN}{_describe_dependence(runs)}"
    )


def _describe_dependence(runs: Sequence[Run]) -> str:
    """That clips are not independent, where a split of these runs leaks."""
    leaky = [run for run in runs if leaking(run.config.clips, "validation")]
    if not leaky:
        return ""
    which = "these runs" if len(leaky) == len(runs) else f"{len(leaky)} of these runs"
    return f" In {which} clips share a recording with training: they {DEPENDENT}."
