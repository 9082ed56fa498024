"""What is done with a single run: give it a title and a note, or look at it closely."""

from __future__ import annotations

import streamlit as st

from esc10.errors import RunError
from esc10.runs.captions import MAX_NOTE, MAX_TITLE, Caption, set_caption
from esc10.runs.run import Run
from esc10.ui.plots.palette import LETTERS, RUN_COLOURS, RUN_GLYPHS
from esc10.ui.words import in_markdown


def mark(slot: int) -> str:
    """In Markdown: the mark and the letter of a run that is compared.

    `slot` is its place among those compared, from 0.
    """
    return f':color[{RUN_GLYPHS[slot]}]{{foreground="{RUN_COLOURS[slot]}"}} **{LETTERS[slot]}**'


def edit_caption(run: Run) -> None:
    """A title and a note to type; they are stored with the run."""
    try:
        caption = run.caption
    except RunError:
        caption = Caption()  # storing another one mends it
    with (
        st.form(f"label {run.run_id}", border=False),
        st.container(horizontal=True),
    ):
        title = st.text_input(
            "Title",
            caption.title,
            max_chars=MAX_TITLE,
            key=f"title {run.run_id}",
            placeholder="what to call it",
            width=340,
        )
        note = st.text_area(
            "Note",
            caption.note,
            max_chars=MAX_NOTE,
            key=f"note {run.run_id}",
            placeholder="what to remember of it",
            height=68,
        )
        with st.container(width="content", height="stretch", vertical_alignment="bottom"):
            saved = st.form_submit_button("Save", icon=":material/save:")
        if saved:
            _save(run, title, note)


def _save(run: Run, title: str, note: str) -> None:
    try:
        set_caption(run.folder, title, note)
    except RunError as error:
        st.error(in_markdown(str(error)))
    else:
        st.rerun()  # the table above has been drawn with the old title
