"""Training a network in this process."""

from __future__ import annotations

import signal
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields

from esc10.cli.datasets import show
from esc10.cli.figures import Answer, best_figures, format_accuracy, interval_of
from esc10.datasets import source_of
from esc10.errors import RunError
from esc10.evaluation.intervals import cautions
from esc10.progress import ShouldStop
from esc10.runs.outcome import Outcome
from esc10.runs.run import Run
from esc10.runs.writing import add_epoch, add_event, create_run, end_run, finish_run, heartbeat
from esc10.training.config import TrainConfig
from esc10.training.plan import TrainingData, plan_run, training_data
from esc10.training.recipes import RECIPES, pieces_of, without
from esc10.training.results import EpochRow, TrainResult


def train(options: Namespace) -> Answer:
    """Train a network and store the run."""
    config = settings_of(options)
    run, result = train_and_store(config)
    answer = {
        "run_id": run.run_id,
        "model": config.model,
        "parameters": result.parameters,
        "trainable_parameters": result.trainable_parameters,
        "epochs": len(result.history),
        "seconds_per_epoch": run.seconds_per_epoch,
        **best_figures(run),
    }
    if answer["best_val_accuracy"] is None:
        return answer, f"{run.run_id}: no epoch was finished, or the loss became infinite."
    best = format_accuracy(answer["best_val_accuracy"], answer["best_val_accuracy_interval"])
    return answer, (
        f"{run.run_id}: {len(result.history)} epochs, best validation accuracy {best}, "
        f"best validation loss {answer['best_val_loss']:.3f}. "
        + " ".join(cautions(run.config.clips, source_of(config.dataset)))
    )


def train_and_store(config: TrainConfig) -> tuple[Run, TrainResult]:
    """Train a network in this process, and store it as a run.

    Raises:
        Esc10Error: the dataset is not here, or the disk refused.
    """
    run_config = plan_run(config, show)
    data = training_data(run_config)
    run = create_run(run_config)
    with heartbeat(run):
        result = _result(run, data)
        finish_run(run, result, data.y)
    return run, result


def settings_of(options: Namespace) -> TrainConfig:
    """A run's settings; a recipe brings its own epochs and learning rate where none are given.

    Raises:
        RunError: they are out of range, or the recipe lacks what shall be left out of it.
    """
    names = {field.name for field in fields(TrainConfig)} - {"recipe"}
    values = {name: getattr(options, name) for name in names if hasattr(options, name)}
    named = RECIPES.get(options.recipe)
    if named is None:
        if options.without:
            raise RunError("Nothing can be left out where there is no recipe. Choose one.")
        return TrainConfig(**values)
    recipe = named.recipe_for(values["model"])
    absent = set(options.without) - set(pieces_of(recipe))
    if absent:
        raise RunError(
            f"{named.key} has no {absent.pop()} for {values['model']}. It has: "
            f"{', '.join(pieces_of(recipe))}."
        )
    usual = {"epochs": named.epochs, "learning_rate": named.learning_rate}
    return TrainConfig(**(usual | values), recipe=without(recipe, *options.without))


def _result(run: Run, data: TrainingData) -> TrainResult:
    """What training gives; trouble ends the run, and is passed on."""
    # After the configuration: Keras takes seconds to import, and a bad setting none to refuse.
    from esc10.training.loop import train as train_network

    def on_epoch_end(row: EpochRow) -> None:
        add_epoch(run, row)
        print(format_epoch(row, run), file=sys.stderr)

    add_event(run, "started")
    try:
        with _stop_at_interrupt() as should_stop:
            return train_network(data, run.config.train, on_epoch_end, should_stop)
    except KeyboardInterrupt:
        end_run(run, Outcome("interrupted", "somebody interrupted the command twice", {}))
        raise
    except Exception as error:
        end_run(run, Outcome("failed", f"{type(error).__name__}: {error}", {}))
        raise


def format_epoch(row: EpochRow, run: Run) -> str:
    """The figures of a run's epoch in a line."""
    shares = {"train": row.accuracy, "validation": row.val_accuracy}
    accuracy, val_accuracy = (
        format_accuracy(value, interval_of(value, len(run.config.clips[part])))
        for part, value in shares.items()
    )
    return (
        f"epoch {row.epoch}: loss {row.loss:.4f}, accuracy {accuracy}, "
        f"val_loss {row.val_loss:.4f}, val_accuracy {val_accuracy}, {row.seconds:.1f} s"
    )


@contextmanager
def _stop_at_interrupt() -> Iterator[ShouldStop]:
    """Whether there was a Ctrl-C, at whose first the best weights so far are kept."""
    heard = told = False

    def hear(*_: object) -> None:
        # Nothing is printed here: the signal may have come in the middle of a print.
        nonlocal heard
        heard = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def should_stop() -> bool:
        nonlocal told
        if heard and not told:
            told = True
            print("Stopping; the best weights so far are kept.", file=sys.stderr)
        return heard

    before = signal.signal(signal.SIGINT, hear)
    try:
        yield should_stop
    finally:
        signal.signal(signal.SIGINT, before)
