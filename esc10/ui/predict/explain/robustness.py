"""How much can it bear? The answer over noise, loudness, pitch or speed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from esc10.datasets.clips import class_label
from esc10.features.mel import mel_power
from esc10.inference.explain.robustness import DISTURBANCES, Disturbance, held_span
from esc10.ui.frame import chart_pixels, in_projector_mode, ink
from esc10.ui.plots.robustness import disturbed_columns, disturbed_spec, lines_of
from esc10.ui.predict.explain.subject import Case, play
from esc10.ui.remembered import remembered
from esc10.ui.words import class_words

_KEPT = 64

_WHY = {
    "noise": "White noise fills the quiet places between the sounds first, which the picture in "
    "decibels shows as brightly as the loud ones.",
    "pitch": "Another pitch moves everything up or down the mel bands, and the network learned "
    "what stands in which band.",
    "speed": "Another speed moves events closer together or further apart. A faster sound ends in "
    "silence, a slower one is cut off.",
}
_WHY_LOUDNESS = {
    "logmel": "In decibels a gain adds the same to every point: the picture keeps its shape, the "
    "floor 80 dB below its loudest point included, but the network is given levels, not "
    "differences. Loudness outside what training held is foreign to it.",
    "mel": "A gain multiplies every point of the power: what was 20 dB softer is a hundredth.",
}


def show_disturbance(case: Case) -> None:
    """The answer over a disturbance, and how the sound is at one of its values."""
    key = st.segmented_control(
        "Disturb it",
        list(DISTURBANCES),
        default=next(iter(DISTURBANCES)),
        required=True,
        format_func=lambda name: DISTURBANCES[name].title,
        key="disturbance",
        persist_state="session",
    )
    disturbance = DISTURBANCES[key]
    left, right = st.columns([1.7, 1], gap="medium")
    with right:
        value = _choose(key, disturbance)
    with left, st.spinner("The network hears it again and again …", show_time=True):
        answers = _curve(case, key)
    index = disturbance.values.index(value)
    with left:
        _draw(case, key, answers, index)
    with right:
        st.markdown(
            f"At the slider, {_describe(disturbance, value)}: {case.verdict(answers[index])}"
        )
        play(_disturbed(case, key, value), disturbance.label(value))
        st.markdown(f"{_describe_held(case, disturbance, answers)} {_why(case, key)}")
        if key == "gain":
            st.caption(
                "The player turns down what would be beyond full scale; the network hears it."
            )


def _choose(key: str, disturbance: Disturbance) -> float:
    value: float = st.select_slider(
        disturbance.title,
        disturbance.values,
        disturbance.neutral,
        format_func=disturbance.label,
        key=f"value of {key}",
        persist_state="session",
    )
    return value


@st.cache_data(max_entries=_KEPT, show_spinner=False, hash_funcs={Case: lambda case: case.key})
def _curve(case: Case, key: str) -> NDArray[np.float32]:
    """Class probabilities at every value, shape (values, classes)."""
    sounds = (_disturbed(case, key, value) for value in DISTURBANCES[key].values)
    power = np.stack([mel_power(sound, case.mel) for sound in sounds])
    return case.answers(case.input_of(power))


def _disturbed(case: Case, key: str, value: float) -> NDArray[np.float32]:
    """The disturbed sound, shape (samples,), of 0.4 MB."""
    disturbed: NDArray[np.float32] = remembered(
        "sounds",
        ("disturbed", case.sound, key, value),
        lambda: DISTURBANCES[key].apply(case.samples, value),
    )
    return disturbed


def _draw(case: Case, key: str, answers: NDArray[np.float32], index: int) -> None:
    disturbance = DISTURBANCES[key]
    neutral = disturbance.values.index(disturbance.neutral)
    labels = [disturbance.label(value) for value in disturbance.values]
    names = [class_label(case.classes[label]) for label in lines_of(answers, neutral)]
    height = 460 if in_projector_mode() else 400
    st.markdown("**How probable each class is, the more it is disturbed**")
    st.vega_lite_chart(
        pa.table(disturbed_columns(answers, labels, case.classes, neutral, index)),
        disturbed_spec(names, labels, disturbance.axis, ink(), chart_pixels(), height),
        key=f"curve {key}",
        width="stretch",
        alt=f"Class probabilities over {disturbance.axis}",
    )
    st.caption(
        "The grey bar is where the slider stands. Shown are the three most probable classes of the "
        "sound as it is, and whatever else wins anywhere."
    )


def _describe(disturbance: Disturbance, value: float) -> str:
    return disturbance.label(value) + (" " + disturbance.unit if np.isfinite(value) else "")


def _describe_held(case: Case, disturbance: Disturbance, answers: NDArray[np.float32]) -> str:
    values = disturbance.values
    first, last = held_span(answers, values, disturbance.neutral)
    winner = class_words(case.classes[answers[values.index(disturbance.neutral)].argmax()])
    if first == last:
        return f"**The first step** already takes *{winner}* away."
    if (first, last) == (values[0], values[-1]):
        return f"**It stays *{winner}*** all the way."
    return (
        f"**It stays *{winner}*** from {_describe(disturbance, first)} to "
        f"{_describe(disturbance, last)}."
    )


def _why(case: Case, key: str) -> str:
    return _WHY[key] if key in _WHY else _WHY_LOUDNESS[case.run.config.train.features]
