"""The traps: each is run with one click, and says in a sentence what came of it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

from esc10.engine.cluster import NOTHING, WARMING_UP, Cluster
from esc10.engine.remote import RemoteClassifier
from esc10.errors import RunError
from esc10.evaluation.cross_validation import judge_runs
from esc10.evaluation.experiments import figures_of
from esc10.evaluation.intervals import wilson_interval
from esc10.inference.predictor import Embeddings
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
from esc10.ui.trainings import expected_seconds
from esc10.ui.traps.findings import TRAPS
from tests.pages.conftest import Trained
from tests.support.pages import compared, drawn, end_jobs, open_page, plain, says, texts
from tests.support.tested_runs import run_with
from tests.support.waiting import WARM_SECONDS, wait_for


def page(key: str) -> AppTest:
    test = open_page("pages/traps.py")
    test.session_state["experiment"] = key
    return drawn(test)


def made(key: str, seeds: int = len(SEEDS)) -> dict[str, list[Run]]:
    """The runs of an experiment as if they had been trained.

    Each way is right more often, and has ten times as many parameters.
    """
    return {
        way: [
            run_with(
                plan := plan_run(config),
                np.arange(len(plan.clips["test"]))
                < np.array([[20], [8 + 6 * place + config.seed]]),
                1000 * 10**place,
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
    tested, trained = compared(test)
    assert tested.startswith("tested on: ")
    recording = tested.rpartition(", take ")[0].removeprefix("tested on: ")
    assert trained.startswith(f"trained on: {recording}, take ")
    assert trained.rpartition(" ")[2] != tested.rpartition(" ")[2]


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


def test_more_parameters_are_held_against_fewer_on_both_parts(practice_home: Path) -> None:
    ways = made("widths", seeds=3)
    test = page("widths")
    verdicts = [judge_runs(runs) for runs in ways.values()]
    narrow, wide = (share(each.mean, each.interval) for each in (verdicts[0], verdicts[-1]))
    assert says(test, f"With 1,000 parameters it recognises **{narrow}** of the test clips")
    assert says(test, f"with 10,000,000 **{wide}**: **evidence for a difference")
    (trained,) = {run.history()[-1].accuracy for runs in ways.values() for run in runs}
    first, last = (
        f"{100 * (trained - each.mean):.0f}".replace("-", "−")
        for each in (verdicts[0], verdicts[-1])
    )
    assert says(test, f"leads by **{first} points** with the fewest parameters, and by **{last}**")
    assert len(test.get("vega_lite_chart")) == 1


def test_how_long_a_width_takes_is_told_by_that_width(practice_home: Path) -> None:
    configs = EXPERIMENTS["widths"]("practice").ways["0.25"]
    for config in configs[:2]:
        plan = plan_run(config)
        run_with(plan, np.ones((1, len(plan.clips["test"])), bool))
    runs = list_runs()[0]
    assert expected_seconds(configs[2:], runs) is not None
    assert expected_seconds([replace(configs[2], width=1.0)], runs) is None
    assert says(page("widths"), "13 trainings of 10 epochs: how long is known once")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, trained: Trained) -> list[int]:
    """The networks of two epochs and one seed are there; how many clips they are asked about."""
    monkeypatch.setattr(experiments, "SEEDS", (1234,))
    monkeypatch.setattr(experiments, "_EPOCHS", 2)
    monkeypatch.setattr(experiments, "_FEWER_EPOCHS", 2)
    trained(("cnn", "logmel"), ("td_cnn", "logmel"), ("cnn_rnn", "logmel"))
    sizes: list[int] = []
    really = RemoteClassifier.embeddings

    def embeddings(self: RemoteClassifier, x: NDArray[np.float32]) -> Embeddings:
        sizes.append(len(x))
        return really(self, x)

    monkeypatch.setattr(RemoteClassifier, "embeddings", embeddings)
    return sizes


def begun(key: str) -> AppTest:
    """The page after its button was pressed."""
    test = page(key)
    assert says(test, "**Guess first.**")
    assert not test.get("vega_lite_chart")
    test.button[0].click()
    return drawn(test)


def test_networks_that_are_there_are_asked_in_three_orders_at_one_click_and_once(
    asked: list[int],
) -> None:
    assert says(page("order"), "All 3 trainings are here already")
    assert not asked
    test = begun("order")
    assert len(test.get("vega_lite_chart")) == 1
    assert says(test, "Of the Time-distributed 1D-CNN's answers **not one changes**")
    runs = {run.config.train.model: run for run in list_runs()[0]}
    answers = runs["cnn"].answers("val_accuracy")
    right = int((answers.probabilities["test"].argmax(axis=1) == answers.labels["test"]).sum())
    stored = share(right / 80, wilson_interval(right, 80))
    assert says(test, f"Shuffled, the 1D-CNN goes from **{stored}** to **")
    assert sum(asked) == 3 * 3 * 80
    begun("order")  # by somebody else
    assert sum(asked) == 3 * 3 * 80


def test_copies_narrow_the_interval_and_are_worth_few_clips(asked: list[int]) -> None:
    test = begun("copies")
    (sentence,) = [text for text in texts(test) if "if each counts as a clip" in text]
    assert "of 1,600 changed copies **" in sentence
    counted, alone, honest = map(
        int, re.findall(r"(\d+)(?: points\*\* wide| points wide|, and not one)", sentence)
    )
    assert counted < min(alone, honest)
    (worth,) = map(int, re.findall(r"as much as \*\*(\d+) independent clips", sentence))
    assert worth < 1600
    assert sum(asked) == 20 * 80


def test_without_a_worker_an_experiment_that_asks_one_waits(
    asked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Cluster, "capacity", lambda _: NOTHING)
        test = begun("copies")
        assert [info.value for info in test.info] == [WARMING_UP]
        assert not test.error
    assert len(drawn(test).get("vega_lite_chart")) == 1
