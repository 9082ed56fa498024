"""Learning and forgetting, against a loop over epochs and clips."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from esc10.errors import RunError
from esc10.evaluation.forgetting import (
    ClipHistory,
    changes_at,
    clip_histories,
    evaluate_epoch,
    right_by_epoch,
)
from esc10.evaluation.metrics import evaluate_part
from esc10.runs.outcome import Outcome
from esc10.runs.run import Run
from esc10.runs.store import load_run
from esc10.runs.writing import create_run, end_run, finish_run
from tests.support.made_runs import CLASSES, made_config, made_labels, made_result
from tests.support.properties import drawn

VERDICTS = arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 4)))
NUMBERS = count(1)
"""Runs drawn one after the other share a home, and need names of their own."""


def answering(right: NDArray[np.bool_], number: int = 1) -> Run:
    """A run that is right on the clips and in the epochs given, shape (epochs, clips)."""
    epochs, clips = right.shape
    labels = np.arange(clips, dtype=np.int64)
    by_epoch = np.eye(10, dtype=np.float32)[np.where(right, labels, labels + 1)]
    config = made_config(number)
    names = tuple(f"4-{place}-A-0.wav" for place in range(clips))
    run = create_run(replace(config, clips={**config.clips, "validation": names}))
    made = made_result(epochs)
    result = replace(
        made,
        best={
            name: replace(best, validation=best.validation[:clips])
            for name, best in made.best.items()
        },
        by_epoch={
            "validation": by_epoch * np.float32(0.9) + np.float32(0.01),
            "test": made_result(len(by_epoch)).by_epoch["test"],
        },
    )
    finish_run(run, result, {**made_labels(), "validation": labels})
    return load_run(run.run_id)


def history(*verdicts: int) -> ClipHistory:
    right = np.array(verdicts, dtype=np.bool_)
    return ClipHistory("1-0-A-0.wav", CLASSES[0], right, right.astype(np.float32))


def counts(clip: ClipHistory) -> tuple[int, int, int, int | None]:
    return clip.flips, clip.learned, clip.forgotten, clip.first_right


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ((0, 0, 0), (0, 0, 0, None)),
        ((1, 1, 1), (0, 1, 0, 1)),
        ((0, 1, 1), (1, 1, 0, 2)),
        ((1, 0, 1), (2, 2, 1, 1)),
        ((0, 0, 1, 0, 1, 0), (4, 2, 2, 3)),
        ((1, 0, 0), (1, 1, 1, 1)),
        ((1,), (0, 1, 0, 1)),
        ((0,), (0, 0, 0, None)),
    ],
)
def test_a_clip_is_learned_and_forgotten(
    verdicts: tuple[int, ...], expected: tuple[int, int, int, int | None]
) -> None:
    assert counts(history(*verdicts)) == expected


@drawn
@given(arrays(np.bool_, st.integers(1, 40)))
def test_the_counts_are_those_of_a_loop(right: NDArray[np.bool_]) -> None:
    flips = learned = forgotten = 0
    first: int | None = None
    before = False
    for epoch, now in enumerate(right, 1):
        flips += epoch > 1 and now != before
        learned += bool(now and not before)
        forgotten += bool(before and not now)
        if now and first is None:
            first = epoch
        before = bool(now)
    assert counts(history(*right)) == (flips, learned, forgotten, first)


def test_right_by_epoch_is_the_most_probable_class() -> None:
    rng = np.random.default_rng(2)
    probabilities = rng.dirichlet(np.ones(4), (5, 7)).astype(np.float32)
    labels = rng.integers(0, 4, 7)
    found = right_by_epoch(labels, probabilities)
    assert found.shape == (5, 7)
    for epoch in range(5):
        for clip in range(7):
            most_probable = max(range(4), key=lambda each: probabilities[epoch, clip, each])
            assert found[epoch, clip] == (most_probable == labels[clip])


def test_of_equal_probabilities_the_first_class_is_the_answer() -> None:
    equal = np.full((1, 2, 10), 0.1, np.float32)
    assert right_by_epoch(np.array([0, 3]), equal).tolist() == [[True, False]]


# A run


RIGHT = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0], [1, 0, 0]], dtype=np.bool_)
"""Of three clips over four epochs."""


def test_a_run_tells_every_clips_history() -> None:
    run = answering(RIGHT)
    found = clip_histories(run)
    assert [clip.filename for clip in found] == ["4-0-A-0.wav", "4-1-A-0.wav", "4-2-A-0.wav"]
    assert [clip.true for clip in found] == list(CLASSES[:3])
    assert [counts(clip) for clip in found] == [(2, 2, 1, 1), (2, 1, 1, 2), (0, 0, 0, None)]
    for place, clip in enumerate(found):
        assert clip.right.tolist() == RIGHT[:, place].tolist()
        expected = np.where(RIGHT[:, place], 0.91, 0.01)
        np.testing.assert_allclose(clip.probability, expected, rtol=1e-6)


def test_an_epoch_tells_what_it_changed() -> None:
    run = answering(RIGHT)
    found = [changes_at(run, epoch) for epoch in (1, 2, 3, 4)]
    assert [(each.learned, each.forgotten) for each in found] == [
        (("4-0-A-0.wav",), ()),
        (("4-1-A-0.wav",), ("4-0-A-0.wav",)),
        (("4-0-A-0.wav",), ()),
        ((), ("4-1-A-0.wav",)),
    ]


@settings(drawn, max_examples=15)
@given(VERDICTS)
def test_changes_add_up_to_the_clips_events(right: NDArray[np.bool_]) -> None:
    run = answering(right, next(NUMBERS))
    changes = [changes_at(run, epoch) for epoch in range(1, len(right) + 1)]
    for clip in clip_histories(run):
        assert clip.learned == sum(clip.filename in each.learned for each in changes)
        assert clip.forgotten == sum(clip.filename in each.forgotten for each in changes)
        assert clip.learned - clip.forgotten == clip.right[-1]


def test_every_epoch_can_be_judged() -> None:
    run, result, labels = create_run(made_config()), made_result(), made_labels()
    finish_run(run, result, labels)
    names = run.config.clips["validation"]
    for epoch in (1, 2, 3):
        found = evaluate_epoch(run, epoch)
        answers = result.by_epoch["validation"][epoch - 1]
        expected = evaluate_part(labels["validation"], answers, names, CLASSES)
        assert found.judged == expected.judged
        assert found.report == expected.report
        np.testing.assert_array_equal(found.confusion, expected.confusion)


def test_a_run_of_one_epoch_has_a_history() -> None:
    run = answering(RIGHT[:1])
    assert run.validation_by_epoch().shape == (1, 3, 10)
    assert [counts(clip) for clip in clip_histories(run)] == [
        (0, 1, 0, 1),
        (0, 0, 0, None),
        (0, 0, 0, None),
    ]
    assert changes_at(run, 1).learned == ("4-0-A-0.wav",)
    assert evaluate_epoch(run, 1).accuracy == pytest.approx(1 / 3)


# What cannot be told


@pytest.mark.parametrize("epoch", [-1, 0, 5])
def test_an_epoch_that_was_not_trained_is_a_sentence(epoch: int) -> None:
    run = answering(RIGHT)
    for tell in (changes_at, evaluate_epoch):
        with pytest.raises(RunError, match=f"has no epoch {epoch}. Choose one from 1 to 4"):
            tell(run, epoch)


def test_a_run_without_weights_has_no_answers_by_epoch() -> None:
    failed, unfinished = create_run(made_config(1)), create_run(made_config(2))
    end_run(failed, Outcome("failed", "the worker was killed", {}))
    stopped = create_run(made_config(3))
    finish_run(stopped, made_result(0, "stopped"), made_labels())
    for run, why in (
        (failed, "no weights: the worker was killed"),
        (unfinished, "not ended yet"),
        (stopped, "no weights: somebody pressed stop"),
    ):
        with pytest.raises(RunError, match=why):
            run.validation_by_epoch()
        with pytest.raises(RunError, match=why):
            clip_histories(run)


def test_damaged_answers_by_epoch_are_a_sentence() -> None:
    path = answering(RIGHT).folder / "probabilities.npz"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(RunError, match=r"is damaged: probabilities\.npz"):
        load_run(made_config().run_id).validation_by_epoch()
    np.savez(path, validation_labels=np.arange(3))
    with pytest.raises(RunError, match=r"is damaged: probabilities\.npz"):
        load_run(made_config().run_id).validation_by_epoch()
