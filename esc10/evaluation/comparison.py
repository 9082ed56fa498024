"""Whether two runs differ, judged on the test clips that both were tested on.

Both answer the same clips, so their accuracies are no independent figures, and whether two
intervals overlap decides nothing. What tells the runs apart is where one is right and the other
errs; clips on which both are right, or both wrong, say nothing about which is better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from esc10.datasets import source_of
from esc10.evaluation.metrics import JudgedClip, evaluate
from esc10.runs.run import Run

SIGNIFICANT = 0.05
"""A p-value below it counts as evidence."""


@dataclass(frozen=True, slots=True)
class McNemar:
    """McNemar's test of two classifiers on the same clips.

    Attributes:
        only_first: clips on which the first is right and the second errs.
        only_second: clips on which the second is right and the first errs.
        p_value: how probable a difference at least as great is between two classifiers of which
            neither is better; exact, two-sided.
    """

    only_first: int
    only_second: int
    p_value: float


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A clip to which two runs give different answers; both answers may be wrong.

    Attributes:
        filename: its ESC-50 name.
        true: its class.
        first: the class the first run names.
        first_probability: what the first run gives that class.
        second: the class the second run names.
        second_probability: what the second run gives that class.
    """

    filename: str
    true: str
    first: str
    first_probability: float
    second: str
    second_probability: float


@dataclass(frozen=True)
class PairComparison:
    """Two runs on the test clips they share.

    Attributes:
        first: a run.
        second: the one it is compared with.
        weights: which of their best weights, by `val_accuracy` or `val_loss`.
        clips: the ESC-50 names of the clips both were tested on, in the first run's order; empty
            where their splits or datasets share none.
        first_right: whether the first run is right, shape (clips,).
        second_right: the same of the second.
        disagreements: the clips on which their answers differ, in the same order.
        mcnemar: the test; None where no clip is shared.
    """

    first: Run
    second: Run
    weights: str
    clips: tuple[str, ...]
    first_right: NDArray[np.bool_]
    second_right: NDArray[np.bool_]
    disagreements: tuple[Disagreement, ...]
    mcnemar: McNemar | None

    @property
    def p_value(self) -> float | None:
        """McNemar's; None where no test was made."""
        return self.mcnemar.p_value if self.mcnemar else None

    @property
    def covers_both(self) -> bool:
        """Whether the shared clips are the whole test part of both runs."""
        return all(
            len(run.config.clips["test"]) == len(self.clips) for run in (self.first, self.second)
        )


def mcnemar(first_right: NDArray[np.bool_], second_right: NDArray[np.bool_]) -> McNemar:
    """The exact McNemar test: a sign test on the clips on which one is right and the other errs.

    McNemar (1947), Psychometrika 12, 153-157. Of such clips there are few, so the binomial
    distribution itself takes the place of his chi-squared approximation.

    Args:
        first_right: whether the first classifier is right, shape (clips,).
        second_right: the same of the second, on the same clips in the same order.
    """
    only_first = int((first_right & ~second_right).sum())
    only_second = int((second_right & ~first_right).sum())
    if not only_first + only_second:
        return McNemar(0, 0, 1.0)
    from scipy.stats import binomtest  # slow; pages import this module too

    test = binomtest(only_first, only_first + only_second, 0.5)
    return McNemar(only_first, only_second, float(test.pvalue))


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """P-values adjusted for how many they are: of many comparisons, some look like evidence.

    The step-down method of Holm (1979), Scandinavian Journal of Statistics 6, 65-70: the smallest
    is multiplied by their number, the next by one less, and none becomes smaller than the one
    before it. The probability that any difference is claimed where there is none stays below the
    level each is held against.

    Args:
        p_values: one for each comparison, in any order.

    Returns:
        The adjusted values in the order given, none above 1.
    """
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = largest
    return tuple(adjusted)


def compare_pair(first: Run, second: Run, weights: str) -> PairComparison:
    """Two runs on the test clips both were tested on.

    An ESC-50 name stands for one sound in every published dataset, and classes are compared by
    their names: the two runs need not know the same classes.

    Args:
        first: a run that finished, or was stopped after its first epoch.
        second: another.
        weights: one of its `criteria`.

    Raises:
        RunError: a run has no weights, or its folder is damaged.
    """
    others = {}
    if same_sounds(first.config.train.dataset, second.config.train.dataset):
        others = {clip.filename: clip for clip in evaluate(second, weights).parts["test"].judged}
    pairs = [
        (clip, others[clip.filename])
        for clip in evaluate(first, weights).parts["test"].judged
        if clip.filename in others
    ]
    first_right = np.array([one.right for one, _ in pairs], dtype=np.bool_)
    second_right = np.array([other.right for _, other in pairs], dtype=np.bool_)
    return PairComparison(
        first=first,
        second=second,
        weights=weights,
        clips=tuple(one.filename for one, _ in pairs),
        first_right=first_right,
        second_right=second_right,
        disagreements=tuple(
            _disagreement(one, other) for one, other in pairs if one.predicted != other.predicted
        ),
        mcnemar=mcnemar(first_right, second_right) if pairs else None,
    )


def same_sounds(first: str, second: str) -> bool:
    """Whether a name stands for the same sound in both datasets: one's own have their own names."""
    return first == second or not (source_of(first).own or source_of(second).own)


def _disagreement(one: JudgedClip, other: JudgedClip) -> Disagreement:
    return Disagreement(
        one.filename,
        one.true,
        one.predicted,
        one.probability,
        other.predicted,
        other.probability,
    )
