"""A prediction taken apart by ear: four questions about one sound and one network."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from esc10.audio.loading import CLIP_SAMPLES, CLIP_SECONDS
from esc10.runs.run import Run
from esc10.ui.fragments import live
from esc10.ui.predict.explain.occlusion import show_decisive
from esc10.ui.predict.explain.order import show_order
from esc10.ui.predict.explain.region import show_region
from esc10.ui.predict.explain.robustness import show_disturbance
from esc10.ui.predict.explain.subject import Case


def show_questioning(samples: NDArray[np.float32], run: Run, weights: str) -> None:
    """The questions; an answer draws nothing else of the page anew.

    `samples` are mono, at `esc10.audio.loading.SAMPLE_RATE`, of any length, shape (samples,); what
    is beyond a clip's length is left out, and that is said.
    """
    live(_questioning)(samples, run, weights)


def _questioning(samples: NDArray[np.float32], run: Run, weights: str) -> None:
    questions: dict[str, Callable[[Case], None]] = {
        "Does order matter?": show_order,
        "Without a part?": show_region,
        "What decides?": show_decisive,
        "How robust?": show_disturbance,
    }
    question = st.segmented_control(
        "Question it",
        list(questions),
        default=next(iter(questions)),
        required=True,
        key="question",
        label_visibility="collapsed",
        persist_state="session",
    )
    if len(samples) > CLIP_SAMPLES:
        st.caption(f"All of this is about the first {CLIP_SECONDS:g} s of the sound.")
    questions[question](Case(samples, run, weights))
