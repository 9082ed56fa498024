"""A question to a class, and what it answers: one vote a browser, and nothing else of anybody.

Phones are asked on a page of plain HTML over plain HTTP, which works where the app itself has been
started for its own machine only. What is known of a voter is a number that the browser was given;
it lies in memory, with its votes, until the room is left or the program ends.
"""

from __future__ import annotations

import hmac
import secrets
import socket
import threading
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from esc10.errors import LessonError
from esc10.evaluation.metrics import PartEvaluation

Pair = frozenset[str]
"""Two classes, in no order."""

MOST_ROOMS = 50
MOST_VOTERS = 2000
"""On one question; whoever comes after them cannot vote."""

_CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are taken for one another when somebody types an address from a wall."""

_CODE_LENGTH = 4


@dataclass
class Poll:
    """One question, and the votes on it.

    Attributes:
        question: plain text.
        fields: what is to be chosen, a label each; a vote has an option for each.
        options: what can be chosen, in their order.
        is_open: whether votes count.
    """

    question: str
    fields: tuple[str, ...]
    options: tuple[str, ...]
    is_open: bool = True
    _votes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def votes(self) -> list[tuple[str, ...]]:
        """Every vote that counts, in the order in which their voters came."""
        return list(self._votes.values())

    def voters(self) -> list[str]:
        """The numbers of those who have voted, in the same order."""
        return list(self._votes)

    def vote_of(self, voter: str) -> tuple[str, ...] | None:
        """What somebody has voted, if they have."""
        return self._votes.get(voter)

    def vote(self, voter: str, choice: tuple[str, ...]) -> None:
        """Count a vote; another one of the same voter takes its place.

        Raises:
            LessonError: the poll is closed, that cannot be chosen, or too many have voted.
        """
        if not self.is_open:
            raise LessonError("This question is closed. Look at the screen, and wait for the next.")
        if len(choice) != len(self.fields) or not set(choice) <= set(self.options):
            raise LessonError("There is a field without an answer yet. Choose one for each.")
        if len(set(choice)) != len(choice):
            raise LessonError("That is the same twice. Choose two different ones.")
        if voter not in self._votes and len(self._votes) >= MOST_VOTERS:
            raise LessonError("As many have voted as can. Share a neighbour's phone.")
        self._votes[voter] = choice


class Room:
    """Where a class is asked one question after the other.

    Attributes:
        code: the end of its address, for phones.
        key: by which whoever asks finds it again; nobody can guess it.
        about: what is asked about.
        polls: what has been asked, the latest last.
    """

    def __init__(self, code: str, about: tuple[str, ...] = ()) -> None:
        """Open the room; nothing is asked yet."""
        self.code = code
        self.key = secrets.token_urlsafe(9)
        self.about = about
        self.polls: list[Poll] = []
        self._secret = secrets.token_bytes(32)
        self._lock = threading.Lock()

    def asked(self) -> tuple[int, Poll | None]:
        """The number of the latest question, from 1, and the question; 0 and None before it."""
        with self._lock:
            return len(self.polls), self.polls[-1] if self.polls else None

    def ask(self, poll: Poll) -> Poll:
        """Ask the next question; the one before it is closed."""
        with self._lock:
            self._close()
            self.polls.append(poll)
        return poll

    def close(self) -> None:
        """Let no more votes count on what was asked last."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self.polls:
            self.polls[-1].is_open = False

    def admit(self, known: str | None) -> str:
        """The number of a voter: the one its browser brings along if it is from here, or a new one.

        It is signed rather than kept: a browser that takes no cookies asks for one at each look.
        """
        if known is not None and self._is_from_here(known):
            return known
        number = secrets.token_hex(12)
        return f"{number}.{self._signature(number)}"

    def _is_from_here(self, voter: str) -> bool:
        number, _, signature = voter.partition(".")
        return hmac.compare_digest(signature.encode(), self._signature(number).encode())

    def _signature(self, number: str) -> str:
        return hmac.digest(self._secret, number.encode(), "sha256").hex()[:32]

    def vote(self, voter: str | None, number: int, choice: tuple[str, ...]) -> None:
        """Count a vote.

        Args:
            voter: the number of a browser that was admitted.
            number: which question it answers, from 1: while somebody chooses, the next is asked.
            choice: an option for each field.

        Raises:
            LessonError: its voter was not admitted, that is not asked now, or the poll refuses it.
        """
        if voter is None or not self._is_from_here(voter):
            raise LessonError(
                "Your browser did not say which one it is, so its vote might count twice. Allow "
                "cookies for this page, and load it again."
            )
        with self._lock:
            if not self.polls or number != len(self.polls):
                raise LessonError("Another question is asked by now.")
            self.polls[-1].vote(voter, choice)

    def scores(self, right: Sequence[tuple[str, ...]]) -> list[tuple[int, int]]:
        """For each voter who answered any of the questions, how many rightly, and how many at all.

        Args:
            right: for each of `polls`, from the first on, the right vote.
        """
        asked = list(zip(self.polls, right, strict=False))
        voters = dict.fromkeys(voter for poll, _ in asked for voter in poll.voters())
        return [
            (
                sum(poll.vote_of(voter) == answer for poll, answer in asked),
                sum(poll.vote_of(voter) is not None for poll, _ in asked),
            )
            for voter in voters
        ]


class Rooms:
    """All that are open, the latest last; the oldest goes when there are too many."""

    def __init__(self) -> None:
        """Open none yet."""
        self._rooms: OrderedDict[str, Room] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, *about: str) -> Room:
        """A new room with a code of its own."""
        with self._lock:
            code = ""
            while not code or code in self._rooms:
                code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
            room = self._rooms[code] = Room(code, about)
            while len(self._rooms) > MOST_ROOMS:
                self._rooms.popitem(last=False)
        return room

    def find(self, code: str) -> Room | None:
        """The room of that code, if there is one."""
        return self._rooms.get(code.lower())

    def resume(self, key: str) -> Room | None:
        """The room of that key, if it is still open."""
        with self._lock:
            return next((room for room in self._rooms.values() if room.key == key), None)

    def leave(self, room: Room) -> None:
        """Forget a room, and everybody's votes."""
        room.close()
        with self._lock:
            self._rooms.pop(room.code, None)


def most_confused(judged: PartEvaluation) -> list[Pair]:
    """The two classes that are taken for one another most often, in either direction.

    Several pairs where they are equal, in alphabetical order; none where no clip was misclassified.
    """
    times = confusions(judged)
    most = max(times.values(), default=0)
    return sorted((pair for pair, count in times.items() if count == most), key=sorted)


def confusions(judged: PartEvaluation) -> Counter[Pair]:
    """How often two classes were taken for one another, in either direction."""
    return Counter(frozenset((clip.true, clip.predicted)) for clip in judged.mistakes)


def address_here() -> str:
    """This machine's address on its network; that of itself alone where it has none.

    Nothing is sent: a datagram socket is only asked which way it would go. 192.0.2.1 is nobody's,
    RFC 5737.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"
