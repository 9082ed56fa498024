"""Which hand-ins have the same weights, or the same answers: shown, not judged.

The same weights are a copy, or the same settings and seed on two machines that compute alike: a
training that is repeated gives the same numbers. The same answers may be those that are right.
Somebody who sent two files shares with others, not with themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from esc10.lesson.checking.checked import Checked


@dataclass(frozen=True)
class Doubles:
    """The hand-ins of others that share something with one, by their files' names.

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
    own = _of_one_sender(hand_ins)
    return {
        one.file: Doubles(
            tuple(sorted(weights[one.file] - own[one.file])),
            tuple(sorted(answers[one.file] - own[one.file])),
        )
        for one in hand_ins
    }


def sets_that_share(
    hand_ins: Sequence[Checked], doubles: Mapping[str, Doubles], what: str
) -> list[tuple[str, ...]]:
    """The same as sets: who shares with whom, named once.

    Args:
        hand_ins: what was checked.
        doubles: of these.
        what: the name of one of the attributes of `Doubles`.

    Returns:
        For each set the names of its files, in the order of the hand-ins.
    """
    sets: list[set[str]] = []
    for one in hand_ins:
        others: tuple[str, ...] = getattr(doubles[one.file], what)
        its = {one.file, *others}
        if others and not any(its <= known for known in sets):
            sets = [known for known in sets if not known <= its]
            sets.append(its)
    return [tuple(one.file for one in hand_ins if one.file in known) for known in sets]


def _of_one_sender(hand_ins: Sequence[Checked]) -> dict[str, set[str]]:
    """For each file all from whoever sent it; where nobody is named, it alone."""
    senders = {
        one.file: (one.sender.server, one.sender.id) if one.sender else one.file for one in hand_ins
    }
    sent: dict[Hashable, set[str]] = defaultdict(set)
    for file, sender in senders.items():
        sent[sender].add(file)
    return {file: sent[sender] for file, sender in senders.items()}


def _sharing(digests: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    having: dict[str, set[str]] = defaultdict(set)
    for file, its_digests in digests.items():
        for digest in its_digests:
            having[digest].add(file)
    return {file: set().union(*(having[digest] for digest in its)) for file, its in digests.items()}
