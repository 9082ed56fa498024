"""Which browser a session belongs to: what is personal is shown in that one alone."""

from __future__ import annotations

import secrets
from itertools import cycle

import streamlit as st

_COOKIE = "_streamlit_xsrf"
_VERSION = "2"
_TOKEN_BYTES = 16
_SESSION = "browser of this session"


def this_browser() -> str:
    """What tells this browser from others, and no other browser knows.

    It is the same in all its tabs and after a reload; where cookies are not taken, a session is a
    browser.
    """
    return _token(st.context.cookies.get(_COOKIE, "")) or st.session_state.setdefault(
        _SESSION, secrets.token_hex(_TOKEN_BYTES)
    )


def _token(cookie: str) -> str:
    """The secret that Streamlit gives a browser against forged uploads; empty for none.

    The cookie is `2|mask|masked token|time`, and masked anew with each page, as Tornado does it.
    """
    try:
        version, mask, masked, _ = cookie.split("|")
        token = bytes(a ^ b for a, b in zip(bytes.fromhex(masked), cycle(bytes.fromhex(mask))))
    except ValueError:
        return ""
    return token.hex() if version == _VERSION and len(token) == _TOKEN_BYTES else ""
