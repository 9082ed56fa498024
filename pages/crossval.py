"""Cross-validate: every fold tests once, and the figure is over all clips."""

from __future__ import annotations

import streamlit as st

from esc10.runs.cross_validation import (
    CrossValidation,
    cross_validation_of,
    list_cross_validations,
    runs_of,
)
from esc10.runs.outcome import UNFINISHED
from esc10.ui.crossval.status import offer_to_forget, show_status, train_missing
from esc10.ui.crossval.verdict import (
    finished,
    judged,
    show_clips_of,
    show_difference,
    show_folds,
    show_peeking,
    title_of,
)
from esc10.ui.fragments import IDLE_SECONDS, live, tick_seconds
from esc10.ui.frame import guarded, open_page, show_missing
from esc10.ui.server import PREPARE_JOBS, all_runs, datasets_here, is_under_way
from esc10.ui.settings import choose_settings, forget_unless
from esc10.ui.words import in_markdown

CHOSEN = "cross-validation"


def main() -> None:
    open_page("Cross-validate")
    here = datasets_here()
    if not here:
        show_missing(
            "Cross-validating needs sounds, and there are none on this machine yet.",
            "pages/dataset.py",
            "Get a dataset",
        )
        return
    left, right = st.columns([1, 2.2], gap="medium")
    with left:
        _ask(here)
    with right:
        asked, complaints = list_cross_validations()
        for complaint in complaints:
            st.warning(in_markdown(complaint), icon=":material/folder_off:")
        if not asked:
            st.info(
                "A test on one fold is a test on few clips. Press **Cross-validate**: five "
                "networks learn, each is tested on another fold, and every clip is judged once.",
                icon=":material/donut_small:",
            )
            return
        one = _choose(asked, "Cross-validation", CHOSEN)
        _show(one, asked)


def _ask(here: list[str]) -> None:
    settings = choose_settings(here, by_fold=True)
    seeds = st.number_input(
        "Seeds",
        1,
        10,
        1,
        key="seeds",
        persist_state="session",
        help="With several, you see how much of a difference is luck.",
    )
    if st.button("Cross-validate", type="primary", icon=":material/donut_small:"):
        asked = cross_validation_of(settings, seeds)
        st.session_state[CHOSEN] = asked.name
        train_missing(asked)
        st.rerun()
    st.caption(
        f"{5 * seeds} trainings: each fold tests once, the one before it validates, three train."
    )


def _choose(asked: list[CrossValidation], label: str, key: str) -> CrossValidation:
    named = {one.name: one for one in asked}
    forget_unless(key, list(named))
    name = st.selectbox(
        label,
        list(named),
        format_func=lambda name: title_of(named[name]),
        key=key,
        persist_state="session",
    )
    return named[name]


def _show(one: CrossValidation, asked: list[CrossValidation]) -> None:
    there = runs_of(one, all_runs())
    busy = is_under_way(PREPARE_JOBS) or any(run.state in UNFINISHED for run in there.values())
    done = sum(run.state == "finished" for run in there.values())
    live(_status, tick_seconds() if busy else IDLE_SECONDS)(one, busy, done)
    runs = finished(one, all_runs())
    if not runs:
        offer_to_forget(one)
        return
    verdict = judged(runs)
    show_folds(verdict)
    others = [other for other in asked if other != one and finished(other, all_runs())]
    if others:
        other = _choose(others, "Compare with", "other cross-validation")
        other_verdict = judged(finished(other, all_runs()))
        show_difference(verdict, other_verdict, in_markdown(title_of(other)))
    show_peeking(verdict)
    show_clips_of(runs, verdict)
    offer_to_forget(one)


def _status(one: CrossValidation, busy: bool, done: int) -> None:
    """The status by itself; the page is drawn anew when another fold has ended."""
    there = runs_of(one, all_runs())
    show_status(one, there)
    now_busy = is_under_way(PREPARE_JOBS) or any(run.state in UNFINISHED for run in there.values())
    if (busy, done) != (now_busy, sum(run.state == "finished" for run in there.values())):
        st.rerun()


if __name__ == "__main__":
    guarded(main)
