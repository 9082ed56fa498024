"""Precision, recall and F1 of every class, as tables with bars."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from esc10.datasets.clips import class_label
from esc10.evaluation.intervals import percent
from esc10.evaluation.metrics import Evaluation, PartEvaluation
from esc10.lesson.words import right_of
from esc10.ui.csv_files import csv_of
from esc10.ui.frame import table_pixels

_FIGURES = {"precision": "precision", "recall": "recall", "f1-score": "F1"}
_NAME_PIXELS, _BAR_PIXELS, _NUMBER_PIXELS = 132, 106, 75


def show_reports(judged: Evaluation) -> None:
    """The reports on the validation and test clips, side by side, each with its CSV file."""
    for column, (name, part) in zip(st.columns(2), judged.parts.items(), strict=True):
        with column:
            st.markdown(f"**{name.capitalize()}:** {right_of(part)}")
            table = _table(part)
            st.dataframe(
                _rounded(table),
                hide_index=True,
                height="content",
                column_config={
                    "class": st.column_config.TextColumn(width=table_pixels(_NAME_PIXELS)),
                    **{
                        figure: st.column_config.ProgressColumn(
                            title, format="%.2f", min_value=0, max_value=1, width=_BAR_PIXELS
                        )
                        for figure, title in _FIGURES.items()
                    },
                    "support": st.column_config.NumberColumn(
                        format="%d", width=table_pixels(_NUMBER_PIXELS)
                    ),
                },
                key=f"report {name}",
            )
            st.download_button(
                "CSV",
                csv_of(table),
                f"{judged.run_id}-{judged.weights}-{name}.csv",
                "text/csv",
                key=f"report csv {name}",
                icon=":material/download:",
                on_click="ignore",
            )
    st.caption(
        "Precision: of the clips given this class, how many are. Recall: of the clips of this "
        "class, how many were found. F1: their harmonic mean. Support: clips of this class; "
        "with 8, one clip moves recall by 0.125."
    )


def _rounded(table: pa.Table) -> pa.Table:
    """The figures in hundredths, rounded as in the sentences above them."""
    for figure in _FIGURES:
        hundredths = [percent(share) / 100 for share in table[figure].to_pylist()]
        table = table.set_column(table.schema.get_field_index(figure), figure, pa.array(hundredths))
    return table


def _table(part: PartEvaluation) -> pa.Table:
    rows = part.report
    columns = {figure: [row[figure] for row in rows.values()] for figure in _FIGURES}
    return pa.table(
        {
            "class": [class_label(row).replace("avg", "average") for row in rows],
            **columns,
            "support": [int(row["support"]) for row in rows.values()],
        }
    )
