"""The figure that experiments share: a row for each way, with its seeds, mean and interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import streamlit as st

from esc10.evaluation.experiments import Figures
from esc10.lesson.words import share
from esc10.runs.run import Run
from esc10.ui.frame import chart_pixels, in_projector_mode, ink
from esc10.ui.plots.ways import way_columns, way_spec

Ways = Mapping[str, Sequence[Run]]
"""For each way the finished runs, of a seed each; at least one of each."""


def draw_ways(
    ways: Mapping[str, Figures], marks: Sequence[int] | None = None, more: str = ""
) -> None:
    """The rows of the ways, and below them how to read them; `more` follows there.

    `marks` are the places of the rows' colours and shapes, from 0, where some rows share one.
    """
    large = in_projector_mode()
    row = (74 if large else 62) if len(ways) < 6 else (54 if large else 46)
    st.vega_lite_chart(
        pa.table(way_columns(ways)),
        way_spec(ways, ink(), chart_pixels() - 1, 50 + row * len(ways), marks),
        key=f"ways {len(ways)}",
        width="stretch",
        alt="Accuracy of each seed in each way, with the mean and its interval",
    )
    seeds = max(len(figures.by_seed) for figures in ways.values())
    st.caption(
        f"A dot is a network of another seed ({seeds} so far), judged on clips it has not heard. "
        f"The strong mark is the mean, the band its 95 % interval over the clips (Wilson). {more}"
    )


def figure(figures: Figures) -> str:
    """The mean with its interval, strong, in Markdown."""
    return f"**{share(figures.mean, figures.interval)}**"
