"""Only one sound plays at a time, whatever plays it; from Python no player can be stopped."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

KEY = "one sound at a time"

_listener = st.components.v2.component(
    "esc10.one_at_a_time", js=Path(__file__).with_name("one_at_a_time.js").read_text("utf-8")
)


def play_one_at_a_time() -> None:
    """Listen on this page for players that begin; nothing shows."""
    _listener(key=KEY)
