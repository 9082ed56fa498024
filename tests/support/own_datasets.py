"""Datasets made of somebody's own sounds, or why they cannot be."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from esc10 import datasets
from esc10.datasets.description import Description, description_of
from esc10.datasets.own.build import make_own
from esc10.errors import DatasetError
from esc10.runs.run import Run
from esc10.runs.store import load_run
from esc10.runs.writing import add_epoch, add_event, create_run, finish_run
from esc10.training.config import TrainConfig
from esc10.training.plan import plan_run, training_data
from tests.support.own_sounds import zip_of

THREE = ("dog", "rain", "sea_waves")


def made(files: dict[str, bytes], title: str = "Mine") -> tuple[datasets.Dataset, Description]:
    """The dataset that a zip of these files becomes."""
    key = make_own(zip_of(files), title)
    described = description_of(key)
    assert described is not None
    return datasets.load_dataset(key), described


def trained_on(dataset: datasets.Dataset, model: str, **settings: Any) -> Run:
    """A run that really learned from a dataset."""
    from esc10.training.loop import train

    config = plan_run(TrainConfig(dataset.source.key, model, **settings))
    data = training_data(config)
    run = create_run(config)
    add_event(run, "started")
    finish_run(run, train(data, config.train, partial(add_epoch, run)), data.y)
    return load_run(config.run_id)


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
