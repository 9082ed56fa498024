"""What came of a check: how many of each state, what to look at first, a table, files to take."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import pyarrow as pa
import streamlit as st

from esc10.archives.trees import shown
from esc10.evaluation.intervals import percent
from esc10.lesson.checking import (
    CHECKED,
    STATES,
    Checked,
    Doubles,
    canvas_csv,
    doubles_among,
    feedback_zip,
    grades_csv,
    sets_that_share,
    states_of,
)
from esc10.lesson.checking.checked import DAMAGED, DIFFERS, READ, REFUSED
from esc10.lesson.checking.judging import TOLERANCE
from esc10.lesson.words import share
from esc10.ui.frame import table_pixels
from esc10.ui.hand_ins.bringing import how_many, show_form
from esc10.ui.hand_ins.class_checks import ClassCheck, forget_check
from esc10.ui.progress import show_job
from esc10.ui.words import in_markdown

_COLOURS = {CHECKED: "green", DIFFERS: "orange", READ: "gray", DAMAGED: "red", REFUSED: "red"}
_GRAVEST_FIRST = (DAMAGED, REFUSED, DIFFERS)
_FIRST, _NAMED = 12, 8
"""So many lines stand open, and so many names in one of them; the table has all."""


def show_checking(check: ClassCheck) -> None:
    """How far it is, a way to stop, and what has come of it so far."""
    show_job(check.job, "hand-ins", "Stop")
    st.caption(
        "It goes on when you leave this page, or load it anew. Only in this browser will the "
        "results be seen, and only until it is quit."
    )
    _states(check.hand_ins)
    if not check.job.running:
        st.rerun()


def show_results(check: ClassCheck) -> None:
    """What came of it, and a way to others."""
    with st.expander("Check others", icon=":material/add:"):
        st.markdown("New results take the place of these: save the files below first.")
        show_form()
    hand_ins = check.hand_ins
    _ended(check, len(hand_ins))
    if not hand_ins:
        _forget()
        return
    _states(hand_ins)
    st.caption(
        f"A stored probability may be off by {TOLERANCE:g}. Nothing was graded: a table's column "
        "for it is empty. Exercises are as each hand-in says."
    )
    doubles = doubles_among(hand_ins)
    _downloads(hand_ins, doubles)
    _look_first(hand_ins, doubles)
    st.markdown("#### All")
    _table(hand_ins)
    _aside(check.aside)
    _forget()


def _ended(check: ClassCheck, done: int) -> None:
    if check.job.error:
        st.error(in_markdown(check.job.error))
    rest = f"{done} of {how_many(check.total)} {'was' if done == 1 else 'were'} checked"
    if check.job.cancelled:
        st.info(f"Stopped: {rest}.", icon=":material/stop_circle:")
    elif check.job.error:
        st.info(f"{rest} before.")


def _states(hand_ins: Sequence[Checked]) -> None:
    lines = [
        f":{_COLOURS[state]}-badge[{count} {state}] {STATES[state]}."
        for state, count in states_of(hand_ins).items()
        if count
    ]
    st.markdown("  \n".join(lines))
    if any(one.state == READ for one in hand_ins):
        st.page_link("pages/dataset.py", label="**Dataset**", icon=":material/arrow_forward:")


def _downloads(hand_ins: Sequence[Checked], doubles: Mapping[str, Doubles]) -> None:
    for_canvas = canvas_csv(hand_ins)
    with st.container(horizontal=True, vertical_alignment="center"):
        _download("grades.csv", "all of it, and for Moodle", lambda: grades_csv(hand_ins, doubles))
        if for_canvas is not None:
            _download("grades.canvas.csv", "for its gradebook", lambda: for_canvas)
        _download("feedback.zip", "a page for each", lambda: feedback_zip(hand_ins))


def _download(name: str, why: str, content: Callable[[], bytes]) -> None:
    st.download_button(
        f"**{name}**, {why}",
        content,
        name,
        "application/zip" if name.endswith("zip") else "text/csv",
        key=f"download {name}",
        icon=":material/download:",
        on_click="ignore",
    )


def _look_first(hand_ins: Sequence[Checked], doubles: Mapping[str, Doubles]) -> None:
    lines = list(_lines(hand_ins, doubles))
    st.markdown("#### Look at these first")
    if not lines:
        st.markdown("None: nothing is damaged, differs or is there twice.")
        return
    st.markdown("\n".join(lines[:_FIRST]))
    if rest := lines[_FIRST:]:
        with st.expander(f"{len(rest)} more"):
            st.markdown("\n".join(rest))


def _lines(hand_ins: Sequence[Checked], doubles: Mapping[str, Doubles]) -> Iterator[str]:
    """The gravest first: single hand-ins, those that share something, seals."""
    named = {one.file: called(one) for one in hand_ins}
    for state in _GRAVEST_FIRST:
        for one in hand_ins:
            if one.state == state:
                yield _line(_COLOURS[state], state, named[one.file], one.sentence)
    for what, why in (
        ("weights", "A copy, or the same settings and seed on machines that compute alike."),
        ("answers", "Of the exercises; they may be those that are right."),
    ):
        for files in sets_that_share(hand_ins, doubles, what):
            names = ", ".join(named[file] for file in files[:_NAMED])
            more = f" and {len(files) - _NAMED} more" if len(files) > _NAMED else ""
            yield _line("orange", f"same {what}", names + more, why)
    for one in hand_ins:
        if one.sealed is False and one.state not in _GRAVEST_FIRST:
            yield _line("orange", "seal", named[one.file], one.sentence)


def _line(colour: str, what: str, who: str, sentence: str) -> str:
    return f"- :{colour}-badge[{what}] **{in_markdown(who)}**: {in_markdown(sentence)}"


def called(one: Checked) -> str:
    """Who sent it; where nobody is named, its file."""
    if one.sender is None:
        return shown(one.file)
    if one.sender.name == "Participant" or not one.sender.name:  # names are hidden
        return f"{one.sender.name or 'Student'} {one.sender.id}"
    return shown(one.sender.name)


def _table(hand_ins: Sequence[Checked]) -> None:
    columns = {
        "sender": [called(one) for one in hand_ins],
        "state": [one.state for one in hand_ins],
        "title": [one.title for one in hand_ins],
        "test accuracy": [
            share(one.accuracy, one.interval)
            if one.accuracy is not None and one.interval is not None
            else ""
            for one in hand_ins
        ],
        "claimed": ["" if one.claimed is None else f"{percent(one.claimed)}%" for one in hand_ins],
        "exercises": [
            f"{one.accepted} of {one.answered}" if one.answered else "" for one in hand_ins
        ],
        "file": [shown(one.file) for one in hand_ins],
    }
    column, pixels = st.column_config, table_pixels
    st.dataframe(
        pa.table(columns),
        hide_index=True,
        column_order=[name for name, cells in columns.items() if any(cells)],
        column_config={
            "sender": column.TextColumn(width=pixels(210)),
            "state": column.TextColumn(width=pixels(90)),
            "title": column.TextColumn(width=pixels(190)),
            "test accuracy": column.TextColumn(
                width=pixels(150), help="Judged anew, with its 95 % interval after Wilson."
            ),
            "claimed": column.TextColumn(width=pixels(80), help="What the hand-in says it is."),
            "exercises": column.TextColumn(
                width=pixels(90), help="Accepted of those answered, as the hand-in says."
            ),
        },
        alt="All hand-ins",
    )


def _aside(names: Sequence[str]) -> None:
    if names:
        are = "1 file was" if len(names) == 1 else f"{len(names)} files were"
        with st.expander(f"{are} left aside, being no hand-ins", icon=":material/folder_off:"):
            st.markdown("\n".join(f"- {in_markdown(name)}" for name in names))


def _forget() -> None:
    if st.button(
        "Forget these results",
        key="forget check",
        type="tertiary",
        icon=":material/close:",
        help="Nothing of them stays in the lab. What was handed in stays where it is.",
    ):
        forget_check()
        st.rerun()
