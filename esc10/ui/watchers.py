"""How many people watch the live curves, and how often each of them may be drawn for.

A tick costs the server some hundredths of a second. With thirty watchers that is a quarter of a
core, which the training beside it lacks; drawn every one and a half seconds it is a sixth, and a
point is still on every screen within two.
"""

from __future__ import annotations

import secrets
import threading
import time

import streamlit as st

_TICK_SECONDS, _CROWDED_TICK_SECONDS = 1.0, 1.5
_CROWD, _NO_CROWD = 12, 8
_SEEN_SECONDS = 5.0


class Watchers:
    """Who has been drawn for in the last seconds."""

    def __init__(self) -> None:
        """Nobody yet."""
        self._seen: dict[str, float] = {}
        self._lock = threading.Lock()

    def count(self, name: str, now: float) -> int:
        """How many watch, with the one who asks.

        Args:
            name: who asks.
            now: seconds on a clock that only goes forward.
        """
        with self._lock:
            self._seen[name] = now
            self._seen = {who: at for who, at in self._seen.items() if now - at < _SEEN_SECONDS}
            return len(self._seen)


def tick_seconds(watchers: int, before: float | None) -> float:
    """Seconds from one tick to the next.

    Args:
        watchers: how many watch.
        before: what it was so far; between a crowd and no crowd it stays.
    """
    if watchers > _CROWD:
        return _CROWDED_TICK_SECONDS
    if watchers < _NO_CROWD or before is None:
        return _TICK_SECONDS
    return before


@st.cache_resource
def _watchers() -> Watchers:
    return Watchers()


def my_tick_seconds() -> float:
    """Seconds from one tick to the next in this browser session, which counts as watching."""
    mine = st.session_state.setdefault("watcher", {"name": secrets.token_hex(8), "tick": None})
    count = _watchers().count(mine["name"], time.monotonic())
    mine["tick"] = tick_seconds(count, mine["tick"])
    return float(mine["tick"])
