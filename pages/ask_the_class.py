"""Ask the class, by phones or by hands, before a network's answers are shown."""

from __future__ import annotations

import streamlit as st

from esc10.runs.run import Run
from esc10.ui.ask_the_class import blind, confused
from esc10.ui.ask_the_class.blind import BLIND
from esc10.ui.ask_the_class.confused import CONFUSED
from esc10.ui.ask_the_class.room import end, this_room
from esc10.ui.frame import guarded, open_page, show_missing, show_no_sounds
from esc10.ui.server import datasets_here, engine, runs_that_judge
from esc10.ui.settings import choose_run

_OFFERS = {CONFUSED: "Predict before reveal", BLIND: "Beat the class"}


def main() -> None:
    open_page("Ask the class")
    engine()  # warms up meanwhile
    runs = runs_that_judge()
    if not runs:
        show_missing(
            "There is nothing to ask about yet: no network has been trained.",
            "pages/train.py",
            "Train a network",
        )
        return
    room = this_room()
    kind, run_id = room.about if room else ("", "")
    asked = next((run for run in runs if run.run_id == run_id), None)
    if room is None or asked is None:
        _offer(runs)
        return
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Leave", type="tertiary", icon=":material/close:"):
            end()
            st.rerun()
    if kind == CONFUSED:
        confused.ask(asked, room)
    else:
        blind.ask(asked, room, runs)


def _offer(runs: list[Run]) -> None:
    """What can be asked, and about which network."""
    left, right = st.columns([1, 1.4], gap="medium")
    with left:
        kind = st.segmented_control(
            "What is asked",
            list(_OFFERS),
            format_func=_OFFERS.__getitem__,
            default=CONFUSED,
            required=True,
            key="class activity",
            label_visibility="collapsed",
            persist_state="session",
        )
        run = choose_run(runs, "Run", key="run to ask about")
    with right:
        st.markdown(f"#### {_OFFERS[kind]}")
        if kind == CONFUSED:
            confused.offer(run)
        elif run.config.train.dataset in datasets_here():
            blind.offer(run)
        else:
            show_no_sounds("Listening to what this network was tested on")
        st.caption(
            "Phones vote on a page of their own, over plain http on this network; each browser has "
            "one vote. Nothing of anybody is kept but the vote, and that until you leave."
        )


if __name__ == "__main__":
    guarded(main)
