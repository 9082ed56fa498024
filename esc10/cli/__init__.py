"""What each command of the command line does: options in, a dictionary for JSON out.

Beside each stands the same answer in words, for people.

fetching  fetch, own
training  train
judging   evaluate, predict
keeping   runs, export, import
figures   accuracies with their intervals
"""

from esc10.cli.datasets import fetch, fetch_in_words, own, own_in_words
from esc10.cli.evaluate import evaluate, evaluate_in_words, predict, predict_in_words
from esc10.cli.runs import (
    export,
    export_in_words,
    import_zip,
    import_zip_in_words,
    runs,
    runs_in_words,
)
from esc10.cli.train import train, train_in_words

__all__ = [
    "evaluate",
    "evaluate_in_words",
    "export",
    "export_in_words",
    "fetch",
    "fetch_in_words",
    "import_zip",
    "import_zip_in_words",
    "own",
    "own_in_words",
    "predict",
    "predict_in_words",
    "runs",
    "runs_in_words",
    "train",
    "train_in_words",
]
