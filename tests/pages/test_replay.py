"""A finished run plays back: at its pace, marked as a replay, and nothing is trained."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from esc10.runs.store import list_runs
from esc10.ui import replay
from tests.support.pages import drawn, open_page, says
from tests.support.stored_runs import stored


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(replay, "time", clock)
    return clock


def train_page() -> AppTest:
    page = open_page("pages/train.py")
    page.session_state["train view"] = "Replay"
    return drawn(page)


def progress(page: AppTest) -> str:
    """What stands in the bar of the replay."""
    (text,) = [bar.proto.text for bar in page.get("progress") if "Replay" in bar.proto.text]
    return str(text)


def test_it_goes_as_fast_as_it_was_trained_or_so_many_times(
    practice_home: Path, clock: Clock
) -> None:
    run = stored()
    seconds = [row.seconds for row in run.history()]
    page = train_page()
    assert says(page, "Nothing is trained here")
    page.button(key="play").click()
    drawn(page)
    assert f"epoch 0 of {len(seconds)}" in progress(page)
    clock.now += seconds[0] + 0.5 * seconds[1]
    assert f"epoch 1 of {len(seconds)}" in progress(drawn(page))
    page.selectbox(key="replay pace").set_value(16)
    page.button(key="play").click()
    drawn(page)
    clock.now += 1.01 * sum(seconds[:2]) / 16
    assert f"epoch 2 of {len(seconds)}" in progress(drawn(page))
    clock.now += sum(seconds)
    assert "finished after 3 epochs" in progress(drawn(page))
    assert list_runs() == ([run], [])


def test_without_a_finished_run_it_says_so(practice_home: Path) -> None:
    assert any("played back here" in info.value for info in train_page().info)
