"""A run as a Jupyter notebook."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from esc10.cli.figures import Answer
from esc10.cli.runs import weights_of, write_output
from esc10.runs.store import find_run


def notebook(options: Namespace) -> Answer:
    """Write a run as a Jupyter notebook of plain librosa, scikit-learn and Keras."""
    from esc10.lesson.notebook import run_notebook

    run = find_run(options.run)
    path: Path = options.output
    write_output(path, run_notebook(run, weights_of(run)))
    return {"run_id": run.run_id, "file": str(path)}, f"{run.run_id} is in {path}"
