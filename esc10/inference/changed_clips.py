"""A run's test clips changed, many at once, and what its network says of them.

One clip is changed and looked at in `esc10.inference.explain`; here the whole test set is counted.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from esc10.datasets import Dataset
from esc10.errors import RunError
from esc10.features.cache import feature_set
from esc10.features.inputs import inputs_of
from esc10.inference.explain.order import in_orders
from esc10.inference.predictor import Predictor, embeddings_of
from esc10.runs.run import Run
from esc10.training.augmentation import Augmenter
from esc10.training.recipes import RECIPES, without

COPIES = 20
"""Changed copies of each clip."""

CHANGES = without(RECIPES["augmented"].recipe, "windows", "mixing")
"""What is done to a copy: as to a training clip, which it still is as a whole and alone."""

SEED = 1234
"""The same copies are made for every network."""


def said_in_orders(
    run: Run, dataset: Dataset, predictor: Predictor
) -> dict[str, NDArray[np.int64]]:
    """What a network says of the test clips with their frames in each order.

    Args:
        run: a run with weights.
        dataset: the run's.
        predictor: the network.

    Returns:
        For each of `esc10.inference.explain.order.ORDERS` the places of the classes that it names,
        shape (clips,).

    Raises:
        DatasetError: the dataset is not the one the run has learned from, or damaged.
        RunError: no worker is there to answer.
    """
    config = run.config
    places = dataset.places(config.clips["test"])
    power = feature_set(dataset, config.mel).power
    x = inputs_of(power, places, config.train.features, config.scaling)
    return {order: _said(predictor, clips) for order, clips in in_orders(x).items()}


def said_of_copies(
    run: Run, dataset: Dataset, predictor: Predictor, copies: int = COPIES
) -> NDArray[np.int64]:
    """What a network says of changed copies of the test clips.

    Args:
        run: a run with weights that learned from decibels.
        dataset: the run's.
        predictor: the network.
        copies: how many of each clip, at least one.

    Returns:
        The places of the classes that it names, shape (copies, clips).

    Raises:
        DatasetError: the dataset is not the one the run has learned from, or damaged.
        RunError: no worker is there to answer, or the run learned from power.
    """
    return np.stack([_said(predictor, x) for x in changed_copies(run, dataset, copies)])


def changed_copies(
    run: Run, dataset: Dataset, copies: int = COPIES, seed: int = SEED
) -> Iterator[NDArray[np.float32]]:
    """Changed copies of a run's test clips, as its network is fed them.

    Args:
        run: one that learned from decibels.
        dataset: the run's.
        copies: how many of each clip.
        seed: of all that is drawn.

    Yields:
        One copy of every clip, in their order: shape (clips, frames, mel bands).

    Raises:
        DatasetError: the dataset is not the one the run has learned from, or damaged.
        RunError: the run learned from power.
    """
    config = run.config
    if config.scaling is None:
        raise RunError("Clips are changed on decibels. Choose a run that learned from these.")
    places = dataset.places(config.clips["test"])
    power = feature_set(dataset, config.mel).power[places].transpose(0, 2, 1)
    augmenter = Augmenter(
        np.ascontiguousarray(power),
        dataset.labels[places],
        len(config.classes),
        config.scaling,
        CHANGES,
        seed,
    )
    for _ in range(copies):
        x, _ = augmenter.batch(np.arange(len(places)))
        yield x


def _said(predictor: Predictor, x: NDArray[np.float32]) -> NDArray[np.int64]:
    """The places of the classes that a network names, shape (clips,)."""
    heard = embeddings_of(predictor, lambda clips: x[clips], len(x))
    said: NDArray[np.int64] = heard.probabilities.argmax(axis=1)
    return said
