"""What would come of somebody's sounds, before anything is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import streamlit as st

from esc10.datasets.clips import class_label
from esc10.datasets.own.preview import Preview, previews_of
from esc10.errors import DatasetError
from esc10.ui.words import in_markdown

_LOOKED_AT = "previewed own sounds"
_ROWS = 8


def choose_reading(source: Path | bytes, name: str) -> str | None:
    """The classes that are found, what is left out, and a choice where there are several readings.

    `name` tells one source from another. None where nothing can be made of it, which is said.
    """
    try:
        previews = _previews(source, name)
    except DatasetError as error:
        st.error(in_markdown(str(error)))
        return None
    with st.container(border=True, key="preview of own sounds"):
        chosen = previews[0]
        if len(previews) > 1:
            chosen = st.selectbox(
                "Where the classes are",
                previews,
                format_func=lambda preview: preview.understood,
                key=f"reading {name}",
            )
        else:
            st.markdown(in_markdown(chosen.understood))
        _show_classes(chosen)
        st.caption(in_markdown(chosen.aside))
        if chosen.refusal:
            st.error(in_markdown(chosen.refusal))
            return None
    return chosen.key


def _previews(source: Path | bytes, name: str) -> Sequence[Preview]:
    """Looked at once, and again when another source is named."""
    known = st.session_state.get(_LOOKED_AT)
    if known is None or known[0] != name:
        known = st.session_state[_LOOKED_AT] = (name, previews_of(source))
    previews: Sequence[Preview] = known[1]
    return previews


def _show_classes(preview: Preview) -> None:
    rows = preview.classes
    columns: dict[str, list[str] | list[int]] = {
        f"class ({len(rows)})": [class_label(row.name) or "no name" for row in rows],
        "sounds": [row.sounds for row in rows],
    }
    if any(row.recordings for row in rows):
        columns["recordings"] = [str(row.recordings or "not told") for row in rows]
    if any(row.folds for row in rows):
        columns["folds"] = [row.folds for row in rows]
    st.dataframe(
        pa.table(columns),
        hide_index=True,
        height="content" if len(rows) <= _ROWS else 330,
        key=f"classes of {preview.key}",
        alt="The classes, and how many sounds each has",
    )
