"""A class's hand-ins: checked all at once, and what somebody should look at first."""

from __future__ import annotations

import streamlit as st

from esc10.ui.fragments import live, tick_seconds
from esc10.ui.frame import guarded, open_page
from esc10.ui.hand_ins.bringing import show_form
from esc10.ui.hand_ins.class_checks import own_check
from esc10.ui.hand_ins.results import show_checking, show_results
from esc10.ui.server import engine


def main() -> None:
    open_page("Hand-ins")
    engine()  # warms up meanwhile
    st.markdown("#### Hand-ins of a class")
    check = own_check()
    if check is None:
        st.markdown(
            "For whoever gives the lesson: have the reports and zips of a whole class checked, as "
            "*Take it along* on Evaluate writes them."
        )
        show_form()
    elif check.job.running:
        live(show_checking, tick_seconds())(check)
    else:
        show_results(check)


if __name__ == "__main__":
    guarded(main)
