"""Test clips in other orders and as changed copies: what a network is fed, and what is counted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from esc10.datasets import Dataset, load_dataset
from esc10.errors import DatasetError, RunError
from esc10.features.cache import feature_set
from esc10.features.inputs import inputs_of
from esc10.inference import changed_clips
from esc10.inference.changed_clips import changed_copies, said_in_orders, said_of_copies
from esc10.inference.explain.order import ORDERS
from esc10.inference.predictor import Answer, Embeddings
from esc10.runs.run import Run
from esc10.runs.writing import create_run
from esc10.training.config import TrainConfig
from esc10.training.plan import plan_run
from esc10.training.recipes import Recipe


class Ear:
    """Names the class whose place is that of the loudest of the first frame's first ten bands."""

    def embeddings(self, x: NDArray[np.float32]) -> Embeddings:
        first = x[:, 0, :10]
        return Embeddings(first, first)

    def answer(self, x: NDArray[np.float32]) -> Answer:
        raise NotImplementedError

    def filters(self) -> None:
        raise NotImplementedError

    def keras_file(self) -> bytes:
        raise NotImplementedError


def made(features: str = "logmel") -> tuple[Run, Dataset]:
    return create_run(plan_run(TrainConfig("practice", "cnn", features))), load_dataset("practice")


def fed(run: Run, dataset: Dataset) -> NDArray[np.float32]:
    """What the network is fed of the test clips, each found by its name."""
    names = [clip.filename for clip in dataset.clips]
    places = np.array([names.index(name) for name in run.config.clips["test"]])
    power = feature_set(dataset, run.config.mel).power
    return inputs_of(power, places, run.config.train.features, run.config.scaling)


def test_the_test_clips_are_judged_in_each_order(practice_home: Path) -> None:
    run, dataset = made()
    x = fed(run, dataset)
    said = said_in_orders(run, dataset, Ear())
    assert tuple(said) == ORDERS
    np.testing.assert_array_equal(said["as it is"], x[:, 0, :10].argmax(axis=1))
    np.testing.assert_array_equal(said["backwards"], x[:, -1, :10].argmax(axis=1))
    assert (said["shuffled"] != said["as it is"]).any()


def test_a_copy_is_its_clip_where_nothing_is_changed(
    practice_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changed_clips, "CHANGES", Recipe())
    run, dataset = made()
    for copy in changed_copies(run, dataset, copies=2):
        np.testing.assert_allclose(copy, fed(run, dataset), atol=1e-4)


def test_each_copy_is_changed_otherwise_and_a_seed_repeats_them(practice_home: Path) -> None:
    run, dataset = made()
    first, second = changed_copies(run, dataset, copies=2)
    assert first.shape == fed(run, dataset).shape
    assert np.abs(first - second).mean(axis=(1, 2)).min() > 0.01
    again, _ = changed_copies(run, dataset, copies=2)
    np.testing.assert_array_equal(again, first)
    said = said_of_copies(run, dataset, Ear(), copies=2)
    np.testing.assert_array_equal(said, [x[:, 0, :10].argmax(axis=1) for x in (first, second)])


def test_a_run_on_power_has_no_copies_and_a_clip_that_is_gone_is_named(practice_home: Path) -> None:
    run, dataset = made("mel")
    with pytest.raises(RunError, match="changed on decibels"):
        said_of_copies(run, dataset, Ear())
    lost = run.config.clips["test"][3]
    fewer = replace(dataset, clips=tuple(each for each in dataset.clips if each.filename != lost))
    with pytest.raises(DatasetError, match=f"has no clip {lost}"):
        said_in_orders(run, fewer, Ear())
