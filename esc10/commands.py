"""What each command of the command line does: options in, a dictionary for JSON out.

Beside each stands the same answer in words, for people.
"""

from __future__ import annotations

import signal
import sys
import threading
from argparse import Namespace
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from esc10 import datasets
from esc10 import runs as run_library
from esc10.audio import load_sound
from esc10.config import TrainConfig
from esc10.errors import AudioError
from esc10.features import mel_power, network_input
from esc10.preparation import plan_run, training_data
from esc10.progress import Progress
from esc10.results import EpochRow, best_epochs
from esc10.run import Outcome, Run

if TYPE_CHECKING:
    from esc10.inference import Classifier


def _show(progress: Progress) -> None:
    if progress.files == progress.total_files or progress.files % 50 == 0:
        # Back to the start of the line, so that an error's sentence has it to itself.
        print(
            f"{progress.doing}: {progress.files}/{progress.total_files} files",
            end="\n" if progress.files == progress.total_files else "\r",
            file=sys.stderr,
            flush=True,
        )


def fetch(options: Namespace) -> dict[str, Any]:
    """Bring in a dataset and verify every clip."""
    datasets.fetch(options.dataset, options.from_path, _show)
    dataset = datasets.load_dataset(options.dataset)
    return {
        "dataset": options.dataset,
        "synthetic": dataset.source.synthetic,
        "clips": len(dataset.clips),
        "classes": list(dataset.classes),
        "folder": str(datasets.dataset_folder(options.dataset)),
    }


def fetch_in_words(answer: dict[str, Any]) -> str:
    """One line."""
    return f"{answer['dataset']}: {answer['clips']} clips, verified, in {answer['folder']}"


def train(options: Namespace) -> dict[str, Any]:
    """Train a network and store the run."""
    names = [field.name for field in fields(TrainConfig) if hasattr(options, field.name)]
    config = TrainConfig(**{name: getattr(options, name) for name in names})
    run_config = plan_run(config, _show)
    data = training_data(run_config)
    run = run_library.create_run(run_config)
    # After the configuration: Keras takes seconds to import, and a bad setting none to refuse.
    from esc10.training import train as train_network

    stop = _stop_at_interrupt()

    def on_epoch_end(row: EpochRow) -> None:
        run.add_epoch(row)
        print(
            f"epoch {row.epoch}: loss {row.loss:.4f}, accuracy {row.accuracy:.4f}, "
            f"val_loss {row.val_loss:.4f}, val_accuracy {row.val_accuracy:.4f} "
            f"({row.seconds:.1f} s)",
            file=sys.stderr,
        )

    run.add_event("started")
    try:
        result = train_network(data, config, on_epoch_end, stop.is_set)
    except KeyboardInterrupt:
        run.end(Outcome("interrupted", "somebody interrupted the command twice", {}))
        raise
    except Exception as error:
        run.end(Outcome("failed", f"{type(error).__name__}: {error}", {}))
        raise
    run.finish(result, data.y)
    best = best_epochs(run.history())
    return {
        "run_id": run.run_id,
        "model": config.model,
        "parameters": result.parameters,
        "trainable_parameters": result.trainable_parameters,
        "epochs": len(result.history),
        "seconds_per_epoch": run.seconds_per_epoch,
        "best_val_accuracy": best["val_accuracy"].val_accuracy if best else None,
        "best_val_loss": best["val_loss"].val_loss if best else None,
    }


def _stop_at_interrupt() -> threading.Event:
    """An event that the first Ctrl-C sets, so that the best weights so far are kept."""
    stop = threading.Event()

    def heard(*_: object) -> None:
        print("Stopping; the best weights so far are kept.", file=sys.stderr)
        stop.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    signal.signal(signal.SIGINT, heard)
    return stop


def train_in_words(answer: dict[str, Any]) -> str:
    """One line."""
    if answer["best_val_accuracy"] is None:
        return f"{answer['run_id']}: no epoch was finished, or the loss became infinite."
    return (
        f"{answer['run_id']}: {answer['epochs']} epochs, best validation accuracy "
        f"{answer['best_val_accuracy']:.3f}, best validation loss {answer['best_val_loss']:.3f}"
    )


def evaluate(options: Namespace) -> dict[str, Any]:
    """Judge a run on its validation and test clips."""
    from esc10.evaluation import evaluate as evaluate_run

    run = run_library.find_run(options.run)
    verdict = evaluate_run(run, options.weights)
    parts = {
        name: {
            "accuracy": part.accuracy,
            "interval": list(part.interval),
            "confusion": part.confusion.tolist(),
            "report": part.report,
            "misclassified": [asdict(mistake) for mistake in part.mistakes],
        }
        for name, part in verdict.parts.items()
    }
    return {
        "run_id": verdict.run_id,
        "weights": verdict.weights,
        "epoch": verdict.epoch,
        "synthetic": datasets.source_of(run.config.train.dataset).synthetic,
        "classes": list(verdict.classes),
        **parts,
    }


def evaluate_in_words(answer: dict[str, Any]) -> str:
    """The accuracies with their intervals, and the reports."""
    lines = [f"{answer['run_id']}, weights of epoch {answer['epoch']} (by {answer['weights']})"]
    for name in ("validation", "test"):
        part = answer[name]
        low, high = part["interval"]
        lines += [
            "",
            f"{name}: accuracy {part['accuracy']:.3f} (95 % interval {low:.3f} to {high:.3f}), "
            f"{len(part['misclassified'])} misclassified",
            f"{'':16}precision  recall      f1  support",
        ]
        for row, figures in part["report"].items():
            precision, recall, f1, support = figures.values()
            lines.append(f"{row:16}{precision:9.3f}{recall:8.3f}{f1:8.3f}{support:9.0f}")
    return "\n".join(lines)


def predict(options: Namespace) -> dict[str, Any]:
    """Classify sound files with a run's best weights."""
    run = run_library.find_run(options.run)
    weights = run.weights("val_accuracy")
    from esc10.inference import Classifier

    classifier = Classifier(run.config, weights)
    return {
        "run_id": run.run_id,
        "files": [_predict_file(path, classifier, run) for path in options.files],
    }


def _predict_file(path: Path, classifier: Classifier, run: Run) -> dict[str, Any]:
    try:
        sound = load_sound(path, path.name)
    except AudioError as error:
        return {"file": str(path), "error": str(error)}
    power = mel_power(sound.samples, run.config.mel)[np.newaxis]
    x = network_input(power, run.config.train.features, run.config.scaling)
    probabilities = classifier.answer(x).clip[0]
    best_first = np.argsort(-probabilities)
    return {
        "file": str(path),
        "classes": [
            {"name": run.config.classes[label], "probability": float(probabilities[label])}
            for label in best_first
        ],
        "remarks": list(sound.remarks),
    }


def predict_in_words(answer: dict[str, Any]) -> str:
    """A line per file that could be classified."""
    return "\n".join(
        f"{item['file']}: "
        + ", ".join(f"{best['name']} {best['probability']:.2f}" for best in item["classes"][:3])
        for item in answer["files"]
        if "classes" in item
    )


def runs(options: Namespace) -> dict[str, Any]:
    """List the runs, the newest first."""
    del options
    found, complaints = run_library.list_runs()
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return {"runs": [_run_row(run) for run in found]}


def _run_row(run: Run) -> dict[str, Any]:
    history = run.history()
    best = best_epochs(history)
    outcome = run.outcome
    return {
        "run_id": run.run_id,
        "state": run.state,
        "reason": outcome.reason if outcome else None,
        **asdict(run.config.train),
        "created": run.config.created,
        "epochs_trained": len(history),
        "seconds_per_epoch": run.seconds_per_epoch,
        "best_val_accuracy": best["val_accuracy"].val_accuracy if best else None,
        "best_val_loss": best["val_loss"].val_loss if best else None,
    }


def runs_in_words(answer: dict[str, Any]) -> str:
    """A line per run."""
    if not answer["runs"]:
        return "No runs yet."
    return "\n".join(
        f"{row['run_id']}  {row['state']:11}  {row['dataset']:8}  {row['epochs_trained']:4} epochs"
        + (f"  val_accuracy {row['best_val_accuracy']:.3f}" if row["epochs_trained"] else "")
        for row in answer["runs"]
    )
