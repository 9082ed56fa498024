"""A finished run that plays back as if it trained now: for the day on which nothing else works."""

from __future__ import annotations

import time

import streamlit as st

from esc10.runs.outcome import WITH_WEIGHTS
from esc10.runs.replay import epochs_after
from esc10.runs.run import Run
from esc10.storage import is_gone
from esc10.ui.curves import describe_curves, show_curves
from esc10.ui.fragments import live, tick_seconds
from esc10.ui.frame import in_projector_mode
from esc10.ui.progress import describe_end
from esc10.ui.server import all_runs
from esc10.ui.settings import choose_run
from esc10.ui.words import describe_best, duration, short_name

_PLAYED = "replay played"
"""Where a session remembers which run plays, since when, and how many times as fast."""

_PACES = {1: "as fast as it was", 4: "4 times as fast", 16: "16 times as fast"}


def show_replay() -> None:
    """A run to choose, a pace, and its curves as they grew."""
    runs = [run for run in all_runs() if run.state in WITH_WEIGHTS and len(run.history()) > 1]
    if not runs:
        st.info(
            "A run that has ended can be played back here, as if it trained now.",
            icon=":material/replay:",
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        run = choose_run(runs, "Run", key="replayed run")
        pace = st.selectbox(
            "Pace", list(_PACES), format_func=_PACES.__getitem__, key="replay pace", width=190
        )
        if st.button("Play", icon=":material/play_arrow:", type="primary", key="play"):
            st.session_state[_PLAYED] = (run.run_id, time.monotonic(), pace)
    if st.session_state.get(_PLAYED, ("",))[0] == run.run_id:
        goes_on = _epochs(run) < len(run.history())
        live(_playing, tick_seconds() if goes_on else None)(run, goes_on)
    else:
        trained = duration(sum(row.seconds for row in run.history()))
        st.caption(f"It trained for {trained}. Nothing is trained here: **Play** shows it again.")


def _epochs(run: Run) -> int:
    """How many epochs have been played."""
    _, began, pace = st.session_state[_PLAYED]
    return epochs_after(run.history(), pace * (time.monotonic() - began))


def _playing(run: Run, goes_on: bool) -> None:
    """The curves so far, drawn every tick while it goes on."""
    if is_gone(run.folder):
        st.rerun()  # it is not offered any more
    history, epochs = run.history(), _epochs(run)
    show_curves([(0, run)], 260 if in_projector_mode() else 300, epochs=epochs, key="replay")
    name = f":material/replay: **Replay** of {short_name(run)}"
    if epochs < len(history):
        best = f"; {describe_best(run, history[:epochs])}" if epochs else ""
        st.progress(epochs / len(history), text=f"{name}: epoch {epochs} of {len(history)}{best}")
    else:
        st.progress(1.0, text=f"{name}: {describe_end(run, run.state)}")
    st.caption(describe_curves([run]))
    if goes_on and epochs == len(history):
        st.rerun()
