"""The runs: listed, handed on as a zip, taken in from one."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any

from esc10.cli.figures import Answer, best_figures, format_accuracy
from esc10.cli.train import format_epoch
from esc10.engine.worker import check_weights
from esc10.errors import RunError, reason_of
from esc10.evaluation.intervals import OF_THE_BEST
from esc10.runs.run import Run
from esc10.runs.store import find_run, list_runs
from esc10.storage import write_whole
from esc10.training.results import CRITERIA


def runs(options: Namespace) -> Answer:
    """List the runs, the newest first."""
    del options
    found, complaints = list_runs()
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    rows = [_run_row(run) for run in found]
    lines = [*map(_format_row, rows), *([f"val_accuracy is {OF_THE_BEST}."] if rows else [])]
    return {"runs": rows}, "\n".join(lines) or "No runs yet."


def replay(options: Namespace) -> Answer:
    """Show a run's epochs again, at the pace at which they were trained."""
    run = find_run(options.run)
    for row in run.history():
        time.sleep(row.seconds / options.pace)
        print(f"replay, {format_epoch(row, run)}", file=sys.stderr)
    answer = {"run_id": run.run_id, "epochs": len(run.history()), **best_figures(run)}
    return answer, f"{run.run_id} was replayed; nothing was trained."


def _run_row(run: Run) -> dict[str, Any]:
    outcome = run.outcome
    return {
        "run_id": run.run_id,
        "state": run.state,
        "reason": outcome.reason if outcome else None,
        **asdict(run.config.train),
        "created": run.config.created,
        "epochs_trained": len(run.history()),
        "seconds_per_epoch": run.seconds_per_epoch,
        **best_figures(run),
    }


def _format_row(row: dict[str, Any]) -> str:
    line = (
        f"{row['run_id']}  {row['state']:11}  {row['dataset']:8}  {row['epochs_trained']:4} epochs"
    )
    if not row["epochs_trained"]:
        return line
    accuracy = format_accuracy(row["best_val_accuracy"], row["best_val_accuracy_interval"])
    return f"{line}  val_accuracy {accuracy}"


def export(options: Namespace) -> Answer:
    """Write a run as one zip, which another installation imports."""
    from esc10.runs.exchange import run_zip

    run = find_run(options.run)
    path: Path = options.output
    write_output(path, run_zip(run))
    return {"run_id": run.run_id, "file": str(path)}, f"{run.run_id} is in {path}"


def weights_of(run: Run) -> str:
    """Which weights a run is judged by; of none, whatever then asks for them says why."""
    return next(iter(run.criteria), CRITERIA[0])


def write_output(path: Path, content: bytes) -> None:
    """Write a file where somebody wishes to have it.

    Raises:
        RunError: it cannot be written there.
    """
    try:
        write_whole(path, content)
    except OSError as cause:
        reason = reason_of(cause)
        raise RunError(
            f"{path} cannot be written: {reason}. Name a file in a folder you may write to."
        ) from cause


def import_zip(options: Namespace) -> Answer:
    """Take in a run that another installation exported, as a zip or in a report."""
    from esc10.lesson.report import run_in
    from esc10.runs.exchange import import_run

    run_id = import_run(run_in(options.file), check_weights).run_id
    return {"run_id": run_id}, f"{run_id} is here"
