"""Take a part away: a region of the spectrogram, drawn on it or set with sliders."""

from __future__ import annotations

from functools import partial

import pyarrow as pa
import streamlit as st

from esc10.inference.explain.masking import band_edges, region_of
from esc10.ui.frame import chart_pixels, ink
from esc10.ui.plots.occlusion import BRUSH, brush_columns, brush_spec
from esc10.ui.predict.explain.subject import Case, parts_of, show_parts

_SECONDS, _BANDS, _DRAWN = "region seconds", "region bands", "region drawn"
_FIRST_SECONDS = (0.0, 1.0)
_STEP = 0.1

_COLUMNS = pa.schema(
    {
        "url": pa.string(),
        "seconds": pa.float64(),
        "until": pa.float64(),
        "band": pa.float64(),
        "upto": pa.float64(),
    }
)
"""The columns of `esc10.ui.plots.occlusion.brush_columns`."""


def show_region(case: Case) -> None:
    """The region on the spectrogram, and the answers and sounds without it and of it alone."""
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        chart = st.container()
        seconds, bands = _sliders(case)
        with chart:
            _draw(case, seconds, bands)
    cells = region_of(seconds, bands, case.mel).cells(case.mel.frames, case.mel.n_mels)
    with right:
        if not cells.any():
            st.info("Nothing is chosen: make the region larger.")
            return
        show_parts(case, parts_of(case, cells), cells, "region")


def _sliders(case: Case) -> tuple[tuple[float, float], tuple[int, int]]:
    """The region: what the sliders say, whether a hand or the drawing has set them."""
    state = st.session_state
    seconds: tuple[float, float] = state.setdefault(_SECONDS, _FIRST_SECONDS)
    bands: tuple[int, int] = state.setdefault(_BANDS, (0, case.mel.n_mels))
    first, second = st.columns(2)
    with first:
        st.slider(
            "Seconds",
            0.0,
            case.mel.seconds,
            step=_STEP,
            format="%.1f",
            key=_SECONDS,
            on_change=_forget_drawing,
            persist_state="session",
        )
    with second:
        st.slider(
            "Mel bands",
            0,
            case.mel.n_mels,
            key=_BANDS,
            on_change=_forget_drawing,
            persist_state="session",
        )
    low, high = (band_edges(case.mel)[band] for band in bands)
    st.caption(
        f"{seconds[0]:.1f} to {seconds[1]:.1f} s, {low:,.0f} to {high:,.0f} Hz. Draw on the "
        "spectrogram, or move the sliders. For the network the region becomes the clip's floor, "
        + (
            "80 dB below its loudest point"
            if case.run.config.train.features == "logmel"
            else "no power at all"
        )
        + "; for the ear it is cut out of the sound itself, with soft edges."
    )
    return seconds, bands


def _draw(case: Case, seconds: tuple[float, float], bands: tuple[int, int]) -> None:
    key = _chart_key()
    st.vega_lite_chart(
        pa.table(brush_columns(case.power, case.mel, seconds, bands, ink()), schema=_COLUMNS),
        brush_spec(case.mel, ink(), chart_pixels(), 300),
        key=key,
        on_select=partial(_take_drawing, key),
        selection_mode=BRUSH,
        width="stretch",
        alt="The sound's spectrogram, and on it the chosen region",
    )


def _forget_drawing() -> None:
    """A slider has moved: a chart with a new name shows the region alone, not what was drawn."""
    st.session_state[_DRAWN] = st.session_state.get(_DRAWN, 0) + 1


def _chart_key() -> str:
    return f"region chart {st.session_state.get(_DRAWN, 0)}"


def _take_drawing(key: str) -> None:
    """Set the sliders to what was drawn; drawing nothing leaves them."""
    if key != _chart_key():
        return
    drawn = st.session_state[key]["selection"].get(BRUSH) or {}
    if "seconds" in drawn:
        begin, end = sorted(round(float(time) / _STEP) * _STEP for time in drawn["seconds"])
        st.session_state[_SECONDS] = (round(begin, 1), round(end, 1))
    if "band" in drawn:
        low, high = sorted(round(float(band)) for band in drawn["band"])
        st.session_state[_BANDS] = (low, high)
