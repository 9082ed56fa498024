"""What the ways of an experiment come to, counted by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from esc10.errors import RunError
from esc10.evaluation.cross_validation import judge_runs
from esc10.evaluation.experiments import (
    Figures,
    figures_by_epoch,
    figures_by_leak,
    figures_of,
    share_of_other_orders,
)
from esc10.evaluation.intervals import wilson_interval
from esc10.runs.run import Run
from tests.support.tested_runs import config, run_with

CLIPS = 10


def of_seed(seed: int, right: list[int], leaking: int = 0) -> Run:
    """A run that was right about so many clips, the first ones, after each of its epochs."""
    planned = config(seed, clips=CLIPS)
    test = planned.clips["test"]
    # Another take of a recording: its fold may be another one.
    twins = tuple(name.replace("-A-", "-B-") for name in test[:leaking])
    clips = {**planned.clips, "train": (*planned.clips["train"], *twins)}
    planned = replace(planned, train=replace(planned.train, seed=seed), clips=clips)
    counts = np.array(right)[:, np.newaxis]
    return run_with(planned, np.arange(CLIPS) < counts)


def test_a_figure_a_seed_their_mean_and_its_interval_over_the_clips() -> None:
    found = figures_of(judge_runs([of_seed(1, [2, 8]), of_seed(2, [9, 6])]))
    assert found.by_seed == {1: 0.8, 2: 0.6}
    assert found.clips == CLIPS
    assert found.mean == pytest.approx(0.7)
    assert found.spread == pytest.approx(0.2)
    assert found.interval == wilson_interval(7, CLIPS)


def test_the_epoch_is_chosen_in_four_ways() -> None:
    # By accuracy the last of three is best, by loss the one before it, on test clips the first.
    found = figures_by_epoch([of_seed(1, [9, 5, 7]), of_seed(2, [8, 4, 6])])
    assert {name: dict(each.by_seed) for name, each in found.items()} == {
        "last": {1: 0.7, 2: 0.6},
        "val_accuracy": {1: 0.7, 2: 0.6},
        "val_loss": {1: 0.5, 2: 0.4},
        "test": {1: 0.9, 2: 0.8},
    }


def test_clips_that_leak_are_told_from_the_others() -> None:
    runs = [of_seed(1, [0, 6], leaking=4), of_seed(2, [0, 3], leaking=4)]
    found = figures_by_leak(judge_runs(runs), runs[0])
    assert {name: dict(each.by_seed) for name, each in found.items()} == {
        "leaking": {1: 1.0, 2: 0.75},
        "others": {1: pytest.approx(2 / 6), 2: 0.0},
    }
    assert (found["leaking"].clips, found["others"].clips) == (4, 6)
    clean = [of_seed(3, [0, 5])]
    assert list(figures_by_leak(judge_runs(clean), clean[0])) == ["others"]


def test_one_seed_of_each_may_put_them_in_another_order() -> None:
    low, high = Figures({1: 0.1, 2: 0.5}, 10), Figures({1: 0.4, 2: 0.6}, 10)
    # Of four choices 0.5 against 0.4 alone is the other way round.
    assert share_of_other_orders([high, low]) == 0.25
    assert share_of_other_orders([low, low]) == 0.25  # of two ties neither is another order
    assert share_of_other_orders([Figures({1: 0.1}, 10), high]) == 0


def test_without_a_finished_run_there_is_a_sentence() -> None:
    with pytest.raises(RunError, match="No training is finished yet"):
        figures_by_epoch([])
