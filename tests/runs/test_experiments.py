"""Experiments: each is the same training in several ways, which differ in one thing."""

from __future__ import annotations

from dataclasses import fields

import pytest

from esc10.runs.experiments import EXPERIMENTS, SEEDS
from esc10.training.networks import LAB_MODELS

DIFFERS = {
    "decibels": {"features"},
    "leaks": {"split"},
    "epochs": set(),
    "networks": {"model"},
    "order": {"model"},
    "widths": {"width"},
    "copies": set(),
}
SLOW = "widths"
"""It has fewer seeds."""


@pytest.mark.parametrize("key", EXPERIMENTS)
def test_its_ways_differ_in_one_thing_and_have_the_same_seeds(key: str) -> None:
    experiment = EXPERIMENTS[key]("practice")
    assert experiment.key == key
    for configs in experiment.ways.values():
        seeds = SEEDS[:3] if key == SLOW else SEEDS
        assert tuple(config.seed for config in configs) == seeds
    for first, *others in zip(*experiment.ways.values(), strict=True):
        for other in others:
            differing = {
                field.name
                for field in fields(first)
                if getattr(first, field.name) != getattr(other, field.name)
            }
            assert differing == DIFFERS[key]
    assert {config.dataset for config in experiment.trainings} == {"practice"}


def test_every_way_has_a_result_before_any_has_two() -> None:
    experiment = EXPERIMENTS["networks"]("practice")
    assert [config.model for config in experiment.trainings[:3]] == list(LAB_MODELS)
    assert {config.seed for config in experiment.trainings[:3]} == {SEEDS[0]}
    assert len(set(experiment.trainings)) == len(LAB_MODELS) * len(SEEDS)


def test_networks_that_are_asked_are_those_of_another_experiment() -> None:
    for asked, trained in (("order", "networks"), ("copies", "epochs")):
        assert EXPERIMENTS[asked]("practice").ways == EXPERIMENTS[trained]("practice").ways


def test_the_time_distributed_network_learns_at_all_its_widths() -> None:
    ways = EXPERIMENTS["widths"]("practice").ways
    assert [configs[0].width for configs in ways.values()] == [0.25, 0.5, 1, 2, 4]
    assert {config.model for configs in ways.values() for config in configs} == {"td_cnn"}
