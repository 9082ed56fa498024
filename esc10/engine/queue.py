"""Training for the pages: a queue of runs, trained one after the other in a worker process.

The engine belongs to the server, not to a browser session: it goes on while people change pages,
refresh, or close their laptops. It is the only writer of run folders here; the worker sends rows
and bytes.

Threads: `_dispatch` runs in a thread of the engine's own and starts runs; events are written down
in the Dask client's event loop, a line each; `_on_end` runs in the client's callback pool. What
they share is guarded by `_changed`. Questions are answered in the thread that asks them, and share
nothing with these.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from dataclasses import dataclass

from esc10.engine.cluster import NOTHING, Capacity, Cluster
from esc10.engine.remote import Networks
from esc10.engine.sent_run import SentRun, ask_to_stop
from esc10.errors import Esc10Error, RunError, was_gone
from esc10.runs.outcome import Outcome
from esc10.runs.run import Run
from esc10.runs.writing import beat, close_interrupted, create_run, end_run
from esc10.training.plan import RunConfig

CLOSED = "the program was closed"
_LOOK_SECONDS, _RESTING_LOOK_SECONDS = 0.5, 2.0
_SWEEP_SECONDS = 10

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """What a page says about the engine.

    Attributes:
        capacity: what the cluster can do.
        queue: the waiting runs' names, the next one first.
        active: the names of runs in a worker's hands.
        trouble: a sentence if runs wait for what somebody has to do: make room on the disk, start
            a worker or a scheduler, or the app again.
    """

    capacity: Capacity
    queue: tuple[str, ...]
    active: tuple[str, ...]
    trouble: str | None = None


class Engine:
    """A queue in front of a Dask cluster.

    Attributes:
        networks: trained networks there, which can be asked.
    """

    def __init__(self, cluster: Cluster) -> None:
        """Close what an earlier server left, and train on `cluster`, which is closed with this."""
        self._cluster = cluster
        self.networks = Networks(cluster)
        self._queue: list[Run] = []
        self._active: dict[str, SentRun] = {}
        self._starting: str | None = None
        self._unwritten: dict[str, tuple[Run, Outcome, str]] = {}
        self._changed = threading.Condition()
        self._closing = False
        close_interrupted()
        self._swept = time.monotonic()
        self._seen = self._look()
        atexit.register(self.close)
        self._dispatcher = threading.Thread(target=self._dispatch, name="dispatcher", daemon=True)
        self._dispatcher.start()

    def submit(self, config: RunConfig) -> Run:
        """Put a new run at the end of the queue.

        Raises:
            RunError: its folder cannot be written.
        """
        run = create_run(config)
        self._cluster.hurry()
        with self._changed:
            self._queue.append(run)
            self._changed.notify_all()
        return run

    def stop(self, run_id: str) -> None:
        """Take a run out of the queue, or ask the worker to stop and keep its best weights.

        Raises:
            RunError: the scheduler cannot be reached.
        """
        with self._changed:
            waiting = [run for run in self._queue if run.run_id == run_id]
            self._queue = [run for run in self._queue if run.run_id != run_id]
        for run in waiting:
            self._end(run, Outcome("cancelled", "it was taken out of the queue", {}))
        if not waiting:
            ask_to_stop(self._cluster, run_id)

    def status(self) -> EngineStatus:
        """Where things stand, as of half a second ago; of two while all rests."""
        with self._changed:
            active = [*self._active]
            if self._starting is not None:
                active.append(self._starting)
            refusals = [refusal for *_, refusal in self._unwritten.values()]
            return EngineStatus(
                self._seen,
                tuple(run.run_id for run in self._queue),
                tuple(active),
                refusals[0] if refusals else self._cluster.trouble(self._seen),
            )

    def wait_until_idle(self, timeout: float) -> bool:
        """Wait until no run is waiting or training; False if `timeout` seconds pass before."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not (self._queue or self._active or self._starting), timeout
            )

    def wait_until_warm(self, timeout: float) -> bool:
        """Wait until a worker has all networks traced; False if `timeout` seconds pass before."""
        self._cluster.hurry()
        with self._changed:
            return self._changed.wait_for(lambda: self._seen.warm > 0, timeout)

    def close(self) -> None:
        """Stop looking for work and close the cluster; a run under way becomes interrupted."""
        atexit.unregister(self.close)
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._dispatcher.join()
        with self._changed:
            unfinished = [active.run for active in self._active.values()] + self._queue
        for run in unfinished:
            self._end(run, Outcome("interrupted", CLOSED, {}))
        self._cluster.close()

    def _dispatch(self) -> None:
        while True:
            seen = self._look()
            with self._changed:
                if self._closing:
                    return
                if seen != self._seen:
                    self._seen = seen
                    self._changed.notify_all()
                if not self._queue or len(self._active) >= seen.trainers:
                    resting = seen.warm and not (self._queue or self._active)
                    self._changed.wait(_RESTING_LOOK_SECONDS if resting else _LOOK_SECONDS)
                    continue
                run = self._queue.pop(0)
                self._starting = run.run_id
            try:
                self._start(run)
            except TimeoutError:
                # The worker died a moment ago: the run has not begun, and keeps its place.
                with self._changed:
                    self._queue.insert(0, run)
            except Exception as error:
                _log.exception("run %s could not be started", run.run_id)
                with self._changed:
                    self._active.pop(run.run_id, None)
                self._end(run, Outcome("failed", str(error), {}))
            finally:
                with self._changed:
                    self._starting = None
                    self._changed.notify_all()

    def _look(self) -> Capacity:
        """What the cluster can do; now and then a heartbeat, and what others left behind.

        Nothing is raised: without this thread every run would wait for ever, and nobody hear why.
        """
        if time.monotonic() - self._swept > _SWEEP_SECONDS:
            self._swept = time.monotonic()
            try:
                self._sweep()
            except Exception:
                _log.exception("the runs cannot be looked through")
        try:
            self._cluster.revive()
            return self._cluster.capacity()
        except Exception:
            _log.exception("the cluster cannot be seen")
            return NOTHING

    def _sweep(self) -> None:
        with self._changed:
            unwritten = [*self._unwritten.values()]
            mine = [*self._queue, *(active.run for active in self._active.values())]
            mine += [run for run, *_ in unwritten]
        for run in mine:
            beat(run)
        for run, outcome, _ in unwritten:
            self._end(run, outcome)
        close_interrupted(except_for=[run.run_id for run in mine])

    def _start(self, run: Run) -> None:
        def stop() -> None:
            # In a thread of its own: the event loop carries the answer that `stop` waits for.
            threading.Thread(target=self.stop, args=(run.run_id,), daemon=True).start()

        sent = SentRun(self._cluster, run, on_unwritable=stop)
        with self._changed:
            self._active[run.run_id] = sent
        sent.when_ended(lambda: self._on_end(run.run_id))

    def _on_end(self, run_id: str) -> None:
        active = self._active[run_id]
        try:
            active.store()
        except Esc10Error as error:
            # A worker that is gone because this program is closing was not killed by anybody.
            state, reason = ("interrupted", CLOSED) if self._closing else ("failed", str(error))
            self._end(active.run, Outcome(state, reason, {}))
        except Exception as error:
            _log.exception("run %s could not be stored", run_id)
            self._end(active.run, Outcome("failed", f"{type(error).__name__}: {error}", {}))
        finally:
            # First, for whatever is raised after it: a run that stays here is waited for for ever.
            with self._changed:
                del self._active[run_id]
                self._changed.notify_all()
            active.let_go()

    def _end(self, run: Run, outcome: Outcome) -> None:
        """Write down how a run ended; what a full disk refuses, `_sweep` brings here again."""
        refusal = None
        try:
            end_run(run, outcome)
        except RunError as error:
            if run.run_id not in self._unwritten:
                _log.exception("run %s could not be closed", run.run_id)
            cause = error.__cause__
            if isinstance(cause, OSError) and not was_gone(cause):  # else it was deleted by hand
                refusal = str(error)
        with self._changed:
            self._unwritten.pop(run.run_id, None)
            if refusal:
                self._unwritten[run.run_id] = run, outcome, refusal
