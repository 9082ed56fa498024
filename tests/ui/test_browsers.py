"""A browser is told by a secret of its own, which no other one knows."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string

from esc10.ui.browsers import this_browser


def told(monkeypatch: pytest.MonkeyPatch, cookie: str | None, session: dict[str, str]) -> str:
    cookies = {} if cookie is None else {"_streamlit_xsrf": cookie}
    monkeypatch.setattr(st, "context", SimpleNamespace(cookies=cookies))
    monkeypatch.setattr(st, "session_state", session)
    return this_browser()


def test_a_browser_is_the_same_after_a_reload(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit masks its cookie anew with each page."""
    ada, bob = b"a" * 16, b"b" * 16
    first, second, other = (generate_xsrf_token_string(token) for token in (ada, ada, bob))
    assert first != second
    assert told(monkeypatch, first, {}) == told(monkeypatch, second, {}) == ada.hex()
    assert told(monkeypatch, other, {}) == bob.hex()


@pytest.mark.parametrize("cookie", [None, "", "2|ab|cd|1", "2||00|1", "1|00|00|1", "2|x|y|1"])
def test_without_a_cookie_a_session_is_a_browser(
    cookie: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    one: dict[str, str] = {}
    assert told(monkeypatch, cookie, one) == told(monkeypatch, cookie, one)
    assert told(monkeypatch, cookie, one) != told(monkeypatch, cookie, {})
