"""The page for whoever gives the lesson: what is ready, and the clock."""

from __future__ import annotations

import errno
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from esc10.audio.loading import SAMPLE_RATE
from esc10.datasets import load_dataset
from esc10.datasets.esc10 import ESC10_ARCHIVE_URL
from esc10.datasets.folders import MARKER
from esc10.engine.queue import Engine
from esc10.engine.remote import Networks
from esc10.lesson.clock import plan_lesson
from esc10.runs.store import list_runs
from esc10.training.config import TrainConfig
from esc10.training.networks import LAB_MODELS
from esc10.training.plan import plan_run
from esc10.ui import server
from esc10.ui.frame import PAGES
from esc10.ui.lesson_begun import Lesson
from esc10.ui.rehearse import checks, measuring
from tests.support.odd_sounds import encoded, hiss
from tests.support.pages import drawn, open_page, plain, recorded, says, texts
from tests.support.serving import Host, serve
from tests.support.tested_runs import run_with
from tests.support.waiting import WARM_SECONDS

PACE = {"cnn": 0.1, "td_cnn": 0.5, "cnn_rnn": 0.8}


def day_before() -> AppTest:
    return drawn(open_page("pages/rehearse.py"))


def clock() -> AppTest:
    page = open_page("pages/rehearse.py")
    page.session_state["rehearse view"] = "Lesson clock"
    return drawn(page)


def state(page: AppTest, title: str) -> str:
    """Whether a check is ready, and its sentence."""
    (found,) = [text for text in texts(page) if text.startswith(f"**{title}** ")]
    return found


def ready(page: AppTest, title: str) -> bool:
    return "green-badge" in state(page, title)


def ended(page: AppTest) -> AppTest:
    """The page once its jobs have ended."""
    for job in server.jobs().named("").values():
        job.wait(WARM_SECONDS)
    return drawn(page)


def begun(seconds: float, minutes: int = 15) -> AppTest:
    """The page so long after a lesson has begun."""
    page = open_page("pages/rehearse.py")
    page.session_state["rehearse view"] = "Lesson clock"
    page.session_state["lesson begun"] = lesson(seconds, minutes)
    return drawn(page)


def lesson(seconds: float, minutes: int = 15) -> Lesson:
    """A lesson so long after it has begun."""
    return Lesson(plan_lesson(minutes, "practice", PACE), time.monotonic() - seconds)


def told(page: AppTest) -> tuple[str, str]:
    """What the clock says: its heading and its sentence; empty where none runs."""
    said = [text for text in texts(page) if not text.startswith("**")]
    place = next((index for index, text in enumerate(said) if text.startswith("#### ")), None)
    return ("", "") if place is None else (said[place], said[place + 1])


def marked(page: AppTest) -> list[str]:
    """The minutes of the step that is marked as the one under way."""
    sign = ":material/play_arrow: "
    return [text.removeprefix(sign) for text in texts(page) if text.startswith(sign)]


def test_without_sounds_it_says_what_to_make_and_there_is_nothing_to_measure() -> None:
    page = day_before()
    assert "Make the practice sounds" in state(page, "Sounds")
    assert "Train all three today" in state(page, "Trained networks")
    assert ready(page, "Disk")
    assert not [button for button in page.button if button.label == "Measure"]
    page = clock()
    assert says(page, "**Practice sounds**: get the sounds")
    assert says(page, "How long an epoch takes here is not known")


def test_the_host_is_asked_by_a_press_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(Host({urlsplit(ESC10_ARCHIVE_URL).path: b"an archive"})) as host:
        monkeypatch.setenv("ESC10_MIRROR", host.url)
        page = day_before()
        assert host.requests == []
        page.button(key="ask the host").click()
        assert ready(ended(drawn(page)), "Internet")
        assert len(host.requests) == 1
    drawn(page).button(key="ask the host").click()
    page = ended(drawn(page))
    assert "cannot be reached" in state(page, "Internet")
    assert "bring a zip on a stick" in state(page, "Internet")


def test_a_press_measures_and_leaves_no_run_behind(
    practice_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "LAB_MODELS", ("cnn",))
    assert server.engine().wait_until_warm(WARM_SECONDS)
    page = day_before()
    assert "Not known of the 1D-CNN." in state(page, "An epoch's time")
    page.button(key="measure").click()
    page = ended(drawn(page))
    assert not page.error
    assert ready(page, "An epoch's time")
    assert list_runs() == ([], [])
    seconds = measuring.seconds_per_epoch("practice", [])["cnn"]
    assert seconds is not None
    assert seconds > 0


def test_what_takes_too_long_is_said(practice_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Networks, "epoch_seconds", lambda *_: None)
    assert server.engine().wait_until_warm(WARM_SECONDS)
    page = day_before()
    page.button(key="measure").click()
    page = ended(drawn(page))
    assert not ready(page, "An epoch's time")
    assert says(page, "An epoch of the Hybrid CNN-RNN takes longer than 40 s here.")


def test_nothing_is_measured_beside_a_run_that_trains(
    practice_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server.engine().wait_until_warm(WARM_SECONDS)
    busy = replace(server.engine().status(), active=("a run",))
    monkeypatch.setattr(Engine, "status", lambda _: busy)
    page = day_before()
    assert page.button(key="measure").disabled
    assert says(page, "measure when it has ended")


def test_a_disk_that_cannot_be_asked_is_one_sentence_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(checks, "free_bytes", refuse)
    page = day_before()
    assert "It cannot be asked: permission denied." in plain(state(page, "Disk"))
    assert says(page, "Make the practice sounds")


def test_clips_that_are_gone_are_counted(practice_home: Path) -> None:
    assert ready(day_before(), "Sounds")
    load_dataset("practice").clips[0].path.unlink()
    page = day_before()
    assert "1 clip cannot be found" in state(page, "Sounds")


def test_a_damaged_dataset_is_one_sentence_among_the_others(practice_home: Path) -> None:
    marker = practice_home / "datasets" / "practice" / MARKER
    marker.unlink()  # a hard link to everybody's
    marker.write_text("{", "utf-8")
    page = day_before()
    assert "is not whole" in plain(state(page, "Sounds"))
    assert ready(page, "Disk")


def test_a_recording_shows_that_the_microphone_is_heard_unless_it_is_silent() -> None:
    page = open_page("pages/rehearse.py")
    page = recorded(page, "rehearse take", encoded(hiss(2, SAMPLE_RATE), SAMPLE_RATE))
    assert ready(page, "Microphone")
    page = open_page("pages/rehearse.py")
    silence = encoded(np.zeros((2 * SAMPLE_RATE, 1)), SAMPLE_RATE)
    page = recorded(page, "rehearse take", silence)
    assert not ready(page, "Microphone")


def test_who_hears_the_tones_says_so() -> None:
    page = day_before()
    assert not ready(page, "Loudspeakers")
    page.button(key="rehearse heard them").click()
    assert ready(drawn(page), "Loudspeakers")


def test_finished_runs_tell_how_long_an_epoch_takes_and_the_plan_trains(
    practice_home: Path,
) -> None:
    for model in LAB_MODELS:
        plan = plan_run(TrainConfig("practice", model))
        run_with(plan, np.ones((2, len(plan.clips["test"])), bool))
    page = day_before()
    assert ready(page, "An epoch's time")
    assert "3 runs are here" in state(page, "Trained networks")
    page = clock()
    assert says(page, "Watch loss and accuracy.")
    assert not page.info
    page.segmented_control(key="lesson minutes").set_value(45)
    assert says(drawn(page), " to 45 min**")


def test_every_step_leads_to_a_page() -> None:
    steps = plan_lesson(45, "practice", PACE).steps
    assert {step.page for step in steps} == {
        "Dataset",
        "Train",
        "Guided lab",
        "Traps",
        "Evaluate",
        "Predict",
    }
    assert {step.page for step in steps} < set(PAGES.values())


def test_a_lesson_begins_and_ends() -> None:
    page = clock()
    page.button(key="begin lesson").click()
    page = drawn(page)
    heading, sentence = told(page)
    assert heading == "#### Minute 1 of 15: Dataset"
    assert sentence.startswith("Until minute 5: **Practice sounds**: get the sounds")
    assert marked(page) == ["**0 to 5 min**"]
    page.button(key="end lesson").click()
    page = drawn(page)
    assert told(page) == ("", "")
    assert [button.key for button in page.button] == ["begin lesson"]


def test_the_clock_says_what_is_done_and_what_comes_next() -> None:
    steps = plan_lesson(15, "practice", PACE).steps
    page = begun(60 * steps[1].begin + 1)
    heading, sentence = told(page)
    assert heading == f"#### Minute {steps[1].begin + 1} of 15: Train"
    assert sentence.endswith(f"From minute {steps[2].begin}: *{steps[2].page}*.")
    assert marked(page) == [f"**{steps[1].begin} to {steps[1].end} min**"]
    assert told(begun(14.5 * 60))[1].endswith("Then the lesson ends.")
    page = begun(15 * 60 + 1)
    assert told(page)[0] == "#### The 15 minutes are over"
    assert marked(page) == []


@pytest.mark.parametrize(
    ("seconds", "label"), [(0, "1/15 min"), (870, "15/15 min"), (901, "time is up")]
)
def test_every_page_shows_the_minute_of_a_lesson(seconds: float, label: str) -> None:
    page = open_page("app.py")
    page.session_state["lesson begun"] = lesson(seconds)
    links = {link.proto.page for link in drawn(page).get("page_link") if link.proto.label == label}
    assert links == {"rehearse"}
