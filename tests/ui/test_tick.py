"""How often the live curves are drawn: seldom for a crowd, and its members count once each."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from esc10.ui import fragments
from esc10.ui.fragments import tick_seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Nobody watches yet; the time is what the test says."""
    now = {"seconds": 100.0}
    monkeypatch.setattr(fragments, "_watchers", {})
    monkeypatch.setattr(fragments, "time", SimpleNamespace(monotonic=lambda: now["seconds"]))
    return now


def watched_by(monkeypatch: pytest.MonkeyPatch, session: dict[str, str]) -> float:
    """What a session is told, which is kept in its state."""
    monkeypatch.setattr(fragments.st, "session_state", session)
    return tick_seconds()


def test_a_crowd_is_drawn_for_less_often(
    monkeypatch: pytest.MonkeyPatch, clock: dict[str, float]
) -> None:
    sessions: list[dict[str, str]] = [{} for _ in range(30)]
    alone = watched_by(monkeypatch, sessions[0])
    assert alone < 1
    # Whoever is drawn for again and again is one watcher.
    assert {watched_by(monkeypatch, sessions[0]) for _ in range(30)} == {alone}
    crowded = [watched_by(monkeypatch, session) for session in sessions][-1]
    assert alone < crowded < 2
    clock["seconds"] += 60
    assert watched_by(monkeypatch, sessions[1]) == alone
