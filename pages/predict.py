"""Let trained networks judge a sound, find out why they say so, and question it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from esc10.audio.wav import wav_of
from esc10.datasets.clips import class_label
from esc10.runs.run import Run
from esc10.runs.store import is_shipped
from esc10.training.results import CRITERIA, LAST
from esc10.ui.frame import guarded, open_page, show_missing
from esc10.ui.plots.palette import LETTERS
from esc10.ui.predict.answers import show_answers
from esc10.ui.predict.batch import choose_among
from esc10.ui.predict.explain.tabs import show_questioning
from esc10.ui.predict.inputs import (
    Given,
    choose_pretence,
    choose_recording,
    choose_uploads,
    is_readable,
    recording_of,
    show_findings,
)
from esc10.ui.predict.kept import offer_to_keep, show_kept
from esc10.ui.predict.live import show_live
from esc10.ui.predict.reminders import show_reminders
from esc10.ui.predict.room_test import prepare_room_test, show_room_test
from esc10.ui.server import engine, runs_that_judge
from esc10.ui.settings import first_choice
from esc10.ui.words import CRITERION_WORDS, criterion_label, in_markdown, long_names, title_of

GIVEN: dict[str, Callable[[], list[Given]]] = {
    "Record": choose_recording,
    "Upload": choose_uploads,
    "A clip": choose_pretence,
}
"""The ways in which a sound comes; beside them are Live, the room test and what was kept."""

LIVE, ROOM, KEPT = "Live", "Room test", "Kept"


def main() -> None:
    open_page("Predict")
    runs = runs_that_judge()
    if not runs:
        show_missing(
            "No network has been trained that could judge a sound. You can record and keep sounds "
            "all the same: networks can learn from them.",
            "pages/train.py",
            "Train a network",
        )
    engine()  # warms up while people record
    way = st.segmented_control(
        "Sound",
        [*GIVEN, LIVE, ROOM, KEPT] if runs else [*GIVEN, KEPT],
        default="Record",
        required=True,
        key="way",
        label_visibility="collapsed",
        persist_state="session",
    )
    if way == KEPT and not runs:
        left = right = st.container()  # there is nothing to choose beside it
    else:
        left, right = st.columns([1, 2], gap="medium")
    if way == KEPT:
        with left:
            judges, weights = _choose_judges(runs)
        with right:
            kept = show_kept(judges, weights)
            if kept is not None:
                _show(kept, judges, weights, keepable=False)
    elif way == ROOM:
        _room(left, right, runs)
    elif way == LIVE:
        with left:
            judges, weights = _choose_judges(runs, most=1)
        with right:
            show_live(judges[0], weights)
    else:
        with left:
            given = GIVEN[way]()
            judges, weights = _choose_judges(runs)
        with right:
            _judge(given, judges, weights)


def _room(left: DeltaGenerator, right: DeltaGenerator, runs: list[Run]) -> None:
    with left:
        ready = prepare_room_test()
        judges, weights = _choose_judges(runs)
    with right:
        if ready is None:
            st.info(
                "What becomes of a sound between a loudspeaker and a microphone? Record a clip "
                "while it plays: here you see and hear what the room has taken.",
                icon=":material/speaker:",
            )
        else:
            show_room_test(*ready, judges, weights)


def _choose_judges(runs: list[Run], most: int = len(LETTERS)) -> tuple[list[Run], str]:
    """The runs that judge, at least one where there is any, and by which of their weights."""
    if not runs:
        return [], CRITERIA[0]
    names = {run.run_id: run for run in runs}
    first = first_choice(runs)
    chosen = st.multiselect(
        "Network" if most == 1 else "Networks",
        list(names),
        format_func=long_names(runs).__getitem__,
        default=[first.run_id],
        max_selections=most,
        key=f"judges {most}",
        persist_state="session",
    )
    for run_id in chosen:
        if is_shipped(names[run_id]):
            st.caption(f"**{title_of(names[run_id])}.** {in_markdown(names[run_id].caption.note)}")
    judges = [names[name] for name in chosen] or [first]
    usable = (LAST, *CRITERIA) if all(LAST in run.criteria for run in judges) else CRITERIA
    if all(len(set(run.weight_files.values())) == 1 for run in judges):
        return judges, usable[0]  # of one epoch each, as those of the run that comes with the lab
    weights = st.selectbox(
        criterion_label(usable),
        usable,
        format_func=CRITERION_WORDS.__getitem__,
        key="judge weights" if usable == CRITERIA else "judge weights with the last",
        persist_state="session",
    )
    return judges, weights


def _judge(given: list[Given], judges: list[Run], weights: str) -> None:
    if not given:
        _say_what_is_known(judges)
        return
    chosen = choose_among(given, judges, weights) if len(given) > 1 else given[0]
    if chosen is not None and is_readable(chosen):
        _show(chosen, judges, weights)


def _say_what_is_known(judges: list[Run]) -> None:
    known = dict.fromkeys(name for run in judges for name in run.config.classes)
    if known:
        st.info(
            "Record, upload or choose a sound. The network knows only "
            + ", ".join(in_markdown(class_label(name)) for name in known)
            + "; where a sound is like none of these, it says so.",
            icon=":material/hearing:",
        )


def _show(given: Given, judges: list[Run], weights: str, *, keepable: bool = True) -> None:
    """What is wrong with it, what the networks say, and how to question that."""
    recording = recording_of(given)
    classes = [name for run in judges for name in run.config.classes]
    left, right = st.columns([4, 1])
    with left:
        show_findings(given, recording)
    with right:
        if keepable:
            offer_to_keep(recording, classes)
    if not judges:
        st.audio(wav_of(recording.samples), format="audio/wav")
        return
    views: dict[str, Callable[[], None]] = {
        "The answer": lambda: show_answers(given, recording.samples, judges, weights),
        "Reminds it of": lambda: show_reminders(given, recording.samples, judges, weights),
        "Question it": lambda: show_questioning(recording.samples, judges[0], weights),
    }
    tabs = st.tabs(list(views), on_change="rerun", key="predict view")
    for tab, show in zip(tabs, views.values(), strict=True):
        if tab.open:
            with tab:
                show()


if __name__ == "__main__":
    guarded(main)
