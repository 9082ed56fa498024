"""How sure a share is: an accuracy on 40 clips is worth less than one on 400."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

_DEVIATIONS = NormalDist().inv_cdf(0.975)
"""Of 95 % of a normal distribution, in standard deviations on either side."""


def wilson_interval(right: int, clips: int) -> tuple[float, float]:
    """The 95 % interval of a share, by Wilson's score (1927), JASA 22, 209-212.

    Written out here: pages ask for it at every tick, and SciPy takes half a second to import.

    Args:
        right: clips classified rightly.
        clips: all clips, at least one.
    """
    share = right / clips
    spread = _DEVIATIONS**2 / clips
    middle = (share + spread / 2) / (1 + spread)
    half = _DEVIATIONS / (1 + spread) * sqrt(share * (1 - share) / clips + spread / (4 * clips))
    # Rounding must not put the share itself outside.
    return min(share, middle - half), max(share, middle + half)
