"""What an experiment's ways of training come to: a figure for each seed, and their mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from esc10.datasets.splits import leaking
from esc10.errors import RunError
from esc10.evaluation.comparison import McNemar, mcnemar
from esc10.evaluation.cross_validation import CrossVerdict, accuracy_by_epoch
from esc10.evaluation.intervals import wilson_interval
from esc10.runs.run import Run
from esc10.training.results import CRITERIA

_NOTHING_BUT_ROUNDING = 1e-12
_NOTHING = "No training is finished yet. Wait for the first."


@dataclass(frozen=True)
class Figures:
    """How many test clips one way of training gets right.

    Attributes:
        by_seed: for each seed the share of its test clips.
        clips: how many clips each seed's network was tested on, or how many what it was tested on
            is worth.
    """

    by_seed: Mapping[int, float]
    clips: int

    @property
    def mean(self) -> float:
        """Over the seeds."""
        return float(np.mean(list(self.by_seed.values())))

    @property
    def interval(self) -> tuple[float, float]:
        """The Wilson 95 % interval of the mean over the clips; seeds do not make it narrower."""
        return wilson_interval(round(self.mean * self.clips), self.clips)

    @property
    def spread(self) -> float:
        """From the worst seed to the best."""
        return max(self.by_seed.values()) - min(self.by_seed.values())


def share_of_other_orders(ways: Sequence[Figures]) -> float:
    """How often one seed of each way puts the ways in another order than their means do.

    Args:
        ways: at least two; every choice of a seed for each is as likely as the others.

    Returns:
        The share of the choices, 0 to 1; one in which two ways are equal is no other order.
    """
    order = sorted(ways, key=lambda figures: figures.mean)
    choices = list(product(*(figures.by_seed.values() for figures in order)))
    as_the_means = sum(
        all(lower <= upper for lower, upper in pairwise(choice)) for choice in choices
    )
    return 1 - as_the_means / len(choices)


def figures_of(verdict: CrossVerdict) -> Figures:
    """The figures of runs that differ in their seed alone, after their last epoch."""
    return Figures(verdict.seed_means, verdict.clips)


def figures_by_epoch(runs: Sequence[Run]) -> dict[str, Figures]:
    """The figures of the same runs, whose epoch is chosen in several ways.

    Args:
        runs: finished ones, of a seed each.

    Returns:
        For `last`, for the best by `val_accuracy` and by `val_loss`, and for the best on the
        `test` clips themselves.

    Raises:
        RunError: there is none, one is damaged, or from before answers on test clips were kept.
    """
    if not runs:
        raise RunError(_NOTHING)
    by_choice: dict[str, dict[int, float]] = {}
    for run in runs:
        accuracies = accuracy_by_epoch(run)
        chosen = {
            "last": accuracies[-1],
            **{name: accuracies[run.answers(name).epoch - 1] for name in CRITERIA},
            "test": accuracies.max(),
        }
        for name, accuracy in chosen.items():
            by_choice.setdefault(name, {})[run.config.train.seed] = float(accuracy)
    clips = len(runs[0].config.clips["test"])
    return {name: Figures(by_seed, clips) for name, by_seed in by_choice.items()}


def figures_in_training(runs: Sequence[Run]) -> Figures:
    """How many of their training clips runs got right in their last epoch, as they learned.

    Args:
        runs: finished ones, of a seed each.

    Raises:
        RunError: there is none, or one is damaged.
    """
    if not runs:
        raise RunError(_NOTHING)
    by_seed = {run.config.train.seed: run.history()[-1].accuracy for run in runs}
    return Figures(by_seed, len(runs[0].config.clips["train"]))


def independent_answers(right: NDArray[np.bool_], recordings: Sequence[str]) -> float:
    """How many clips of recordings of their own are worth as much as copies of some clips.

    What a network makes of one copy tells much of what it makes of the next, and so do takes of
    one recording: neither are independent. By Kish's design effect (Survey Sampling, 1965) they
    are worth as many clips as would leave the mean as uncertain as it is from recording to
    recording.

    Args:
        right: whether the network is right, shape (copies, clips).
        recordings: of each clip.

    Returns:
        At most copies times clips. As many as there are recordings where these do not differ:
        then nothing shows that anything beside a recording tells more.
    """
    mean = float(right.mean())
    off: dict[str, float] = {}  # of each recording, added up over its clips
    for recording, share in zip(recordings, right.mean(axis=0), strict=True):
        off[recording] = off.get(recording, 0.0) + float(share) - mean
    squares = sum(value**2 for value in off.values())
    if squares < _NOTHING_BUT_ROUNDING:
        return len(off)
    return min(float(right.size), mean * (1 - mean) / squares * len(recordings) ** 2)


def compare_right(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> McNemar:
    """Whether the same networks are right more often about one form of the clips than another.

    As in `compare_verdicts` a clip speaks for the form about which more of them are right.

    Args:
        first: whether each network is right about each clip, shape (networks, clips).
        second: the same of the other form.
    """
    counts = first.sum(axis=0), second.sum(axis=0)
    return mcnemar(counts[0] > counts[1], counts[1] > counts[0])


def figures_by_leak(verdict: CrossVerdict, run: Run) -> dict[str, Figures]:
    """The figures of runs of one split on test clips that leak, and on those that do not.

    Args:
        verdict: of runs that differ in their seed alone.
        run: one of them.

    Returns:
        For `leaking` and for `others`, where there are any.
    """
    leaky = set(leaking(run.config.clips, "test"))
    found = {}
    for name, wanted in (("leaking", True), ("others", False)):
        by_seed = {}
        clips = 0
        for fold in verdict.folds:
            right = [each.right for each in fold.test.judged if (each.filename in leaky) == wanted]
            clips = len(right)
            if right:
                by_seed[fold.seed] = float(np.mean(right))
        if by_seed:
            found[name] = Figures(by_seed, clips)
    return found
