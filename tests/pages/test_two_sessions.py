"""Two people at one server: each makes what they asked for, and is told how that ended."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from esc10.audio.loading import SAMPLE_RATE
from esc10.datasets.description import own_descriptions
from esc10.datasets.own.recordings import as_own_dataset, keep
from esc10.runs.store import list_runs
from esc10.ui import server
from esc10.ui.predict import kept
from tests.support.odd_sounds import hiss
from tests.support.own_sounds import numbered, sounds, zip_of
from tests.support.pages import PAGE_SECONDS, drawn, open_page, own_sounds_section, plain, says
from tests.support.waiting import wait_for


def all_ended() -> None:
    jobs = server.jobs().named("")
    assert jobs
    wait_for(lambda: not any(job.running for job in jobs.values()), PAGE_SECONDS, "the jobs")


def kept_sounds() -> AppTest:
    def script() -> None:
        from esc10.datasets.own.recordings import kept_recordings
        from esc10.ui.predict.kept import _offer_dataset

        _offer_dataset(kept_recordings())

    return drawn(AppTest.from_function(script, default_timeout=PAGE_SECONDS))


def test_trouble_with_own_sounds_is_told_to_who_brought_them() -> None:
    first, second = own_sounds_section(), own_sounds_section()
    first.text_input(key="own title").set_value("Mine")
    bad = zip_of(sounds(numbered(("dog", "cat"), 3)) | {"cat/0.wav": b"no sound"})
    first.file_uploader(key="own zip 0").upload("mine.zip", bad).run()
    first.button(key="make own").click().run()
    all_ended()
    drawn(second)
    assert not second.error
    assert [button.label for button in second.button if "read" in button.label] == []
    (error,) = drawn(first).error
    assert "The class cat has 2 usable sounds" in plain(error.value)


def test_a_fetch_that_failed_is_told_to_who_began_it(practice_home: Path, tmp_path: Path) -> None:
    first, second = drawn(open_page("pages/dataset.py")), drawn(open_page("pages/dataset.py"))
    first.text_input(key="path esc10").set_value(str(tmp_path / "nothing.zip")).run()
    first.button(key="load esc10").click().run()
    all_ended()
    for session, told in ((first, True), (second, False)):
        (sources,) = (box for box in drawn(session).expander if box.label == "Get sounds")
        assert sources.proto.expanded == told
        assert says(session, "does not exist") == told


def test_two_that_make_datasets_of_kept_recordings_get_one_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(10):
        samples = hiss(5, SAMPLE_RATE)[:, 0] * (0.5 + number / 20)
        keep(samples.astype("float32"), ("dog", "rain")[number % 2], now + timedelta(hours=number))
    both_asked = threading.Event()

    def make(*arguments: Any) -> str:
        assert both_asked.wait(PAGE_SECONDS)
        return as_own_dataset(*arguments)

    monkeypatch.setattr(kept, "as_own_dataset", make)
    monkeypatch.setattr(st, "page_link", lambda *_, **__: None)  # there is no other page here
    first, second = kept_sounds(), kept_sounds()
    for session, title in ((first, "Ada's"), (second, "Bob's")):
        session.text_input(key="title of kept").set_value(title).run()
        session.button(key="make kept").click().run()
    both_asked.set()
    all_ended()
    assert {described.title for described in own_descriptions().values()} == {"Ada's", "Bob's"}
    for session, mine, others in ((first, "Ada's", "Bob's"), (second, "Bob's", "Ada's")):
        drawn(session)
        assert says(session, f"**{mine}** is made: train on it.")
        assert not says(session, others)
        drawn(session)
        assert not session.success


def test_a_third_who_looks_on_sees_that_something_runs_and_no_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    going_on = threading.Event()
    keep(hiss(5, SAMPLE_RATE)[:, 0].astype("float32"), "rain", datetime.now(UTC))
    monkeypatch.setattr(kept, "as_own_dataset", lambda *_: going_on.wait(PAGE_SECONDS) and "")
    first, other = kept_sounds(), kept_sounds()
    first.button(key="make kept").click().run()
    drawn(other)
    assert [button.label for button in other.button if button.label == "Cancel"] == ["Cancel"]
    other.button(key="make kept")  # and can make one too
    going_on.set()
    all_ended()
    assert not drawn(other).success


def test_each_is_first_shown_what_they_have_trained_themselves(practice_home: Path) -> None:
    first, second = drawn(open_page("pages/train.py")), drawn(open_page("pages/train.py"))
    for session in (first, second):
        session.number_input(key="epochs").set_value(1).run()
        next(button for button in session.button if button.label == "Train").click().run()
        all_ended()
        wait_for(lambda: all(run.state == "finished" for run in list_runs()[0]), PAGE_SECONDS, "it")
    newer, older = (run.run_id for run in list_runs()[0])
    for session, mine in ((first, older), (second, newer)):
        assert session.session_state["runs of this session"] == {mine}
        judged, judge = open_page("pages/evaluate.py"), open_page("pages/predict.py")
        for page in (judged, judge):
            page.session_state["runs of this session"] = {mine}
        assert drawn(judged).selectbox(key="run").value == mine
        assert drawn(judge).multiselect(key="judges 6").value == [mine]
