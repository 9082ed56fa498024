"""What commands answer, and accuracies with their intervals in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from esc10.evaluation.intervals import wilson_interval
from esc10.runs.run import Run
from esc10.training.results import best_epochs

Answer = tuple[dict[str, Any], str]
"""What a command gives back: the object that `--json` prints, and the same in words for people."""


def best_figures(run: Run) -> dict[str, Any]:
    """The best validation accuracy, its 95 % interval, and the lowest validation loss.

    The interval is `esc10.evaluation.intervals.OF_THE_BEST`.

    Each is None while there is no epoch.

    Raises:
        RunError: events.jsonl is damaged.
    """
    best = best_epochs(run.history())
    if not best:
        names = ("best_val_accuracy", "best_val_accuracy_interval", "best_val_loss")
        return dict.fromkeys(names)
    accuracy = best["val_accuracy"].val_accuracy
    return {
        "best_val_accuracy": accuracy,
        "best_val_accuracy_interval": interval_of(accuracy, len(run.config.clips["validation"])),
        "best_val_loss": best["val_loss"].val_loss,
    }


def interval_of(accuracy: float, clips: int) -> list[float]:
    """The Wilson 95 % interval, low and high, of an accuracy on so many clips."""
    return list(wilson_interval(round(accuracy * clips), clips))


def format_accuracy(accuracy: float, interval: Sequence[float]) -> str:
    """An accuracy with its interval."""
    low, high = interval
    return f"{accuracy:.3f} (95 % interval {low:.3f} to {high:.3f})"
