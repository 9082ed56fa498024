"""Confusion matrices, and the choice of cells whose clips are shown.

A click and the boxes change the same three values of the session: the part, the class in truth and
the class it was taken for. Without a mouse the boxes do all that a click does. Each page has a
choice of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import streamlit as st

from esc10.datasets.clips import class_label
from esc10.evaluation.metrics import JudgedClip, PartEvaluation
from esc10.lesson.words import right_of
from esc10.training.results import PARTS
from esc10.ui.frame import chart_pixels, in_projector_mode, ink
from esc10.ui.links import follow, point
from esc10.ui.plots.confusion import CELL, ChosenCells, matrix_columns, matrix_spec
from esc10.ui.words import class_words

COUNTS, SHARES = "Clips", "% of the row"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person has chosen to hear.

    Attributes:
        part: of the clips: `validation` or `test`, or another word for them.
        cells: the cells of its matrix.
    """

    part: str
    cells: ChosenCells


@dataclass(frozen=True, slots=True)
class CellChooser:
    """A page's matrices and the boxes beside them, which choose the same cells.

    Attributes:
        page: whose they are; goes before the names of what the session keeps.
        parts: the clips there is a matrix of; the last is chosen at first.
    """

    page: str = ""
    parts: tuple[str, ...] = PARTS

    def chosen(self, classes: Sequence[str]) -> Choice:
        """The choice of this browser session, as far as a run has these classes."""
        part = st.session_state.setdefault(self._key("of"), self.parts[-1])
        for name in ("in truth", "taken for"):
            if st.session_state.get(self._key(name)) not in (None, *classes):
                st.session_state[self._key(name)] = None
        true, predicted = (
            st.session_state.get(self._key(name)) for name in ("in truth", "taken for")
        )
        return Choice(part, ChosenCells(true, predicted))

    def follow_link(self, classes: Sequence[str]) -> None:
        """Choose the part and the cell that the address names, before anything of it is drawn."""
        follow("part", self._key("of"), self.parts)
        follow("truth", self._key("in truth"), classes, "class")
        follow("taken", self._key("taken for"), classes, "class")

    def point_link(self, choice: Choice) -> None:
        """Put the chosen part and cell into the address."""
        point("part", self._key("of"), choice.part)
        point("truth", self._key("in truth"), choice.cells.true)
        point("taken", self._key("taken for"), choice.cells.predicted)

    def show_matrix(
        self,
        judged: PartEvaluation,
        part: str,
        classes: Sequence[str],
        choice: Choice,
        *,
        shares: bool,
    ) -> None:
        """One matrix under its accuracy; a click on a cell chooses it, a second takes it back."""
        st.markdown(f"**{part.capitalize()}:** {right_of(judged)}")
        cells = choice.cells if choice.part == part else ChosenCells(None, None)
        columns = matrix_columns(judged.confusion, classes, cells, ink(), shares=shares)
        st.vega_lite_chart(
            pa.table(columns),
            matrix_spec(classes, ink(), chart_pixels() - 2, 420 if in_projector_mode() else 360),
            key=self._chart_key(part),
            on_select=lambda: self._take_click(part, classes),
            selection_mode=CELL,
            width="stretch",
            alt=f"Confusion matrix of the {part} clips",
        )

    def choose(self, part: str, cells: ChosenCells) -> None:
        """Change the choice of this browser session; in a callback, as boxes show it."""
        st.session_state[self._key("of")] = part
        st.session_state[self._key("in truth")] = cells.true
        st.session_state[self._key("taken for")] = cells.predicted

    def show_boxes(self, classes: Sequence[str]) -> None:
        """The same choice by boxes, for the keyboard and for rows and columns."""
        if len(self.parts) > 1:
            st.segmented_control(
                "Clips",
                self.parts,
                format_func=lambda part: f"{part.capitalize()} clips",
                required=True,
                key=self._key("of"),
                label_visibility="collapsed",
                width="stretch",
            )
        left, right = st.columns(2, gap="small")
        for column, name in ((left, "in truth"), (right, "taken for")):
            column.selectbox(
                name.capitalize(),
                classes,
                index=None,
                placeholder="any",
                format_func=class_label,
                key=self._key(name),
            )

    def _key(self, name: str) -> str:
        return f"{self.page}cells {name}"

    def _chart_key(self, part: str) -> str:
        return f"{self.page}matrix {part}"

    def _take_click(self, part: str, classes: Sequence[str]) -> None:
        """Choose the clicked cell, or nothing if it was chosen already.

        The chart tells its selection, not the click; and the boxes may have changed the choice
        since.
        """
        before_key = f"{self._chart_key(part)} before"
        selected = st.session_state[self._chart_key(part)]["selection"].get(CELL) or []
        clicked = selected or st.session_state.get(before_key)
        st.session_state[before_key] = selected
        if not clicked:
            return
        by_words = {class_label(name): name for name in classes}
        cell = ChosenCells(by_words[clicked[0]["true"]], by_words[clicked[0]["predicted"]])
        taken_back = self.chosen(classes) == Choice(part, cell)
        self.choose(part, ChosenCells(None, None) if taken_back else cell)


def _describe_cell(cells: ChosenCells) -> str:
    """A cell, a row or a column in words, for Markdown."""
    true, predicted = cells.true, cells.predicted
    if true is None:
        return f"taken for {class_words(predicted or '')}"
    if predicted is None:
        return f"{class_words(true)} in truth"
    if true == predicted:
        return f"{class_words(true)}, recognised"
    return f"{class_words(true)}, taken for {class_words(predicted)}"


def clips_of(judged: PartEvaluation, cells: ChosenCells) -> tuple[JudgedClip, ...]:
    """The clips behind the chosen cells, or all mistakes where none are, the surest first."""
    if cells == ChosenCells(None, None):
        return judged.mistakes
    return judged.cells(cells.true, cells.predicted)


def describe_clips(count: int, cells: ChosenCells) -> str:
    """What a list of those clips shows, in Markdown."""
    if cells == ChosenCells(None, None):
        return f"All {count} mistakes, the surest first. **Click a number** for its clips."
    return f"{count or 'none'} × {_describe_cell(cells)}"
