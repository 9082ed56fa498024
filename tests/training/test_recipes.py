"""Recipes: what they may be, and how their step sizes go."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from esc10.errors import RunError
from esc10.training.config import TrainConfig
from esc10.training.networks import MODELS
from esc10.training.recipes import (
    PIECES,
    RECIPES,
    SCHEDULES,
    Recipe,
    pieces_of,
    step_size,
    without,
)


def test_every_field_belongs_to_one_piece() -> None:
    names = [name for piece in PIECES.values() for name in piece]
    assert sorted(names) == sorted(field.name for field in fields(Recipe))


def test_a_recipe_without_all_its_pieces_is_none() -> None:
    whole = RECIPES["augmented"].recipe
    assert pieces_of(Recipe()) == ()
    assert set(pieces_of(whole)) == set(PIECES) - {"smoothing", "averaging", "settling"}
    fewer = without(whole, "mixing", "height")
    assert (fewer.mixing, fewer.speed, fewer.shift) == (0, whole.speed, 0)
    assert without(whole, *PIECES) == Recipe()


def test_every_piece_is_in_some_recipe() -> None:
    offered = {piece for named in RECIPES.values() for piece in pieces_of(named.recipe)}
    assert offered == set(PIECES)


@pytest.mark.parametrize(
    ("name", "value"),
    [("mixing", 1.1), ("speed", 0.8), ("window", -1), ("decay", -0.1), ("averaging", 1.0)],
)
def test_what_cannot_be_done_is_a_sentence(name: str, value: float) -> None:
    with pytest.raises(RunError, match=f"^A recipe's {name} is .* is not\\.$"):
        Recipe(**{name: value})


def test_an_unknown_schedule_is_a_sentence() -> None:
    with pytest.raises(RunError, match="weekly is not a usable schedule"):
        Recipe(schedule="weekly")


def test_a_recipe_must_fit_network_and_features() -> None:
    named = RECIPES["augmented"]
    for model, network in MODELS.items():
        assert (named.recipe_for(model).window > 0) == network.any_length
        assert ("settling" in pieces_of(RECIPES["steady"].recipe_for(model))) == network.drops_out
        for each in RECIPES.values():
            TrainConfig("practice", model, recipe=each.recipe_for(model))
    with pytest.raises(RunError, match="cnn takes whole clips only"):
        TrainConfig("practice", "cnn", recipe=named.recipe)
    with pytest.raises(RunError, match="A recipe is for logmel features"):
        TrainConfig("practice", "td_cnn", "mel", recipe=named.recipe)


def test_step_sizes_go_as_the_schedule_says() -> None:
    done = np.linspace(0, 1, 101)
    sizes = {name: np.array([step_size(name, 0.01, at) for at in done]) for name in SCHEDULES}
    assert (sizes["constant"] == 0.01).all()
    cosine = sizes["cosine"]
    assert cosine[0] == 0.01
    assert cosine[50] == pytest.approx(0.005)
    assert cosine[-1] == pytest.approx(0, abs=1e-12)
    cycle = sizes["onecycle"]
    assert cycle[0] == pytest.approx(0.0004)
    assert int(cycle.argmax()) == 30
    assert cycle[30] == pytest.approx(0.01)
    assert cycle[-1] == pytest.approx(4e-8)
    assert (np.diff(cycle[:31]) > 0).all()
    assert (np.diff(cycle[30:]) < 0).all()
