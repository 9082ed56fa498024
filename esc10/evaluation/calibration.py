"""Whether a network is as often right as it says: its confidence against its accuracy.

A clip's confidence is the probability of the class the network names, the most probable one. Of
the clips it is 80 % sure of, it should get 80 % right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from esc10.evaluation.intervals import wilson_interval


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The clips within a span of confidence.

    Attributes:
        low: the lower edge, which belongs to the bin below, except 0.
        high: the upper edge, which belongs to this bin.
        clips: how many there are, at least one.
        confidence: their mean confidence.
        accuracy: the share of them classified rightly.
        interval: the Wilson 95 % interval of that share, low and high.
    """

    low: float
    high: float
    clips: int
    confidence: float
    accuracy: float
    interval: tuple[float, float]


def reliability(
    labels: NDArray[np.int64], probabilities: NDArray[np.float32], bins: int = 5
) -> tuple[ReliabilityBin, ...]:
    """Confidence against accuracy, in bins of equal width from 0 to 1.

    A confidence on an edge belongs to the bin below it, and 0 to the first: the convention of
    scikit-learn's `calibration_curve(strategy="uniform")`, which this is for more than two
    classes.

    Args:
        labels: the true classes, shape (clips,).
        probabilities: the network's, shape (clips, classes).
        bins: how many; a test part of 80 clips fills no more than a few.

    Returns:
        The bins with clips in them, from low to high confidence.
    """
    right = probabilities.argmax(axis=1) == labels
    # In double precision, as the edges are: means of float32 would differ from scikit-learn's.
    confidence = probabilities.max(axis=1).astype(np.float64)
    edges = np.linspace(0, 1, bins + 1)
    indices = np.searchsorted(edges[1:-1], confidence)
    return tuple(
        _bin(float(edges[each]), float(edges[each + 1]), right[indices == each], inside)
        for each in range(bins)
        if len(inside := confidence[indices == each])
    )


def _bin(
    low: float, high: float, right: NDArray[np.bool_], confidence: NDArray[np.float64]
) -> ReliabilityBin:
    return ReliabilityBin(
        low=low,
        high=high,
        clips=len(right),
        confidence=float(confidence.mean()),
        accuracy=float(right.mean()),
        interval=wilson_interval(int(right.sum()), len(right)),
    )


def expected_calibration_error(bins: Sequence[ReliabilityBin]) -> float:
    """The gap between confidence and accuracy, averaged over clips; 0 to 1, and 0 is best.

    Naeini et al. (2015), "Obtaining Well Calibrated Probabilities Using Bayesian Binning", AAAI;
    for networks, Guo et al. (2017), "On Calibration of Modern Neural Networks", ICML, equation 3.
    It depends on the bins: compare only what was made with as many.

    Args:
        bins: what `reliability` gives, at least one.
    """
    clips = sum(each.clips for each in bins)
    return sum(each.clips * abs(each.accuracy - each.confidence) for each in bins) / clips
