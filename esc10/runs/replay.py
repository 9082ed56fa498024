"""A finished run once more, at the pace at which it was trained."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from esc10.training.results import EpochRow


def epochs_after(history: Sequence[EpochRow], seconds: float) -> int:
    """How many epochs had ended so long after the first one began.

    Args:
        history: the run's epochs.
        seconds: of training; what went on between epochs does not count.
    """
    return bisect_right(list(accumulate(row.seconds for row in history)), seconds)
