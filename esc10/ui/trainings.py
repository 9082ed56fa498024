"""Several trainings that belong together: what is finished, under way or missing of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import streamlit as st

from esc10.errors import Cancelled
from esc10.evaluation.cross_validation import CrossVerdict, judge_runs
from esc10.progress import OnProgress, ShouldStop
from esc10.runs.cross_validation import runs_of
from esc10.runs.outcome import CUT_SHORT, UNFINISHED
from esc10.runs.run import Run
from esc10.runs.store import list_runs
from esc10.training.config import TrainConfig
from esc10.training.plan import plan_run
from esc10.ui.progress import describe_end, show_jobs
from esc10.ui.server import (
    HASHES,
    PREPARE_JOBS,
    engine,
    is_under_way,
    own_jobs,
    start_own,
)
from esc10.ui.words import duration, in_markdown, network_title, short_name

Kind = tuple[str, str, float, int, bool]
"""A dataset, a network, its width, clips per step, and whether it learns as the lab does."""

_submitting = threading.Lock()
"""Held from the look for a run to its being there, or two who ask at once would have two."""


def train_missing(trainings: Sequence[TrainConfig], check: Callable[[], object]) -> None:
    """Hand over, in a job, the trainings that have no run; whoever asks twice starts none twice.

    `check` comes first and raises what keeps all of them from being trained.
    """
    owner = engine()

    def work(on_progress: OnProgress, should_stop: ShouldStop) -> None:
        check()
        for config in trainings:
            with _submitting:
                if should_stop():
                    raise Cancelled("Stopped. What was handed over is trained.")
                if config not in runs_of(trainings, list_runs()[0]):
                    owner.submit(plan_run(config, on_progress, should_stop))

    start_own(PREPARE_JOBS, work)


def finished(there: Mapping[TrainConfig, Run]) -> list[Run]:
    """Those of the runs that are finished."""
    return [run for run in there.values() if run.state == "finished"]


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=HASHES)
def judged(runs: Sequence[Run]) -> CrossVerdict:
    """The verdict on some finished runs."""
    return judge_runs(runs)


def look_at(there: Mapping[TrainConfig, Run]) -> tuple[bool, int]:
    """Whether something is under way, and how many have ended."""
    unfinished = any(run.state in UNFINISHED for run in there.values())
    return is_under_way(PREPARE_JOBS) or unfinished, len(finished(there))


def show_status(
    trainings: Sequence[TrainConfig],
    there: Mapping[TrainConfig, Run],
    runs: Sequence[Run],
    check: Callable[[], object],
) -> None:
    """A bar over all of them, the time left, and buttons to stop or to go on.

    `there` are those that have a run, `runs` all runs, the newest first; `check` is as in
    `train_missing`.
    """
    show_trouble_with(trainings, there, runs)
    under_way = [run for run in there.values() if run.state in UNFINISHED]
    missing = len(trainings) - len(there)
    if under_way:
        text = _describe(trainings, there, under_way, expected_seconds(_rest(under_way), runs))
        st.progress(_share_done(trainings, there), text=text)
    status = engine().status()
    if status.trouble and under_way:
        st.error(in_markdown(status.trouble))
    with st.container(horizontal=True, vertical_alignment="center"):
        mine = [run for run in under_way if run.run_id in (*status.queue, *status.active)]
        if mine:
            if st.button("Stop", key="stop trainings", icon=":material/stop:"):
                for job in own_jobs(PREPARE_JOBS).values():
                    job.cancel()
                for run in mine:
                    engine().stop(run.run_id)
        elif missing and not under_way and not is_under_way(PREPARE_JOBS):
            st.markdown(f"{len(there)} of {len(trainings)} trainings are finished.")
            if st.button("Train what is missing", key="resume", icon=":material/play_arrow:"):
                train_missing(trainings, check)
                st.rerun()


def show_trouble_with(
    trainings: Sequence[TrainConfig], there: Mapping[TrainConfig, Run], runs: Sequence[Run]
) -> None:
    """How handing over goes, or has ended; and what the trainings that gave nothing ended with."""
    show_jobs(PREPARE_JOBS)
    missing = set(trainings) - there.keys()
    latest: dict[TrainConfig, Run] = {}
    for run in runs:
        config = replace(run.config.train, owner=None)
        if config in missing:
            latest.setdefault(config, run)
    fruitless = [run for run in latest.values() if run.state in ("finished", *CUT_SHORT)]
    if fruitless:
        first = fruitless[0]
        st.warning(
            f"{len(fruitless)} of the trainings gave nothing to be judged by. "
            f"{short_name(first)}: {describe_end(first, first.state)}",
            icon=":material/report:",
        )


def expected_seconds(trainings: Iterable[TrainConfig], runs: Iterable[Run]) -> float | None:
    """How long trainings will take, from what such networks took here.

    None where a network has never learned so from that dataset. `runs` are the newest first.
    """
    paces = epoch_seconds(runs)
    try:
        seconds = sum(config.epochs * paces[kind_of(config)] for config in trainings)
    except KeyError:
        return None
    return seconds / max(1, engine().status().capacity.trainers)


def epoch_seconds(runs: Iterable[Run]) -> dict[Kind, float]:
    """How long an epoch of each kind took last; `runs` are the newest first."""
    paces: dict[Kind, float] = {}
    for run in runs:
        if run.seconds_per_epoch:
            paces.setdefault(kind_of(run.config.train), run.seconds_per_epoch)
    return paces


def kind_of(config: TrainConfig) -> Kind:
    """What decides how long an epoch takes."""
    return config.dataset, config.model, config.width, config.batch_size, config.recipe is None


def _share_done(trainings: Sequence[TrainConfig], there: Mapping[TrainConfig, Run]) -> float:
    done = sum(
        len(run.history()) / config.epochs if run.state in UNFINISHED else 1
        for config, run in there.items()
    )
    return min(1.0, done / len(trainings))


def _rest(under_way: Sequence[Run]) -> list[TrainConfig]:
    """What is left to train of some runs."""
    rest = [(run.config.train, run.config.train.epochs - len(run.history())) for run in under_way]
    return [replace(config, epochs=epochs) for config, epochs in rest if epochs]


def _describe(
    trainings: Sequence[TrainConfig],
    there: Mapping[TrainConfig, Run],
    under_way: Sequence[Run],
    seconds: float | None,
) -> str:
    text = f"{len(there) - len(under_way)} of {len(trainings)} trainings finished"
    folds = {config.test_fold for config in trainings}
    for run in under_way:
        if run.history():
            config = run.config.train
            which = f"fold {config.test_fold}" if len(folds) > 1 else network_title(config)
            text += f"; {which}: epoch {len(run.history())}"
    return text if seconds is None else f"{text}; about {duration(seconds)} left"
