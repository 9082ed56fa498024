"""Which hand-ins have the same weights, or the same answers: shown, not judged.

The same weights are a copy, or the same settings and seed on two machines that compute alike: a
training that is repeated gives the same numbers. The same answers may be those that are right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from esc10.lesson.checking.checked import Checked


@dataclass(frozen=True)
class Doubles:
    """The other hand-ins that share something with one, by their files' names.

    Attributes:
        weights: those with the same weights.
        answers: those with the same answers.
    """

    weights: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()


def doubles_among(hand_ins: Sequence[Checked]) -> dict[str, Doubles]:
    """For each hand-in, by its file's name, what it shares with which others."""
    weights = _sharing({one.file: one.weights_digests for one in hand_ins})
    answers = _sharing(
        {one.file: frozenset(filter(None, [one.answers_digest])) for one in hand_ins}
    )
    return {one.file: Doubles(weights[one.file], answers[one.file]) for one in hand_ins}


def _sharing(digests: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    having: dict[str, set[str]] = defaultdict(set)
    for file, its_digests in digests.items():
        for digest in its_digests:
            having[digest].add(file)
    return {
        file: tuple(sorted(set().union(*(having[digest] for digest in its)) - {file}))
        for file, its in digests.items()
    }
