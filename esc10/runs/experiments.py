"""Experiments on the lab's traps: the same training in several ways, each with several seeds.

An experiment stores nothing of its own: what it is made of are runs as any other, found by their
settings as those of a cross-validation are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from esc10.datasets import load_dataset
from esc10.datasets.splits import SPLITS
from esc10.training.config import TrainConfig
from esc10.training.networks import LAB_MODELS, MODELS

SEEDS = (1, 2, 3, 4, 5)
"""With one seed a difference may be luck."""

_EPOCHS, _FEWER_EPOCHS = 100, 30
"""Of the 1D-CNN, and where the other networks learn too: they take five times as long."""

_FEWEST_EPOCHS, _FEW_CLIPS = 10, 4
"""Where a network of four times the width learns too, which takes nine times as long again. Small
batches make as many steps of few epochs, so that batch normalisation settles."""


@dataclass(frozen=True)
class Experiment:
    """Some trainings in several ways that are held against each other.

    Attributes:
        key: its name.
        ways: for each way its trainings, a seed each.
    """

    key: str
    ways: Mapping[str, tuple[TrainConfig, ...]]

    @property
    def trainings(self) -> tuple[TrainConfig, ...]:
        """All of them, seed by seed: so every way has results early."""
        return tuple(
            config for of_a_seed in zip(*self.ways.values(), strict=True) for config in of_a_seed
        )


def decibels(dataset: str) -> Experiment:
    """The same network on decibels, and on power as in the lab."""
    first = TrainConfig(dataset, "cnn", epochs=_EPOCHS)
    ways = {"decibels": first, "power": replace(first, features="mel")}
    return Experiment("decibels", _each_seed(ways, SEEDS))


def leaks(dataset: str) -> Experiment:
    """The same network tested on a fold of its own, and by the lab's split, which leaks."""
    first = TrainConfig(dataset, "cnn", epochs=_EPOCHS)
    ways = {"by fold": first, "the lab's split": replace(first, split="lab")}
    return Experiment("leaks", _each_seed(ways, SEEDS))


def epochs(dataset: str) -> Experiment:
    """One network, whose epoch can be chosen in several ways."""
    ways = {"1D-CNN": TrainConfig(dataset, "cnn", epochs=_EPOCHS)}
    return Experiment("epochs", _each_seed(ways, SEEDS))


def networks(dataset: str) -> Experiment:
    """The lab's three networks, trained for as many epochs."""
    ways = {key: TrainConfig(dataset, key, epochs=_FEWER_EPOCHS) for key in LAB_MODELS}
    return Experiment("networks", _each_seed(ways, SEEDS))


def order(dataset: str) -> Experiment:
    """The lab's three networks, to be asked about frames in another order."""
    return replace(networks(dataset), key="order")


def widths(dataset: str) -> Experiment:
    """The time-distributed network with fewer and with more parameters."""
    first = TrainConfig(dataset, "td_cnn", epochs=_FEWEST_EPOCHS, batch_size=_FEW_CLIPS)
    ways = {f"{width:g}": replace(first, width=width) for width in MODELS["td_cnn"].widths}
    return Experiment("widths", _each_seed(ways, SEEDS[:3]))


def copies(dataset: str) -> Experiment:
    """One network, to be asked about changed copies of the clips it is tested on."""
    return replace(epochs(dataset), key="copies")


EXPERIMENTS: Mapping[str, Callable[[str], Experiment]] = {
    made.__name__: made for made in (decibels, leaks, epochs, networks, order, widths, copies)
}
"""Each experiment by its name; called with the key of a dataset."""


def refuse_without_split(experiment: Experiment) -> None:
    """See that each of its ways has clips to learn from, to validate and to test on.

    Raises:
        DatasetError: the dataset is not on this machine.
        RunError: one has not.
    """
    for first, *_ in experiment.ways.values():
        split = SPLITS[first.split]
        split(load_dataset(first.dataset), first.validation_fold, first.test_fold)


def _each_seed(
    ways: Mapping[str, TrainConfig], seeds: Sequence[int]
) -> dict[str, tuple[TrainConfig, ...]]:
    return {
        way: tuple(replace(config, seed=seed) for seed in seeds) for way, config in ways.items()
    }
