"""The guided lab: what is asked, accepted and refused, and what is kept of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from esc10.datasets import load_dataset
from esc10.lesson.answers import Answered, answers_json, read_answers
from esc10.lesson.exercises import (
    EXERCISES,
    Number,
    most_frequent_mistakes,
    split_solution,
)
from esc10.runs.store import list_runs
from esc10.training.config import TrainConfig
from esc10.training.plan import plan_run
from esc10.ui import server
from esc10.ui.guided_lab import exercises
from tests.pages.conftest import Trained
from tests.support.pages import drawn, open_page, pressed, says
from tests.support.tested_runs import run_with
from tests.support.waiting import WARM_SECONDS, wait_for


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    st.cache_resource.clear()


def page(exercise: str) -> AppTest:
    test = open_page("pages/guided_lab.py")
    test.session_state["exercise"] = exercise
    return drawn(test)


def check(test: AppTest, **numbers: int) -> AppTest:
    """Type numbers into fields by their labels, and press the button."""
    for label, number in numbers.items():
        (field,) = [each for each in test.number_input if each.label == label.replace("_", " ")]
        field.set_value(number)
    return pressed(test, "Check")


def choose(test: AppTest, label: str, option: str) -> None:
    """Choose one of some circles by what its label begins with."""
    (circles,) = [each for each in test.radio if each.label.startswith(label)]
    circles.set_value(option)


def is_right(test: AppTest) -> bool:
    """Whether the last answer was accepted; the row of exercises says the same."""
    accepted = bool(test.success)
    key = test.session_state["exercise"]
    assert test.session_state["guided lab answers"][key][0].right is accepted
    return accepted


def test_every_exercise_is_on_the_page_in_its_order() -> None:
    assert tuple(exercises.EXERCISES) == EXERCISES


def test_without_sounds_it_leads_to_them(home: Path) -> None:
    test = drawn(open_page("pages/guided_lab.py"))
    assert says(test, "The guided lab needs sounds")


def test_a_share_is_accepted_to_a_point_and_then_the_next_exercise_is_offered(
    practice_home: Path,
) -> None:
    test = page("sounds")
    assert not is_right(check(test, **{"Right without listening, in %": 12}))
    assert says(test, "**Not yet:** 12 %. Which class has the most clips")
    assert is_right(check(test, **{"Right without listening, in %": 11}))
    assert says(test, "**40 of 400 clips, 10%**")
    pressed(test, "Next: Spectrogram")
    assert says(test, "What is the shape of a clip's spectrogram?")
    assert says(test, "#### Spectrogram")


def test_a_shape_is_accepted_exactly(practice_home: Path) -> None:
    test = page("spectrogram")
    assert not is_right(check(test, Mel_bands=128, Frames=215))
    assert not is_right(check(test, Mel_bands=216, Frames=128))
    assert is_right(check(test, Mel_bands=128, Frames=216))


def test_a_field_without_an_answer_is_no_answer(practice_home: Path) -> None:
    test = check(page("spectrogram"), Mel_bands=128)
    assert says(test, "There is a field without an answer yet.")
    assert not test.session_state["guided lab answers"]


def test_the_answer_is_shown_to_whoever_gives_up_and_counts_as_unsolved(
    practice_home: Path,
) -> None:
    test = check(page("split"), Test_clips_that_leak=40)
    pressed(test, "Show the answer")
    assert says(test, "Folds are made to keep a recording together")
    assert says(test, "Accepted: give or take one clip.")
    assert not test.session_state["guided lab answers"]["split"][0].right
    (solution,) = (split_solution(load_dataset("practice")) or {}).values()
    assert isinstance(solution, Number)
    assert is_right(check(test, Test_clips_that_leak=int(solution.right)))
    given = test.session_state["guided lab answers"]["split"][0].given
    assert given.endswith("(after the answer was shown)")


def test_what_is_solved_stays_solved(practice_home: Path) -> None:
    test = check(page("spectrogram"), Mel_bands=128, Frames=216)
    check(test, Mel_bands=1, Frames=1)
    assert says(test, "How often do 512 samples fit")
    assert test.session_state["guided lab answers"]["spectrogram"][0].right


def test_parameters_are_hidden_until_they_are_worked_out(practice_home: Path) -> None:
    server.engine().wait_until_warm(WARM_SECONDS)
    test = page("network")
    assert np.isnan(test.dataframe[0].value["parameters"][1])
    assert not says(test, "47,018")
    assert not is_right(check(test, Parameters=18_432))  # the biases are forgotten
    assert is_right(check(test, Parameters=18_448))
    assert test.dataframe[0].value["parameters"][1] == 18_448
    assert says(test, "39% of all 47,018")


def test_curves_and_mistakes_are_those_of_a_run(practice_home: Path) -> None:
    plan = plan_run(TrainConfig("practice", "cnn", epochs=10))
    right = np.arange(80) < np.arange(34, 74, 4)[:, np.newaxis]
    run = run_with(plan, right)
    lowest = min(run.history(), key=lambda row: row.val_loss).epoch
    test = page("curves")
    choose(test, "Training accuracy", "by heart")
    assert not is_right(check(test, Epoch=lowest))
    choose(test, "Training accuracy", "healthy")
    assert is_right(check(test, Epoch=lowest))
    assert says(test, f"In **epoch {lowest}**.")

    test.session_state["exercise"] = "mistakes"
    drawn(test)
    judged = server.verdict(run, run.criteria[0]).parts["test"]
    wrong = {(clip.true, clip.predicted) for clip in judged.mistakes}
    pair = most_frequent_mistakes(judged)[0]
    other = next(name for name in run.config.classes if (pair[0], name) not in wrong)
    for predicted, accepted in ((other, False), (pair[1], True)):
        for label, name in (("In truth", pair[0]), ("Taken for", predicted)):
            (box,) = [box for box in test.selectbox if box.label == label]
            box.set_value(name)
        assert is_right(check(test)) is accepted


def test_asking_a_network_changes_no_weight(trained: Trained) -> None:
    trained(("td_cnn", "logmel"))
    test = page("listening")
    for label in ("Judge it", "Judge it with its frames shuffled"):
        pressed(test, label)
    asked = test.dataframe[0].value
    assert list(asked["frames"]) == ["as it is", "shuffled"]
    assert len(set(asked["answer"])) == 1  # a mean knows no order
    assert len(set(asked["first layer afterwards"])) == 1
    assert len(asked["first layer afterwards"][0]) == 8
    choose(test, "While you ask it", "learns not")
    choose(test, "All frames", "cnn_rnn")
    assert not is_right(check(test))
    choose(test, "All frames", "td_cnn")
    assert is_right(check(test))


def test_without_a_run_it_trains_one(practice_home: Path) -> None:
    test = page("curves")
    assert not [button for button in test.button if button.label == "Check"]
    pressed(test, "Train the 1D-CNN")
    wait_for(lambda: len(list_runs()[0]) == 1, WARM_SECONDS, "a run")
    (run,) = list_runs()[0]
    assert (run.config.train.model, run.config.train.dataset) == ("cnn", "practice")
    server.engine().stop(run.run_id)
    assert server.engine().wait_until_idle(WARM_SECONDS)


def test_saved_answers_are_taken_up_again(practice_home: Path) -> None:
    test = check(page("sounds"), **{"Right without listening, in %": 10})
    (answered,) = [answer for answer, _ in test.session_state["guided lab answers"].values()]
    saved = answers_json([answered, Answered("another lab's", "What?", "That.", True)])
    assert read_answers(saved, "answers.json")[0].question.startswith("Before any network: how")
    again = page("spectrogram")
    again.file_uploader[0].upload("answers.json", saved, "application/json")
    drawn(again)
    assert list(again.session_state["guided lab answers"]) == ["sounds"]
    again.session_state["exercise"] = "sounds"
    drawn(again)
    assert says(again, "Answered earlier: 10 %.")


def test_a_file_that_holds_no_answers_is_refused(practice_home: Path) -> None:
    test = page("sounds")
    test.file_uploader[0].upload("answers.json", b"{}", "application/json")
    drawn(test)
    assert any("answers" in error.value and "refused" in error.value for error in test.error)
    assert says(test, "how many clips in a hundred")


def test_where_nobody_knows_recordings_nobody_is_asked_about_them(
    practice_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = load_dataset("practice").source
    monkeypatch.setattr(type(source), "recordings_known", property(lambda _: False))
    test = page("split")
    assert says(test, "Nobody knows which of these clips come from one recording.")
    assert not test.dataframe
    assert not [button for button in test.button if button.label == "Check"]
