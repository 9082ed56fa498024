"""Who may name paths on the machine that the app runs on."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import streamlit as st

from esc10.errors import DatasetError
from esc10.ui.local_paths import is_here, local_path


@pytest.mark.parametrize(
    ("address", "headers", "here"),
    [
        (None, {}, True),
        ("192.168.0.7", {}, False),
        ("2001:db8::7", {}, False),
        (None, {"X-Forwarded-For": "192.168.0.7"}, False),
        (None, {"X-Forwarded-For": "127.0.0.1"}, False),
        (None, {"Forwarded": "for=192.168.0.7"}, False),
        (None, {"X-Real-Ip": "192.168.0.7"}, False),
    ],
)
def test_only_a_browser_on_this_machine_is_here(
    address: str | None, headers: dict[str, str], here: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(st, "context", SimpleNamespace(ip_address=address, headers=headers))
    assert is_here() == here
    if not here:
        with pytest.raises(DatasetError, match="Upload a zip instead"):
            local_path("/etc/passwd")
