"""How sure a share is: an accuracy on 40 clips is worth less than one on 400.

And what no interval knows: that its clips chose the epoch, or have a recording in training.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor, sqrt
from statistics import NormalDist

from esc10.datasets.source import Source
from esc10.datasets.splits import leaking

OF_THE_BEST = "of the best epoch, on the clips that chose it"
"""What the best validation accuracy is, and its interval with it."""

CHOSEN = "Judge by the test clips: validation figures flatter, as their clips chose the epoch."

NO_LEAK = "No validation or test clip shares a recording with a training clip."
"""Where nothing leaks."""

_NOT_KNOWN = (
    "Not every clip's recording is known here, so nor is whether a validation or test clip shares "
    "one with a training clip: where one does, figures and intervals flatter."
)
_PERHAPS_MORE = "There may be more: not every clip's recording is known here."

DEPENDENT = "are not independent of the training clips"

_DEVIATIONS = NormalDist().inv_cdf(0.975)
"""Of 95 % of a normal distribution, in standard deviations on either side."""

_OF_A_FLOAT = 1e-5
"""More than a share in 32 bits may lie below itself, in percent."""


def percent(share: float) -> int:
    """A share in whole percent, halves upwards as charts and tables round them.

    Python's own formats round 12.5 down and 37.5 up, and 46 of 80 clips down, which no float holds.
    """
    return floor(100 * share + 0.5 + _OF_A_FLOAT)


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


def describe_leaks(clips: Mapping[str, Sequence[str]], source: Source) -> str | None:
    """What leaks under a split, or may, and what it does to figures and intervals.

    Args:
        clips: for each part of a split its clips' ESC-50 names.
        source: where the clips come from.

    Returns:
        None where it is known that nothing leaks.
    """
    counts = {part: len(leaking(clips, part)) for part in ("validation", "test")}
    if not any(counts.values()):
        return None if source.recordings_known else _NOT_KNOWN
    told = (
        f"{counts['validation']} of {len(clips['validation'])} validation clips and "
        f"{counts['test']} of {len(clips['test'])} test clips share a recording with a training "
        f"clip: they {DEPENDENT}, so figures and intervals flatter."
    )
    return told if source.recordings_known else f"{told} {_PERHAPS_MORE}"


def cautions(
    clips: Mapping[str, Sequence[str]], source: Source, *, chosen: bool = True
) -> tuple[str, ...]:
    """What to know beside a run's accuracies and intervals, in sentences.

    Args:
        clips: for each part of its split its clips' ESC-50 names.
        source: where the clips come from.
        chosen: whether validation clips have chosen the epoch.
    """
    return tuple(filter(None, (CHOSEN if chosen else None, describe_leaks(clips, source))))
