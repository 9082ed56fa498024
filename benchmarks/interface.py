"""What a person waits for in the app: in a Chromium, on practice sounds, with others watching.

    pages     from a click in the navigation until the page is drawn, just after start and later
    training  from a click on Train to the first point, and from an epoch's end to its point
    verdicts  from the choice of a file to what the network says of it
    watchers  the server's processor time a tick, and what it does to the training

How long a page takes is measured inside of it (`browser`); `journeys` has what is clicked, `load`
the watchers.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser

from benchmarks import journeys, load
from benchmarks.app_server import running_app
from benchmarks.browser import Tab, chromium, tab
from benchmarks.report import markdown_table
from benchmarks.sounds import home_with
from benchmarks.spread import Spread, seconds, spread
from esc10.datasets import load_dataset
from esc10.features.cache import feature_set
from esc10.features.mel import MelConfig
from esc10.runs.store import runs_folder
from esc10.training.networks import LAB_MODELS

SOUNDS = "practice"
COLD_SERVERS = 2
LATER_ROUNDS, TRAIN_ROUNDS = 5, 3
EPOCHS_OF_A_CLICK, EPOCHS_TO_DRAW = 1, 20
CLIPS = 6

_PAGE_WORDS = {"Start": "page Start; the first time by its address"}
_DELAYS = ("median", "percentile_95", "high")
_FIGURES = (
    "server_cpu_ms_per_tick",
    "server_cpu_ms_per_tick_above_unwatched",
    "delay_s",
    "ticks_per_s_per_watcher",
)
_PROCESSES = ("worker", "server", "watchers")

Results = dict[str, Any]


def measure() -> Results:
    """Every wait in seconds, and what watchers cost."""
    with home_with(SOUNDS) as home, chromium() as browser:
        # Else the first click on Train would wait for the spectrograms.
        feature_set(load_dataset(SOUNDS), MelConfig())
        page, point = zip(*(_cold_click(home, browser) for _ in range(COLD_SERVERS)), strict=True)
        firsts = [_first_visits(home, browser) for _ in range(COLD_SERVERS - 1)]
        with running_app(home) as app:
            with tab(browser, app) as opened:
                firsts.append(_visit_all_first(opened))
                journeys.warm_up(opened)
                later = _later_visits(opened)
                clicks = _warm_clicks(opened)
                journeys.come_to_train(opened)
                points = journeys.points_of_training(opened, EPOCHS_TO_DRAW)
                verdicts = _verdicts(opened, home)
            shutil.rmtree(runs_folder())
            watching = load.watched_training(browser, app)
    return {
        "dataset": SOUNDS,
        "pages": {"first_s": _spreads(firsts), "later_s": _spreads(later)},
        "training": {
            "cold_page_s": spread(page),
            "cold_first_point_s": spread(point),
            "warm_first_point_s": {network: spread(taken) for network, taken in clicks.items()},
            "epoch_to_point_s": _with_percentile(points),
        },
        "verdicts": verdicts,
        **watching,
    }


def _cold_click(home: Path, browser: Browser) -> tuple[float, float]:
    """What `journeys.cold_click` gives, on a server of its own without any run."""
    shutil.rmtree(runs_folder(), ignore_errors=True)
    with running_app(home) as app:
        return journeys.cold_click(browser, app)


def _first_visits(home: Path, browser: Browser) -> dict[str, float]:
    with running_app(home) as app, tab(browser, app) as opened:
        return _visit_all_first(opened)


def _visit_all_first(opened: Tab) -> dict[str, float]:
    """The seconds of each page's first visit on a fresh server, the front door by its address."""
    front_door = opened.open("", journeys.FRONT_DOOR)
    others = [name for name in journeys.PAGES if name != "Start"]
    return {"Start": front_door} | {name: journeys.visit(opened, name) for name in others}


def _later_visits(opened: Tab) -> list[dict[str, float]]:
    return [
        {name: journeys.visit(opened, name) for name in journeys.PAGES} for _ in range(LATER_ROUNDS)
    ]


def _warm_clicks(opened: Tab) -> dict[str, list[float]]:
    """For each network the seconds from a click on Train to the first point, the worker warm."""
    taken: dict[str, list[float]] = {network: [] for network in LAB_MODELS}
    for _ in range(TRAIN_ROUNDS):
        for network, of_network in taken.items():
            journeys.come_to_train(opened)
            journeys.choose_training(opened, network, EPOCHS_OF_A_CLICK)
            of_network.append(journeys.click_train(opened))
            journeys.wait_for_end()
    return taken


def _verdicts(opened: Tab, home: Path) -> Results:
    """Uploads beside an idle worker, the first of all by itself, and beside one that trains."""
    clips = sorted((home / "datasets" / SOUNDS / "audio").glob("*.wav"))
    chosen = clips[:: len(clips) // CLIPS][:CLIPS]
    first, *others = journeys.verdicts(opened, chosen)
    journeys.come_to_train(opened)
    journeys.start_long_training(opened)
    beside = journeys.verdicts(opened, chosen)
    journeys.visit(opened, "Train")
    journeys.stop_training(opened)
    return {"first_s": first, "idle_s": spread(others), "training_s": spread(beside)}


def _spreads(rounds: list[dict[str, float]]) -> dict[str, Spread]:
    return {name: spread([taken[name] for taken in rounds]) for name in rounds[0]}


def _with_percentile(values: list[float]) -> Results:
    return {**spread(values), "percentile_95": float(np.percentile(values, 95))}


def table(results: Results) -> str:
    """The waits, then the watchers."""
    return f"{_waits(results)}\n\n{_watchers(results)}"


def _waits(results: Results) -> str:
    pages, training, verdicts = results["pages"], results["training"], results["verdicts"]
    rows = [
        [
            _PAGE_WORDS.get(name, f"page {name}"),
            seconds(pages["first_s"][name]),
            seconds(pages["later_s"][name]),
        ]
        for name in pages["first_s"]
    ]
    for network, warm in training["warm_first_point_s"].items():
        # A fresh server's Train page offers the first network.
        cold = training["cold_first_point_s"] if network == LAB_MODELS[0] else None
        rows.append([f"Train to first point, {network}", seconds(cold), seconds(warm)])
    rows += [
        ["epoch's end to its point", "–", seconds(training["epoch_to_point_s"])],
        ["upload to verdict", seconds(verdicts["first_s"]), seconds(verdicts["idle_s"])],
        ["upload to verdict while a run trains", "–", seconds(verdicts["training_s"])],
    ]
    return markdown_table(["wait", "the first on a fresh server", "later"], rows)


def _watchers(results: Results) -> str:
    rows = []
    for count, found in results["watchers"].items():
        tick, more, delay, rate = (found.get(key) for key in _FIGURES)
        cores = found["cores"]
        rows.append(
            [
                count,
                f"{tick['median']:.1f} ms" if tick else "–",
                f"{more:.1f} ms" if more is not None else "–",
                f"{rate['median']:.2f}" if rate else "–",
                *(seconds(delay[key] if delay else None) for key in _DELAYS),
                f"{found['epoch_s']['median']:.3g} s",
                f"**{found['slowdown']:.2f}**",
                " + ".join(f"{cores.get(name, 0):.2f}" for name in _PROCESSES),
            ]
        )
    head = ["watchers", "server's CPU a tick", "of it more than unwatched", "ticks a second, each"]
    head += ["delay of an epoch, median", "95 %", "longest", "an epoch", "of unwatched"]
    return markdown_table([*head, f"cores: {' + '.join(_PROCESSES)}"], rows)
