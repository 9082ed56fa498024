"""What runs say of a sound longer than five seconds: window by window, and as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pyarrow as pa
import streamlit as st

from esc10.audio.loading import CLIP_SECONDS
from esc10.datasets.clips import class_label
from esc10.evaluation.intervals import percent
from esc10.inference.prediction import HeardSound, mean_of_windows
from esc10.ui.frame import chart_pixels, ink, type_pixels
from esc10.ui.player.player import GUTTER_REMS
from esc10.ui.plots.windows import window_columns, window_spans, window_spec
from esc10.ui.predict.judging import Judged, answer_column
from esc10.ui.run_marks import mark
from esc10.ui.words import in_markdown, network_title

_MOST_ROWS = 12
_SEEN_ROWS = 11.5
"""What is seen of a longer table: half a row says that there is more."""


def show_windows(sound: HeardSound, judged: Sequence[Judged]) -> None:
    """The winner of each window over time, as a table too, and how the whole relates to them."""
    st.markdown(f"**Window by window** · {len(sound.starts)} windows of {CLIP_SECONDS:g} s")
    if not sound.silent.all():
        _show_strip(sound, judged)
    _show_table(sound, judged)
    _explain_wholes(sound, judged)


def _show_strip(sound: HeardSound, judged: Sequence[Judged]) -> None:
    """The winners over time; nothing stands where it is silent."""
    loud = np.flatnonzero(~sound.silent)
    spans = window_spans(sound.starts, CLIP_SECONDS, sound.seconds)
    winners = [[each.winners[index] for index in loud] for each in judged]
    wins = Counter(name for windows in winners for name, _, _ in windows)
    classes = [name for name, _ in wins.most_common()]
    pixels = chart_pixels()
    slots = [each.slot for each in judged]
    st.vega_lite_chart(
        pa.table(window_columns(slots, winners, [spans[index] for index in loud])),
        window_spec(
            classes,
            slots,
            sound.seconds,
            ink(),
            pixels,
            round(1.2 * pixels),
            GUTTER_REMS * type_pixels(),  # so it lies below the player's pictures
        ),
        key=f"windows {slots} {classes}",
        width="stretch",
        alt="The class each run names, window by window",
    )
    st.caption(
        "Each bar is a window's winner, the stronger the more probable; dashed where it is not "
        "known, none where it is silent. Windows overlap, and each stands where it is the nearest."
    )


def _show_table(sound: HeardSound, judged: Sequence[Judged]) -> None:
    ends = [min(start + CLIP_SECONDS, sound.seconds) for start in sound.starts]
    columns = {
        "seconds": [
            f"{start:.1f} to {end:.1f}" for start, end in zip(sound.starts, ends, strict=True)
        ]
    }
    for each in judged:
        columns[answer_column(each.slot, several=len(judged) > 1)] = [
            "silence"
            if silent
            else f"{class_label(name)} {percent(probability)}%" + ("" if known else " ?")
            for (name, probability, known), silent in zip(each.winners, sound.silent, strict=True)
        ]
    row_pixels = 2 * chart_pixels() + 3
    st.dataframe(
        pa.table(columns),
        key="table of windows",
        hide_index=True,
        row_height=row_pixels,
        height=_table_height(len(ends), row_pixels),
        alt="The class each run names, window by window",
    )


def _table_height(rows: int, row_pixels: int) -> int | Literal["content"]:
    return "content" if rows <= _MOST_ROWS else round(row_pixels * (1 + _SEEN_ROWS))


def _explain_wholes(sound: HeardSound, judged: Sequence[Judged]) -> None:
    """For each run how its answer to the whole came about, and what its windows say on average."""
    st.caption("**?** A window the network does not know.")
    for each in judged:
        network = network_title(each.run.config.train)
        name = f"{mark(each.slot)} {network}" if len(judged) > 1 else f"**{network}**"
        mean = mean_of_windows(sound, each.answer.windows)
        best = int(mean.argmax())
        average = (
            f"{in_markdown(class_label(each.run.config.classes[best]))}, {percent(mean[best])}%"
        )
        how = (
            f"takes {CLIP_SECONDS:g} s and no other length, so its answer above is the mean of its "
            "windows' answers, without silent ones."
            if each.answer.averaged
            else "takes any length, so its answer above is to the whole at once. The mean of its "
            f"windows' answers is {average}."
        )
        st.caption(f"{name} {how}")
