"""Ways of training and sizes of networks as charts: every seed is there, and what it is part of."""

from __future__ import annotations

import pytest

from esc10.evaluation.experiments import Figures
from esc10.ui.plots import palette
from esc10.ui.plots.parameters import TEST, TRAINING, Sized, parameter_columns, parameter_spec
from esc10.ui.plots.ways import way_columns, way_spec

FEW, MANY = Figures({1: 0.5, 2: 0.25}, 80), Figures({1: 0.75}, 80)


def rows(columns: dict[str, list[object]]) -> list[tuple[object, ...]]:
    return list(zip(*columns.values(), strict=True))


def test_ways_may_share_a_mark() -> None:
    ways = {"as it is": FEW, "shuffled\n3 change": MANY, "another": MANY}
    assert rows(way_columns(ways)) == [
        ("as it is", "1", 0.5),
        ("as it is", "2", 0.25),
        ("shuffled\n3 change", "1", 0.75),
        ("another", "1", 0.75),
    ]
    spec = way_spec(ways, "#31333f", 15, 300, [0, 0, 1])
    scale = spec["layer"][2]["encoding"]["shape"]["scale"]
    assert scale == {"domain": [*ways], "range": [palette.RUN_SHAPES[place] for place in (0, 0, 1)]}


def test_both_parts_stand_beside_their_number_of_parameters() -> None:
    sizes = [Sized(1_000, {TRAINING: MANY, TEST: FEW}), Sized(4_000, {TRAINING: MANY, TEST: MANY})]
    columns = parameter_columns(sizes)
    assert [(count, part, seed, share) for count, _, part, seed, share in rows(columns)] == [
        (1_000, TRAINING, "1", 0.75),
        (1_000, TEST, "1", 0.5),
        (1_000, TEST, "2", 0.25),
        (4_000, TRAINING, "1", 0.75),
        (4_000, TEST, "1", 0.75),
    ]
    for count, place in zip(columns["parameters"], columns["place"], strict=True):
        assert place == pytest.approx(count, rel=0.1)
    spec = parameter_spec(sizes, "#31333f", 15, 300)
    assert spec["encoding"]["x"]["axis"]["values"] == [1_000, 4_000]
    means = spec["layer"][0]["data"]["values"]
    assert [mean["accuracy"] for mean in means] == [0.75, 0.375, 0.75, 0.75]
    assert (means[1]["low"], means[1]["high"]) == FEW.interval
