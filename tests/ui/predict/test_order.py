"""What is said of an answer's change is no less than the figures beside it show."""

from __future__ import annotations

import pytest

from esc10.ui.predict.explain.order import _describe_moved


@pytest.mark.parametrize(
    ("shuffled", "backwards", "said"),
    [
        (0.0, 9e-6, ["No order changes the answer"]),
        (0.004, 0.0004, ["does little", "a class by 0.4 points", "by less than 0.1", "rounded"]),
        (0.0, 0.00999, ["does little", "a class by less than 0.1 points", "by 1.0"]),
        (0.123, 0.004, ["Order matters", "a class by 12.3 points", "by 0.4."]),
    ],
)
def test_a_change_below_a_point_is_said(shuffled: float, backwards: float, said: list[str]) -> None:
    sentence = _describe_moved(shuffled, backwards)
    assert all(part in sentence for part in said), sentence
