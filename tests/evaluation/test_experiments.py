"""What the ways of an experiment come to, counted by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from esc10.errors import RunError
from esc10.evaluation.cross_validation import judge_runs
from esc10.evaluation.experiments import (
    Figures,
    compare_right,
    figures_by_epoch,
    figures_by_leak,
    figures_in_training,
    figures_of,
    independent_answers,
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


def test_training_accuracy_is_that_of_the_last_epoch() -> None:
    runs = [of_seed(1, [2, 8]), of_seed(2, [9, 6, 7])]
    found = figures_in_training(runs)
    assert found.by_seed == {run.config.train.seed: run.history()[-1].accuracy for run in runs}
    assert found.clips == len(runs[0].config.clips["train"])


APART = ["1", "2", "3", "4"]
"""Four clips of a recording each."""


@pytest.mark.parametrize(
    ("right", "recordings", "worth"),
    [
        ([[1, 1, 0, 0]], APART, 4),  # clips are worth what they are
        ([[1, 1, 0, 0]] * 20, APART, 4),  # and copies that are answered alike add nothing
        ([[1, 1, 0, 0]], ["1", "1", "2", "2"], 2),  # nor do takes of a recording
        ([[1, 0, 1, 0], [1, 1, 0, 0]], APART, 8),  # of these each copy is a clip of its own
        ([[1, 0, 1, 0], [0, 1, 0, 1]], APART, 4),  # where recordings do not differ, no copy tells
        ([[1, 0, 1, 0], [1, 1, 0, 1]], ["1"] * 4, 1),  # nor where there is one
        # Shares of 1, 1/2, 1/2 and 0 are 1/2 off twice, and 3/12 / (1/2 / 4²) is 8: all of them.
        ([[1, 1, 0, 0], [1, 0, 1, 0]], APART, 8),
        ([[1, 1, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0]], APART, 4 / (4 * (1 / 4 + 1 / 36) / 2)),
        ([[1, 1, 1, 1]] * 3, ["1", "1", "2", "3"], 3),
        ([[0, 0, 0, 0]] * 3, APART, 4),
    ],
)
def test_copies_are_worth_what_their_answers_have_of_their_own(
    right: list[list[int]], recordings: list[str], worth: float
) -> None:
    assert independent_answers(np.array(right, bool), recordings) == pytest.approx(worth)


def test_what_copies_are_worth_gives_the_interval_of_a_bootstrap_over_recordings() -> None:
    rng = np.random.default_rng(5)
    recordings = np.repeat(np.arange(60), rng.integers(1, 4, 60))
    hard = np.repeat(rng.beta(0.6, 0.5, 60), np.bincount(recordings))
    right = rng.random((20, len(recordings))) < hard
    share, worth = right.mean(), independent_answers(right, [*map(str, recordings)])
    sums, sizes = (np.bincount(recordings, values) for values in (right.mean(axis=0), hard**0))
    drawn = rng.multinomial(60, np.full(60, 1 / 60), 4000)  # (draws, recordings)
    bootstrap = np.percentile((drawn @ sums) / (drawn @ sizes), [2.5, 97.5])
    np.testing.assert_allclose(wilson_interval(share * worth, worth), bootstrap, atol=0.015)
    low, high = wilson_interval(int(right.sum()), right.size)
    assert high - low < (bootstrap[1] - bootstrap[0]) / 3  # each copy counted as a clip


def test_two_forms_of_the_same_clips_are_compared_clip_by_clip() -> None:
    plain = np.array([[1, 1, 1, 0, 1], [1, 1, 0, 0, 1]], bool)
    changed = np.array([[1, 0, 0, 1, 1], [1, 0, 0, 0, 1]], bool)
    found = compare_right(plain, changed)
    assert (found.only_first, found.only_second) == (2, 1)
    assert compare_right(plain, plain).p_value == 1


def test_without_a_finished_run_there_is_a_sentence() -> None:
    for figures in (figures_by_epoch, figures_in_training):
        with pytest.raises(RunError, match="No training is finished yet"):
            figures([])
