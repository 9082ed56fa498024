"""Datasets made of somebody's own sounds, or why they cannot be."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from esc10 import datasets
from esc10.datasets.description import Description, description_of
from esc10.datasets.own.build import make_own
from esc10.errors import DatasetError
from tests.support.own_sounds import zip_of

THREE = ("dog", "rain", "sea_waves")


def made(files: dict[str, bytes], title: str = "Mine") -> tuple[datasets.Dataset, Description]:
    """The dataset that a zip of these files becomes."""
    key = make_own(zip_of(files), title)
    described = description_of(key)
    assert described is not None
    return datasets.load_dataset(key), described


def refusal(source: Path | bytes, home: Path) -> str:
    """The sentence of a refusal that leaves nothing behind."""
    with pytest.raises(DatasetError) as caught:
        make_own(source, "Mine")
    assert left_in(home) == []
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert len(sentence) < 400
    return sentence


def left_in(home: Path) -> list[str]:
    folder = home / "datasets"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def folds_by_class(dataset: datasets.Dataset) -> dict[str, Counter[int]]:
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for clip in dataset.clips:
        found[clip.category][clip.fold] += 1
    return found


def assert_every_class_is_served(dataset: datasets.Dataset) -> None:
    for folds in folds_by_class(dataset).values():
        assert folds[4]
        assert folds[5]
        assert folds[1] + folds[2] + folds[3]
