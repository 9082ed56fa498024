"""What each command of the command line does: options in, a dictionary for JSON out.

Beside each stands the same answer in words, for people.

fetching  fetch, own
training  train
judging   evaluate, predict
keeping   runs, export, import
figures   accuracies with their intervals
"""

from esc10.cli.datasets import fetch, format_fetch, format_own, own
from esc10.cli.evaluate import evaluate, format_evaluate, format_predict, predict
from esc10.cli.runs import (
    export,
    format_export,
    format_import_zip,
    format_runs,
    import_zip,
    runs,
)
from esc10.cli.train import format_train, train

__all__ = [
    "evaluate",
    "export",
    "fetch",
    "format_evaluate",
    "format_export",
    "format_fetch",
    "format_import_zip",
    "format_own",
    "format_predict",
    "format_runs",
    "format_train",
    "import_zip",
    "own",
    "predict",
    "runs",
    "train",
]
