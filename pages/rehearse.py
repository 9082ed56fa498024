"""For whoever gives the lesson: is all ready, and what to do in the minutes that there are."""

from __future__ import annotations

import streamlit as st

from esc10.ui.frame import guarded, open_page
from esc10.ui.lesson_begun import lesson_begun
from esc10.ui.rehearse.checks import show_browser, show_machine
from esc10.ui.rehearse.lesson import show_lesson
from esc10.ui.server import datasets_here, engine
from esc10.ui.settings import choose_data


def main() -> None:
    open_page("Rehearse")
    engine()  # warms up meanwhile
    here = datasets_here()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.markdown(
            "For whoever gives the lesson. See **the day before**, on the machine and in the room "
            "of the lesson, that all is ready; then let the **lesson clock** plan it."
        )
        key = here[0] if here else None
        if len(here) > 1:
            with st.container(width=260):
                key = choose_data(here, "rehearse data")
    if lesson_begun():
        st.session_state.setdefault("rehearse view", "Lesson clock")
    ready, clock = st.tabs(
        ["The day before", "Lesson clock"], on_change="rerun", key="rehearse view"
    )
    if ready.open:
        with ready:
            left, right = st.columns(2, gap="large")
            with left:
                show_browser()
            with right:
                show_machine(key)
    if clock.open:
        with clock:
            show_lesson(key)
    st.page_link(
        "pages/hand_ins.py",
        label="After the lesson: **check hand-ins**",
        icon=":material/grading:",
    )


if __name__ == "__main__":
    guarded(main)
