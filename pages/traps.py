"""Traps of a lab like this one, each an experiment to fall into with one click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from esc10.runs.cross_validation import runs_of
from esc10.runs.experiments import EXPERIMENTS, Experiment, refuse_without_split
from esc10.runs.run import Run
from esc10.runs.store import list_runs
from esc10.training.config import TrainConfig
from esc10.ui.fragments import IDLE_SECONDS, live, tick_seconds
from esc10.ui.frame import guarded, open_page, show_no_sounds
from esc10.ui.links import follow, point
from esc10.ui.server import all_runs, datasets_here
from esc10.ui.settings import choose_data
from esc10.ui.trainings import (
    expected_seconds,
    finished,
    look_at,
    show_status,
    show_trouble_with,
    train_missing,
)
from esc10.ui.traps.figure import Ways
from esc10.ui.traps.findings import TRAPS
from esc10.ui.words import duration


def main() -> None:
    open_page("Traps")
    here = datasets_here()
    if not here:
        show_no_sounds("Experimenting")
        return
    left, right = st.columns([1, 2.2], gap="medium")
    with left:
        experiment = _choose(here)
    with right:
        _show(experiment)


def _choose(here: list[str]) -> Experiment:
    follow("experiment", "experiment", list(TRAPS))
    key = st.radio(
        "Experiment",
        list(TRAPS),
        format_func=lambda key: TRAPS[key].title,
        key="experiment",
        persist_state="session",
    )
    point("experiment", "experiment", key)
    return EXPERIMENTS[key](choose_data(here, "experiment data"))


def _show(experiment: Experiment) -> None:
    trap = TRAPS[experiment.key]
    st.markdown(f"#### {trap.question}")
    every = all_runs()
    there = runs_of(experiment.trainings, every)
    now = look_at(there)
    ways = {
        way: finished({each: there[each] for each in configs if each in there})
        for way, configs in experiment.ways.items()
    }
    unasked = trap.asks and _asked_key(experiment) not in st.session_state
    if (unasked or not all(ways.values())) and not now[0]:
        _offer(experiment, there, every)
        return
    live(_progress, tick_seconds() if now[0] else IDLE_SECONDS)(experiment, now)
    if all(ways.values()):
        live(_found)(experiment.key, ways)


def _found(key: str, ways: Ways) -> None:
    """What came of it; trouble is that of a run, or of a worker that is asked."""
    TRAPS[key].show(ways)


def _asked_key(experiment: Experiment) -> str:
    """Where this session notes that it has pressed the button."""
    return f"asked {experiment.key} {experiment.trainings[0].dataset}"


def _offer(experiment: Experiment, there: Mapping[TrainConfig, Run], every: Sequence[Run]) -> None:
    """What is done, the button that begins it, and how long it will take."""
    st.markdown(f"{TRAPS[experiment.key].plan} **Guess first.**")
    if st.button("Run the experiment", type="primary", icon=":material/science:"):
        st.session_state[_asked_key(experiment)] = True
        if len(there) < len(experiment.trainings):
            train_missing(experiment.trainings, partial(refuse_without_split, experiment))
        st.rerun()
    show_trouble_with(experiment.trainings, there, every)
    missing = [config for config in experiment.trainings if config not in there]
    if not missing:
        st.caption(
            f"All {len(there)} trainings are here already: their networks are asked, which takes "
            "seconds."
        )
        return
    seconds = expected_seconds(missing, every)
    long = (
        "how long is known once the first has trained"
        if seconds is None
        else f"about {duration(seconds)}"
    )
    others = f" {len(there)} of {len(experiment.trainings)} are here already." if there else ""
    st.caption(
        f"{len(missing)} trainings of {experiment.trainings[0].epochs} epochs: {long}.{others}"
    )


def _progress(experiment: Experiment, before: tuple[bool, int]) -> None:
    """What is under way, by itself; the page is drawn anew when another training has ended."""
    runs = list_runs()[0]
    there = runs_of(experiment.trainings, runs)
    show_status(experiment.trainings, there, runs, partial(refuse_without_split, experiment))
    if look_at(there) != before:
        st.rerun()


if __name__ == "__main__":
    guarded(main)
