"""What came of checking a hand-in, and the states that one can be in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from esc10.lesson.checking.senders import Sender

CHECKED, DIFFERS, READ, DAMAGED, REFUSED = "checked", "differs", "read", "damaged", "refused"

STATES = {
    CHECKED: "its weights were judged anew, and give what it says",
    DIFFERS: "its weights were judged anew, and not all is as it says",
    READ: "it is whole, but was not judged anew: its dataset is not here",
    DAMAGED: "it cannot be read, or only in part",
    REFUSED: "it is no hand-in, or holds what no hand-in has",
}
"""Every state, and what it means."""


@dataclass(frozen=True)
class Checked:
    """A hand-in that was checked. What could not be known of it is None.

    Attributes:
        file: its name below the folder of all, with forward slashes.
        state: one of `STATES`.
        sentence: what was found, in sentences for whoever handed it in too.
        run_id: the name of the run in it.
        owner: whose run it says it is.
        title: what its owner called it; empty for nothing.
        claimed: the test accuracy that follows from its stored answers; where a report's page names
            another, that one, which it names in whole percent.
        accuracy: the test accuracy that its weights give here.
        interval: the Wilson 95 % interval of that share, low and high.
        difference: by how much a stored probability of a validation or test clip is off at most.
        accepted: how many of the lab's exercises were accepted, as it says itself: whoever has the
            page can write that into it.
        answered: of how many; what is no exercise of the lab does not count.
        seal: the SHA-256 of the run's zip, as 64 hexadecimal digits.
        sealed: whether the page shows that seal; None of a zip, which has no page.
        weights_digests: of each of its weights.
        answers_digest: of its answers, where there are any.
    """

    file: str
    state: str
    sentence: str
    sender: Sender | None = None
    run_id: str | None = None
    owner: str | None = None
    title: str = ""
    claimed: float | None = None
    accuracy: float | None = None
    interval: tuple[float, float] | None = None
    difference: float | None = None
    accepted: int = 0
    answered: int = 0
    seal: str | None = None
    sealed: bool | None = None
    weights_digests: frozenset[str] = frozenset()
    answers_digest: str | None = None


def states_of(hand_ins: Iterable[Checked]) -> dict[str, int]:
    """How many hand-ins are in each of `STATES`, in their order; 0 where none is."""
    states = [one.state for one in hand_ins]
    return {state: states.count(state) for state in STATES}
