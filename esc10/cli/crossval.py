"""A cross-validation in this process, fold after fold."""

from __future__ import annotations

import sys
from argparse import Namespace

from esc10.cli.figures import Answer, format_accuracy
from esc10.cli.train import settings_of, train_and_store
from esc10.datasets import source_of
from esc10.errors import RunError
from esc10.evaluation.cross_validation import CrossVerdict, judge_runs
from esc10.evaluation.intervals import describe_leaks
from esc10.runs.cross_validation import (
    CrossValidation,
    cross_validation_of,
    refuse_empty_folds,
    runs_of,
)
from esc10.runs.run import Run
from esc10.runs.store import list_runs
from esc10.runs.writing import close_interrupted


def crossval(options: Namespace) -> Answer:
    """Train and test on every fold in turn; the same command again goes on with what is missing."""
    asked = cross_validation_of(settings_of(options), options.seeds)
    runs = finished_runs(asked)
    verdict = judge_runs(runs)
    answer = {
        "name": asked.name,
        "model": asked.settings.model,
        "classes": list(verdict.classes),
        "folds": [
            {
                "run_id": fold.run_id,
                "seed": fold.seed,
                "fold": fold.fold,
                "accuracy": fold.test.accuracy,
                "interval": list(fold.test.interval),
            }
            for fold in verdict.folds
        ],
        "mean": verdict.mean,
        "deviation": verdict.deviation,
        "interval": list(verdict.interval),
        "seed_means": verdict.seed_means,
        "mean_chosen_by_validation": verdict.mean_chosen,
        "mean_chosen_on_test": verdict.mean_peeked,
        "confusion": verdict.pooled.confusion.tolist(),
    }
    leaks = describe_leaks(runs[0].config.clips, source_of(asked.settings.dataset))
    return answer, "\n".join([*_lines(verdict), *filter(None, [leaks])])


def finished_runs(asked: CrossValidation) -> list[Run]:
    """A finished run for each of its trainings; what is missing is trained.

    Raises:
        RunError: some are under way elsewhere or cannot be had, or a fold is empty.
        KeyboardInterrupt: somebody wished to stop; the folds that have ended are kept.
    """
    refuse_empty_folds(asked)
    close_interrupted()  # what a process that was killed left behind is missing, not under way
    for number, config in enumerate(asked.trainings, 1):
        if config in runs_of(asked.trainings, list_runs()[0]):
            continue
        print(
            f"{asked.name}: training {number} of {len(asked.trainings)}, seed {config.seed}, "
            f"validation fold {config.validation_fold}, test fold {config.test_fold}",
            file=sys.stderr,
        )
        _, result = train_and_store(config)
        if result.ended == "stopped":
            raise KeyboardInterrupt
    runs = runs_of(asked.trainings, list_runs()[0])
    finished = {config: run for config, run in runs.items() if run.state == "finished"}
    missing = [config for config in asked.trainings if config not in finished]
    if missing:
        raise RunError(
            f"{len(missing)} of its trainings are not there: seed {missing[0].seed}, test fold "
            f"{missing[0].test_fold} for one. They are under way elsewhere, or their loss became "
            "infinite. Ask again when they have ended, or with a smaller learning rate."
        )
    return [finished[config] for config in asked.trainings]


def _lines(verdict: CrossVerdict) -> list[str]:
    lines = [
        f"seed {fold.seed}, test fold {fold.fold}: "
        + format_accuracy(fold.test.accuracy, fold.test.interval)
        for fold in verdict.folds
    ]
    spread = "" if verdict.deviation is None else f", deviation {verdict.deviation:.3f}"
    mean = format_accuracy(verdict.mean, verdict.interval)
    return [*lines, f"mean over {verdict.clips} clips: {mean}{spread}"]
