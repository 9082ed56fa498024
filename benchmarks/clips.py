"""From a click on a number of the confusion matrix to the players of the clips behind it.

For each network a run of a few epochs is judged, and random cells with clips in them are clicked,
on both matrices.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from benchmarks import journeys
from benchmarks.app_server import App, running_app
from benchmarks.browser import Tab, Wanted, chromium, tab
from benchmarks.report import markdown_table
from benchmarks.sounds import best_dataset, home_with
from benchmarks.spread import seconds, spread
from esc10.datasets import load_dataset
from esc10.datasets.clips import class_label
from esc10.evaluation.metrics import Evaluation, evaluate
from esc10.features.mel import MelConfig, feature_set
from esc10.runs.store import list_runs
from esc10.training.networks import MODELS

EPOCHS, CLICKS = 5, 40

Results = dict[str, Any]
Cell = tuple[str, str, str]
"""A part, a class in truth, and what it was taken for."""


def measure() -> Results:
    """The seconds of each click, network by network."""
    sounds = best_dataset()
    with home_with(sounds) as home, chromium() as browser:
        # Else the first click on Train would wait for the spectrograms.
        feature_set(load_dataset(sounds), MelConfig())
        with running_app(Path(home)) as app:
            clicks = {network: spread(_clicks(browser, app, network)) for network in MODELS}
    return {"dataset": sounds, "clicks_s": clicks}


def _clicks(browser: Browser, app: App, network: str) -> list[float]:
    """Train a network for a moment, then click on its numbers."""
    with tab(browser, app) as opened:
        opened.open("", journeys.FRONT_DOOR)
        journeys.warm_up(opened)
        opened.open("train", journeys.EMPTY_TRAIN)
        journeys.choose_training(opened, network, EPOCHS)
        journeys.click_train(opened)
        journeys.wait_for_end()
    judged = evaluate(list_runs()[0][0], "val_accuracy")
    with tab(browser, app) as opened:
        opened.open("evaluate", journeys.PAGES["Evaluate"])
        first, *others = _random_cells(judged)
        opened.page.locator(_selector(first)).click()  # until then, all mistakes are listed
        opened.settle()
        return [_click(opened, judged, cell) for cell in others]


def _random_cells(judged: Evaluation) -> list[Cell]:
    """Cells with clips in them, no two in a row the same; the first one is right answers."""
    cells = [
        (part, true, predicted)
        for part, verdict in judged.parts.items()
        for true in judged.classes
        for predicted in judged.classes
        if verdict.cells(true, predicted)
    ]
    rng = random.Random(1)
    chosen = [next(cell for cell in cells if cell[1] == cell[2])]
    while len(chosen) <= CLICKS:
        chosen.append(rng.choice([cell for cell in cells if cell != chosen[-1]]))
    return chosen


def _selector(cell: Cell) -> str:
    part, true, predicted = cell
    label = f"taken for: {class_label(predicted)}; in truth: {class_label(true)};"
    return f'.st-key-matrix-{part} .mark-rect.layer_0_marks path[aria-label^="{label}"]'


def _click(opened: Tab, judged: Evaluation, cell: Cell) -> float:
    """The seconds from the click until every clip of the cell has its player."""
    part, true, predicted = cell
    names = [clip.filename for clip in judged.parts[part].cells(true, predicted)]
    wanted: Wanted = {f".st-key-clip-{part}-{name.replace('.', '-')} audio": 1 for name in names}
    taken = opened.time(opened.page.locator(_selector(cell)).click, wanted, script_ended=False)
    opened.settle()
    return taken


def table(results: Results) -> str:
    """A row for each network."""
    rows = [[network, seconds(taken)] for network, taken in results["clicks_s"].items()]
    return markdown_table([f"network, {results['dataset']}", "click to clips"], rows)
