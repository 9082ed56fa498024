"""What the comparison of two runs says, to be read out."""

from __future__ import annotations

from esc10.datasets import source_of
from esc10.evaluation.comparison import SIGNIFICANT, McNemar, PairComparison
from esc10.training.config import TrainConfig

_SMALLEST_NAMED = 0.001


def pair_sentence(
    comparison: PairComparison,
    first_name: str,
    second_name: str,
    adjusted_p: float | None = None,
    comparisons: int = 1,
) -> str:
    """What the comparison says; `adjusted_p` is its p-value after `holm` over `comparisons`."""
    test = comparison.mcnemar
    if test is None:
        return (
            f"{first_name} and {second_name} cannot be compared, as no clip is in the test part of "
            f"both: {first_name} was tested on {_tested_on(comparison.first.config.train)}, "
            f"{second_name} on {_tested_on(comparison.second.config.train)}."
        )
    where = ""
    if not comparison.covers_both:
        where = f"On the {_counted(len(comparison.clips), 'test clip')} they share, "
    if not test.only_first + test.only_second:
        return (
            f"{where}{first_name} and {second_name} are right and wrong on the very same clips: "
            "nothing tells them apart."
        )
    finding = _finding(test.p_value)
    if adjusted_p is not None:
        note = f"adjusted for {_counted(comparisons, 'comparison')}, after Holm"
        finding = _finding(adjusted_p, note)
    return f"{where}{_who_is_right(test, first_name, second_name)}: {finding}."


def _who_is_right(test: McNemar, first_name: str, second_name: str) -> str:
    """The two counts in words, the greater one first."""
    more, fewer, better, other = test.only_first, test.only_second, first_name, second_name
    if fewer > more:
        more, fewer, better, other = fewer, more, other, better
    return (
        f"{better} is right on {_counted(more, 'clip')} where {other} errs, "
        f"{other} on {fewer or 'none'} where {better} errs"
    )


def _finding(p_value: float, note: str = "") -> str:
    evidence = "evidence" if p_value < SIGNIFICANT else "no evidence"
    remarks = ", ".join(filter(None, (_format_p(p_value), note)))
    return f"{evidence} for a difference ({remarks})"


def _tested_on(config: TrainConfig) -> str:
    title = source_of(config.dataset).title
    if config.split == "folds":
        return f"fold {config.test_fold} of {title}"
    return f"the {config.split} split's test part of {title}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _format_p(p_value: float) -> str:
    """Two digits, or as many as it takes not to show a value on the other side of 0.05."""
    if p_value < _SMALLEST_NAMED:
        return f"p < {_SMALLEST_NAMED}"
    digits = 2
    while (float(f"{p_value:.{digits}g}") < SIGNIFICANT) != (p_value < SIGNIFICANT):
        digits += 1
    return f"p = {p_value:.{digits}g}"
