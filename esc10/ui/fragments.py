"""Parts of a page that are drawn anew without the rest: by a click in them, or by themselves."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

from esc10.errors import Esc10Error
from esc10.ui.server import connected
from esc10.ui.words import in_markdown

TICK_SECONDS = 1.5
"""From one drawing of the live curves to the next. Each costs the server some hundredths of a
second for everybody who watches: once a second, thirty watchers took a quarter of a core."""

IDLE_SECONDS = 5.0
"""The same while nothing is under way: a run may begin elsewhere."""

SOON_SECONDS = 0.5
"""The same for what ends within seconds, and is watched by the one who began it."""

LOOK_SECONDS = 2.0
"""From one look for a worker to the next, until there is one."""

Arguments = ParamSpec("Arguments")


def live(
    part: Callable[Arguments, None], seconds: float | None = None
) -> Callable[Arguments, None]:
    """A part that is drawn by itself, every so many `seconds` if they are given.

    Trouble that its reader can mend is one sentence in its place; the rest of the page stays.
    """

    @wraps(part)
    def guarded(*given: Arguments.args, **named: Arguments.kwargs) -> None:
        try:
            part(*given, **named)
        except Esc10Error as error:
            st.error(in_markdown(str(error)))

    return st.fragment(guarded, run_every=seconds)


def asking(part: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """A live part that asks a worker: until there is one it looks again by itself."""
    was_connected = connected()

    @wraps(part)
    def looking(*given: Arguments.args, **named: Arguments.kwargs) -> None:
        try:
            part(*given, **named)
        finally:
            if not was_connected and connected():
                st.rerun()

    return live(looking, None if was_connected else LOOK_SECONDS)
