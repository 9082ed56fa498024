"""The room in which a class is asked: how to come in, and how many have voted."""

from __future__ import annotations

import io
import ipaddress
from urllib.parse import urlsplit

import segno
import streamlit as st

from esc10.lesson.poll import Poll, Room
from esc10.ui.fragments import SOON_SECONDS, live
from esc10.ui.frame import in_projector_mode
from esc10.ui.server import poll_server

_ROOM = "room of this class"
_ACTIVITY = "asked in the room"


def this_room() -> Room:
    """The room of this browser session; opened when it is first needed."""
    room: Room | None = st.session_state.get(_ROOM)
    if room is None or poll_server().rooms.find(room.code) is None:
        room = st.session_state[_ROOM] = poll_server().rooms.open()
        st.session_state.pop(_ACTIVITY, None)
    return room


def activity() -> tuple[str, ...]:
    """What is being done in the room, and about what; empty where nothing is."""
    return tuple(st.session_state.get(_ACTIVITY, ()))


def begin(*what: str) -> None:
    """Say what is done in the room from now on; in a room of its own, as its votes are counted."""
    st.session_state.pop(_ROOM, None)
    this_room()
    st.session_state[_ACTIVITY] = what


def end() -> None:
    """Forget what was asked, and everybody's votes."""
    st.session_state.pop(_ROOM, None)
    st.session_state.pop(_ACTIVITY, None)


def show_way_in(room: Room) -> None:
    """A code for phones to look at, and the same address to type."""
    url = poll_server().url(room)
    st.image(_code(url), width=340 if in_projector_mode() else 280, alt="QR code of the address")
    st.markdown("**Join with a phone** on this network:")
    st.markdown(f"### {url.removeprefix('http://')}")
    if ipaddress.ip_address(urlsplit(url).hostname or "").is_loopback:
        st.warning(
            "This machine is on no network, so no phone can reach it. Let hands be raised, or open "
            "a hotspot and reload."
        )


def _code(url: str) -> bytes:
    """A QR code as a PNG: dark on light on every page, as cameras expect it."""
    picture = io.BytesIO()
    segno.make(url, error="m", micro=False).save(picture, kind="png", scale=10, border=3)
    return picture.getvalue()


def show_votes(poll: Poll) -> None:
    """How many have voted, counted anew all the time."""
    live(_count, SOON_SECONDS)(poll)


def _count(poll: Poll) -> None:
    count = len(poll.votes())
    st.markdown("## 1 vote" if count == 1 else f"## {count} votes")
