"""Several measurements of one thing: their median and how far they lie apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import numpy as np


class Spread(TypedDict):
    """A median with its spread, all in the unit of what was measured.

    Attributes:
        median: half of the measurements are below.
        low: the smallest.
        high: the largest.
        count: how many there are.
    """

    median: float
    low: float
    high: float
    count: int


def spread(values: Sequence[float]) -> Spread:
    """The median of some measurements, and their extremes."""
    return Spread(
        median=float(np.median(values)), low=min(values), high=max(values), count=len(values)
    )


def seconds(value: Spread | float | None) -> str:
    """Seconds for a table, with three digits that count; a dash for what was not measured."""
    if value is None:
        return "–"
    if isinstance(value, float | int):
        return f"{value:.3g} s"
    return f"{value['median']:.3g} s ({value['low']:.3g}–{value['high']:.3g})"
