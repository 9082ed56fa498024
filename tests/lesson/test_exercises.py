"""What is right in the guided lab, and what is near enough."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from esc10.datasets import Dataset, load_dataset, source_of
from esc10.datasets.clips import clip_from_name
from esc10.errors import RunError
from esc10.evaluation.metrics import PartEvaluation, evaluate_part
from esc10.features.mel import MelConfig
from esc10.lesson.exercises import (
    BY_HEART,
    HEALTHY,
    LEARNS,
    LEARNS_NOT,
    Choice,
    Number,
    accepts,
    curves_solution,
    listening_solution,
    mistakes_solution,
    network_solution,
    sounds_solution,
    spectrogram_solution,
    split_solution,
)
from esc10.training.networks import LayerRow, LayerTable
from esc10.training.results import EpochRow
from tests.conftest import link_tree

CLASSES = ("dog", "rain", "cow")


def rows(*losses: float) -> list[EpochRow]:
    return [EpochRow(epoch, 1.0, 0.5, loss, 0.5, 1.0) for epoch, loss in enumerate(losses, 1)]


def judged(*pairs: tuple[int, int]) -> PartEvaluation:
    labels = np.array([true for true, _ in pairs])
    names = [f"5-{place}-A-0.wav" for place in range(len(pairs))]
    answers = np.eye(3, dtype=np.float32)[[predicted for _, predicted in pairs]]
    return evaluate_part(labels, answers, names, CLASSES)


@pytest.mark.parametrize(("given", "right"), [(8.9, False), (9, True), (11, True), (11.1, False)])
def test_an_answer_at_the_edge_of_the_tolerance_is_accepted(given: float, right: bool) -> None:
    assert Number(10, 1).accepts(given) is right


def test_a_share_that_no_float_holds_is_accepted_at_its_edge() -> None:
    assert Number(100 * (29 / 100), 1).accepts(30)  # 28.999999999999996
    assert Number(100 * (29 / 100), 1).accepts(28)


@pytest.mark.parametrize("given", [None, "10", (10,)])
def test_what_is_no_number_is_wrong(given: object) -> None:
    assert not Number(10, 1).accepts(given)


def test_every_field_has_to_be_right() -> None:
    solution = {"epoch": Number(5, 1), "gap": Choice(frozenset({HEALTHY}))}
    assert accepts(solution, {"epoch": 6, "gap": HEALTHY})
    assert not accepts(solution, {"epoch": 6, "gap": BY_HEART})
    assert not accepts(solution, {"epoch": 7, "gap": HEALTHY})
    assert not accepts(solution, {"gap": HEALTHY})


def test_of_ten_balanced_classes_guessing_gets_a_tenth(practice_home: Path) -> None:
    solution = sounds_solution(load_dataset("practice"))
    assert solution == {"percent": Number(10.0, 1.0)}


def test_a_clip_has_216_frames_of_128_bands() -> None:
    assert spectrogram_solution(MelConfig()) == {"bands": Number(128), "frames": Number(216)}


def test_of_the_labs_40_test_clips_15_leak_on_esc10(esc10_master: Path, home: Path) -> None:
    link_tree(esc10_master, home)
    dataset = load_dataset("esc10")
    solution = split_solution(dataset)
    assert solution == {"clips": Number(15, 1)}
    unknown = replace(dataset.source, recordings_known=False)
    assert split_solution(replace(dataset, source=unknown)) is None
    assert accepts(solution, {"clips": 14})
    assert not accepts(solution, {"clips": 13})


def test_too_few_clips_for_the_labs_split_are_refused(practice_home: Path) -> None:
    whole = load_dataset("practice")
    few = type(whole)(whole.source, whole.clips[:12], whole.sha256[:12])
    with pytest.raises(RunError, match="too few clips"):
        split_solution(few)


def test_the_first_layers_parameters_are_to_be_worked_out() -> None:
    layers = (LayerRow("INPUT", "InputLayer", (216, 128), 0), LayerRow("CONV1", "Conv1D", (), 42))
    assert network_solution(LayerTable(layers, 99, 99)) == {"parameters": Number(42)}


def test_overfitting_begins_at_the_lowest_validation_loss() -> None:
    solution = curves_solution(rows(*[3.0] * 36, 1.0, *[2.0] * 63))
    assert solution is not None
    assert solution["epoch"] == Number(37, 10)
    assert solution["gap"].accepts(HEALTHY)
    assert not solution["gap"].accepts(BY_HEART)


def test_of_a_short_training_two_epochs_are_near_and_of_a_shorter_one_nothing_is_asked() -> None:
    solution = curves_solution(rows(3, 2, 1, *[2] * 7))
    assert solution is not None
    assert solution["epoch"] == Number(3, 2)
    assert curves_solution(rows(3, 2, 1, *[2] * 6)) is None


def test_where_classes_are_many_a_point_would_be_too_much() -> None:
    classes = dict(enumerate(map(str, range(50))))
    names = [f"{fold}-{label}-A-{label}.wav" for fold in range(1, 6) for label in classes]
    clips = tuple(clip_from_name(name, Path(), classes) for name in names)
    source = replace(source_of("practice"), targets=tuple(classes))
    assert sounds_solution(Dataset(source, clips, ("",) * 250)) == {"percent": Number(2.0, 0.5)}


def test_what_is_most_often_taken_for_what_is_right_and_so_is_its_equal() -> None:
    solution = mistakes_solution(judged((0, 1), (0, 1), (1, 2), (2, 0), (2, 0), (1, 1)))
    assert solution == {"pair": Choice(frozenset({("dog", "rain"), ("cow", "dog")}))}
    assert accepts(solution, {"pair": ("cow", "dog")})
    assert not accepts(solution, {"pair": ("rain", "cow")})
    assert not accepts(solution, {"pair": ("rain", "dog")})


def test_without_a_mistake_nothing_can_be_asked() -> None:
    assert mistakes_solution(judged((0, 0), (1, 1))) is None


def test_asking_teaches_nothing_and_only_a_mean_knows_no_order() -> None:
    solution = listening_solution()
    assert accepts(solution, {"learns": LEARNS_NOT, "order": "td_cnn"})
    assert not accepts(solution, {"learns": LEARNS, "order": "td_cnn"})
    assert not accepts(solution, {"learns": LEARNS_NOT, "order": "cnn_rnn"})
    assert not accepts(solution, {"learns": LEARNS_NOT, "order": "cnn"})
