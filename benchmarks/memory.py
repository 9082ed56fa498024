"""How much memory a process and those it started hold, and the most they held since one last asked.

Memory is what is resident. That counts pages of libraries in each process that shares them, and
those of files that are mapped, which the system may take back: rather too much than too little.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import psutil

_SAMPLE_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Held:
    """Resident memory, in bytes.

    Attributes:
        server: of the process itself.
        worker: of the largest of the processes it started; 0 where there is none.
        together: of all of them.
    """

    server: int
    worker: int
    together: int

    def __or__(self, other: Held) -> Held:
        """The larger of each."""
        return Held(
            max(self.server, other.server),
            max(self.worker, other.worker),
            max(self.together, other.together),
        )


class Watch:
    """A thread that looks at a process, and at those it has started when the watch begins."""

    def __init__(self, pid: int) -> None:
        """Begin to watch.

        Args:
            pid: the process.
        """
        self._process = psutil.Process(pid)
        self._started = self._process.children(recursive=True)
        self._lock = threading.Lock()
        self._most = self.now()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._look, name="memory", daemon=True)
        self._thread.start()

    def now(self) -> Held:
        """What they hold at this moment; a process that has ended holds nothing."""
        server, *others = (_resident(process) for process in (self._process, *self._started))
        return Held(server, max(others, default=0), server + sum(others))

    def lap(self) -> Held:
        """The most that was held since the last lap, or since the beginning."""
        with self._lock:
            most = self._most | self.now()
            self._most = self.now()
        return most

    def close(self) -> None:
        """Watch no more."""
        self._closing.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._closing.wait(_SAMPLE_SECONDS):
            with self._lock:
                self._most |= self.now()


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
