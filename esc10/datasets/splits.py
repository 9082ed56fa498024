"""Which clips train, which validate, which test; and how many the split lets leak.

Two takes of one recording share a dog, a room and a microphone. Where one is trained on and the
other is tested on, the test asks for memory rather than for hearing: the clip *leaks*.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from esc10.datasets import Dataset
from esc10.datasets.clips import recording_of
from esc10.errors import RunError

FOLDS = (1, 2, 3, 4, 5)

LAB_SEED = 1234
LAB_HELD_OUT = 0.3
LAB_TEST_OF_HELD_OUT = 0.33

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Split:
    """Indices into a dataset's ordered clips; the three parts are disjoint.

    Attributes:
        name: `lab` or `folds`.
        train: shape (training clips,).
        validation: shape (validation clips,).
        test: shape (test clips,).
    """

    name: str
    train: Indices
    validation: Indices
    test: Indices

    @property
    def parts(self) -> dict[str, Indices]:
        """The parts by their names, in order."""
        return {"train": self.train, "validation": self.validation, "test": self.test}

    def names(self, dataset: Dataset) -> dict[str, tuple[str, ...]]:
        """For each part its clips' ESC-50 names, in order."""
        return {
            part: tuple(dataset.clips[index].filename for index in indices)
            for part, indices in self.parts.items()
        }


def lab_split(dataset: Dataset, validation_fold: int, test_fold: int) -> Split:
    """The lab's stratified random split: 280, 80 and 40 of 400 clips. It knows no folds.

    Two calls of scikit-learn's `train_test_split` with seed 1234, as the lab's notebook makes
    them, on clips ordered by their ESC-50 file name.

    Raises:
        RunError: a class has too few clips to be in every part.
    """
    from sklearn.model_selection import train_test_split  # slow; pages import this module too

    del validation_fold, test_fold
    labels = dataset.labels
    try:
        train, held_out = train_test_split(
            np.arange(len(labels)), test_size=LAB_HELD_OUT, stratify=labels, random_state=LAB_SEED
        )
        validation, test = train_test_split(
            held_out,
            test_size=LAB_TEST_OF_HELD_OUT,
            stratify=labels[held_out],
            random_state=LAB_SEED,
        )
    except ValueError as cause:
        raise RunError(
            f"{dataset.source.title} has too few clips in some class for the lab's random split, "
            "which puts some of every class into each part. Choose the folds, or add clips."
        ) from cause
    return Split("lab", train, validation, test)


def fold_split(dataset: Dataset, validation_fold: int, test_fold: int) -> Split:
    """The dataset's folds: one validates, one tests, three train.

    Raises:
        RunError: a fold outside 1 to 5, the same fold twice, or one without clips.
    """
    if validation_fold == test_fold or not {validation_fold, test_fold} <= set(FOLDS):
        raise RunError(
            f"Validation fold {validation_fold} and test fold {test_fold} do not make a split: "
            "choose two different folds from 1 to 5."
        )
    folds = np.array([clip.fold for clip in dataset.clips])
    split = Split(
        "folds",
        train=np.flatnonzero((folds != validation_fold) & (folds != test_fold)),
        validation=np.flatnonzero(folds == validation_fold),
        test=np.flatnonzero(folds == test_fold),
    )
    empty = [name for name, indices in split.parts.items() if not len(indices)]
    if empty:
        raise RunError(
            f"No clip of {dataset.source.title} is left for {empty[0]}, if fold {validation_fold} "
            f"validates and fold {test_fold} tests. Choose other folds."
        )
    return split


def fold_before(fold: int) -> int:
    """The fold that validates where this one tests: the one before it, and before 1 the last."""
    return fold - 1 or FOLDS[-1]


SPLITS: dict[str, Callable[[Dataset, int, int], Split]] = {"folds": fold_split, "lab": lab_split}
"""Each split by its name; called with the dataset, the validation fold and the test fold."""


def leaking(clips: Mapping[str, Sequence[str]], part: str) -> tuple[str, ...]:
    """The clips of a part whose recording is also in training.

    Args:
        clips: for each part of a split its clips' ESC-50 names, `fold-source-take-target.wav`.
        part: `validation` or `test`.
    """
    trained = {recording_of(name) for name in clips["train"]}
    return tuple(name for name in clips[part] if recording_of(name) in trained)
