"""What is answered and what is refused, counted by hand."""

from __future__ import annotations

import numpy as np

from esc10.evaluation.intervals import wilson_interval
from esc10.evaluation.refusal import Answered, answered_at, coverage_curve

LABELS = np.array([0, 1, 1, 0], np.int64)
PROBABILITIES = np.array([[0.9, 0.1], [0.8, 0.2], [0.4, 0.6], [0.6, 0.4]], np.float32)
"""Right and sure, wrong and fairly sure, and two that are right and as unsure as each other."""

UNSURE = float(PROBABILITIES[2, 1])


def test_an_answer_as_probable_as_the_threshold_is_given() -> None:
    assert answered_at(LABELS, PROBABILITIES, 0) == Answered(0, 4, 4, 3, 0)
    assert answered_at(LABELS, PROBABILITIES, UNSURE) == Answered(UNSURE, 4, 4, 3, 0)
    assert answered_at(LABELS, PROBABILITIES, 0.7) == Answered(0.7, 4, 2, 1, 2)
    assert answered_at(LABELS, PROBABILITIES, 0.85) == Answered(0.85, 4, 1, 1, 2)


def test_shares_carry_their_interval_and_nothing_answered_has_none() -> None:
    some = answered_at(LABELS, PROBABILITIES, 0.7)
    assert (some.coverage, some.precision) == (0.5, 0.5)
    assert some.interval == wilson_interval(1, 2)
    none = answered_at(LABELS, PROBABILITIES, 1)
    assert (none.coverage, none.precision, none.interval, none.lost) == (0, None, None, 3)


def test_the_curve_goes_from_all_answers_to_the_surest() -> None:
    curve = coverage_curve(LABELS, PROBABILITIES)
    assert [each.answered for each in curve] == [4, 2, 1]  # two go at once
    assert [each.right for each in curve] == [3, 1, 1]
