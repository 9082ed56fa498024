"""How good a network gets on ESC-10: every fold tested once, for some seeds.

It is `python -m esc10 crossval` in the data folder that `ESC10_HOME` names, so it goes on where an
earlier try ended. Each run is judged as it was after its last epoch, and nothing is chosen on a
test fold: three folds train, one validates, one tests.
"""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.report import markdown_table, rows_of
from benchmarks.sounds import best_dataset
from esc10.cli.crossval import finished_runs
from esc10.cli.train import settings_of
from esc10.datasets import fetch, is_whole
from esc10.errors import Esc10Error
from esc10.evaluation.cross_validation import judge_runs
from esc10.evaluation.intervals import percent
from esc10.runs.cross_validation import cross_validation_of

FIRST_SEED = 1
NO_RECIPE = "none, as in the lab"
HEAD = ["network, recipe", "parameters", "epochs", "seeds", "mean", "by seed", "by run"]
HEAD += ["95 % interval over clips", "minutes a fold"]

Results = dict[str, Any]


def measure(model: str, recipe: str | None, seeds: int) -> Results:
    """The five-fold accuracy of a network.

    Args:
        model: a key of `esc10.training.networks.MODELS`.
        recipe: a key of `esc10.training.recipes.RECIPES`; None for the lab's own training.
        seeds: how many.

    Raises:
        RuntimeError: ESC-10 is not here and `ESC10_ARCHIVE` names none, or the disk refused.
    """
    try:
        if not is_whole("esc10"):
            if best_dataset() != "esc10":
                raise RuntimeError("ESC10_ARCHIVE must name the official ESC-10 archive.")
            fetch("esc10", Path(os.environ["ESC10_ARCHIVE"]))
        options = Namespace(
            dataset="esc10", model=model, recipe=recipe, without=[], seed=FIRST_SEED
        )
        asked = cross_validation_of(settings_of(options), seeds)
        runs = finished_runs(asked)
        verdict = judge_runs(runs)
    except Esc10Error as cause:
        raise RuntimeError(str(cause)) from cause
    means = [*verdict.seed_means.values()]
    outcome = runs[0].outcome
    seconds = [sum(row.seconds for row in run.history()) for run in runs]
    return {
        "model": model,
        "recipe": recipe,
        "parameters": outcome.parameters if outcome else None,
        "epochs": asked.settings.epochs,
        "seeds": seeds,
        "mean": verdict.mean,
        "seed_means": means,
        "deviation_of_seeds": float(np.std(means, ddof=1)) if seeds > 1 else None,
        "deviation_of_runs": verdict.deviation,
        "interval": list(verdict.interval),
        "minutes_a_fold": median(seconds) / 60,
        "folds": {
            f"seed {fold.seed}, fold {fold.fold}": fold.test.accuracy for fold in verdict.folds
        },
    }


def table(results: Results) -> str:
    """The rows measured before, and this one in the place of its like."""
    name = f"`{results['model']}`, {results['recipe'] or NO_RECIPE}"
    low, high = results["interval"]
    of_seeds = results["deviation_of_seeds"]
    row = [
        name,
        f"{results['parameters']:,}",
        f"{results['epochs']}",
        f"{results['seeds']}",
        f"**{100 * results['mean']:.1f} %**",
        "–" if of_seeds is None else f"± {100 * of_seeds:.1f}",
        f"± {100 * results['deviation_of_runs']:.1f}",
        f"{percent(low)} to {percent(high)} %",
        f"{results['minutes_a_fold']:.1f}",
    ]
    before = [cells for cells in rows_of("accuracy") if cells[0] != name]
    return markdown_table(HEAD, [*before, row])
