"""A class is asked: votes are counted, what came out is what the run says, and clips stay blind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from esc10.datasets.clips import class_label
from esc10.evaluation.metrics import evaluate
from esc10.lesson.blind_test import CLIPS, blind_clips, majority
from esc10.lesson.poll import Room, most_confused
from esc10.runs.run import Run
from esc10.training.config import TrainConfig
from esc10.training.plan import plan_run
from esc10.ui.ask_the_class import room as rooms
from esc10.ui.server import poll_server
from tests.support.pages import drawn, open_page, pressed, says
from tests.support.tested_runs import run_with


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    st.cache_resource.clear()


@pytest.fixture
def run(practice_home: Path) -> Run:
    plan = plan_run(TrainConfig("practice", "td_cnn", epochs=2))
    return run_with(plan, np.arange(80) < np.array([[20], [60]]))


def page(kind: str) -> AppTest:
    test = open_page("pages/ask_the_class.py")
    test.session_state["class activity"] = kind
    return drawn(test)


def room_of(test: AppTest) -> Room:
    room = test.session_state["room of this class"]
    assert isinstance(room, Room)
    assert poll_server().rooms.find(room.code) is room
    return room


def vote(room: Room, *choice: str) -> None:
    room.vote(room.admit(None), len(room.polls), choice)


def test_what_a_class_expects_is_held_against_the_matrix(run: Run) -> None:
    test = pressed(page("confused"), "Ask the class")
    room = room_of(test)
    assert says(test, "0 votes")
    assert says(test, f"{poll_server().port}/{room.code}")
    right = sorted(map(class_label, most_confused(evaluate(run, "val_accuracy").parts["test"])[0]))
    wrong = [class_label(name) for name in run.config.classes if class_label(name) != right[0]]
    vote(room, *right)
    vote(room, *reversed(right))
    vote(room, right[0], next(name for name in wrong if name != right[1]))
    assert says(drawn(test), "3 votes")
    assert not test.get("vega_lite_chart")  # neither what others say nor the matrix, yet
    pressed(test, "Close and reveal")
    assert says(test, "**2 of 3** of you expected that")
    assert len(test.get("vega_lite_chart")) == 2
    pressed(test, "Ask something else")
    assert says(test, "#### Predict before reveal")


def test_nobody_voting_is_no_trouble(run: Run) -> None:
    test = pressed(pressed(page("confused"), "Ask the class"), "Close and reveal")
    assert says(test, "Nobody voted.")
    assert not says(test, "of you expected")


def test_whoever_loads_the_page_again_finds_the_votes(run: Run) -> None:
    test = pressed(page("confused"), "Ask the class")
    room = room_of(test)
    vote(room, *(class_label(name) for name in run.config.classes[:2]))
    again = open_page("pages/ask_the_class.py")
    again.query_params["class"] = room.key
    assert says(drawn(again), "1 vote")
    pressed(again, "Leave")
    assert says(again, "#### Predict before reveal")
    assert poll_server().rooms.find(room.code) is None
    assert says(drawn(test), "#### Predict before reveal")


def test_ten_clips_are_judged_by_ear_and_by_the_network(run: Run) -> None:
    test = pressed(page("blind"), "Play the first clip")
    room = room_of(test)
    clips = blind_clips(
        evaluate(run, "val_accuracy").parts["test"].judged, int.from_bytes(room.code.encode())
    )
    ear = room.admit(None)
    for number, clip in enumerate(clips, 1):
        assert says(test, f"Clip {number} of {CLIPS}: what was that?")
        assert not says(test, class_label(clip.true))
        assert len(test.get("audio")) == 1
        room.vote(ear, number, (class_label(clip.true),))
        pressed(test, "Next clip" if number < CLIPS else "Reveal")
    assert says(test, f"**You: 100%** of {CLIPS} answers by 1 person; the best had 10 of {CLIPS}")
    right = sum(clip.right for clip in clips)
    assert says(test, f"**Time-distributed 1D-CNN: {right} of {CLIPS}**")
    table = test.dataframe[0].value
    assert list(table["in truth"]) == [class_label(clip.true) for clip in clips]
    marks = [answer[0] for answer in table["Time-distributed 1D-CNN"]]
    assert marks == ["✓" if clip.right else "✗" for clip in clips]


def test_without_a_network_or_without_sounds_it_leads_on(home: Path) -> None:
    test = page("confused")  # the network that comes with the lab can be asked about
    assert [button.label for button in test.button] == ["Ask the class"]
    assert says(page("blind"), "Listening to what this network was tested on needs sounds")


def test_a_machine_on_no_network_is_told_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    test = pressed(page("confused"), "Ask the class")
    assert not test.warning
    monkeypatch.setattr(
        rooms.poll_server(), "url", lambda room: f"http://127.0.0.1:8520/{room.code}"
    )
    assert "on no network" in drawn(test).warning[0].value


def test_clips_are_drawn_once_each_and_differ_from_room_to_room(run: Run) -> None:
    judged = evaluate(run, "val_accuracy").parts["test"].judged
    first, again, other = (blind_clips(judged, seed) for seed in (1, 1, 2))
    assert first == again != other
    assert len({clip.filename for clip in first}) == CLIPS
    assert len(blind_clips(judged[:3], 1)) == 3


def test_of_equal_votes_the_first_stands() -> None:
    assert majority([("dog",), ("rain",), ("rain",)]) == ("rain", 2)
    assert majority([("dog",), ("rain",)]) == ("dog", 1)
    assert majority([]) is None
