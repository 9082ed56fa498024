"""What of a cross-validation is finished, under way or missing, and what can be done about it."""

from __future__ import annotations

import threading

import streamlit as st

from esc10.errors import Cancelled
from esc10.progress import OnProgress, ShouldStop
from esc10.runs.cross_validation import (
    CrossValidation,
    delete_cross_validation,
    refuse_empty_folds,
    runs_of,
)
from esc10.runs.outcome import UNFINISHED
from esc10.runs.run import Run
from esc10.runs.store import list_runs
from esc10.training.config import TrainConfig
from esc10.training.plan import plan_run
from esc10.ui.progress import show_end, show_job
from esc10.ui.server import PREPARE_JOBS, engine, is_under_way, jobs_to_show, own_jobs, start_own
from esc10.ui.words import duration, in_markdown

_submitting = threading.Lock()
"""Held from the look for a run to its being there, or two who ask at once would have two."""


def train_missing(asked: CrossValidation) -> None:
    """Hand over, in a job, the trainings that have no run; whoever asks twice starts none twice."""
    owner = engine()

    def work(on_progress: OnProgress, should_stop: ShouldStop) -> None:
        refuse_empty_folds(asked)
        for config in asked.trainings:
            with _submitting:
                if should_stop():
                    raise Cancelled("Stopped. What was handed over is trained.")
                if config not in runs_of(asked, list_runs()[0]):
                    owner.submit(plan_run(config, on_progress, should_stop))

    start_own(PREPARE_JOBS, work)


def show_status(asked: CrossValidation, there: dict[TrainConfig, Run]) -> None:
    """A bar over all its trainings, the time left, and buttons to stop or to go on."""
    for name, job in jobs_to_show(PREPARE_JOBS).items():
        show_job(job, name) if job.running else show_end(job, name)
    under_way = [run for run in there.values() if run.state in UNFINISHED]
    missing = len(asked.trainings) - len(there)
    if under_way:
        st.progress(_share_done(asked, there), text=_describe(asked, there, under_way))
    status = engine().status()
    if status.trouble and under_way:
        st.error(in_markdown(status.trouble))
    with st.container(horizontal=True, vertical_alignment="center"):
        mine = [run for run in under_way if run.run_id in (*status.queue, *status.active)]
        if mine:
            if st.button("Stop", key="stop crossval", icon=":material/stop:"):
                for job in own_jobs(PREPARE_JOBS).values():
                    job.cancel()
                for run in mine:
                    engine().stop(run.run_id)
        elif missing and not under_way and not is_under_way(PREPARE_JOBS):
            st.markdown(f"{len(there)} of {len(asked.trainings)} trainings are finished.")
            if st.button("Train what is missing", key="resume", icon=":material/play_arrow:"):
                train_missing(asked)
                st.rerun()


def offer_to_forget(asked: CrossValidation) -> None:
    """A button that takes it off the list; its runs stay."""
    if st.button(
        "Forget this cross-validation",
        key="forget crossval",
        type="tertiary",
        icon=":material/close:",
        help="It leaves this list. Its runs stay, and asked for again it has them.",
    ):
        delete_cross_validation(asked)
        st.rerun()


def _share_done(asked: CrossValidation, there: dict[TrainConfig, Run]) -> float:
    epochs = asked.settings.epochs
    done = sum(
        len(run.history()) / epochs if run.state in UNFINISHED else 1 for run in there.values()
    )
    return min(1.0, done / len(asked.trainings))


def _describe(asked: CrossValidation, there: dict[TrainConfig, Run], under_way: list[Run]) -> str:
    finished = len(there) - len(under_way)
    text = f"{finished} of {len(asked.trainings)} trainings finished"
    training = [run for run in under_way if run.history()]
    for run in training:
        text += f"; fold {run.config.train.test_fold}: epoch {len(run.history())}"
    paces = [run.seconds_per_epoch for run in there.values() if run.seconds_per_epoch]
    if paces:
        epochs = asked.settings.epochs
        left = sum(epochs - len(run.history()) for run in under_way)
        at_once = max(1, engine().status().capacity.trainers)
        text += f"; about {duration(left * sum(paces) / len(paces) / at_once)} left"
    return text
