"""Parts of a page that are drawn anew without the rest: by a click in them, or by themselves."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from functools import wraps
from itertools import count
from threading import Lock
from typing import ParamSpec

import streamlit as st

from esc10.errors import Esc10Error, NoWorkerError
from esc10.ui.server import engine
from esc10.ui.words import in_markdown

_TICK_SECONDS, _CROWD_TICK_SECONDS = 0.85, 1.5
"""From one drawing of the live curves to the next, for few people and for many. Each costs the
server a hundredth of a second for everybody who watches: once a second, thirty watchers took a
quarter of a core."""

_CROWD = 8
"""More watchers than these are many."""

_WATCHING_SECONDS = 3.0
"""So long after the last drawing somebody still counts as watching."""

IDLE_SECONDS = 5.0
"""From one drawing to the next while nothing is under way: a run may begin elsewhere."""

SOON_SECONDS = 0.5
"""The same for what begins or ends within seconds, and is watched by the one who began it."""

LOOK_SECONDS = 2.0
"""From one look for a worker to the next, until there is one."""

Arguments = ParamSpec("Arguments")

_watchers: dict[str, float] = {}
_watchers_lock = Lock()


def tick_seconds() -> float:
    """From one drawing of the live curves to the next, for this session, which counts as one."""
    now, me = time.monotonic(), st.session_state.setdefault("watcher", secrets.token_hex(8))
    with _watchers_lock:
        _watchers[me] = now
        for watcher, seen in list(_watchers.items()):
            if now - seen > _WATCHING_SECONDS:
                del _watchers[watcher]
        return _TICK_SECONDS if len(_watchers) <= _CROWD else _CROWD_TICK_SECONDS


def live(
    part: Callable[Arguments, None], seconds: float | None = None
) -> Callable[Arguments, None]:
    """A part that is drawn by itself, every so many `seconds` if they are given.

    Trouble is one sentence in its place, and the rest of the page stays. A part that asks a worker
    needs to do no more: where there is none, it is drawn again as soon as one has come.
    """

    @wraps(part)
    def guarded(*given: Arguments.args, **named: Arguments.kwargs) -> None:
        try:
            part(*given, **named)
        except Esc10Error as error:
            show_trouble(error)

    return st.fragment(guarded, run_every=seconds)


def show_trouble(error: Esc10Error) -> None:
    """Trouble as a sentence in its place; where only a worker is missing, until there is one."""
    if isinstance(error, NoWorkerError):
        st.fragment(_wait_for_worker, run_every=LOOK_SECONDS)(str(error), count())
    else:
        st.error(in_markdown(str(error)))


def _wait_for_worker(sentence: str, looks: Iterator[int]) -> None:
    """Look for a worker, and draw the page again once there is one."""
    status = engine().status()
    # Not at the first look, which is part of the drawing that found none: the engine may still name
    # a worker that has gone, and the page would be drawn again and again without a pause.
    if next(looks) and status.capacity.workers:
        st.rerun()
    if status.trouble:
        st.error(in_markdown(status.trouble))
    else:
        st.info(sentence, icon=":material/hourglass:")
