"""The front door: what this is, where you stand, what to do next."""

from __future__ import annotations

import streamlit as st

from esc10.datasets import SOURCES
from esc10.errors import Esc10Error
from esc10.models import MODELS
from esc10.run import UNFINISHED
from esc10.ui.frame import open_page
from esc10.ui.server import all_runs, datasets_here, engine, runs_with_weights


def main() -> None:
    open_page("Start")
    st.markdown("## How does a machine learn to hear?")
    st.markdown(
        "Fetch ten kinds of sounds, train three neural networks on pictures of them, find out "
        "where each network errs, and let it judge a sound of your own."
    )
    here = datasets_here()
    runs = all_runs()
    trained = runs_with_weights()
    under_way = [run for run in runs if run.state in UNFINISHED]
    steps = [
        (
            "1 · Dataset",
            "pages/dataset.py",
            "Ready: " + ", ".join(SOURCES[key].title for key in here)
            if here
            else "No sounds yet. The practice sounds need no network and take seconds.",
            bool(here),
        ),
        (
            "2 · Train",
            "pages/train.py",
            _training_state(len(trained), len(under_way)),
            bool(trained),
        ),
        (
            "3 · Evaluate",
            "pages/evaluate.py",
            "See what each network takes for what, and listen to it."
            if trained
            else "Opens when a network is trained.",
            False,
        ),
        (
            "4 · Predict",
            "pages/predict.py",
            "Upload or record a sound." if trained else "Opens when a network is trained.",
            False,
        ),
    ]
    next_step = next((index for index, step in enumerate(steps) if not step[3]), 2)
    for index, (column, step) in enumerate(zip(st.columns(4), steps, strict=True)):
        title, page, state, done = step
        with column.container(border=True, height="stretch"):
            st.subheader(("✓ " if done else "") + title)
            st.markdown(state)
            if index == next_step:
                if st.button("Go on here", type="primary", icon=":material/arrow_forward:"):
                    st.switch_page(page)
            else:
                st.page_link(page, label="Open", icon=":material/arrow_forward:")
    st.markdown("#### The three networks")
    for column, network in zip(st.columns(3), MODELS.values(), strict=True):
        column.markdown(f"**{network.title}**  \n{network.summary}")
    _engine_state()


def _training_state(trained: int, under_way: int) -> str:
    if under_way:
        return f"{under_way} under way, {trained} trained."
    if trained:
        return f"{trained} trained."
    return "Nothing trained yet. One click trains all three."


def _engine_state() -> None:
    try:
        status = engine().status()
    except Esc10Error as error:
        st.error(str(error))
        return
    if status.workers:
        st.caption("The training engine is ready.")
    else:
        st.caption("The training engine is warming up; it takes about ten seconds.")


if __name__ == "__main__":
    main()
