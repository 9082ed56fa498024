"""When a network should rather say nothing: a threshold to move, what it costs and what it buys."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from esc10.evaluation.metrics import Evaluation
from esc10.evaluation.refusal import Answered, answered_at, coverage_curve
from esc10.lesson.words import share
from esc10.runs.run import Run
from esc10.training.results import PARTS
from esc10.ui.frame import chart_pixels, ink
from esc10.ui.plots.coverage import coverage_columns, coverage_spec

_AT_FIRST = 50


def show_refusal(run: Run, judged: Evaluation) -> None:
    """A slider for the least probability of an answer, and what becomes of both parts' clips."""
    answers = run.answers(judged.weights)
    labels, probabilities = answers.labels, answers.probabilities
    left, right = st.columns([1.3, 1], gap="large")
    with right:
        least = st.slider(
            "It says *I don't know* where it is less sure than",
            0,
            100,
            _AT_FIRST,
            format="%d%%",
            key="refused below",
            persist_state="session",
        )
    chosen = {part: answered_at(labels[part], probabilities[part], least / 100) for part in PARTS}
    curves = {part: coverage_curve(labels[part], probabilities[part]) for part in PARTS}
    with left:
        st.vega_lite_chart(
            pa.table(coverage_columns(curves, chosen)),
            coverage_spec(ink(), chart_pixels() - 1, 360),
            key="coverage",
            width="stretch",
            alt="The share of right answers against the share of clips that are answered",
        )
    with right:
        for part, found in chosen.items():
            st.markdown(f"**{part.capitalize()}:** {describe_answered(found)}")
        st.caption(
            "Choose by the validation clips; the test clips then say what the choice is worth. "
            "The bars are 95 % intervals (Wilson): the fewer answers are left, the longer."
        )


def describe_answered(found: Answered) -> str:
    """How many it answers and how many of these rightly; what it refuses and would have known."""
    refused = found.clips - found.answered
    lost = f" Of the {refused} it refuses, {found.lost} would have been right." if refused else ""
    if found.precision is None or found.interval is None:
        return f"it answers none of {found.clips}.{lost}"
    return (
        f"it answers {found.answered} of {found.clips}, {found.right} of these rightly, "
        f"**{share(found.precision, found.interval)}**.{lost}"
    )
