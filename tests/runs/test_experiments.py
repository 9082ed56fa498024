"""Experiments: each is the same training in several ways, which differ in one thing."""

from __future__ import annotations

from dataclasses import fields

import pytest

from esc10.runs.experiments import EXPERIMENTS, SEEDS
from esc10.training.networks import LAB_MODELS

DIFFERS = {"decibels": {"features"}, "leaks": {"split"}, "epochs": set(), "networks": {"model"}}


@pytest.mark.parametrize("key", EXPERIMENTS)
def test_its_ways_differ_in_one_thing_and_have_the_same_seeds(key: str) -> None:
    experiment = EXPERIMENTS[key]("practice")
    assert experiment.key == key
    for configs in experiment.ways.values():
        assert tuple(config.seed for config in configs) == SEEDS
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
