"""The live charts: loss and accuracy of several runs, updated in place."""

from __future__ import annotations

import streamlit as st

from esc10.plots.curves import METRICS, curve_rows, curve_spec
from esc10.run import Run
from esc10.ui.frame import chart_pixels
from esc10.ui.words import short_name

_NO_POINT = {
    "slot": None,
    "run": "",
    "epoch": None,
    "part": "validation",
    "value": None,
    "best": False,
    "marker": False,
}


def show_curves(runs: list[tuple[int, Run]], height: int) -> None:
    """Loss and accuracy over epochs, side by side.

    The charts keep their place on the page from the first epoch to the last: only their rows
    change. Streamlit's Vega chart, unlike its Plotly chart, takes new rows without a new canvas.

    Args:
        runs: each with the number that decides its colour and shape.
        height: of the plotting areas, in pixels.
    """
    histories = [(slot, short_name(run), run.history()) for slot, run in runs]
    for column, metric in zip(st.columns(2), METRICS, strict=True):
        rows = [
            row
            for slot, name, history in histories
            for row in curve_rows(slot, name, history, metric)
        ]
        column.markdown(f"**{METRICS[metric][0]}**")
        column.vega_lite_chart(
            rows or [_NO_POINT],
            curve_spec(metric, chart_pixels(), height),
            key=f"curve {metric}",
            width="stretch",
        )
    st.caption(
        "Solid: validation clips, which the network never trains on. Dotted: training clips. The "
        "large mark is the best epoch. Where dotted goes on improving and solid does not, the "
        "network learns its clips by heart."
    )
