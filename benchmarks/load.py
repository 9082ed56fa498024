"""What it costs that people watch a run: the server's processor time, delays, slower training.

A time-distributed network trains all the while, and in turn other numbers of clients watch it. That
they do what browsers do is shown first, by a browser and a client beside each other.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page

from benchmarks.app_server import App, cpu_seconds
from benchmarks.browser import tab
from benchmarks.crowd import Traffic, Watchers
from benchmarks.journeys import EMPTY_TRAIN, epoch_times, start_long_training, stop_training
from benchmarks.spread import spread
from benchmarks.watchers import Log
from esc10.runs.run import Run

TURNS = (0, 1, 10, 30, 30, 1, 10, 0)
"""How many watch, window by window; each early and late, as the curves grow longer meanwhile. Ten
do not come right after thirty: the app would go on drawing for them as seldom as for a crowd."""

WINDOW_SECONDS, CHECK_SECONDS = 20.0, 10.0
GRACE_SECONDS = 3.0
"""After a window, so that its last epochs can still arrive."""

Results = dict[str, Any]


@dataclass(frozen=True)
class Window:
    """A stretch of time in which so many watched.

    Attributes:
        watchers: how many.
        began: in seconds since 1970.
        ended: likewise.
        cores: for `server`, `worker` and `watchers` how many each kept busy on average.
        logs: what the watchers have seen.
    """

    watchers: int
    began: float
    ended: float
    cores: dict[str, float]
    logs: list[Log]

    @property
    def seconds(self) -> float:
        """How long it was."""
        return self.ended - self.began

    @property
    def ticks(self) -> int:
        """How many runs of a fragment were answered."""
        return sum(self.began <= at <= self.ended for log in self.logs for at, *_ in log["ticks"])

    def drawn(self, run: Run) -> int:
        """How many epochs the chart had in the end."""
        return sum(at <= self.ended for at in epoch_times(run).values())

    def epochs(self, run: Run) -> list[float]:
        """The seconds of the run's epochs that began and ended within."""
        times = epoch_times(run)
        return [
            row.seconds
            for row in run.history()
            if self.began <= times[row.epoch] - row.seconds and times[row.epoch] <= self.ended
        ]

    def delays(self, run: Run) -> list[float | None]:
        """Seconds from each epoch's line to each watcher's having it; None where it never came."""
        ends = {
            epoch: at for epoch, at in epoch_times(run).items() if self.began <= at <= self.ended
        }
        return [
            next((seen - at for seen, last in log["epochs"] if last >= epoch), None)
            for log in self.logs
            for epoch, at in ends.items()
        ]


def watched_training(browser: Browser, app: App) -> Results:
    """Train and let others watch; the worker must be warm, and no run on the board.

    Returns:
        `check`: ticks a second, messages and bytes of a tick, of a browser and of a client.
        `watchers`: for each number of them what `_summary` says.
    """
    with tab(browser, app) as opened:
        traffic = Traffic(opened.page)
        opened.open("train", EMPTY_TRAIN)
        run = start_long_training(opened)
        traffic.wait_for_tick()
        check = _check(opened.page, traffic, app)
    windows = [_window(app, count, traffic) for count in TURNS]
    with tab(browser, app) as opened:
        opened.open("train", EMPTY_TRAIN)
        stop_training(opened)
    by_count = {
        count: [window for window in windows if window.watchers == count]
        for count in sorted(set(TURNS))
    }
    return {
        "check": check,
        "watchers": {str(count): _summary(of, by_count[0], run) for count, of in by_count.items()},
    }


def _check(page: Page, traffic: Traffic, app: App) -> Results:
    """A browser's tab and one client at the same time: what a tick is to each."""
    with Watchers(app.url, 1, traffic.opening, traffic.tick) as watchers:
        page.wait_for_timeout(0)  # what has arrived meanwhile is handed over
        begin, began = len(traffic.ticks), time.time()
        page.wait_for_timeout(1000 * CHECK_SECONDS)
        heard, ended = traffic.ticks[begin:], time.time()
        ticks = [
            (messages, size)
            for at, messages, size in watchers.logs()[0]["ticks"]
            if began <= at <= ended
        ]
    return {
        name: {
            "ticks_per_s": len(of) / (ended - began),
            "messages_per_tick": float(np.median([messages for messages, _ in of])),
            "bytes_per_tick": float(np.median([size for _, size in of])),
        }
        for name, of in {"browser": heard, "client": ticks}.items()
    }


def _window(app: App, count: int, traffic: Traffic) -> Window:
    """Let some clients watch for `WINDOW_SECONDS`, all of them from before it to after it."""
    with ExitStack() as stack:
        processes = {"server": app.process, "worker": app.worker}
        watchers = None
        if count:
            watchers = stack.enter_context(Watchers(app.url, count, traffic.opening, traffic.tick))
            processes["watchers"] = watchers.process
        before = {name: cpu_seconds(process) for name, process in processes.items()}
        began = time.time()
        time.sleep(WINDOW_SECONDS)
        ended = time.time()
        cores = {
            name: (cpu_seconds(process) - before[name]) / (ended - began)
            for name, process in processes.items()
        }
        if watchers is None:
            return Window(count, began, ended, cores, [])
        time.sleep(GRACE_SECONDS)
        return Window(count, began, ended, cores, watchers.logs())


def _summary(of: list[Window], unwatched: list[Window], run: Run) -> Results:
    """Windows in which equally many watched.

    Args:
        of: the windows.
        unwatched: those in which nobody watched.
        run: that trained.
    """
    epochs, undisturbed = (
        spread([seconds for window in windows for seconds in window.epochs(run)])
        for windows in (of, unwatched)
    )
    found = {
        "epoch_s": epochs,
        "slowdown": epochs["median"] / undisturbed["median"],
        "epochs_drawn": [window.drawn(run) for window in of],
        "cores": {name: _cores(name, of) for name in of[0].cores},
    }
    return found if of is unwatched else found | _ticks(of, unwatched, run)


def _ticks(of: list[Window], unwatched: list[Window], run: Run) -> Results:
    """What the ticks of some windows cost the server, and how late the epochs came."""
    rate = float(np.mean([window.ticks / window.seconds for window in of]))
    delays = [delay for window in of for delay in window.delays(run)]
    arrived = [delay for delay in delays if delay is not None]
    more = _cores("server", of) - _cores("server", unwatched)
    return {
        "server_cpu_ms_per_tick": spread(
            [1000 * window.cores["server"] * window.seconds / window.ticks for window in of]
        ),
        "server_cpu_ms_per_tick_above_unwatched": 1000 * more / rate,
        "ticks_per_s_per_watcher": spread(
            [window.ticks / window.seconds / window.watchers for window in of]
        ),
        "delay_s": {**spread(arrived), "percentile_95": float(np.percentile(arrived, 95))},
        "epochs_that_never_came": len(delays) - len(arrived),
    }


def _cores(name: str, windows: list[Window]) -> float:
    return float(np.mean([window.cores[name] for window in windows]))
