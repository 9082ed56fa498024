"""What decides? The spectrogram covered patch by patch, and the part that carries the answer."""

from __future__ import annotations

import streamlit as st

from esc10.evaluation.intervals import percent
from esc10.inference.explain.occlusion import (
    COLUMNS,
    LEAST_DROP,
    ROWS,
    OcclusionMap,
    cells_of,
    occlusion_map,
)
from esc10.training.networks import MODELS
from esc10.ui.frame import chart_pixels, in_projector_mode, ink, picture_toolbar
from esc10.ui.plots.occlusion import occlusion_figure
from esc10.ui.predict.explain.subject import Case, Parts, show_parts
from esc10.ui.words import class_words

_KEPT = 64
_MOST_OF_IT = 0.5


def show_decisive(case: Case) -> None:
    """The map of drops, and the answers and sounds without what decides and of it alone."""
    with st.spinner(f"The network hears the sound {COLUMNS * ROWS} times …", show_time=True):
        found = _found(case)
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        figure = occlusion_figure(
            case.power, case.mel, found, ink(), chart_pixels(), 430 if in_projector_mode() else 450
        )
        st.plotly_chart(figure, key="occlusion", config=picture_toolbar("occlusion"))
        st.caption(_describe_map(case, found))
    with right:
        st.markdown(_describe_found(case, found))
        if found.decisive.any():
            cells = cells_of(found.decisive, case.mel.frames, case.mel.n_mels)
            show_parts(case, Parts(found.whole, found.without, found.alone), cells, "decisive")


@st.cache_data(max_entries=_KEPT, show_spinner=False, hash_funcs={Case: lambda case: case.key})
def _found(case: Case) -> OcclusionMap:
    return occlusion_map(case.x, case.floor, case.answers)


def _describe_map(case: Case, found: OcclusionMap) -> str:
    winner = class_words(case.classes[found.winner])
    text = (
        f"Each of {COLUMNS * ROWS} patches was set to the clip's floor by itself. Vermilion and "
        f"minus: without it, *{winner}* is less probable, by so many points. Blue and plus: more. "
        "Framed, the region: the patch that matters most, and neighbours that matter half as much. "
        "Silence is not nothing to a network: a gap, too, can speak for a class."
    )
    if MODELS[case.run.config.train.model].frames_vote:
        text += (
            f" A patch covers one frame in {COLUMNS}, and every frame has one vote: none can take "
            f"more than some {100 / COLUMNS:.0f} points."
        )
    return text


def _describe_found(case: Case, found: OcclusionMap) -> str:
    winner = class_words(case.classes[found.winner])
    share = found.decisive.mean()
    if not share:
        return (
            f"**No single patch decides** for *{winner}*: not one takes {100 * LEAST_DROP:.0f} "
            "point away. What one lacks, the others still say."
        )
    if share > _MOST_OF_IT:
        return (
            f"**No single place decides:** the frame holds {percent(share)}% of the picture. A gap "
            f"anywhere in it takes some of *{winner}* away."
        )
    return (
        f"**What it calls *{winner}*** is in the frame above all. Without it: "
        f"{case.verdict(found.without)}. With nothing else: {case.verdict(found.alone)}."
    )
