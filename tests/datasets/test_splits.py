"""Who trains, who validates, who tests; and how many clips a split lets leak."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from sklearn.model_selection import train_test_split

from esc10 import datasets
from esc10.datasets import Dataset
from esc10.datasets.splits import SPLITS, Split, fold_split, lab_split, leaking
from esc10.errors import RunError


@pytest.fixture(scope="module")
def esc10(esc10_master: Path) -> Dataset:
    """The official ESC-10."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ESC10_HOME", str(esc10_master))
        return datasets.load_dataset("esc10")


def sizes(split: Split) -> dict[str, int]:
    return {part: len(indices) for part, indices in split.parts.items()}


def assert_partition(dataset: Dataset, split: Split) -> None:
    """Each clip is in one part, and each part has as many of one class as of another."""
    together = np.concatenate(list(split.parts.values()))
    assert sorted(together) == list(range(400))
    for indices in split.parts.values():
        counts = np.bincount(dataset.labels[indices], minlength=10)
        assert set(counts) == {len(indices) // 10}


def test_the_labs_split_of_esc10(esc10: Dataset) -> None:
    split = lab_split(esc10, 4, 5)
    assert split.name == "lab"
    assert sizes(split) == {"train": 280, "validation": 80, "test": 40}
    assert_partition(esc10, split)


def test_the_labs_split_lets_clips_leak(esc10: Dataset) -> None:
    split = lab_split(esc10, 4, 5)
    assert len(leaking(split.names(esc10), "validation")) == 28
    assert len(leaking(split.names(esc10), "test")) == 15


def test_the_labs_split_is_that_of_the_notebook(esc10: Dataset) -> None:
    split = lab_split(esc10, 4, 5)
    x, y = np.arange(400)[:, np.newaxis] * 7, esc10.labels
    x_train, x_held, y_train, y_held = train_test_split(
        x, y, test_size=0.3, stratify=y, random_state=1234
    )
    x_val, x_test, y_val, y_test = train_test_split(
        x_held, y_held, test_size=0.33, stratify=y_held, random_state=1234
    )
    for part, notebook_x, notebook_y in (
        ("train", x_train, y_train),
        ("validation", x_val, y_val),
        ("test", x_test, y_test),
    ):
        assert np.array_equal(x[split.parts[part]], notebook_x)
        assert np.array_equal(y[split.parts[part]], notebook_y)


def test_the_labs_split_knows_no_folds(esc10: Dataset) -> None:
    one, other = lab_split(esc10, 4, 5), lab_split(esc10, 1, 1)
    assert all(np.array_equal(one.parts[part], other.parts[part]) for part in one.parts)


@pytest.mark.parametrize(("validation_fold", "test_fold"), [(4, 5), (1, 3), (5, 1)])
def test_folds_of_esc10_leak_nothing(esc10: Dataset, validation_fold: int, test_fold: int) -> None:
    split = fold_split(esc10, validation_fold, test_fold)
    assert split.name == "folds"
    assert sizes(split) == {"train": 240, "validation": 80, "test": 80}
    assert_partition(esc10, split)
    assert {esc10.clips[index].fold for index in split.validation} == {validation_fold}
    assert {esc10.clips[index].fold for index in split.test} == {test_fold}
    assert len(leaking(split.names(esc10), "validation")) == 0
    assert len(leaking(split.names(esc10), "test")) == 0


def test_a_leaking_clip_has_a_sibling_in_training(esc10: Dataset) -> None:
    split = lab_split(esc10, 4, 5)
    trained = [esc10.clips[index].src_file for index in split.train]
    leaks = set(leaking(split.names(esc10), "test"))
    assert leaks <= set(split.names(esc10)["test"])
    for index in split.test:
        clip = esc10.clips[index]
        assert (clip.src_file in trained) == (clip.filename in leaks)


def test_splits_of_the_practice_sounds(practice_home: Path) -> None:
    dataset = datasets.load_dataset("practice")
    by_folds, labs = (SPLITS[name](dataset, 4, 5) for name in ("folds", "lab"))
    for split in (by_folds, labs):
        assert_partition(dataset, split)
    assert len(leaking(by_folds.names(dataset), "test")) == 0
    assert len(leaking(labs.names(dataset), "test")) > 0


def test_every_pair_of_folds_makes_a_split(practice_home: Path) -> None:
    dataset = datasets.load_dataset("practice")
    tests = [fold_split(dataset, *folds).test for folds in permutations(range(1, 6), 2)]
    assert len({tuple(test) for test in tests}) == 5


@pytest.mark.parametrize("folds", [(1, 1), (5, 5), (0, 1), (1, 6), (-1, 2), (7, 8)])
def test_folds_that_make_no_split_are_a_sentence(
    practice_home: Path, folds: tuple[int, int]
) -> None:
    dataset = datasets.load_dataset("practice")
    with pytest.raises(RunError, match=r"Validation fold .* test fold .* two different folds"):
        fold_split(dataset, *folds)
