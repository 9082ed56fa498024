"""Cross-validate: every fold tests once, and the figure is over all clips."""

from __future__ import annotations

from functools import partial

import streamlit as st

from esc10.errors import RunError
from esc10.runs.cross_validation import (
    MOST_SEEDS,
    CrossValidation,
    cross_validation_of,
    delete_cross_validation,
    list_cross_validations,
    refuse_empty_folds,
    runs_of,
)
from esc10.runs.run import Run
from esc10.runs.store import list_runs
from esc10.ui.crossval.verdict import (
    show_clips_of,
    show_difference,
    show_folds,
    show_peeking,
    titles_of,
)
from esc10.ui.fragments import IDLE_SECONDS, live, tick_seconds
from esc10.ui.frame import guarded, open_page, show_no_sounds
from esc10.ui.server import all_runs, datasets_here
from esc10.ui.settings import choose_settings, forget_unless
from esc10.ui.trainings import finished, judged, look_at, show_status, train_missing
from esc10.ui.words import in_markdown

CHOSEN = "cross-validation"


def main() -> None:
    open_page("Cross-validate")
    here = datasets_here()
    if not here:
        show_no_sounds("Cross-validating")
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
        MOST_SEEDS,
        1,
        key="seeds",
        persist_state="session",
        help="With several, you see how much of a difference is luck.",
    )
    if st.button("Cross-validate", type="primary", icon=":material/donut_small:"):
        asked = cross_validation_of(settings, seeds)
        st.session_state[CHOSEN] = asked.name
        train_missing(asked.trainings, partial(refuse_empty_folds, asked))
        st.rerun()
    st.caption(
        f"{5 * seeds} trainings: each fold tests once, the one before it validates, three train."
    )


def _choose(asked: list[CrossValidation], label: str, key: str) -> CrossValidation:
    named = {one.name: one for one in asked}
    titles = titles_of(asked)
    forget_unless(key, list(named))
    name = st.selectbox(
        label, list(named), format_func=titles.__getitem__, key=key, persist_state="session"
    )
    return named[name]


def _show(one: CrossValidation, asked: list[CrossValidation]) -> None:
    every = all_runs()
    there = runs_of(one.trainings, every)
    now = look_at(there)
    live(_status, tick_seconds() if now[0] else IDLE_SECONDS)(one, now)
    try:
        _show_verdict(one, finished(there), asked, every)
    except RunError as error:  # one fold is damaged: the others wait for it to be gone
        st.error(in_markdown(str(error)))
    _offer_to_forget(one)


def _show_verdict(
    one: CrossValidation, runs: list[Run], asked: list[CrossValidation], every: list[Run]
) -> None:
    if not runs:
        return
    verdict = judged(runs)
    show_folds(verdict)
    others = {
        other.name: finished(runs_of(other.trainings, every)) for other in asked if other != one
    }
    comparable = [other for other in asked if others.get(other.name)]
    if comparable:
        other = _choose(comparable, "Compare with", "other cross-validation")
        title = in_markdown(titles_of(asked)[other.name])
        show_difference(verdict, judged(others[other.name]), title)
    show_peeking(verdict)
    show_clips_of(runs, verdict)


def _offer_to_forget(asked: CrossValidation) -> None:
    if st.button(
        "Forget this cross-validation",
        key="forget crossval",
        type="tertiary",
        icon=":material/close:",
        help="It leaves this list. Its runs stay, and asked for again it has them.",
    ):
        delete_cross_validation(asked)
        st.rerun()


def _status(one: CrossValidation, before: tuple[bool, int]) -> None:
    """The status by itself; the page is drawn anew when another fold has ended."""
    runs = list_runs()[0]
    there = runs_of(one.trainings, runs)
    show_status(one.trainings, there, runs, partial(refuse_empty_folds, one))
    if look_at(there) != before:
        st.rerun()


if __name__ == "__main__":
    guarded(main)
