"""F1 of every class, the runs beside each other: as bars, as figures, and as a file."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import streamlit as st

from esc10.datasets.clips import class_label
from esc10.evaluation.metrics import PartEvaluation
from esc10.runs.run import Run
from esc10.ui.csv_files import csv_of
from esc10.ui.frame import chart_pixels, in_projector_mode, ink
from esc10.ui.plots.class_scores import classes_of, f1_columns, f1_of, f1_spec
from esc10.ui.plots.palette import LETTERS, RUN_COLOURS, RUN_GLYPHS
from esc10.ui.server import verdict


def show_class_scores(runs: Sequence[Run], weights: str) -> None:
    """The chart, and below it the figures on the test clips."""
    parts = [verdict(run, weights).parts["test"] for run in runs]
    classes = classes_of(parts)
    st.markdown("**F1 on the test clips** (higher is better)")
    st.vega_lite_chart(
        pa.table(f1_columns(parts)),
        f1_spec(classes, ink(), chart_pixels(), 300 if in_projector_mode() else 340),
        key="f1 by class",
        width="stretch",
        alt="F1 of every class for each run",
    )
    clips = sorted(
        {int(figures["support"]) for part in parts for figures in _figures(part, classes)}
    )
    number = str(clips[0]) if len(clips) == 1 else f"{clips[0]} to {clips[-1]}"
    alike = all(run.config.clips["test"] == runs[0].config.clips["test"] for run in runs)
    st.caption(
        ("" if alike else "**They were tested on different clips.** ")
        + "F1: the harmonic mean of precision and recall. A letter without a bar stands for 0. A "
        f"class has {number} test clips: one clip more or less moves a bar a lot."
    )
    _show_table(parts, classes)


def _figures(part: PartEvaluation, classes: Sequence[str]) -> list[dict[str, float]]:
    rows = (part.report.get(name) for name in classes)
    return [row for row in rows if row and row["support"]]


def _show_table(parts: Sequence[PartEvaluation], classes: Sequence[str]) -> None:
    columns = {
        LETTERS[slot]: pa.array([f1_of(part, name) for name in classes], pa.float64())
        for slot, part in enumerate(parts)
    }
    table = pa.table({"class": [class_label(name) for name in classes], **columns})
    st.dataframe(
        table,
        key="f1 table",
        hide_index=True,
        height="content",
        column_config={
            LETTERS[slot]: st.column_config.ProgressColumn(
                f"{RUN_GLYPHS[slot]} {LETTERS[slot]}",
                format="%.2f",
                min_value=0,
                max_value=1,
                color=RUN_COLOURS[slot],
            )
            for slot in range(len(parts))
        },
        alt="F1 of every class for each run",
    )
    st.download_button(
        "CSV",
        csv_of(table),
        "f1-by-class.csv",
        "text/csv",
        key="f1 csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )
