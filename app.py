"""The front door: what this is, where you stand, what to do next."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from esc10.datasets import source_of
from esc10.runs.outcome import UNFINISHED
from esc10.runs.store import shipped_runs
from esc10.training.networks import MODELS
from esc10.ui.fragments import LOOK_SECONDS, live
from esc10.ui.frame import guarded, open_page
from esc10.ui.server import (
    PREPARE_JOBS,
    SOUND_JOBS,
    all_runs,
    datasets_here,
    engine,
    is_under_way,
    with_weights,
)
from esc10.ui.words import NETWORKS, in_markdown


@dataclass(frozen=True)
class Step:
    """One of the lab's steps: its title, its page, where you stand, and whether it is done."""

    title: str
    page: str
    state: str
    done: bool = False


def main() -> None:
    open_page("Start")
    st.markdown("## How does a machine learn to hear?")
    st.markdown(
        "Fetch ten kinds of sounds, train three neural networks on pictures of them, find out "
        "where each network errs, and let it judge a sound of your own."
    )
    steps = _steps()
    undone = [step for step in steps[:2] if not step.done]
    following = undone[0] if undone else steps[2]
    for column, step in zip(st.columns(4), steps, strict=True):
        with column.container(border=True, height="stretch"):
            _card(step, step is following)
    st.markdown(f"#### The lab's {NETWORKS} networks, and one that goes further")
    for column, network in zip(st.columns(len(MODELS)), MODELS.values(), strict=True):
        column.markdown(f"**{network.title}**  \n{network.summary}")
    st.page_link(
        "pages/guided_lab.py",
        label="**Guided lab**: seven exercises on your own sounds and runs, each with a check",
        icon=":material/school:",
    )
    st.page_link(
        "pages/hand_ins.py",
        label="**Hand-ins**: for whoever gives the lesson, a class's reports checked all at once",
        icon=":material/grading:",
    )
    warm = engine().status().capacity.warm > 0
    live(_engine_state, None if warm else LOOK_SECONDS)()


def _steps() -> list[Step]:
    here = datasets_here()
    runs = all_runs()
    trained = len(with_weights(runs))
    under_way = sum(run.state in UNFINISHED for run in runs)
    if here:
        sounds = "Ready: " + ", ".join(source_of(key).title for key in here)
    elif is_under_way(SOUND_JOBS):
        sounds = "Sounds are on their way."
    else:
        sounds = "No sounds yet. The practice sounds need no internet and take seconds."
    return [
        Step("1 · Dataset", "pages/dataset.py", sounds, bool(here)),
        Step("2 · Train", "pages/train.py", _training_state(trained, under_way), trained > 0),
        Step(
            "3 · Evaluate",
            "pages/evaluate.py",
            "Click a mistake and hear it; then *Compare* runs."
            if trained
            else "Nothing to judge yet. A run from elsewhere can be imported.",
        ),
        Step(
            "4 · Predict",
            "pages/predict.py",
            "Upload or record a sound."
            if trained
            else "Upload or record a sound: a network that comes with the lab judges it."
            if shipped_runs()
            else "Record and keep sounds now. To judge them takes a trained network.",
        ),
    ]


def _training_state(trained: int, under_way: int) -> str:
    if under_way:
        return f"{under_way} under way, {trained} trained."
    if is_under_way(PREPARE_JOBS):
        return f"Getting ready to train, {trained} trained."
    if trained:
        return f"{trained} trained."
    return f"Nothing trained yet. One click trains all {NETWORKS}."


def _card(step: Step, following: bool) -> None:
    st.markdown(f"### {'✓ ' if step.done else ''}{step.title}")
    st.markdown(step.state)
    if not following:
        st.page_link(step.page, label="Open", icon=":material/arrow_forward:")
    elif st.button("Go on here", type="primary", icon=":material/arrow_forward:"):
        st.switch_page(step.page)


def _engine_state() -> None:
    status = engine().status()
    if status.trouble:
        st.error(in_markdown(status.trouble))
    elif status.capacity.warm:
        st.caption("The training engine is ready.")
    else:
        st.caption("The training engine is warming up; it takes about ten seconds.")


if __name__ == "__main__":
    guarded(main)
