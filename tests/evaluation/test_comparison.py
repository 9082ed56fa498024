"""Two runs on the clips they share: the tests against statsmodels, the sentences by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import count, pairwise
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar
from statsmodels.stats.multitest import multipletests

from esc10.errors import RunError
from esc10.evaluation.comparison import McNemar, PairComparison, compare_pair, holm, mcnemar
from esc10.runs.outcome import Outcome
from esc10.runs.run import Run
from esc10.runs.writing import create_run, end_run, finish_run
from esc10.ui.compare.sentences import incomparable_sentence, pair_sentence
from tests.support.made_runs import CLASSES, answering, made_config, made_labels, made_result
from tests.support.properties import drawn

COUNTS = st.integers(0, 60)
NUMBERS = count(1)
"""Two pairs in one test share a home, and their runs need names of their own."""


def right_and_wrong(
    both: int, only_first: int, only_second: int, neither: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """What two classifiers got right, with so many clips of each sort, shuffled."""
    sorts = [(True, True), (True, False), (False, True), (False, False)]
    counts = (both, only_first, only_second, neither)
    table = np.repeat(np.array(sorts), counts, axis=0)
    np.random.default_rng(1).shuffle(table)
    return table[:, 0], table[:, 1]


# McNemar


@pytest.mark.parametrize(
    ("only_first", "only_second", "p_value"),
    [
        (5, 2, 0.453125),  # 2 (1 + 7 + 21) / 2**7
        (1, 0, 1.0),
        (5, 0, 0.0625),
        (6, 0, 0.03125),
        (3, 3, 1.0),
        (8, 1, 0.0390625),  # 2 (1 + 9) / 2**9
        (0, 0, 1.0),
    ],
)
def test_the_test_is_mcnemars_by_hand(only_first: int, only_second: int, p_value: float) -> None:
    first, second = right_and_wrong(40, only_first, only_second, 9)
    assert mcnemar(first, second) == McNemar(
        only_first, only_second, pytest.approx(p_value, abs=1e-12)
    )
    assert mcnemar(second, first).p_value == pytest.approx(p_value, abs=1e-12)


@drawn
@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_the_test_is_statsmodels_exact_one(a: int, b: int, c: int, d: int) -> None:
    found = mcnemar(*right_and_wrong(a, b, c, d))
    expected = statsmodels_mcnemar([[a, b], [c, d]], exact=True).pvalue if b + c else 1.0
    assert (found.only_first, found.only_second) == (b, c)
    assert found.p_value == pytest.approx(expected, abs=1e-9)


# Holm


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx((0.03, 0.06, 0.06))
    assert holm([0.6, 0.5]) == (1.0, 1.0)
    assert holm([0.2]) == (0.2,)
    assert holm([]) == ()


@drawn
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_statsmodels(p_values: list[float]) -> None:
    # It collects garbage at every call: half a second in a process that has Keras.
    with patch("gc.collect"):
        _, expected, _, _ = multipletests(p_values, method="holm")
    adjusted = holm(p_values)
    np.testing.assert_allclose(adjusted, expected, atol=1e-12)
    assert all(after >= before for before, after in zip(p_values, adjusted, strict=True))
    in_order = [adjusted[place] for place in np.argsort(p_values, kind="stable")]
    assert all(one <= other for one, other in pairwise(in_order))


# Two runs


def run_of(
    number: int,
    answers: dict[str, tuple[str, str]],
    classes: tuple[str, ...] = CLASSES,
    **chosen: object,
) -> Run:
    """A run whose test clips are of a class each and got an answer each, at 75 %."""
    config = made_config(number)
    config = replace(
        config,
        classes=classes,
        train=replace(config.train, **chosen),
        clips={**config.clips, "test": tuple(answers)},
    )
    labels = np.array([classes.index(true) for true, _ in answers.values()], dtype=np.int64)
    test = np.full((len(answers), len(classes)), 0.25 / (len(classes) - 1), np.float32)
    for place, (_, answer) in enumerate(answers.values()):
        test[place, classes.index(answer)] = 0.75
    run = create_run(config)
    finish_run(run, answering(made_result(), test), {**made_labels(), "test": labels})
    return run


A, B, C = CLASSES[:3]


def test_a_pair_is_compared_clip_by_clip() -> None:
    first = run_of(1, {"x": (A, A), "y": (A, B), "z": (B, C), "w": (C, C)})
    second = run_of(2, {"w": (C, A), "z": (B, A), "y": (A, A), "x": (A, A)})
    found = compare_pair(first, second, "val_loss")
    assert found.clips == ("x", "y", "z", "w")
    assert found.first_right.tolist() == [True, False, False, True]
    assert found.second_right.tolist() == [True, True, False, False]
    assert found.mcnemar == McNemar(1, 1, 1.0)
    assert found.p_value == 1.0
    assert found.covers_both
    differing = [
        (each.filename, each.true, each.first, each.second) for each in found.disagreements
    ]
    assert differing == [("y", A, B, A), ("z", B, C, A), ("w", C, C, A)]
    for each in found.disagreements:
        assert (each.first_probability, each.second_probability) == pytest.approx((0.75, 0.75))


@pytest.mark.parametrize("weights", ["val_accuracy", "val_loss"])
def test_either_weights_are_compared(weights: str) -> None:
    run, other = create_run(made_config(1)), create_run(made_config(2))
    result = made_result()
    other_best = {"val_accuracy": result.best["val_loss"], "val_loss": result.best["val_accuracy"]}
    finish_run(run, result, made_labels())
    finish_run(other, replace(result, best=other_best), made_labels())
    found = compare_pair(run, other, weights)
    labels = made_labels()["test"]
    mine = result.best[weights].test.argmax(axis=1)
    theirs = other_best[weights].test.argmax(axis=1)
    np.testing.assert_array_equal(found.first_right, mine == labels)
    np.testing.assert_array_equal(found.second_right, theirs == labels)
    assert len(found.disagreements) == (mine != theirs).sum() > 0


def test_classes_are_compared_by_name_and_only_shared_clips_count() -> None:
    first = run_of(1, {"x": ("dog", "dog"), "y": ("rain", "dog")}, ("rain", "dog", *CLASSES[2:]))
    second = run_of(
        2, {"z": ("cat", "cat"), "x": ("dog", "cat")}, ("cat", "cow", "dog", *CLASSES[3:])
    )
    found = compare_pair(first, second, "val_loss")
    assert found.clips == ("x",)
    assert (found.first_right.tolist(), found.second_right.tolist()) == ([True], [False])
    (differing,) = found.disagreements
    assert (differing.first, differing.second) == ("dog", "cat")
    assert not found.covers_both


def test_a_run_is_as_good_as_itself() -> None:
    run = run_of(1, {"x": (A, A), "y": (A, B)})
    found = compare_pair(run, run, "val_loss")
    assert found.mcnemar == McNemar(0, 0, 1.0)
    assert found.disagreements == ()


def test_a_run_without_weights_cannot_be_compared() -> None:
    run = create_run(made_config(2))
    end_run(run, Outcome("failed", "the worker was killed", {}))
    with pytest.raises(RunError, match="no weights: the worker was killed"):
        compare_pair(run_of(1, {"x": (A, A)}), run, "val_loss")


# The sentence


def pair(only_first: int, only_second: int, both: int = 3, shared: bool = True) -> PairComparison:
    """Two runs of which each is right on so many clips of its own."""
    sorts = [(A, A)] * both + [(A, B)] * only_first + [(B, A)] * only_second
    answers = {str(place): answer for place, answer in enumerate(sorts)}
    first = {name: (A, mine) for name, (mine, _) in answers.items()}
    second = {name: (A, other) for name, (_, other) in answers.items()}
    if not shared:
        second["another"] = (A, A)
    return compare_pair(run_of(next(NUMBERS), first), run_of(next(NUMBERS), second), "val_loss")


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        (
            (2, 5),
            "Second is right on 5 clips where First errs, First on 2 where Second errs: "
            "no evidence for a difference (p\u00a0=\u00a00.45).",
        ),
        (
            (1, 0),
            "First is right on 1 clip where Second errs, Second on none where First errs: "
            "no evidence for a difference (p\u00a0=\u00a01).",
        ),
        (
            (2, 2),
            "First is right on 2 clips where Second errs, Second on 2 where First errs: "
            "no evidence for a difference (p\u00a0=\u00a01).",
        ),
        (
            (10, 1),
            "First is right on 10 clips where Second errs, Second on 1 where First errs: "
            "evidence for a difference (p\u00a0=\u00a00.012).",
        ),
        (
            (0, 11),
            "Second is right on 11 clips where First errs, First on none where Second errs: "
            "evidence for a difference (p\u00a0<\u00a00.001).",
        ),
        (
            (0, 0),
            "First and Second are right and wrong on the very same clips: "
            "nothing tells them apart.",
        ),
    ],
)
def test_a_comparison_is_one_sentence(counts: tuple[int, int], sentence: str) -> None:
    assert pair_sentence(pair(*counts), "First", "Second") == sentence


def test_an_adjusted_value_takes_the_place_of_the_other() -> None:
    assert pair_sentence(pair(10, 1), "1D", "LSTM", adjusted_p=0.0352, comparisons=3) == (
        "1D is right on 10 clips where LSTM errs, LSTM on 1 where 1D errs: "
        "evidence for a difference (p\u00a0=\u00a00.035, adjusted for 3 comparisons, after Holm)."
    )
    adjusted = pair_sentence(pair(10, 1), "1D", "LSTM", adjusted_p=0.1172, comparisons=10)
    assert (
        "no evidence for a difference (p\u00a0=\u00a00.12, adjusted for 10 comparisons" in adjusted
    )


@pytest.mark.parametrize(
    ("p_value", "words"),
    [
        (0.0499, "evidence for a difference (p\u00a0=\u00a00.0499,"),
        (0.04996, "evidence for a difference (p\u00a0=\u00a00.04996,"),
        (0.05, "no evidence for a difference (p\u00a0=\u00a00.05,"),
        (0.0502, "no evidence for a difference (p\u00a0=\u00a00.05,"),
        (0.001, "evidence for a difference (p\u00a0=\u00a00.001,"),
        (0.00099, "evidence for a difference (p\u00a0<\u00a00.001,"),
    ],
)
def test_rounding_puts_no_value_on_the_other_side(p_value: float, words: str) -> None:
    assert f": {words}" in pair_sentence(pair(3, 1), "A", "B", p_value, 2)


def test_the_sentence_says_where_not_every_clip_counts() -> None:
    assert pair_sentence(pair(2, 5, shared=False), "A", "B").startswith(
        "On the 10 test clips they share, B is right on 5 clips where A errs, "
    )
    assert pair_sentence(pair(0, 0, both=1, shared=False), "A", "B") == (
        "On the 1 test clip they share, A and B are right and wrong on the very same clips: "
        "nothing tells them apart."
    )


def test_runs_without_a_shared_clip_cannot_be_compared() -> None:
    first = run_of(1, {"x": (A, A)}, dataset="esc10")
    second = run_of(2, {"y": (A, A)}, dataset="esc10", test_fold=3)
    found = compare_pair(first, second, "val_loss")
    assert found.clips == ()
    assert found.first_right.shape == found.second_right.shape == (0,)
    assert (found.mcnemar, found.p_value, found.disagreements) == (None, None, ())
    assert pair_sentence(found, "A", "B") == (
        "A cannot be compared with B, as no clip is in the test part of both."
    )


@pytest.mark.parametrize(
    ("apart", "words"),
    [
        ("AD AE BD BE CD CE", "A, B and C cannot be compared with D and E"),
        ("AB BC", "A and C cannot be compared with B"),
        ("AB AC BC", "A cannot be compared with B and C; B cannot be compared with C"),
        ("AD BC", "A cannot be compared with D; B cannot be compared with C"),
    ],
)
def test_each_pair_without_a_shared_clip_is_named_once(apart: str, words: str) -> None:
    pairs = [(names[0], names[1]) for names in apart.split()]
    assert incomparable_sentence(pairs) == f"{words}, as no clip is in the test part of both."
