"""Training: what it keeps, how it ends, and that a seed determines it."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from esc10.engine import worker
from esc10.training.config import TrainConfig
from esc10.training.lending import borrowed_learner
from esc10.training.loop import train, weights_file
from esc10.training.networks import MODELS
from esc10.training.plan import TrainingData
from esc10.training.recipes import Recipe, without
from esc10.training.results import CRITERIA, LAST, PARTS, EpochRow, TrainResult, best_epochs


@pytest.fixture(scope="module")
def trained(tiny_data: TrainingData) -> TrainResult:
    """A training long enough to learn, and to have equally good epochs."""
    return train(tiny_data, TrainConfig("practice", "cnn", epochs=25, batch_size=8))


def cross_entropy(answers: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    return float(-np.log(answers[np.arange(len(labels)), labels]).mean())


def accuracy(answers: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    return float((answers.argmax(axis=1) == labels).mean())


def columns(result: TrainResult) -> NDArray[np.float64]:
    """The history's figures without the times."""
    return np.array(
        [(row.loss, row.accuracy, row.val_loss, row.val_accuracy) for row in result.history]
    )


# How long it takes


def test_an_epoch_is_timed_and_one_that_takes_too_long_is_not_waited_for(
    tiny_data: TrainingData, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = TrainConfig("practice", "cnn")
    seconds = worker.epoch_seconds(config, tiny_data)
    assert seconds is not None
    assert seconds > 0
    monkeypatch.setattr(worker, "MEASURED_SECONDS", -1.0)
    assert worker.epoch_seconds(config, tiny_data) is None


# What is learnt and kept


def test_it_learns(trained: TrainResult, tiny_data: TrainingData) -> None:
    assert trained.history[-1].loss < trained.history[0].loss / 5
    assert trained.history[-1].accuracy == 1
    best = trained.best["val_loss"]
    assert accuracy(best.validation, tiny_data.y["validation"]) == 1
    assert accuracy(best.test, tiny_data.y["test"]) == 1


def test_every_epoch_has_a_row_and_answers(trained: TrainResult) -> None:
    assert [row.epoch for row in trained.history] == list(range(1, 26))
    assert trained.by_epoch["validation"].shape == (25, 9, 3)
    assert trained.ended == "epochs"
    assert all(row.seconds > 0 for row in trained.history)
    np.testing.assert_allclose(trained.by_epoch["validation"].sum(axis=2), 1, atol=1e-5)


def test_the_rows_say_what_the_answers_of_their_epoch_say(
    trained: TrainResult, tiny_data: TrainingData
) -> None:
    labels = tiny_data.y["validation"]
    for row, answers in zip(trained.history, trained.by_epoch["validation"], strict=True):
        assert row.val_accuracy == pytest.approx(accuracy(answers, labels), abs=1e-6)
        assert row.val_loss == pytest.approx(cross_entropy(answers, labels), abs=1e-4)


def test_the_best_epochs_are_the_first_of_the_best(trained: TrainResult) -> None:
    accuracies = [row.val_accuracy for row in trained.history]
    losses = [row.val_loss for row in trained.history]
    assert accuracies.count(max(accuracies)) > 1, "the data must give equally good epochs"
    assert trained.best["val_accuracy"].epoch == 1 + int(np.argmax(accuracies))
    assert trained.best["val_loss"].epoch == 1 + int(np.argmin(losses))
    rows = best_epochs(list(trained.history))
    assert {name: row.epoch for name, row in rows.items()} == {
        name: best.epoch for name, best in trained.best.items()
    }


def test_without_epochs_none_is_best() -> None:
    assert best_epochs([]) == {}


@pytest.mark.parametrize("criterion", CRITERIA)
def test_the_best_answers_are_those_of_the_best_epoch(trained: TrainResult, criterion: str) -> None:
    best = trained.best[criterion]
    of_epoch = trained.by_epoch["validation"][best.epoch - 1]
    np.testing.assert_allclose(best.validation, of_epoch, atol=1e-6)
    others = np.abs(trained.by_epoch["validation"] - best.validation).max(axis=(1, 2))
    assert int(others.argmin()) == best.epoch - 1


@pytest.mark.parametrize("criterion", CRITERIA)
def test_stored_weights_give_the_stored_answers(
    trained: TrainResult, tiny_data: TrainingData, criterion: str, tmp_path: Path
) -> None:
    best = trained.best[criterion]
    path = tmp_path / "run.weights.h5"
    path.write_bytes(best.weights)
    fresh = MODELS["cnn"].build(40, 128, 3)
    fresh.load_weights(path)
    for part, stored in (("validation", best.validation), ("test", best.test)):
        answers = np.asarray(fresh(tiny_data.x[part]))
        np.testing.assert_allclose(answers, stored, atol=1e-5)


def test_a_narrow_network_learns(tiny_data: TrainingData, tiny_config: TrainConfig) -> None:
    config = replace(tiny_config, model="td_cnn", width=0.25, epochs=1)
    result = train(tiny_data, config)
    # Of 1,254 for ten classes, seven times eight weights and a bias are missing.
    assert result.parameters == 1_254 - 7 * (8 + 1)
    assert result.by_epoch["test"].shape == (1, 6, 3)


def test_it_says_how_large_the_network_is_and_what_trained_it(trained: TrainResult) -> None:
    network = MODELS["cnn"].build(40, 128, 3)
    assert trained.parameters == network.count_params()
    assert trained.parameters - trained.trainable_parameters == 2 * (16 + 16 + 32)
    assert trained.versions["keras"] == keras.__version__
    assert sorted(trained.versions) == ["keras", "onednn", "python", "tensorflow"]
    if platform.machine() in ("x86_64", "AMD64"):
        wished = {"1": "on", "0": "off"}[os.environ["TF_ENABLE_ONEDNN_OPTS"]]
        assert trained.versions["onednn"] == wished


@pytest.mark.parametrize("part", PARTS)
def test_the_best_answers_were_given_in_their_epoch(trained: TrainResult, part: str) -> None:
    assert trained.by_epoch[part].shape[0] == 25
    for best in trained.best.values():
        of_epoch = trained.by_epoch[part][best.epoch - 1]
        np.testing.assert_array_equal(getattr(best, part), of_epoch)


@pytest.mark.parametrize("key", ["td_cnn", "cnn_rnn", "compact_cnn"])
def test_the_other_networks_train_too(key: str, tiny_data: TrainingData) -> None:
    result = train(tiny_data, TrainConfig("practice", key, epochs=2, batch_size=8))
    assert len(result.history) == 2
    assert sorted(result.best) == sorted(CRITERIA)
    labels = tiny_data.y["validation"]
    for row, answers in zip(result.history, result.by_epoch["validation"], strict=True):
        assert row.val_loss == pytest.approx(cross_entropy(answers, labels), abs=1e-4)


def test_rows_are_told_as_they_come(tiny_data: TrainingData, tiny_config: TrainConfig) -> None:
    told: list[EpochRow] = []
    polled: list[int] = []

    def should_stop() -> bool:
        polled.append(len(told))
        return False

    result = train(tiny_data, tiny_config, told.append, should_stop)
    assert tuple(told) == result.history
    assert sorted(set(polled)) == [0, 1, 2], "in every epoch somebody may stop it"


def test_a_weights_file_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert weights_file(MODELS["cnn"].build(40, 128, 3)).startswith(b"\x89HDF")
    assert list(tmp_path.iterdir()) == []


# How it ends


def test_patience_ends_it(tiny_data: TrainingData) -> None:
    """Against validation labels that are all wrong, the better it learns the worse it does."""
    y = {**tiny_data.y, "validation": (tiny_data.y["validation"] + 1) % 3}
    config = TrainConfig("practice", "cnn", epochs=60, patience=4, batch_size=8)
    result = train(replace(tiny_data, y=y), config)
    assert result.ended == "patience"
    assert len(result.history) == result.best["val_loss"].epoch + 4
    assert len(result.by_epoch["validation"]) == len(result.history) < 60


def test_a_wish_to_stop_keeps_whole_epochs_only(
    tiny_data: TrainingData, tiny_config: TrainConfig
) -> None:
    told: list[EpochRow] = []
    result = train(tiny_data, tiny_config, told.append, lambda: len(told) == 2)
    assert result.ended == "stopped"
    assert [row.epoch for row in result.history] == [1, 2]
    assert result.by_epoch["validation"].shape == (2, 9, 3)
    for best in result.best.values():
        of_epoch = result.by_epoch["validation"][best.epoch - 1]
        np.testing.assert_allclose(best.validation, of_epoch, atol=1e-6)


def test_stopped_within_the_first_epoch_there_is_nothing_yet(
    tiny_data: TrainingData, tiny_config: TrainConfig
) -> None:
    result = train(tiny_data, tiny_config, should_stop=lambda: True)
    assert (result.ended, result.history, result.best) == ("stopped", (), {})
    assert result.by_epoch["validation"].shape == (0, 9, 3)
    assert result.parameters > 0


@pytest.fixture
def overflowing(tiny_data: TrainingData) -> Callable[[float], TrainingData]:
    """Data whose validation clips are so loud that the answers overflow as the weights grow."""

    def scaled(by: float) -> TrainingData:
        x = {**tiny_data.x, "validation": tiny_data.x["validation"] * np.float32(by)}
        return replace(tiny_data, x=x)

    return scaled


def test_an_infinite_loss_in_the_first_epoch_leaves_nothing(
    overflowing: Callable[[float], TrainingData],
) -> None:
    config = TrainConfig("practice", "cnn", epochs=3, batch_size=8, learning_rate=0.5)
    result = train(overflowing(1e35), config)
    assert (result.ended, result.history, result.best) == ("diverged", (), {})
    assert result.by_epoch["validation"].shape == (0, 9, 3)


def test_a_loss_that_becomes_infinite_later_keeps_the_epochs_before(
    overflowing: Callable[[float], TrainingData],
) -> None:
    config = TrainConfig("practice", "cnn", epochs=60, batch_size=8, learning_rate=0.1)
    result = train(overflowing(1.5e35), config)
    assert result.ended == "diverged"
    assert 1 <= len(result.history) < 60
    assert np.isfinite(columns(result)).all()
    assert len(result.by_epoch["validation"]) == len(result.history)
    for best in result.best.values():
        of_epoch = result.by_epoch["validation"][best.epoch - 1]
        np.testing.assert_allclose(best.validation, of_epoch, atol=1e-6)


def test_an_error_while_reporting_is_not_swallowed(
    tiny_data: TrainingData, tiny_config: TrainConfig
) -> None:
    def full_disk(row: EpochRow) -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        train(tiny_data, tiny_config, full_disk)


# Recipes

ALL_PIECES = Recipe(
    window=24,
    mixing=0.5,
    speed=1.2,
    shift=2,
    gain=3,
    tilt=3,
    band_mask=6,
    frame_mask=4,
    smoothing=0.05,
    schedule="onecycle",
    decay=0.01,
    averaging=0.9,
    settling=0.25,
)


def by_recipe(recipe: Recipe, model: str = "compact_cnn", epochs: int = 8) -> TrainConfig:
    return TrainConfig(
        "practice", model, epochs=epochs, batch_size=8, learning_rate=0.004, recipe=recipe
    )


@pytest.fixture(scope="module")
def augmented(tiny_data: TrainingData) -> TrainResult:
    """A training by a recipe that has everything."""
    return train(tiny_data, by_recipe(ALL_PIECES, epochs=20))


def test_a_recipe_learns(augmented: TrainResult, tiny_data: TrainingData) -> None:
    assert len(augmented.history) == 20
    assert augmented.history[-1].loss < 0.8 * augmented.history[0].loss
    assert accuracy(augmented.by_epoch["test"][-1], tiny_data.y["test"]) == 1


def test_averaged_weights_are_those_that_answer(
    augmented: TrainResult, tiny_data: TrainingData, tmp_path: Path
) -> None:
    for best in augmented.best.values():
        path = tmp_path / "run.weights.h5"
        path.write_bytes(best.weights)
        fresh = MODELS["compact_cnn"].build(40, 128, 3)
        fresh.load_weights(path)
        np.testing.assert_allclose(
            np.asarray(fresh(tiny_data.x["test"])), best.test, rtol=0, atol=1e-5
        )


def test_an_empty_recipe_learns_as_the_lab_does(tiny_data: TrainingData) -> None:
    config = replace(by_recipe(Recipe(), "td_cnn", 3), learning_rate=0.001)
    lab = train(tiny_data, replace(config, recipe=None))
    same = train(tiny_data, config)
    np.testing.assert_allclose(columns(same), columns(lab), atol=2e-3)


def test_the_seed_determines_a_recipe_too(tiny_data: TrainingData) -> None:
    config = by_recipe(without(ALL_PIECES, "averaging"), epochs=2)
    first, same = train(tiny_data, config), train(tiny_data, config)
    other = train(tiny_data, replace(config, seed=12))
    np.testing.assert_allclose(columns(same), columns(first), atol=1e-4)
    assert np.abs(columns(other)[:, 0] - columns(first)[:, 0]).max() > 1e-3


def test_weights_decay_and_normalisation_does_not(tiny_data: TrainingData) -> None:
    with borrowed_learner("compact_cnn", 40, 128, 3) as learner:
        before, after = [], []
        for decay, weights in ((0.0, before), (1.0, after)):
            learner.restart(3, 0.0)
            learner.learn_mixed(
                tiny_data.x["train"][:8], np.eye(3, dtype=np.float32)[np.arange(8) % 3], 0.01, decay
            )
            weights += [np.asarray(weight) for weight in learner.model.trainable_variables]
    for plain, decayed in zip(before, after, strict=True):
        # The gradient's own step is the same, but for what 0.01 of the weight's size is.
        shrunk = 0.99 if plain.ndim > 1 else 1.0
        assert np.abs(decayed - shrunk * plain).max() < 3e-4


def test_what_settles_drops_nothing_out_and_goes_on_to_do_so_afterwards(
    tiny_data: TrainingData,
) -> None:
    x, y = tiny_data.x["train"][:8], tiny_data.y["train"][:8]
    targets = np.eye(3, dtype=np.float32)[y]
    with borrowed_learner("cnn_rnn", 40, 128, 3) as learner:
        learner.restart(3, 0.0)
        _, losses = learner.answers(x, y)
        for settling in (True, False, True):
            loss, _ = learner.learn_mixed(x, targets, 0.0, 0.0, settling=settling)
            assert (abs(loss - losses.sum()) < 1e-4) == settling


def test_a_run_settles_in_its_last_share_of_epochs(tiny_data: TrainingData) -> None:
    config = by_recipe(Recipe(settling=0.5), "cnn_rnn", epochs=4)
    settled = columns(train(tiny_data, config))
    dropped = columns(train(tiny_data, replace(config, recipe=Recipe())))
    np.testing.assert_allclose(settled[:2], dropped[:2], atol=1e-4)
    assert np.abs(settled[2:, 0] - dropped[2:, 0]).min() > 1e-3


def test_a_schedule_is_not_cut_short(tiny_data: TrainingData) -> None:
    impatient = replace(by_recipe(Recipe(schedule="onecycle"), epochs=4), patience=1)
    assert train(tiny_data, replace(impatient, learning_rate=1.0)).ended in ("epochs", "diverged")
    constant = replace(impatient, recipe=Recipe(), epochs=30, learning_rate=0.05)
    assert train(tiny_data, constant).ended == "patience"
    settling = replace(constant, recipe=Recipe(settling=0.1))
    assert train(tiny_data, settling).ended == "epochs"


def test_the_end_of_a_schedule_is_kept_beside_the_best(
    augmented: TrainResult, tiny_data: TrainingData
) -> None:
    assert sorted(augmented.best) == ["last", *CRITERIA]
    assert augmented.best[LAST].epoch == 20
    for part in PARTS:
        np.testing.assert_array_equal(
            getattr(augmented.best[LAST], part), augmented.by_epoch[part][-1]
        )
    stopped = train(
        tiny_data, by_recipe(ALL_PIECES), should_stop=iter([False] * 4 + [True]).__next__
    )
    assert sorted(stopped.best) == [*CRITERIA]


def test_a_recipe_hears_the_wish_to_stop(tiny_data: TrainingData) -> None:
    asked = 0

    def should_stop() -> bool:
        nonlocal asked
        asked += 1
        return asked == 5

    result = train(tiny_data, by_recipe(ALL_PIECES), should_stop=should_stop)
    assert result.ended == "stopped"
    assert asked == 5  # three batches an epoch
    assert len(result.history) == 1


# The seed


def test_the_seed_determines_the_training(tiny_data: TrainingData) -> None:
    """Of the hybrid: its dropout is drawn from the seed too."""
    config = TrainConfig("practice", "cnn_rnn", epochs=2, batch_size=8, seed=11)
    first, same = train(tiny_data, config), train(tiny_data, config)
    other = train(tiny_data, replace(config, seed=12))
    np.testing.assert_allclose(columns(same), columns(first), atol=1e-4)
    np.testing.assert_allclose(same.by_epoch["validation"], first.by_epoch["validation"], atol=1e-4)
    assert np.abs(columns(other)[:, 0] - columns(first)[:, 0]).max() > 1e-3
