"""What is said of a dataset's balance."""

from __future__ import annotations

import numpy as np
import pytest

from esc10.ui.datasets.overview import describe_balance, describe_short_folds

CLASSES = ("dog", "sea_waves")


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ([[8] * 5, [8] * 5], "**80 clips, 2 classes, balanced:** 40 of each, 8 in every fold."),
        ([[8] * 5, [9, 7, 8, 8, 8]], "**80 clips, 2 classes, balanced:** 40 of each."),
        (
            [[8] * 5, [7] * 5],
            "**75 clips, 2 classes, nearly balanced:** from 35 (sea waves) to 40 (dog).",
        ),
        (
            [[1] * 5, [3] * 5],
            "**20 clips, 2 classes, uneven:** from 5 (dog) to 15 (sea waves). Whoever always said "
            "*sea waves* would be right for 75% of them.",
        ),
    ],
    ids=["in every fold", "not in every fold", "nearly", "uneven"],
)
def test_balance_is_said_plainly(counts: list[list[int]], said: str) -> None:
    assert describe_balance(CLASSES, np.array(counts)) == said


@pytest.mark.parametrize(
    ("folds", "said"),
    [
        ([8, 8, 8, 8, 8], ""),
        ([1, 1, 0, 1, 1], "none in fold 3"),
        ([4, 4, 4, 2, 4], ""),
        ([8, 1, 8, 0, 8], "only 1 in fold 2, none in fold 4"),
    ],
)
def test_a_fold_that_lacks_a_class_is_named(folds: list[int], said: str) -> None:
    assert describe_short_folds(np.array(folds)) == said


def test_a_class_name_is_no_markdown() -> None:
    text = describe_balance(("a*b", "[c](http://x)"), np.array([[1] * 5, [3] * 5]))
    assert "[c]" not in text
    assert "a*b" not in text
