"""The two confusion matrices, and the choice of cells whose clips are shown.

A click and the boxes change the same three values of the session: the part, the class in truth and
the class it was taken for. Without a mouse the boxes do all that a click does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import streamlit as st

from esc10.datasets.clips import class_label
from esc10.evaluation.metrics import Evaluation, PartEvaluation
from esc10.training.results import PARTS
from esc10.ui.frame import chart_pixels, in_projector_mode, ink
from esc10.ui.plots.confusion import CELL, ChosenCells, matrix_columns, matrix_spec
from esc10.ui.words import right_of

_PART, _TRUE, _PREDICTED = "cells of", "cells in truth", "cells taken for"
COUNTS, SHARES = "Clips", "% of the row"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person has chosen to hear.

    Attributes:
        part: `validation` or `test`.
        cells: the cells of its matrix.
    """

    part: str
    cells: ChosenCells


def chosen(classes: Sequence[str]) -> Choice:
    """The choice of this browser session, as far as a run has these classes."""
    part = st.session_state.setdefault(_PART, PARTS[-1])
    for key in (_TRUE, _PREDICTED):
        if st.session_state.get(key) not in (None, *classes):
            st.session_state[key] = None
    true, predicted = st.session_state.get(_TRUE), st.session_state.get(_PREDICTED)
    return Choice(part, ChosenCells(true, predicted))


def show_matrix(
    judged: PartEvaluation, part: str, classes: Sequence[str], choice: Choice, *, shares: bool
) -> None:
    """One matrix under its accuracy; a click on a cell chooses it, a second one takes it back."""
    st.markdown(f"**{part.capitalize()}:** {right_of(judged)}")
    cells = choice.cells if choice.part == part else ChosenCells(None, None)
    columns = matrix_columns(judged.confusion, classes, cells, ink(), shares=shares)
    st.vega_lite_chart(
        pa.table(columns),
        matrix_spec(classes, ink(), chart_pixels() - 2, 420 if in_projector_mode() else 360),
        key=_chart_key(part),
        on_select=lambda: _take_click(part, classes),
        selection_mode=CELL,
        width="stretch",
        alt=f"Confusion matrix of the {part} clips",
    )


def _chart_key(part: str) -> str:
    return f"matrix {part}"


def _take_click(part: str, classes: Sequence[str]) -> None:
    """Choose the clicked cell, or nothing if it was chosen already.

    The chart tells its selection, not the click; and the boxes may have changed the choice since.
    """
    before_key = f"{_chart_key(part)} before"
    selected = st.session_state[_chart_key(part)]["selection"].get(CELL) or []
    clicked = selected or st.session_state.get(before_key)
    st.session_state[before_key] = selected
    if not clicked:
        return
    by_words = {class_label(name): name for name in classes}
    cell = ChosenCells(by_words[clicked[0]["true"]], by_words[clicked[0]["predicted"]])
    taken_back = chosen(classes) == Choice(part, cell)
    choose(part, ChosenCells(None, None) if taken_back else cell)


def choose(part: str, cells: ChosenCells) -> None:
    """Change the choice of this browser session; in a callback, as boxes show it."""
    st.session_state[_PART] = part
    st.session_state[_TRUE], st.session_state[_PREDICTED] = cells.true, cells.predicted


def choose_cells(judged: Evaluation) -> None:
    """The same choice by boxes, for the keyboard and for rows and columns."""
    st.segmented_control(
        "Clips",
        PARTS,
        format_func=lambda part: f"{part.capitalize()} clips",
        required=True,
        key=_PART,
        label_visibility="collapsed",
        width="stretch",
    )
    left, right = st.columns(2, gap="small")
    for column, label, key in ((left, "In truth", _TRUE), (right, "Taken for", _PREDICTED)):
        column.selectbox(
            label, judged.classes, index=None, placeholder="any", format_func=class_label, key=key
        )
