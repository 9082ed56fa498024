"""What the comparison of two runs says, to be read out."""

from __future__ import annotations

from collections.abc import Sequence

from esc10.evaluation.comparison import McNemar, PairComparison
from esc10.ui.words import finding


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
        return incomparable_sentence([(first_name, second_name)])
    where = ""
    if not comparison.covers_both:
        where = f"On the {_counted(len(comparison.clips), 'test clip')} they share, "
    if not test.only_first + test.only_second:
        return (
            f"{where}{first_name} and {second_name} are right and wrong on the very same clips: "
            "nothing tells them apart."
        )
    found = finding(test.p_value)
    if adjusted_p is not None:
        note = f"adjusted for {_counted(comparisons, 'comparison')}, after Holm"
        found = finding(adjusted_p, note)
    return f"{where}{_who_is_right(test, first_name, second_name)}: {found}."


def incomparable_sentence(pairs: Sequence[tuple[str, str]]) -> str:
    """Which runs share no test clip with which, those that are alike in it together.

    `pairs`: their letters.
    """
    partners: dict[str, list[str]] = {}
    for one, other in pairs:
        partners.setdefault(one, []).append(other)
        partners.setdefault(other, []).append(one)
    alike: dict[tuple[str, ...], list[str]] = {}
    for name in sorted(partners):
        alike.setdefault(tuple(sorted(partners[name])), []).append(name)
    parts, said = [], set[str]()
    for others, names in alike.items():
        if rest := [other for other in others if other not in said]:
            parts.append(f"{listed(names)} cannot be compared with {listed(rest)}")
        said.update(names)
    return f"{'; '.join(parts)}, as no clip is in the test part of both."


def listed(names: Sequence[str]) -> str:
    """'A', 'A and B', 'A, B and C'."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _who_is_right(test: McNemar, first_name: str, second_name: str) -> str:
    """The two counts in words, the greater one first."""
    more, fewer, better, other = test.only_first, test.only_second, first_name, second_name
    if fewer > more:
        more, fewer, better, other = fewer, more, other, better
    return (
        f"{better} is right on {_counted(more, 'clip')} where {other} errs, "
        f"{other} on {fewer or 'none'} where {better} errs"
    )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
