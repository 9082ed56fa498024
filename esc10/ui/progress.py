"""What is under way: a bar, a time left, and a way to stop."""

from __future__ import annotations

import streamlit as st

from esc10.engine.jobs import Job
from esc10.progress import Progress
from esc10.runs.outcome import CUT_SHORT
from esc10.runs.run import Run
from esc10.ui.plots import palette
from esc10.ui.server import engine, jobs, jobs_to_show
from esc10.ui.words import (
    STATE_WORDS,
    data_title,
    describe_best,
    duration,
    in_markdown,
    megabytes,
    short_name,
)


def show_job(job: Job, key: str, ends: str = "Cancel") -> None:
    """A running job's bar with its files, bytes and time left, and the button that `ends` it."""
    progress = job.progress
    if progress is None:
        st.progress(0.0, text="Starting …")
    else:
        st.progress(progress.fraction, text=_describe(progress, job.seconds_left))
    if st.button(ends, key=f"cancel {key}", icon=":material/close:"):
        job.cancel()


def _describe(progress: Progress, seconds_left: float | None) -> str:
    if not progress.total_files:  # something is waited for
        return f"{progress.doing} …"
    text = f"{progress.doing}: {progress.files} of {progress.total_files} files"
    if progress.total_bytes:
        arrived = min(progress.fetched_bytes, progress.total_bytes)
        text += f", {megabytes(arrived)} of {megabytes(progress.total_bytes)}"
    if seconds_left is not None:
        text += f", about {duration(seconds_left)} left"
    return text


def show_end(
    job: Job, name: str, left: str = "What has arrived is kept; start again to go on."
) -> None:
    """How a job ended that did not succeed, until it has been read.

    `left` says what remains of it where it was cancelled.
    """
    if job.error:
        # It may quote the name of a stranger's file.
        st.error(in_markdown(job.error))
    elif job.cancelled:
        st.info(f"Cancelled. {left}")
    else:
        jobs().clear(name)
        return
    if st.button("I have read this", key=f"read {name}"):
        jobs().clear(name)
        st.rerun()


def show_jobs(prefix: str) -> None:
    """The jobs that run whose names begin so, and how this session's that have ended did."""
    for name, job in jobs_to_show(prefix).items():
        if job.running:
            show_job(job, name)
        else:
            show_end(job, name)


def show_run(run: Run, slot: int, *, with_data: bool = False) -> None:
    """One line on a run: where it is, its best so far, the time left; a stop while it can be.

    `slot` is its place among those drawn, from 0; its mark is the one it has in the charts.
    `with_data`: name its data too, where the runs shown differ in them.
    """
    state, name = run.state, _name(run, slot, with_data)
    # Not columns: each is an element more, and this line is drawn once a second for every watcher.
    with st.container(horizontal=True, vertical_alignment="center"):
        if state == "training":
            _show_training(run, name)
        elif state == "queued":
            _show_queued(run, name)
        else:
            _show_ended(run, state, name)
        status = engine().status()
        if run.run_id in (*status.queue, *status.active):
            label = "Stop" if state == "training" else "Remove"
            if st.button(label, key=f"stop {run.run_id}"):
                engine().stop(run.run_id)


def _name(run: Run, slot: int, with_data: bool) -> str:
    """The run's name after the mark that it has in the charts."""
    data = f", {in_markdown(data_title(run))}" if with_data else ""
    slot %= len(palette.RUN_GLYPHS)
    glyph, colour = palette.RUN_GLYPHS[slot], palette.RUN_COLOURS[slot]
    return f':color[{glyph}]{{foreground="{colour}"}} **{short_name(run)}{data}**'


def _show_training(run: Run, name: str) -> None:
    history = run.history()
    epochs = run.config.train.epochs
    if not history:
        st.progress(0.0, text=f"{name}: the first epoch is under way …")
        return
    done = history[-1].epoch
    left = duration((epochs - done) * (run.seconds_per_epoch or 0.0))
    st.progress(
        done / epochs,
        text=f"{name}: epoch {done} of {epochs}, at most {left} left; "
        f"{describe_best(run, history)}",
    )


def _show_queued(run: Run, name: str) -> None:
    queue = engine().status().queue
    if run.run_id in queue:
        position = f"number {queue.index(run.run_id) + 1} in the queue"
    else:
        position = "about to start"
    st.progress(0.0, text=f"{name}: waiting, {position}")


def _show_ended(run: Run, state: str, name: str) -> None:
    text = f"{name}: {describe_end(run, state)}"
    if state == "failed":
        st.error(text, icon=":material/error:")
    else:
        st.markdown(text)


def describe_end(run: Run, state: str) -> str:
    """How a run has ended, after how many epochs, and what came of it or why nothing did."""
    outcome, history = run.outcome, run.history()
    text = STATE_WORDS[state]
    if outcome is None or state == "cancelled":
        return text
    epochs = "1 epoch" if len(history) == 1 else f"{len(history)} epochs"
    text += f" after {epochs}" if history else " before its first epoch ended"
    reason = in_markdown(outcome.reason)
    if state in CUT_SHORT:
        # A whole sentence says by itself what to do.
        return f"{text}: {reason}" + ("" if outcome.reason.endswith(".") else ". Train it again.")
    if not outcome.best:
        return f"{text}; no weights" + (f": {reason}" if state == "finished" else "")
    kept = "; its best weights are kept" if state == "stopped" else ""
    return f"{text}; {describe_best(run, history)}{kept}"
