"""How good a cross-validation is: for each seed every clip is judged by a run that never heard it.

Each run answers as it did after its last epoch: nothing is chosen, neither on the test clips nor on
the validation clips.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from esc10.errors import RunError
from esc10.evaluation.comparison import McNemar, mcnemar, same_sounds
from esc10.evaluation.intervals import wilson_interval
from esc10.evaluation.metrics import PartEvaluation, evaluate_part
from esc10.runs.run import Run


@dataclass(frozen=True)
class FoldVerdict:
    """One run of a cross-validation.

    Attributes:
        run_id: which run.
        seed: its seed.
        fold: which fold it was tested on.
        test: the verdict on that fold's clips.
        chosen: the accuracy on them at the epoch of the best validation accuracy, as `evaluate`
            judges a run.
        peeked: the highest accuracy on them at any epoch: whoever chooses the epoch on the test
            clips reports this.
    """

    run_id: str
    seed: int
    fold: int
    test: PartEvaluation
    chosen: float
    peeked: float


@dataclass(frozen=True)
class CrossVerdict:
    """The verdict on what there is of a cross-validation.

    Attributes:
        dataset: the key of the dataset whose clips were judged.
        classes: the class names, in the order of the matrix.
        folds: a verdict for each run, by seed and fold.
    """

    dataset: str
    classes: tuple[str, ...]
    folds: tuple[FoldVerdict, ...]

    @property
    def mean(self) -> float:
        """The share of verdicts that are right: of folds as large as each other, their mean."""
        return _mean_over_clips(self.folds, lambda fold: fold.test.accuracy)

    @property
    def deviation(self) -> float | None:
        """The standard deviation of the runs' accuracies; None for fewer than two."""
        accuracies = [fold.test.accuracy for fold in self.folds]
        return float(np.std(accuracies, ddof=1)) if len(accuracies) > 1 else None

    @property
    def mean_chosen(self) -> float:
        """The mean of the accuracies at the epochs that validation chose."""
        return _mean_over_clips(self.folds, lambda fold: fold.chosen)

    @property
    def mean_peeked(self) -> float:
        """The mean of the accuracies at the epochs that the test clips would choose."""
        return _mean_over_clips(self.folds, lambda fold: fold.peeked)

    @property
    def seed_means(self) -> dict[int, float]:
        """For each seed the share of its verdicts that are right."""
        seeds = sorted({fold.seed for fold in self.folds})
        return {
            seed: _mean_over_clips(
                [fold for fold in self.folds if fold.seed == seed], lambda fold: fold.test.accuracy
            )
            for seed in seeds
        }

    @property
    def clips(self) -> int:
        """How many clips were judged, each counted once however many seeds judged it."""
        return len({clip.filename for fold in self.folds for clip in fold.test.judged})

    @property
    def interval(self) -> tuple[float, float]:
        """The Wilson 95 % interval of the mean over the clips: other clips would be others.

        Seeds do not make it narrower, as they are judged on the same clips.
        """
        return wilson_interval(round(self.mean * self.clips), self.clips)

    @cached_property
    def pooled(self) -> PartEvaluation:
        """The verdicts of all runs as one; its accuracy is over all of them, clip by clip."""
        return PartEvaluation(
            judged=tuple(chain(*(fold.test.judged for fold in self.folds))),
            accuracy=self.mean,
            interval=self.interval,
            confusion=np.sum([fold.test.confusion for fold in self.folds], axis=0),
            report={},
        )

    @cached_property
    def right(self) -> dict[str, list[bool]]:
        """For each clip, by its ESC-50 name, whether each seed's run was right about it."""
        verdicts: dict[str, list[bool]] = {}
        for clip in self.pooled.judged:
            verdicts.setdefault(clip.filename, []).append(clip.right)
        return verdicts


def judge_runs(runs: Iterable[Run]) -> CrossVerdict:
    """The verdict on the finished runs of a cross-validation.

    Raises:
        RunError: there are none, one is damaged or from before answers on the test clips were kept,
            or they know other classes.
    """
    runs = sorted(runs, key=lambda run: (run.config.train.seed, run.config.train.test_fold))
    if not runs:
        raise RunError("No fold is finished yet. Wait for the first, or train what is missing.")
    classes = runs[0].config.classes
    if any(run.config.classes != classes for run in runs):
        raise RunError("The dataset has changed: its runs know other classes. Train them again.")
    return CrossVerdict(runs[0].config.train.dataset, classes, tuple(map(_judge_fold, runs)))


def _mean_over_clips(folds: Sequence[FoldVerdict], figure: Callable[[FoldVerdict], float]) -> float:
    return float(np.average([*map(figure, folds)], weights=[fold.test.clips for fold in folds]))


def accuracy_by_epoch(run: Run) -> NDArray[np.float64]:
    """The share of a run's test clips that it was right about after each epoch, shape (epochs,).

    Raises:
        RunError: it is damaged, or from before answers on the test clips were kept.
    """
    labels = run.answers("val_accuracy").labels["test"]
    accuracies: NDArray[np.float64] = (_test_by_epoch(run).argmax(axis=2) == labels).mean(axis=1)
    return accuracies


def _test_by_epoch(run: Run) -> NDArray[np.float32]:
    by_epoch = run.test_by_epoch()
    if by_epoch is None:
        raise RunError(
            f"Run {run.run_id} is from before answers on the test clips were kept. Train it again."
        )
    return by_epoch


def _judge_fold(run: Run) -> FoldVerdict:
    accuracies = accuracy_by_epoch(run)
    config, answers = run.config, run.answers("val_accuracy")
    return FoldVerdict(
        run.run_id,
        config.train.seed,
        config.train.test_fold,
        evaluate_part(
            answers.labels["test"], _test_by_epoch(run)[-1], config.clips["test"], config.classes
        ),
        chosen=float(accuracies[answers.epoch - 1]),
        peeked=float(accuracies.max()),
    )


def compare_verdicts(first: CrossVerdict, second: CrossVerdict) -> McNemar | None:
    """Whether two cross-validations differ, clip by clip; None where they share no clip.

    A clip speaks for the one that is right about it more often. So each clip counts once, however
    many seeds there are; and of the side that has more, the first are taken: one verdict is wholly
    right or wholly wrong far more often than several are, and would win by that alone.
    """
    if not same_sounds(first.dataset, second.dataset):
        return None
    shared = sorted(first.right.keys() & second.right.keys())
    if not shared:
        return None
    pairs = [(first.right[name], second.right[name]) for name in shared]
    counts = np.array(
        [[sum(verdicts[: min(map(len, pair))]) for verdicts in pair] for pair in pairs]
    )  # (clips, 2)
    return mcnemar(counts[:, 0] > counts[:, 1], counts[:, 1] > counts[:, 0])
