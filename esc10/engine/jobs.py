"""Long operations of the server: fetching a dataset, computing spectrograms.

A job runs in a thread of its own and belongs to the server, so it goes on while people change
pages; any page can show it and any person can cancel it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from esc10.errors import Cancelled, Esc10Error
from esc10.progress import OnProgress, Progress, ShouldStop

Work = Callable[[OnProgress, ShouldStop], object]

_ENDED_KEPT = 100

_log = logging.getLogger(__name__)


class Job:
    """An operation under way, or ended.

    Attributes:
        progress: the latest, None before the first.
        error: the sentence to show if it failed.
        cancelled: whether it ended because somebody wished it.
        result: what the work gave; None before, and where it failed.
    """

    def __init__(self, name: str, work: Work) -> None:
        """Start `work` in a thread; it is called with how to report and how to hear a stop."""
        self.progress: Progress | None = None
        self.error: str | None = None
        self.cancelled = False
        self.result: object = None
        self._stop = threading.Event()
        self._began = time.monotonic()
        self._thread = threading.Thread(target=self._run, args=(work,), name=name, daemon=True)
        self._thread.start()

    def _run(self, work: Work) -> None:
        try:
            self.result = work(self._report, self._stop.is_set)
        except Cancelled:
            self.cancelled = True
        except Esc10Error as error:
            self.error = str(error)
        except Exception as error:
            _log.exception("job %s failed", self._thread.name)
            self.error = f"Something unforeseen went wrong ({type(error).__name__}: {error})."

    def _report(self, progress: Progress) -> None:
        if self.progress is None or self.progress.doing != progress.doing:
            self._began = time.monotonic()
        self.progress = progress

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._thread.is_alive()

    @property
    def seconds_left(self) -> float | None:
        """An estimate from the pace so far; None before there is one."""
        fraction = self.progress.fraction if self.progress else 0.0
        if not 0.02 < fraction < 1:
            return None
        return (time.monotonic() - self._began) * (1 - fraction) / fraction

    def cancel(self) -> None:
        """Ask it to stop; what it has finished is kept."""
        self._stop.set()

    def wait(self, timeout: float | None = None) -> None:
        """Wait until it has ended, or `timeout` seconds have passed."""
        self._thread.join(timeout)


class JobBoard:
    """The server's jobs by name; one name runs once at a time."""

    def __init__(self) -> None:
        """An empty board."""
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()

    def start(self, name: str, work: Work) -> Job:
        """Start a job, or give back the running one of that name."""
        with self._lock:
            job = self._jobs.get(name)
            if job is None or not job.running:
                job = self._jobs[name] = Job(name, work)
                self._forget_oldest()
            return job

    def _forget_oldest(self) -> None:
        """Those that ended and that nobody has come back to."""
        ended = [name for name, job in self._jobs.items() if not job.running]
        for name in ended[:-_ENDED_KEPT]:
            del self._jobs[name]

    def get(self, name: str) -> Job | None:
        """The latest job of that name."""
        return self._jobs.get(name)

    def named(self, prefix: str) -> dict[str, Job]:
        """The jobs whose names begin so, oldest first."""
        with self._lock:
            return {name: job for name, job in self._jobs.items() if name.startswith(prefix)}

    def clear(self, name: str) -> None:
        """Forget a job that has ended, once its error has been read."""
        with self._lock:
            job = self._jobs.get(name)
            if job is not None and not job.running:
                del self._jobs[name]
