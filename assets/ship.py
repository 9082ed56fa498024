"""Make of a trained run the one that comes with the lab: `python -m assets.ship RUN`.

It is a run as any other, but small: weights are rounded to half precision, and what the network
said is computed with them anew. Of all epochs only the last is kept, as if there had been no other:
there is nothing to see of how it learned.
"""

from __future__ import annotations

import io
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np

from esc10.datasets.splits import FOLDS
from esc10.evaluation.intervals import percent, wilson_interval
from esc10.inference.classifier import Classifier
from esc10.runs.captions import caption_of, set_caption
from esc10.runs.run import Run
from esc10.runs.store import find_run
from esc10.runs.writing import add_epoch, finish_run
from esc10.training.plan import TrainingData, training_data
from esc10.training.results import CRITERIA, LAST, PARTS, BestEpoch, TrainResult
from esc10.ui.recipes import describe_recipe

TITLE = "Comes with the lab"
FOLDER = Path(__file__).parent / "runs"


def half(weights: bytes) -> bytes:
    """A `.weights.h5` file with its numbers rounded to 16 bits."""
    content = io.BytesIO()
    with h5py.File(io.BytesIO(weights)) as source, h5py.File(content, "w") as target:

        def copy(name: str, found: h5py.Group | h5py.Dataset) -> None:
            if isinstance(found, h5py.Dataset):
                made = target.create_dataset(name, data=found[()].astype(np.float16))
            else:
                made = target.require_group(name)
            made.attrs.update(found.attrs)

        source.visititems(copy)
        target.attrs.update(source.attrs)
    return content.getvalue()


def ship(run: Run) -> Path:
    """Write the small run, in the place of the one that was there; its folder."""
    outcome = run.outcome
    if outcome is None:
        sys.exit(f"{run.run_id} has not ended.")
    data = training_data(run.config)
    last = _rounded(run, data)
    shutil.rmtree(FOLDER, ignore_errors=True)
    small = Run(FOLDER / run.run_id, run.config)
    small.folder.mkdir(parents=True)
    shutil.copy(run.folder / "config.json", small.folder)
    row = replace(run.history()[-1], epoch=last.epoch)
    add_epoch(small, row)
    best = dict.fromkeys((*CRITERIA, LAST), last)
    by_epoch = {part: getattr(last, part)[np.newaxis] for part in PARTS}
    sizes = (outcome.parameters or 0, outcome.trainable_parameters or 0, outcome.versions or {})
    finish_run(small, TrainResult((row,), best, by_epoch, "epochs", *sizes), data.y)
    set_caption(small.folder, TITLE, note_of(small))
    return small.folder


def _rounded(run: Run, data: TrainingData) -> BestEpoch:
    """Its last weights at half precision, with what they answer, as of a first epoch."""
    weights = half(run.weights(LAST))
    network = Classifier(run.config, weights)
    answers = {
        part: np.concatenate([network.answer(x).clip for x in np.array_split(data.x[part], 5)])
        for part in PARTS
    }
    return BestEpoch(1, weights, **answers)


def note_of(run: Run) -> str:
    """What there is to know of it, in the words of those who meet it."""
    train = run.config.train
    answers = run.answers(LAST)
    right = answers.probabilities["test"].argmax(axis=1) == answers.labels["test"]
    low, high = wilson_interval(int(right.sum()), len(right))
    learned = [fold for fold in FOLDS if fold not in (train.validation_fold, train.test_fold)]
    return (
        f"It learned from folds {learned[0]}, {learned[1]} and {learned[2]} of ESC-10 before it "
        f"came here: {train.epochs} epochs by the recipe '{describe_recipe(train)}', from seed "
        f"{train.seed}, and this is how it was after the last. Of the {len(right)} clips of fold "
        f"{train.test_fold}, which it never heard, it recognises {right.sum()}: "
        f"{percent(float(right.mean()))}% ({percent(low)} to {percent(high)}%)."
    )


if __name__ == "__main__":
    made = ship(find_run(sys.argv[1]))
    size = sum(path.stat().st_size for path in made.iterdir())
    print(f"{made}: {size:,} bytes. {caption_of(made).note}")
