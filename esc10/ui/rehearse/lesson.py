"""A lesson's plan, minute by minute, and the clock that runs beside it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from esc10.lesson.clock import Plan, Step, plan_lesson
from esc10.runs.run import Run
from esc10.ui.fragments import IDLE_SECONDS, live
from esc10.ui.frame import PAGES
from esc10.ui.lesson_begun import Lesson, begin_lesson, end_lesson, lesson_begun
from esc10.ui.rehearse.measuring import seconds_per_epoch
from esc10.ui.server import all_runs
from esc10.ui.words import duration

_LENGTHS = (5, 15, 45)

_FILES = {name: file for file, name in PAGES.items()}


def show_lesson(key: str | None) -> None:
    """How long there is, what fits into it, and the clock once the lesson has begun.

    `key` is the dataset's that is to be learned from; None where there is none.
    """
    lesson = lesson_begun()
    if lesson is not None:
        now, _ = lesson.plan.at(lesson.seconds)
        live(_clock, IDLE_SECONDS if now else None)(lesson, now)
        _table(lesson.plan, now)
        return
    minutes = st.segmented_control(
        "I have",
        _LENGTHS,
        format_func=lambda minutes: f"{minutes} minutes",
        default=_LENGTHS[1],
        required=True,
        key="lesson minutes",
        persist_state="session",
    )
    runs = all_runs()
    plan = _plan(minutes, key, runs)
    if plan.remark:
        st.info(plan.remark, icon=":material/timer:")
    _table(plan)
    if st.button("Begin", type="primary", icon=":material/timer_play:", key="begin lesson"):
        begin_lesson(plan)
        st.rerun()


def _plan(minutes: int, key: str | None, runs: list[Run]) -> Plan:
    """The plan for that dataset; for the practice sounds, which are then made, where none is."""
    if key is None:
        return plan_lesson(minutes, "practice", {}, sounds_here=False)
    finished = [
        replace(run.config.train, owner=None)
        for run in runs
        if run.state == "finished" and run.config.train.dataset == key and len(run.history()) > 1
    ]
    return plan_lesson(minutes, key, seconds_per_epoch(key, runs), finished)


def _table(plan: Plan, now: Step | None = None) -> None:
    """A row for each step: its minutes, what is done, and the way to its page."""
    with st.container(gap="xsmall"):
        for step in plan.steps:
            when, doing, where = st.columns([1.2, 6, 1.3], vertical_alignment="center")
            sign = ":material/play_arrow: " if step == now else ""
            when.markdown(f"{sign}**{step.begin} to {step.end} min**")
            doing.markdown(step.doing)
            where.page_link(
                _FILES[step.page],
                label=step.page,
                icon=":material/arrow_forward:",
                query_params=dict(step.place),
            )


def _clock(lesson: Lesson, shown: Step | None) -> None:
    """The minute, what is done now and what comes next; the page is drawn anew with every step."""
    plan, seconds = lesson.plan, lesson.seconds
    now, following = plan.at(seconds)
    if now is None:
        st.markdown(f"#### The {plan.minutes} minutes are over")
        st.markdown("End it, to plan another one.")
    else:
        st.markdown(f"#### Minute {lesson.minute} of {plan.minutes}: {now.page}")
        st.markdown(_words(now, following))
        st.progress(
            seconds / (60 * plan.minutes), text=f"{duration(60 * plan.minutes - seconds)} left"
        )
    if st.button("End the lesson", icon=":material/stop:", key="end lesson"):
        end_lesson()
        st.rerun()
    if now != shown:
        st.rerun()


def _words(now: Step, following: Step | None) -> str:
    then = (
        f"From minute {following.begin}: *{following.page}*."
        if following
        else "Then the lesson ends."
    )
    return f"Until minute {now.end}: {now.doing} {then}"
