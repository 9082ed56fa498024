"""How good a network gets on ESC-10: every fold tested once, for some seeds.

Each run is judged as it was after its last epoch, and nothing is chosen on a test fold. What is
finished stays in the data folder that `ESC10_HOME` names, so the same command goes on with a row.

Three folds train and one validates: that is `python -m esc10 crossval`. Where four folds train none
is left to validate, which only serves to compare with what is published: `benchmarks.four_folds`.
"""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks import four_folds
from benchmarks.report import markdown_table, rows_of
from benchmarks.sounds import best_dataset
from esc10.cli.crossval import finished_runs
from esc10.cli.train import settings_of
from esc10.datasets import fetch, is_whole
from esc10.errors import Esc10Error
from esc10.evaluation.cross_validation import CrossVerdict, judge_runs
from esc10.evaluation.intervals import percent, wilson_interval
from esc10.runs.cross_validation import CrossValidation, cross_validation_of
from esc10.runs.run import Run
from esc10.training.config import TrainConfig

FIRST_SEED = 1
NO_RECIPE = "none, as in the lab"
HEAD = ["network, recipe", "parameters", "epochs"]
FIGURES = ["by seed", "95 % interval", "minutes a fold"]
HEAD += ["three folds train", *FIGURES, "four folds train", *FIGURES]
COLUMNS = {3: slice(3, 7), 4: slice(7, 11)}
"""Where the figures stand, by how many folds train."""

Results = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tested:
    """One training, and what came of it.

    Attributes:
        seed: its seed.
        fold: the fold it was tested on.
        right: how many of its clips it is right about.
        clips: how many there are.
        seconds: what its epochs took.
    """

    seed: int
    fold: int
    right: int
    clips: int
    seconds: float


def measure(model: str, recipe: str | None = None, seeds: int = 3, folds: int = 3) -> Results:
    """The five-fold accuracy of a network.

    Args:
        model: a key of `esc10.training.networks.MODELS`.
        recipe: a key of `esc10.training.recipes.RECIPES`; None for the lab's own training.
        seeds: how many.
        folds: how many train, 3 or 4.

    Raises:
        RuntimeError: ESC-10 is not here and `ESC10_ARCHIVE` names none, or the disk refused.
    """
    try:
        settings = settings_for(model, recipe)
        if folds == 4:
            tested, parameters = _four_folds(settings, seeds)
        else:
            runs, verdict = judged(settings, seeds)
            tested, parameters = _three_folds(runs, verdict), _parameters(runs[0])
    except Esc10Error as cause:
        raise RuntimeError(str(cause)) from cause
    means = [
        float(np.mean([each.right / each.clips for each in tested if each.seed == seed]))
        for seed in sorted({each.seed for each in tested})
    ]
    clips = sum(each.clips for each in tested) // seeds
    mean = sum(each.right for each in tested) / sum(each.clips for each in tested)
    return {
        "model": model,
        "recipe": recipe,
        "folds_that_train": folds,
        "parameters": parameters,
        "epochs": settings.epochs,
        "seeds": seeds,
        "mean": mean,
        "seed_means": means,
        "deviation_of_seeds": float(np.std(means, ddof=1)) if seeds > 1 else None,
        # Seeds do not make it narrower, as they are judged on the same clips.
        "interval": list(wilson_interval(round(mean * clips), clips)),
        "minutes_a_fold": median(each.seconds for each in tested) / 60,
        "folds": {
            f"seed {each.seed}, fold {each.fold}": each.right / each.clips for each in tested
        },
    }


def settings_for(model: str, recipe: str | None, leave_out: Sequence[str] = ()) -> TrainConfig:
    """A network's first training on ESC-10, which is fetched where it is not here.

    Raises:
        Esc10Error: it cannot be had.
        RuntimeError: ESC-10 is not here and `ESC10_ARCHIVE` names none.
    """
    if not is_whole("esc10"):
        if best_dataset() != "esc10":
            raise RuntimeError("ESC10_ARCHIVE must name the official ESC-10 archive.")
        fetch("esc10", Path(os.environ["ESC10_ARCHIVE"]))
    options = Namespace(
        dataset="esc10", model=model, recipe=recipe, without=[*leave_out], seed=FIRST_SEED
    )
    settings = settings_of(options)
    if "schedule" in leave_out:
        # Without a schedule patience would end it: another thing that differs.
        settings = replace(settings, patience=settings.epochs)
    return settings


def judged(settings: TrainConfig, seeds: int) -> tuple[list[Run], CrossVerdict]:
    """The runs of a cross-validation, trained where they are missing, and the verdict on them."""
    runs = finished_runs(cross_validation_of(settings, seeds))
    return runs, judge_runs(runs)


def _three_folds(runs: Sequence[Run], verdict: CrossVerdict) -> list[Tested]:
    seconds = {run.run_id: sum(row.seconds for row in run.history()) for run in runs}
    return [
        Tested(
            fold.seed,
            fold.fold,
            sum(clip.right for clip in fold.test.judged),
            fold.test.clips,
            seconds[fold.run_id],
        )
        for fold in verdict.folds
    ]


def _four_folds(settings: TrainConfig, seeds: int) -> tuple[list[Tested], int]:
    # Of a cross-validation that is not stored: it would be offered in the app with three folds.
    trainings = CrossValidation(settings, seeds, created="").trainings
    results = [(config, four_folds.result_of(config)) for config in trainings]
    tested = [
        Tested(config.seed, config.test_fold, sum(found.right), len(found.right), found.seconds)
        for config, found in results
    ]
    return tested, results[0][1].parameters


def _parameters(run: Run) -> int | None:
    return run.outcome.parameters if run.outcome else None


def table(results: Results) -> str:
    """The rows measured before, and this one in the place of its like."""
    name = f"`{results['model']}`, {results['recipe'] or NO_RECIPE}"
    size = [f"{results['parameters']:,}", f"{results['epochs']}"]
    rows = {cells[0]: cells for cells in rows_of("accuracy")}
    row = rows.get(name, [])
    if row[: len(size) + 1] != [name, *size]:  # of another recipe by that name, say
        row = [name, *size, *["–"] * (len(HEAD) - 3)]
    low, high = results["interval"]
    seeds, of_seeds = results["seeds"], results["deviation_of_seeds"]
    row[COLUMNS[results["folds_that_train"]]] = [
        f"**{100 * results['mean']:.1f} %**",
        "1 seed" if of_seeds is None else f"± {100 * of_seeds:.1f}, {seeds} seeds",
        f"{percent(low)} to {percent(high)} %",
        f"{results['minutes_a_fold']:.1f}",
    ]
    return markdown_table(HEAD, [*(rows | {name: row}).values()])
