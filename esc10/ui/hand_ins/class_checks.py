"""The checks of classes' hand-ins, one a browser: in jobs of their own, and seen by their owners.

They are not on the server's board of jobs, which any page shows. One is under way at a time: each
holds what networks are fed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from esc10.archives.trees import shown
from esc10.engine.jobs import Job
from esc10.engine.queue import Engine
from esc10.errors import Cancelled
from esc10.lesson.checking import Brought, Checked, Checker
from esc10.progress import OnProgress, Progress, ShouldStop
from esc10.ui.browsers import this_browser
from esc10.ui.server import engine, only_one

_KEPT = 50_000
"""Hand-ins, and names of other files, of all checks that have ended; one has about 2 kB."""

_LOOK_SECONDS = 0.3
_turn, _changing = threading.Lock(), threading.Lock()


class ClassCheck:
    """Hand-ins that are being checked, or were.

    Attributes:
        total: how many there are.
        aside: the names of files that are none, as they can be shown.
        job: the check; its error says what kept it from the rest.
    """

    def __init__(self, brought: Brought, owner: Engine) -> None:
        """Begin; what was brought is let go of at the end."""
        self.total, self.aside = len(brought.found), tuple(map(shown, sorted(brought.aside)))
        self._done: list[Checked] = []
        self.job = Job("check hand-ins", partial(self._check, brought, owner))

    @property
    def hand_ins(self) -> list[Checked]:
        """Those that are done."""
        return [*self._done]

    @property
    def size(self) -> int:
        """How many things it keeps, itself one of them."""
        return 1 + len(self._done) + len(self.aside)

    def _check(
        self, brought: Brought, owner: Engine, on_progress: OnProgress, should_stop: ShouldStop
    ) -> None:
        def tell(doing: str, total: int = 0) -> None:
            on_progress(Progress(doing, len(self._done), total))
            if should_stop():
                raise Cancelled("Stopped. What is done is kept.")

        try:
            with (
                _in_turn(lambda: tell("Another class is checked first")),
                owner.networks.trials(should_stop) as trials,
            ):
                tell("Waiting for the training engine")
                trials.wait_for_worker()
                checker = Checker(on_progress, should_stop, trials)
                for one in brought.found:
                    tell("Checking", self.total)
                    self._done.append(checker.check(one))
        finally:
            brought.close()


@contextmanager
def _in_turn(while_waiting: Callable[[], None]) -> Iterator[None]:
    while not _turn.acquire(timeout=_LOOK_SECONDS):
        while_waiting()
    try:
        yield
    finally:
        _turn.release()


@only_one("Looking for what is under way …")
def _checks() -> dict[str, ClassCheck]:
    return {}


def own_check() -> ClassCheck | None:
    """The check that this browser has begun last."""
    return _checks().get(this_browser())


def begin_check(brought: Brought) -> None:
    """Begin a check in the place of the last one, unless that is under way."""
    mine, owner, checks = this_browser(), engine(), _checks()
    with _changing:
        if mine in checks and checks[mine].job.running:
            brought.close()
            return
        checks.pop(mine, None)  # the newest stands last
        checks[mine] = ClassCheck(brought, owner)
        _make_room(checks)


def _make_room(checks: dict[str, ClassCheck]) -> None:
    """Forget those begun first, of those that have ended, where all together keep too much.

    Their size counts, not their number: where everybody tries the page, each has a small one.
    """
    ended = {browser: check for browser, check in checks.items() if not check.job.running}
    kept = sum(check.size for check in ended.values())
    for browser, check in ended.items():
        if kept <= _KEPT:
            return
        kept -= check.size
        del checks[browser]


def forget_check() -> None:
    """Keep nothing more of the check that this browser began, which has ended."""
    with _changing:
        _checks().pop(this_browser(), None)
