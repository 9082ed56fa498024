"""A run's network from inside: its layers, its first filters, and where it puts every clip."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from esc10.evaluation.metrics import Evaluation
from esc10.features.mel import MelConfig
from esc10.runs.run import Run
from esc10.training.networks import MODELS
from esc10.ui.evaluate.clip_map import show_clip_map
from esc10.ui.fragments import live
from esc10.ui.frame import chart_pixels, in_projector_mode, picture_toolbar
from esc10.ui.layer_table import show_layer_table
from esc10.ui.plots.filters import filter_pictures
from esc10.ui.server import HASHES, engine

_KEPT = 32


def show_insides(run: Run, judged: Evaluation) -> None:
    """The network from inside; a click in it draws nothing else of the page anew."""
    live(_insides)(run, judged.weights)


def _insides(run: Run, weights: str) -> None:
    views: dict[str, Callable[[Run, str], None]] = {
        "Where it puts the clips": show_clip_map,
        "What its first layer looks for": _show_filters,
        "Its layers": _show_layers,
    }
    view = st.segmented_control(
        "From inside",
        list(views),
        default=next(iter(views)),
        required=True,
        key="inside",
        label_visibility="collapsed",
    )
    views[view](run, weights)


def _show_layers(run: Run, weights: str) -> None:
    del weights  # the layers are the same
    network = MODELS[run.config.train.model]
    left, right = st.columns([2, 1], gap="medium")
    with left:
        tables = engine().networks.layer_tables(len(run.config.classes), run.config.train.width)
        show_layer_table(tables[network.key])
    with right:
        st.markdown(f"**{network.title}**  \n{network.summary}")
        st.caption(
            "From the spectrogram at the top to a probability for each class at the bottom. An "
            "output shape without the batch: time, then what is known of each moment."
        )


def _show_filters(run: Run, weights: str) -> None:
    with st.spinner("The network's first layer is being read …"):
        kernels = learnt_filters(run, weights)
    if kernels is None:
        st.info("This network has no convolution, and so no filters to look at.")
        return
    height = 360 if in_projector_mode() else 400
    st.plotly_chart(
        filter_pictures(kernels, run.config.mel, chart_pixels(), height),
        key=f"filters {kernels.shape}",  # a chart that stays would keep the ranges of its axes
        config=picture_toolbar("filters"),
    )
    st.caption(_describe_filters(kernels.shape))


def _describe_filters(shape: tuple[int, ...]) -> str:
    count, bands, frames = shape
    if frames > 1 and bands < MelConfig().n_mels:
        return (
            f"All {count} filters of the first layer: {bands} neighbouring mel bands by {frames} "
            "frames, tried at every height and at every moment. Blue: energy there raises the "
            "filter's output. Vermilion: it lowers it. Blue beside vermilion answers to a "
            "beginning or an end; blue above vermilion, to an edge in the spectrum."
        )
    if frames > 1:
        return (
            f"All {count} filters of the first layer: {frames} frames wide, all {bands} mel bands "
            "high. Blue: energy here raises the filter's output. Vermilion: it lowers it. "
            "Vermilion on the left and blue on the right answers to a beginning; a blue row, to a "
            f"tone. With {frames * bands:,} weights for each filter and few clips, much of the "
            "noise that training began with is still there: look for stretches of one colour."
        )
    return (
        f"All {count} filters of the first layer: {bands} neighbouring mel bands of one frame, "
        "tried at every height of the spectrum. Blue above the line: energy there raises the "
        "filter's output. Vermilion below: it lowers it. Positive on one band and negative on the "
        "next answers to an edge in the spectrum; one lone peak answers to a tone."
    )


@st.cache_resource(max_entries=_KEPT, show_spinner=False, hash_funcs=HASHES)
def learnt_filters(run: Run, weights: str) -> NDArray[np.float32] | None:
    """The kernels of a run's first convolution, as `Predictor.filters` gives them."""
    return engine().networks.trained(run, weights).filters()
