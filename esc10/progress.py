"""How a long operation says where it is and hears that it should stop.

Both are passed in as callables, so that the same function serves a page, the command line and a
test.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from esc10.errors import Cancelled


@dataclass(frozen=True, slots=True)
class Progress:
    """A moment in a long operation.

    Attributes:
        doing: what is going on: "Fetching ESC-10".
        files: files finished.
        total_files: files in all; 0 where nobody can know.
        fetched_bytes: bytes that have arrived over the network, or from a local copy.
        total_bytes: how many are expected; 0 where nothing is fetched.
    """

    doing: str
    files: int
    total_files: int
    fetched_bytes: int = 0
    total_bytes: int = 0

    @property
    def fraction(self) -> float:
        """The part that is done, from 0 to 1."""
        if self.total_bytes and self.files < self.total_files:
            by_bytes = min(1.0, self.fetched_bytes / self.total_bytes)
            return max(by_bytes * 0.95, self.files / self.total_files)
        return self.files / self.total_files if self.total_files else 0.0


OnProgress = Callable[[Progress], None]
ShouldStop = Callable[[], bool]


def ignore_progress(_: Progress) -> None:
    """For callers who do not watch."""


def never_stop() -> bool:
    """For callers who do not stop."""
    return False


class Tally:
    """A progress that several threads add to, and that hears the wish to stop for all of them."""

    def __init__(
        self, start: Progress, on_progress: OnProgress, should_stop: ShouldStop = never_stop
    ) -> None:
        """Begin at `start` and report it."""
        self._now, self._on_progress, self._should_stop = start, on_progress, should_stop
        self._lock = threading.Lock()
        on_progress(start)

    def add(self, *, files: int = 0, fetched_bytes: int = 0) -> None:
        """Count what is done, and report."""
        with self._lock:
            self._now = replace(
                self._now,
                files=self._now.files + files,
                fetched_bytes=self._now.fetched_bytes + fetched_bytes,
            )
            self._on_progress(self._now)

    def raise_if_stopped(self) -> None:
        """Give up here if somebody asked for it.

        Raises:
            Cancelled: they did.
        """
        if self._should_stop():
            raise Cancelled(f"{self._now.doing}: cancelled. What was finished is kept.")
