"""What the browser says of itself: a component that shows nothing, and records nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from esc10.lesson.rehearsal import Browser

_KEY = "rehearse browser"
_PERMISSIONS = ("granted", "denied", "prompt")

_component = st.components.v2.component(
    "esc10.probe", js=Path(__file__).with_name("probe.js").read_text("utf-8")
)


def ask_browser() -> Browser | None:
    """What it answers; None until it has."""
    result = _component(key=_KEY, default={"browser": None}, on_browser_change=lambda: None)
    return browser_of(result.get("browser"))


def browser_of(sent: object) -> Browser | None:
    """An answer, looked at: it comes from a stranger's browser."""
    fields: dict[Any, Any] = sent if isinstance(sent, dict) else {}
    secure, able, permission = (fields.get(name) for name in ("secure", "able", "permission"))
    if not isinstance(secure, bool) or not isinstance(able, bool):
        return None
    return Browser(secure, able, permission if permission in _PERMISSIONS else "unknown")
