"""Train the networks and watch them learn."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from esc10.config import TrainConfig
from esc10.errors import Esc10Error
from esc10.models import MODELS
from esc10.preparation import plan_run
from esc10.progress import OnProgress, ShouldStop
from esc10.run import CUT_SHORT, UNFINISHED, WITH_WEIGHTS, Run
from esc10.ui.curves import show_curves
from esc10.ui.frame import explain_and_stop, in_projector_mode, open_page
from esc10.ui.progress import show_job, show_run
from esc10.ui.server import PREPARE_JOB, all_runs, datasets_here, engine, jobs, layer_tables
from esc10.ui.settings import choose_settings, show_split

RUNS_ON_THE_BOARD = 3


def main() -> None:
    open_page("Train")
    here = datasets_here()
    if not here:
        explain_and_stop(
            "Training needs sounds, and there are none on this machine yet.",
            "pages/dataset.py",
            "Get a dataset",
        )
    left, right = st.columns([1, 2.2], gap="medium")
    with left:
        config = choose_settings(here)
        _buttons(config)
        show_split(config)
    with right:
        live, layers = st.tabs(["Live curves", "Layers"])
        with live:
            busy = _busy()
            st.fragment(_board, run_every=1.0 if busy else None)(busy)
        with layers:
            st.fragment(_layers, run_every=None if _warm() else 1.0)(config.model, _warm())


def _buttons(config: TrainConfig) -> None:
    with st.container(horizontal=True):
        one = st.button("Train", type="primary", icon=":material/play_arrow:")
        three = st.button("Train all three", icon=":material/playlist_play:")
    if one:
        _start([config])
    if three:
        _start([replace(config, model=key) for key in MODELS])


def _start(configs: list[TrainConfig]) -> None:
    """Plan the runs in a job, as spectrograms may have to be computed, and hand them over."""
    owner = engine()

    def work(on_progress: OnProgress, should_stop: ShouldStop) -> None:
        for config in configs:
            owner.submit(plan_run(config, on_progress, should_stop))

    jobs().start(PREPARE_JOB, work)
    st.rerun()


def _busy() -> bool:
    status = engine().status()
    preparing = jobs().get(PREPARE_JOB)
    return bool(status.active or status.queue or (preparing and preparing.running))


def _warm() -> bool:
    return engine().status().workers > 0


def _runs_on_the_board() -> list[tuple[int, Run]]:
    """Every unfinished run and the latest ended ones, oldest first, each with its place in time.

    The place decides a run's colour, so that it keeps it while others come and go.
    """
    places = list(enumerate(reversed(all_runs())))
    shown = [(place, run) for place, run in places if run.state in UNFINISHED]
    ended = [(place, run) for place, run in places if run.state in (*WITH_WEIGHTS, *CUT_SHORT)]
    hidden = max(0, len(ended) + len(shown) - RUNS_ON_THE_BOARD)
    return sorted(shown + ended[hidden:], key=lambda placed: placed[0])


def _board(was_busy: bool) -> None:
    """What is under way; drawn once a second, the same things in the same places.

    An element that changes its place is built anew in the browser, so what comes and goes has a
    container of its own, and the charts come after it.
    """
    with st.container():
        _show_preparation()
    runs = _runs_on_the_board()
    if not runs:
        st.info("Press **Train all three** and watch the curves grow.", icon=":material/school:")
    else:
        show_curves(runs, 260 if in_projector_mode() else 300)
        for slot, run in runs:
            show_run(run, slot)
    if was_busy and not _busy():
        st.rerun()


def _show_preparation() -> None:
    preparing = jobs().get(PREPARE_JOB)
    if preparing is not None and preparing.running:
        show_job(preparing, PREPARE_JOB)
    elif preparing is not None and preparing.error:
        st.error(preparing.error)
    status = engine().status()
    if status.queue and not status.trainers:
        _explain_waiting(status.workers)


def _explain_waiting(workers: int) -> None:
    if workers:
        st.warning(
            "None of the connected workers may train. Start one with: "
            "dask worker ADDRESS --resources TRAIN=1"
        )
    else:
        st.info("The training engine is warming up; the run starts by itself.", icon="⏳")


def _layers(model: str, was_warm: bool) -> None:
    if not _warm():
        st.info("The layer table appears as soon as the training engine has warmed up.")
        return
    table = layer_tables()[model]
    st.dataframe(
        {
            "layer": [row.name for row in table.rows],
            "kind": [row.kind for row in table.rows],
            "output shape": [
                " × ".join("frames" if size is None else str(size) for size in row.shape)
                for row in table.rows
            ],
            "parameters": [row.parameters for row in table.rows],
        },
        hide_index=True,
        height="content",
    )
    st.markdown(
        f"**{table.parameters:,} parameters**, {table.trainable_parameters:,} of them trainable."
    )
    if not was_warm:
        st.rerun()


if __name__ == "__main__":
    try:
        main()
    except Esc10Error as error:
        st.error(str(error))
