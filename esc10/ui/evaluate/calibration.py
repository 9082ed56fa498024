"""How far a network's own confidence can be trusted, and where it was surest and wrong."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import streamlit as st

from esc10.evaluation.calibration import ReliabilityBin, expected_calibration_error, reliability
from esc10.evaluation.intervals import percent
from esc10.evaluation.metrics import Evaluation
from esc10.lesson.words import right_of
from esc10.runs.run import Run
from esc10.training.results import PARTS
from esc10.ui.clip_cards import show_clips
from esc10.ui.frame import chart_pixels, in_projector_mode, ink
from esc10.ui.plots.calibration import reliability_columns, reliability_spec

_SUREST = 5


def show_trust(run: Run, judged: Evaluation) -> None:
    """Reliability curves of both parts, and the most confident mistakes of one of them."""
    left, right = st.columns([2.1, 1], gap="medium")
    answers = run.answers(judged.weights)
    with left:
        for column, part in zip(st.columns(2), PARTS, strict=True):
            bins = reliability(answers.labels[part], answers.probabilities[part])
            with column:
                st.markdown(f"**{part.capitalize()}:** {right_of(judged.parts[part])}")
                _curve(part, bins)
        st.caption(
            "On the dashed line a network is right as often as it says. Below it, it promises too "
            "much; above it, too little. Above each of the five bins: how many clips it is so "
            "sure of. The bars are 95 % intervals (Wilson): where one crosses the line, these "
            "clips say nothing against the network's word."
        )
    with right:
        part = st.segmented_control(
            "Surest mistakes",
            PARTS,
            format_func=lambda name: f"{name.capitalize()} clips",
            default=PARTS[-1],
            required=True,
            key="surest mistakes of",
            width="stretch",
        )
        mistakes = judged.parts[part].mistakes[:_SUREST]
        with st.container(height=600, border=False):
            if mistakes:
                show_clips(mistakes, run, judged.weights, f"surest {part}")
            else:
                st.success(f"Not one of the {part} clips is misclassified.")


def _curve(part: str, bins: tuple[ReliabilityBin, ...]) -> None:
    st.vega_lite_chart(
        pa.table(reliability_columns(bins)),
        reliability_spec(ink(), chart_pixels() - 2, 400 if in_projector_mode() else 360),
        key=f"reliability {part}",
        width="stretch",
        alt=f"Confidence against accuracy on the {part} clips",
    )
    st.markdown(
        describe_calibration(bins),
        help="The expected calibration error in five bins, weighted by their clips.",
    )


def describe_calibration(bins: Sequence[ReliabilityBin]) -> str:
    """How sure a network is, and how far that is from how often it is right, in each bin."""
    sure = np.average([each.confidence for each in bins], weights=[each.clips for each in bins])
    apart = f"{100 * expected_calibration_error(bins):.0f}"
    return (
        f"It is **{percent(sure)}%** sure on average. Bin by bin, confidence and accuracy are "
        f"**{apart} point{'' if apart == '1' else 's'}** apart on average."
    )
