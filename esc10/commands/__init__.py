"""What each command of the command line does: options in, a dictionary for JSON out.

Beside each stands the same answer in words, for people.

fetching  fetch, own
training  train
judging   evaluate, predict
keeping   runs, export, import
figures   accuracies with their intervals
"""

from esc10.commands.fetching import fetch, fetch_in_words, own, own_in_words
from esc10.commands.judging import evaluate, evaluate_in_words, predict, predict_in_words
from esc10.commands.keeping import (
    export,
    export_in_words,
    import_zip,
    import_zip_in_words,
    runs,
    runs_in_words,
)
from esc10.commands.training import train, train_in_words

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
