"""The lines that exercises show: run one after the other they find what the app finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from esc10.datasets import load_dataset
from esc10.datasets.splits import lab_split
from esc10.evaluation.metrics import evaluate_part
from esc10.features.cache import feature_set
from esc10.features.mel import MelConfig
from esc10.lesson.exercises import (
    EXERCISES,
    Number,
    most_frequent_mistakes,
    network_solution,
    sounds_solution,
    split_solution,
)
from esc10.lesson.snippets import snippets
from esc10.training.config import TrainConfig
from esc10.training.networks import MODELS, layer_table
from esc10.training.plan import plan_run, training_data
from esc10.training.results import EpochRow, best_epochs
from tests.conftest import link_tree


def run(code: str, known: dict[str, Any]) -> None:
    """Run some lines that go on from what is known."""
    exec(compile(code, "snippet", "exec"), known)


def right(number: object) -> float:
    """What a number should be."""
    assert isinstance(number, Number)
    return number.right


def test_there_are_lines_for_every_exercise(practice_home: Path) -> None:
    assert tuple(snippets(load_dataset("practice"))) == EXERCISES


@pytest.mark.filterwarnings("ignore::DeprecationWarning:audioread")  # librosa imports it
def test_all_of_them_in_a_row_find_what_the_app_finds(practice_home: Path) -> None:
    sounds = load_dataset("practice")
    lines = snippets(sounds)
    known: dict[str, Any] = {"epochs": 2}
    run(lines["sounds"], known)
    assert [file.name for file in known["files"]] == [clip.path.name for clip in sounds.clips]
    assert 100 * known["guess"] == right(sounds_solution(sounds)["percent"])

    run(lines["spectrogram"], known)
    features = feature_set(sounds, MelConfig())
    np.testing.assert_allclose(known["mel"], features.power[0], rtol=1e-3, atol=1e-6)

    run(lines["split"], known)
    solution = split_solution(sounds)
    assert solution is not None
    assert known["leaking"] == right(solution["clips"])
    split = lab_split(sounds, 0, 0)
    for part, indices in split.parts.items():
        np.testing.assert_array_equal(known[part], indices)

    run(lines["network"], known)
    built = layer_table(MODELS["cnn"].build(216, 128, 10))
    assert known["model"].count_params() == built.parameters
    assert known["model"].layers[0].count_params() == right(network_solution(built)["parameters"])

    plan = plan_run(TrainConfig("practice", "cnn"))
    data = training_data(plan)
    known |= {f"x_{part}": x for part, x in data.x.items()}
    known |= {f"y_{part}": y for part, y in data.y.items()}
    run(lines["curves"], known)
    history = known["history"]
    rows = [EpochRow(epoch, 0, 0, loss, 0, 0) for epoch, loss in enumerate(history["val_loss"], 1)]
    assert known["lowest"] == best_epochs(rows)["val_loss"].epoch

    run(lines["mistakes"], known)
    chances = known["model"].predict(known["x_test"])
    judged = evaluate_part(data.y["test"], chances, plan.clips["test"], plan.classes)
    pair = plan.classes[known["true"]], plan.classes[known["taken_for"]]
    assert pair in most_frequent_mistakes(judged)

    run(lines["listening"], known)
    assert known["same"] is True
    assert known["moved"] > 0


@pytest.mark.parametrize("exercise", ["sounds", "split"])
def test_on_esc10_they_name_targets_by_folder(
    exercise: str, esc10_master: Path, home: Path
) -> None:
    link_tree(esc10_master, home)
    sounds = load_dataset("esc10")
    lines = snippets(sounds)
    known: dict[str, Any] = {}
    run(lines["sounds"], known)
    assert known["labels"] == [clip.target for clip in sounds.clips]
    assert known["files"] == [clip.path for clip in sounds.clips]
    if exercise == "split":
        run(lines["split"], known)
        assert known["leaking"] == 15
