"""From the click on *Train* to 0.70 validation accuracy on ESC-10's official folds.

Ours is what the app does by default: decibels, standardised. The lab's settings are the same
network on the power itself. Both go through the engine to the same warm worker, as the app's runs
do, and the clock is the run's own: from the event that it was queued to the event that brought the
epoch, each stamped when it was written into the run's folder.
"""

from __future__ import annotations

import os
import time
from typing import Any

from benchmarks.report import markdown_table
from benchmarks.sounds import home_with
from benchmarks.spread import seconds
from esc10.engine.cluster import Cluster
from esc10.engine.queue import Engine
from esc10.features.mel import KINDS
from esc10.runs.run import UNFINISHED, Run
from esc10.training.config import TrainConfig
from esc10.training.networks import MODELS
from esc10.training.plan import plan_run

TARGET = 0.70
EPOCHS = 100
OUR_SEEDS = (1, 2)
LAB_SEED = 1
LOG_MEL, LAB_POWER = KINDS

_WARM_SECONDS = 300
_RUN_SECONDS = 1800
_POLL_SECONDS = 0.05

Results = dict[str, Any]


def measure(networks: tuple[str, ...] = tuple(MODELS), epochs: int = EPOCHS) -> Results:
    """Seconds and epochs to the target for every network.

    Args:
        networks: keys of `esc10.training.networks.MODELS`.
        epochs: after which a run has failed to reach the target.

    Raises:
        RuntimeError: `ESC10_ARCHIVE` is not set, no worker came up, or a run failed.
    """
    if not os.environ.get("ESC10_ARCHIVE"):
        raise RuntimeError(
            "Accuracy on the practice sounds says nothing about real ones: set ESC10_ARCHIVE to "
            "the official ESC-10 archive."
        )
    with home_with("esc10"):
        engine = Engine(Cluster())
        try:
            if not engine.wait_until_warm(_WARM_SECONDS):
                raise RuntimeError(f"no worker was warm within {_WARM_SECONDS} s")
            results = {network: _result(engine, network, epochs) for network in networks}
        finally:
            engine.close()
    return {"target": TARGET, "epochs_limit": epochs, "seeds": OUR_SEEDS, "networks": results}


def _result(engine: Engine, network: str, epochs: int) -> Results:
    def attempt(features: str, seed: int) -> Results:
        return _attempt(
            engine, TrainConfig("esc10", network, features=features, epochs=epochs, seed=seed)
        )

    attempts = [attempt(LOG_MEL, seed) for seed in OUR_SEEDS]
    ours = {f"ours_{name}": [one[name] for one in attempts] for name in attempts[0]}
    lab = {f"lab_{name}": value for name, value in attempt(LAB_POWER, LAB_SEED).items()}
    return {**ours, **lab}


def _attempt(engine: Engine, config: TrainConfig) -> Results:
    """One run, stopped as soon as it has reached the target."""
    run = engine.submit(plan_run(config))
    deadline = time.monotonic() + _RUN_SECONDS
    while reached(run.events())["s"] is None and run.state in UNFINISHED:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{run.run_id} was not done after {_RUN_SECONDS} s")
        time.sleep(_POLL_SECONDS)
    engine.stop(run.run_id)
    if not engine.wait_until_idle(_RUN_SECONDS):
        raise RuntimeError(f"{run.run_id} did not stop")
    _refuse_failure(run)
    return reached(run.events())


def _refuse_failure(run: Run) -> None:
    outcome = run.outcome
    if outcome is None or not outcome.best:
        raise RuntimeError(f"{run.run_id} failed: {outcome.reason if outcome else 'no outcome'}")


def reached(events: list[dict[str, Any]]) -> Results:
    """When a run came to the target.

    Args:
        events: the run's, in their order; `at` is in seconds.

    Returns:
        `s`, the seconds from the first event to the epoch that reached it, and `epochs`, that
        epoch, both None where none did; `first_epoch_s`, the seconds to the first epoch, and
        `best_val_accuracy` up to the epoch that reached the target, or of all.
    """
    rows = [event for event in events if event["kind"] == "epoch"]
    place = next((i for i, row in enumerate(rows) if row["val_accuracy"] >= TARGET), None)
    counted = rows if place is None else rows[: place + 1]
    return {
        "s": None if place is None else rows[place]["at"] - events[0]["at"],
        "epochs": None if place is None else rows[place]["epoch"],
        "first_epoch_s": rows[0]["at"] - events[0]["at"] if rows else None,
        "best_val_accuracy": max((row["val_accuracy"] for row in counted), default=None),
    }


def table(results: Results) -> str:
    """Seconds and epochs of every attempt; where the target was not reached, the best accuracy."""
    limit = results["epochs_limit"]
    rows = []
    for network, result in results["networks"].items():
        names = ("s", "epochs", "best_val_accuracy")
        ours = zip(*(result[f"ours_{name}"] for name in names), strict=True)
        lab = [result[f"lab_{name}"] for name in names]
        cells = [_cell(taken, epoch, best, limit) for taken, epoch, best in (*ours, lab)]
        rows.append([network, seconds(min(result["ours_first_epoch_s"])), *cells])
    seeds = [f"ours, seed {seed}" for seed in results["seeds"]]
    head = ["network", "ours, first epoch", *seeds, "the lab's settings"]
    return markdown_table(head, rows)


def _cell(taken: float | None, epoch: int | None, best: float, limit: int) -> str:
    if taken is None:
        return f"not in {limit} epochs; best {best:.2f}"
    return f"**{taken:.1f} s**, {epoch} epochs"
