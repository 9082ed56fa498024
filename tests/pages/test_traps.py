"""The traps: each is run with one click, and says in a sentence what came of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from esc10.errors import RunError
from esc10.evaluation.cross_validation import judge_runs
from esc10.evaluation.experiments import figures_of
from esc10.lesson.words import share
from esc10.runs import experiments
from esc10.runs.cross_validation import runs_of
from esc10.runs.experiments import EXPERIMENTS, SEEDS
from esc10.runs.outcome import Outcome
from esc10.runs.run import Run
from esc10.runs.store import list_runs
from esc10.runs.writing import create_run, end_run
from esc10.training.plan import plan_run
from esc10.ui import server
from esc10.ui.traps.findings import TRAPS
from tests.support.pages import drawn, end_jobs, open_page, plain, says, texts
from tests.support.tested_runs import run_with
from tests.support.waiting import WARM_SECONDS, wait_for


def page(key: str) -> AppTest:
    test = open_page("pages/traps.py")
    test.session_state["experiment"] = key
    return drawn(test)


def made(key: str, seeds: int = len(SEEDS)) -> dict[str, list[Run]]:
    """The runs of an experiment as if they had been trained; each way is right more often."""
    return {
        way: [
            run_with(
                plan := plan_run(config),
                np.arange(len(plan.clips["test"]))
                < np.array([[20], [8 + 6 * place + config.seed]]),
            )
            for config in configs[:seeds]
        ]
        for place, (way, configs) in enumerate(EXPERIMENTS[key]("practice").ways.items())
    }


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    st.cache_resource.clear()


def test_every_experiment_is_on_the_page() -> None:
    assert list(TRAPS) == list(EXPERIMENTS)


def test_one_click_trains_all_its_ways_and_the_figure_is_that_of_the_runs(
    practice_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(experiments, "_EPOCHS", 1)
    test = page("decibels")
    assert says(test, "**Guess first.**")
    assert says(test, "10 trainings of 1 epochs: how long is known once")
    test.button[0].click()
    drawn(test)
    wait_for(lambda: len(list_runs()[0]) == 10, WARM_SECONDS, "10 runs")
    assert server.engine().wait_until_idle(WARM_SECONDS)
    end_jobs()
    test = page("decibels")
    ways = EXPERIMENTS["decibels"]("practice").ways
    there = runs_of([config for way in ways.values() for config in way], list_runs()[0])
    found = figures_of(judge_runs([there[config] for config in ways["decibels"]]))
    assert says(test, f"On decibels the 1D-CNN recognises **{share(found.mean, found.interval)}**")
    assert len(test.get("vega_lite_chart")) == 1
    # These five are there already.
    assert says(page("epochs"), "Whoever looks at the test clips to choose the epoch")


def test_what_keeps_an_experiment_from_being_run_is_said(
    practice_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise RunError("These sounds have too few clips.")

    monkeypatch.setattr(experiments, "refuse_without_split", refuse)
    test = page("leaks")
    test.button[0].click()
    drawn(test)
    for job in server.jobs().named("").values():
        job.wait(WARM_SECONDS)
    drawn(test)
    assert any("too few clips" in plain(error.value) for error in test.error)
    assert list_runs() == ([], [])
    end_jobs()


def test_a_training_that_gave_nothing_is_named(practice_home: Path) -> None:
    plan = plan_run(EXPERIMENTS["decibels"]("practice").trainings[0])
    end_run(create_run(plan), Outcome("failed", "the training process was killed", {}))
    test = page("decibels")
    (warning,) = test.warning
    assert warning.value.startswith("1 of the trainings gave nothing to be judged by.")
    assert "the training process was killed" in plain(warning.value)
    assert says(test, "10 trainings of 100 epochs")


def test_one_seed_of_each_network_says_nothing(practice_home: Path) -> None:
    made("networks", seeds=1)
    assert says(page("networks"), "With one seed of each nobody can say")


def test_looking_at_the_test_clips_adds_what_it_adds(practice_home: Path) -> None:
    (runs,) = made("epochs").values()
    clips = len(runs[0].config.clips["test"])
    last, peeked = 100 * (8 + 3) / clips, 100 * 20 / clips
    assert says(page("epochs"), f"**{peeked - last:.0f} points** more than the last epoch")


def test_the_labs_split_is_taken_apart_and_its_pairs_are_to_play(practice_home: Path) -> None:
    made("leaks")
    test = page("leaks")
    assert says(test, "share a recording with a training clip: of these it recognises")
    assert says(test, "**One recording on both sides**")
    players = len(test.get("audio"))
    assert players
    assert players % 2 == 0


def test_three_networks_are_compared_pair_by_pair(practice_home: Path) -> None:
    made("networks", seeds=2)
    test = page("networks")
    assert says(test, "corrected for 3 comparisons")
    (sentence,) = [text for text in texts(test) if "corrected for" in text]
    assert sentence.count("for a difference") == 3
    assert says(test, "(2 so far)")
    assert says(test, "6 of 15 trainings are finished.")


def test_a_way_without_a_finished_run_has_no_figure_yet(practice_home: Path) -> None:
    config = EXPERIMENTS["decibels"]("practice").trainings[0]
    plan = plan_run(config)
    run_with(plan, np.ones((1, len(plan.clips["test"])), bool))
    test = page("decibels")
    assert says(test, "9 trainings of 100 epochs: about ")
    assert says(test, "1 of 10 are here already.")
    assert not test.get("vega_lite_chart")
