"""A learner: each run begins as if it were its first."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from esc10.training import learner as room
from esc10.training.learner import Learner
from esc10.training.networks import MODELS

FRAMES, BANDS, CLASSES = 40, 128, 3

Array = NDArray[np.float32]


def batch(clips: int = 8) -> tuple[Array, NDArray[np.int64]]:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(clips, FRAMES, BANDS)).astype(np.float32)
    return x, np.arange(clips) % CLASSES


def step(learner: Learner, clips: int = 8) -> tuple[float, int, int]:
    """What a step on one batch gives back."""
    return learner.learn(*batch(clips), np.arange(clips), clips)


def after_steps(learner: Learner, seed: int, learning_rate: float = 0.001) -> list[Array]:
    """The weights after a few steps from the beginning."""
    learner.restart(seed, learning_rate)
    for _ in range(3):
        step(learner)
    return learner.model.get_weights()


@pytest.mark.parametrize("key", MODELS)
def test_a_used_learner_begins_as_a_new_one(key: str) -> None:
    learner = Learner(key, FRAMES, BANDS, CLASSES)
    new = after_steps(learner, seed=2)
    after_steps(learner, seed=1, learning_rate=0.1)
    for mine, expected in zip(after_steps(learner, seed=2), new, strict=True):
        np.testing.assert_allclose(mine, expected, rtol=0, atol=1e-4)


def test_the_first_weights_are_those_keras_draws_from_the_seed() -> None:
    learner = Learner("cnn", FRAMES, BANDS, CLASSES)
    learner.restart(7, 0.001)
    keras.utils.set_random_seed(7)
    expected = MODELS["cnn"].build(FRAMES, BANDS, CLASSES).get_weights()
    for mine, theirs in zip(learner.model.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_whoever_draws_meanwhile_does_not_change_the_first_weights() -> None:
    """As Dask does, in the thread beside the one that trains."""
    learner = Learner("cnn_rnn", FRAMES, BANDS, CLASSES)
    learner.restart(7, 0.001)
    expected = learner.model.get_weights()
    over = threading.Event()

    def draw() -> None:
        while not over.is_set():
            random.random()

    with ThreadPoolExecutor(1) as beside:
        drawing = beside.submit(draw)
        try:
            for _ in range(3):
                learner.restart(7, 0.001)
                for mine, same in zip(learner.model.get_weights(), expected, strict=True):
                    np.testing.assert_array_equal(mine, same)
        finally:
            over.set()
        drawing.result()


@pytest.mark.parametrize("key", ["cnn", "td_cnn"])
def test_a_step_is_the_step_keras_takes(key: str) -> None:
    """Against `train_on_batch`, for the networks in which nothing is drawn while they train."""
    learner = Learner(key, FRAMES, BANDS, CLASSES)
    learner.restart(3, 0.01)
    keras.utils.set_random_seed(3)
    model = MODELS[key].build(FRAMES, BANDS, CLASSES)
    loss = "sparse_categorical_crossentropy"
    model.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"], run_eagerly=True)
    x, y = batch()
    for _ in range(3):  # Adam's averages count from the second step on
        mine_loss, right, _ = step(learner)
        expected_loss, expected_accuracy = model.train_on_batch(x, y)
    assert mine_loss / len(x) == pytest.approx(float(expected_loss), rel=1e-4)
    assert right / len(x) == pytest.approx(float(expected_accuracy))
    for mine, theirs in zip(learner.model.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-4)


def test_steps_in_one_call_are_those_in_a_call_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """And where the time is over, a call ends after a batch: then a stop can be asked for."""
    x, y = batch(8)
    order = np.array([5, 0, 7, 2, 1, 6, 3])  # the clip left out counts for nothing
    weights, figures = [], []
    for seconds, calls in ((3600.0, [7]), (0.0, [3, 3, 1])):
        monkeypatch.setattr(room, "CALL_SECONDS", seconds)
        learner = Learner("cnn", FRAMES, BANDS, CLASSES)
        learner.restart(3, 0.01)
        told = []
        while (learnt := sum(clips for _, _, clips in told)) < len(order):
            told.append(learner.learn(x, y, order[learnt:], batch_size=3))
        assert [clips for _, _, clips in told] == calls
        weights.append(learner.model.get_weights())
        figures.append([sum(column) for column in zip(*told, strict=True)])
    assert figures[0] == pytest.approx(figures[1], rel=1e-4)
    for together, apart in zip(*weights, strict=True):
        np.testing.assert_allclose(together, apart, atol=1e-4)


def test_answers_are_those_of_the_network_in_any_number() -> None:
    learner = Learner("cnn", FRAMES, BANDS, CLASSES)
    learner.restart(3, 0.01)
    x, y = batch(70)
    probabilities, losses = learner.answers(x, y)
    np.testing.assert_allclose(probabilities, np.asarray(learner.model(x)), atol=1e-6)
    np.testing.assert_allclose(losses, -np.log(probabilities[np.arange(70), y]), rtol=1e-4)


def test_it_traces_once_for_all_sizes_of_batch() -> None:
    learner = Learner("cnn", FRAMES, BANDS, CLASSES)
    for clips in (8, 3, 1):
        step(learner, clips)
        learner.answers(*batch(clips))
    assert learner._steps.experimental_get_tracing_count() == 1
    assert learner._look.experimental_get_tracing_count() == 1


def test_a_new_run_needs_nothing_of_tensorflow_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """A seed for TensorFlow itself would clear its prepared operations, and slow the first step."""

    def refuse(_: int) -> None:
        pytest.fail("TensorFlow was given a seed")

    monkeypatch.setattr(tf.random, "set_seed", refuse)
    learner, weights = Learner("cnn", FRAMES, BANDS, CLASSES), []
    for seed in (5, 6, 5):
        learner.restart(seed, 0.001)
        weights.append(learner.model.get_weights()[0])
    np.testing.assert_array_equal(weights[0], weights[2])
    assert not np.array_equal(weights[0], weights[1])
