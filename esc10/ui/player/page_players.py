"""One sound plays at a time on a page, and keys play them; from Python no player can be told."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

KEY = "page players"

_listener = st.components.v2.component(
    "esc10.page_players", js=Path(__file__).with_name("page_players.js").read_text("utf-8")
)


def join_players() -> None:
    """Have this page's players stop each other and be played by keys; nothing shows."""
    _listener(key=KEY)


def show_keys() -> None:
    """Say how keys play a list of sounds, once where it begins."""
    st.caption("Space plays, ← → step through the clips.")
