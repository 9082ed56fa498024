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
from esc10.ui.words import in_markdown

_ROOM = "room of this class"
_KEY = "class"
"""The room's key in the address: whoever loads the page again finds the votes."""


def this_room() -> Room | None:
    """The room of this browser session, or the one whose key is in the address; None without."""
    rooms = poll_server().rooms
    room: Room | None = st.session_state.get(_ROOM) or rooms.resume(st.query_params.get(_KEY, ""))
    if room is None or rooms.find(room.code) is not room:
        return None
    st.session_state[_ROOM] = room
    if st.query_params.get(_KEY) != room.key:
        st.query_params[_KEY] = room.key
    return room


def begin(*about: str) -> None:
    """Open a room in which a class is asked about something."""
    end()
    st.session_state[_ROOM] = poll_server().rooms.open(*about)
    st.rerun()


def end() -> None:
    """Forget what was asked, and everybody's votes."""
    room: Room | None = st.session_state.pop(_ROOM, None)
    if room is not None:
        poll_server().rooms.leave(room)
    st.query_params.pop(_KEY, None)


def show_way_in(room: Room) -> None:
    """A code for phones to look at, and the same address to type."""
    url = poll_server().url(room)
    st.image(_code(url), width=340 if in_projector_mode() else 280, alt="QR code of the address")
    st.markdown("**Join with a phone** on this network:")
    st.markdown(f"### {in_markdown(url)}")
    if ipaddress.ip_address(urlsplit(url).hostname or "").is_loopback:
        st.warning(
            "This machine is on no network, so no phone can reach it. Let hands be raised, or open "
            "a hotspot and load this page again: what was voted stays."
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
