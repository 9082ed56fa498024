"""Train the networks and watch them learn."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from esc10.progress import OnProgress, ShouldStop
from esc10.runs.outcome import CUT_SHORT, UNFINISHED, WITH_WEIGHTS
from esc10.runs.run import Run
from esc10.runs.store import list_runs
from esc10.training.config import TrainConfig
from esc10.training.networks import LAB_MODELS
from esc10.training.plan import plan_run
from esc10.ui.curves import describe_curves, show_curves
from esc10.ui.fragments import IDLE_SECONDS, SOON_SECONDS, live, tick_seconds
from esc10.ui.frame import guarded, in_projector_mode, open_page, show_no_sounds
from esc10.ui.layer_table import show_layer_table
from esc10.ui.progress import show_jobs, show_run
from esc10.ui.recipe_view import show_recipe
from esc10.ui.recipes import chosen_recipe
from esc10.ui.replay import show_replay
from esc10.ui.server import (
    PREPARE_JOBS,
    all_runs,
    dataset,
    datasets_here,
    engine,
    is_under_way,
    own_runs,
    start_own,
)
from esc10.ui.settings import choose_settings, show_split
from esc10.ui.words import NETWORKS, in_markdown

RUNS_ON_THE_BOARD = 3
WAITING_ON_THE_BOARD = 3
"""Of a cross-validation there may be fifty in the queue."""


def main() -> None:
    open_page("Train")
    here = datasets_here()
    if not here:
        show_no_sounds("Training")
        return
    left, right = st.columns([1, 2.2], gap="medium")
    with left:
        config = choose_settings(here)
        _buttons(config)
        show_split(config)
    with right:
        curves, recipe, layers, replay = st.tabs(
            ["Live curves", "Recipe", "Layers", "Replay"], on_change="rerun", key="train view"
        )
        with curves:
            seconds = _seconds_to_next_tick(list_runs()[0])
            live(_board, seconds)(seconds)
        if recipe.open:
            with recipe:
                live(show_recipe)(config)
        with layers:
            live(_layers)(config)
        if replay.open:
            with replay:
                show_replay()


def _buttons(config: TrainConfig) -> None:
    with st.container(horizontal=True):
        every = st.button(f"Train all {NETWORKS}", type="primary", icon=":material/playlist_play:")
        one = st.button("Train", icon=":material/play_arrow:")
    if one:
        _start([config])
    if every:
        _start([replace(config, model=key, recipe=chosen_recipe(key)) for key in LAB_MODELS])


def _start(configs: list[TrainConfig]) -> None:
    """Plan the runs in a job, as spectrograms may have to be computed, and hand them over."""
    owner, mine = engine(), own_runs()

    def work(on_progress: OnProgress, should_stop: ShouldStop) -> None:
        for config in configs:
            mine.add(owner.submit(plan_run(config, on_progress, should_stop)).run_id)

    start_own(PREPARE_JOBS, work)
    st.rerun()


def _busy(runs: list[Run]) -> bool:
    # Also what another program trains in the same folder.
    return is_under_way(PREPARE_JOBS) or any(run.state in UNFINISHED for run in runs)


def _seconds_to_next_tick(runs: list[Run]) -> float:
    if not _busy(runs):
        return IDLE_SECONDS
    under_way = [run for run in runs if run.state in UNFINISHED]
    # Until the first point there is nothing to draw again, and whoever pressed Train waits for it.
    return tick_seconds() if any(run.history() for run in under_way) else SOON_SECONDS


def _on_the_board(runs: list[Run]) -> list[tuple[int, Run]]:
    """What trains, what waits next and what ended last, oldest first, each with its place in time.

    The place decides a run's colour, so that it keeps it while others come and go.
    """
    slots = list(enumerate(reversed(runs)))
    waiting = [(slot, run) for slot, run in slots if run.state == "queued"]
    shown = [(slot, run) for slot, run in slots if run.state == "training"]
    shown += waiting[:WAITING_ON_THE_BOARD]
    ended = [(slot, run) for slot, run in slots if run.state in (*WITH_WEIGHTS, *CUT_SHORT)]
    hidden = max(0, len(ended) + len(shown) - RUNS_ON_THE_BOARD)
    return sorted(shown + ended[hidden:], key=lambda placed: placed[0])


def _board(seconds: float) -> None:
    """What is under way; drawn every so many seconds, the same things in the same places.

    An element that changes its place is built anew in the browser, so what comes and goes has a
    container of its own, and the charts come after it.
    """
    # Before the runs are listed: what ends meanwhile is one of them.
    preparing = is_under_way(PREPARE_JOBS)
    with st.container():
        _show_preparation()
    runs = all_runs()
    shown = _on_the_board(runs)
    if shown:
        show_curves(shown, 260 if in_projector_mode() else 300)
        several = len({run.config.train.dataset for _, run in shown}) > 1
        with st.container(gap="xsmall"):
            for slot, run in shown:
                show_run(run, slot, with_data=several)
            more = sum(run.state == "queued" for run in runs) - WAITING_ON_THE_BOARD
            if more > 0:
                st.markdown(f"And {more} more in the queue.")
        st.caption(describe_curves([run for _, run in shown]))
    elif not preparing:
        st.info(
            f"Press **Train all {NETWORKS}** and watch the curves grow.", icon=":material/school:"
        )
    if seconds != _seconds_to_next_tick(runs):
        st.rerun()


def _show_preparation() -> None:
    show_jobs(PREPARE_JOBS)
    status = engine().status()
    if status.trouble:
        st.error(in_markdown(status.trouble))
    elif (status.queue or status.active) and not status.capacity.warm:
        st.info(
            "The training engine is warming up; the run starts by itself.",
            icon=":material/hourglass:",
        )


def _layers(config: TrainConfig) -> None:
    classes = len(dataset(config.dataset).classes)
    show_layer_table(engine().networks.layer_tables(classes)[config.model])


if __name__ == "__main__":
    guarded(main)
