"""A lesson's plan fits into its minutes, whatever is known of the machine."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from esc10.errors import LessonError
from esc10.lesson.clock import SHORTEST, Plan, plan_lesson
from esc10.lesson.exercises import EXERCISES
from esc10.lesson.fitting import AFTER_TRAINING, BEFORE_TRAINING
from esc10.lesson.words import TRAP_TITLES
from esc10.runs.experiments import EXPERIMENTS
from esc10.training.config import TrainConfig
from esc10.training.networks import LAB_MODELS

FAST = {"cnn": 0.02, "td_cnn": 0.05, "cnn_rnn": 0.1}
LAPTOP = {"cnn": 0.4, "td_cnn": 1.2, "cnn_rnn": 2.0}
SLOW = {"cnn": 30.0, "td_cnn": 90.0, "cnn_rnn": 120.0}
ONLY_CNN = {"cnn": 0.4, "td_cnn": None, "cnn_rnn": None}
UNKNOWN: Mapping[str, float | None] = {}
REPLAYED = (TrainConfig("practice", "cnn", epochs=100),)


def on(plan: Plan, page: str) -> list[str]:
    """What is done on a page."""
    return [step.doing for step in plan.steps if step.page == page]


@pytest.mark.parametrize("finished", [(), REPLAYED])
@pytest.mark.parametrize("pace", [FAST, LAPTOP, SLOW, ONLY_CNN, UNKNOWN])
def test_the_steps_fill_the_minutes_one_after_the_other(
    pace: Mapping[str, float | None], finished: tuple[TrainConfig, ...]
) -> None:
    for minutes in range(SHORTEST, 241):
        steps = plan_lesson(minutes, "practice", pace, finished).steps
        assert [step.begin for step in steps] == [0, *(step.end for step in steps[:-1])]
        assert all(step.begin < step.end for step in steps)
        assert steps[-1].end == minutes
        assert (steps[0].page, steps[-1].page) == ("Dataset", "Predict")


def test_less_than_the_shortest_lesson_is_refused() -> None:
    with pytest.raises(LessonError, match="4 minutes are too short"):
        plan_lesson(SHORTEST - 1, "practice", FAST)


def test_a_fast_machine_trains_all_three_for_all_epochs_in_the_shortest_lesson() -> None:
    plan = plan_lesson(SHORTEST, "practice", FAST)
    assert on(plan, "Train") == [
        "Set *Epochs* to 100 and press **Train all three**: less than a minute. "
        "Watch loss and accuracy."
    ]
    assert plan.remark == ""


def test_with_less_time_it_is_fewer_epochs_then_fewer_networks() -> None:
    (in_15,) = on(plan_lesson(15, "practice", LAPTOP), "Train")
    assert "Set *Epochs* to 60 and press **Train all three**: about 4 min" in in_15
    assert in_15.endswith("Go on meanwhile.")
    (in_5,) = on(plan_lesson(5, "practice", LAPTOP), "Train")
    assert "60 and train the **1D-CNN** and the **Time-distributed 1D-CNN**" in in_5
    double = {key: 2 * seconds for key, seconds in LAPTOP.items()}
    (slower,) = on(plan_lesson(5, "practice", double), "Train")
    assert "Set *Epochs* to 100 and train the **1D-CNN**: about 2 min" in slower


def test_on_a_very_slow_machine_a_finished_run_plays_back() -> None:
    plan = plan_lesson(45, "practice", SLOW, REPLAYED)
    assert on(plan, "Train")[0].startswith("*Replay*")
    assert on(plan, "Evaluate")
    assert plan.remark.startswith("No training is fast enough on this machine. A finished run")


def test_without_a_network_nothing_is_judged_and_the_one_that_comes_along_answers() -> None:
    plan = plan_lesson(45, "practice", SLOW)
    assert {step.page for step in plan.steps} == {"Dataset", "Guided lab", "Predict"}
    assert on(plan, "Guided lab") == [
        "Exercises 1 **Sounds**, 2 **Spectrogram**, 3 **Split**, 4 **Network**."
    ]
    assert "the network that comes with the lab" in plan.steps[-1].doing
    assert "Train a network the day before" in plan.remark


def test_what_nobody_has_measured_is_not_promised() -> None:
    plan = plan_lesson(45, "practice", UNKNOWN)
    assert not on(plan, "Train")
    assert not on(plan, "Traps")
    assert plan.remark.startswith("How long an epoch takes here is not known")
    plan = plan_lesson(45, "practice", ONLY_CNN)
    (trained,) = on(plan, "Train")
    assert "train the **1D-CNN**:" in trained
    assert "of the Time-distributed 1D-CNN and the Hybrid CNN-RNN takes" in plan.remark


def test_a_trap_trains_while_the_network_is_judged() -> None:
    guess, finding = on(plan_lesson(45, "practice", LAPTOP), "Traps")
    # Ten trainings of 100 epochs of 0.4 s.
    assert guess == "Let them guess what comes of **The decibel switch**; then run it: about 7 min."
    assert finding == "See what came of **The decibel switch**, and why."
    # Twice as slow there is time for half as many trainings.
    (guess, _) = on(plan_lesson(45, "practice", {"cnn": 0.8}), "Traps")
    assert "**Which epoch?**; then run it: about 7 min" in guess
    assert not on(plan_lesson(45, "practice", {"cnn": 8.0}), "Traps")
    assert not on(plan_lesson(15, "practice", FAST), "Traps")


def test_trainings_that_are_there_count_in_a_trap() -> None:
    there = EXPERIMENTS["decibels"]("practice").trainings
    # Its page shows what came of it: one step, and a guess before that page is opened.
    assert on(plan_lesson(45, "practice", SLOW, there), "Traps") == [
        "Let them guess what came of **The decibel switch** before you open it: it has been run."
    ]
    guess, _ = on(plan_lesson(45, "practice", {"cnn": 0.8}, there[:10:2]), "Traps")
    assert guess.endswith("**The decibel switch**; then run it: about 7 min.")


def test_how_long_another_width_takes_is_not_known() -> None:
    there = {
        config
        for key in ("decibels", "leaks", "epochs", "networks")
        for config in EXPERIMENTS[key]("practice").trainings
    }
    # So that each has time: what is left out is left out for want of a figure.
    plan = plan_lesson(240, "practice", FAST, there)
    titles = " ".join(on(plan, "Traps"))
    assert TRAP_TITLES["copies"] in titles
    assert TRAP_TITLES["widths"] not in titles


def test_every_step_says_where_on_its_page() -> None:
    places = {(step.page, *step.place.items()) for step in plan_lesson(45, "esc10", LAPTOP).steps}
    data = ("data", "esc10")
    assert ("Dataset", data) in places
    assert ("Train", data) in places
    assert ("Guided lab", ("exercise", "sounds"), data) in places
    assert ("Guided lab", ("exercise", "curves"), data) in places
    assert ("Traps", ("experiment", "decibels"), data) in places


def test_sounds_that_are_not_here_are_fetched_first() -> None:
    plan = plan_lesson(5, "esc10", UNKNOWN, sounds_here=False)
    assert plan.steps[0].doing.startswith("**ESC-10**: get the sounds, play clips")
    assert plan.remark.endswith("Get sounds, then measure it under *The day before*.")


def test_the_clock_knows_what_is_done_now_and_what_comes_next() -> None:
    plan = plan_lesson(5, "practice", FAST)
    listen, train, *_, judge, predict = plan.steps
    assert plan.at(0) == (listen, train)
    assert plan.at(59.9) == (listen, train)
    assert plan.at(60) == (train, judge)
    assert plan.at(299) == (predict, None)
    assert plan.at(300) == (None, None)


def test_every_exercise_and_every_trap_has_its_place() -> None:
    assert (*BEFORE_TRAINING, *AFTER_TRAINING) == EXERCISES
    assert list(TRAP_TITLES) == list(EXPERIMENTS)
    assert set(FAST) == set(LAB_MODELS)
