"""Our layers do what Keras' layers of the same name do: answers, gradients, averages, names."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from esc10.training import layers
from esc10.training.networks import MODELS
from tests.support.random_weights import random_weights

Array = NDArray[np.float32]

OURS = ("Conv2D", "BatchNormalization", "Dropout", "LSTM")
FRAMES, BANDS, CLASSES = 40, 128, 10


def sounds(clips: int = 4) -> Array:
    """Noise, and in every clip four frames of silence: there all bands are exactly equal."""
    noise = np.random.default_rng(5).normal(size=(clips, FRAMES, BANDS)).astype(np.float32)
    noise[:, 20:24] = -1.5
    return noise


def pair(
    key: str, monkeypatch: pytest.MonkeyPatch, *, coins: bool
) -> tuple[keras.Model, keras.Model]:
    """A network of Keras' own layers and ours, with the same random weights.

    Args:
        coins: whether values are dropped; what falls is drawn anew by each, so it cannot agree.
    """
    with monkeypatch.context() as patch:
        for name in OURS:
            patch.setattr(layers, name, getattr(keras.layers, name))
        plain = MODELS[key].build(FRAMES, BANDS, CLASSES)
    ours = MODELS[key].build(FRAMES, BANDS, CLASSES)
    weights = random_weights(plain, seed=8)
    for model in (plain, ours):
        model.set_weights(weights)
        for layer in model.layers:
            if isinstance(layer, keras.layers.Dropout) and not coins:
                layer.rate = 0.0
    return plain, ours


def gradients(model: keras.Model, x: Array, *, training: bool) -> list[Array]:
    labels = np.arange(len(x)) % CLASSES
    with tf.GradientTape() as tape:
        answers = model(x, training=training)
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, answers))
    return [np.asarray(part) for part in tape.gradient(loss, model.trainable_variables)]


def assert_close(ours: Array, expected: Array, share: float = 2e-4) -> None:
    """The difference is small beside the largest number, which is not tiny."""
    largest = np.abs(expected).max()
    assert largest > 1e-7
    np.testing.assert_allclose(ours, expected, rtol=0, atol=share * largest)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("key", MODELS)
def test_answers_and_gradients_are_those_of_keras_layers(
    key: str, training: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, ours = pair(key, monkeypatch, coins=False)
    x = sounds()
    expected = gradients(plain, x, training=training)
    for mine, theirs in zip(gradients(ours, x, training=training), expected, strict=True):
        assert_close(mine, theirs)
    np.testing.assert_allclose(
        np.asarray(ours(x, training=training)), np.asarray(plain(x, training=training)), atol=1e-5
    )


@pytest.mark.parametrize("key", ["cnn", "td_cnn"])
def test_the_moving_averages_move_as_those_of_keras(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, ours = pair(key, monkeypatch, coins=False)
    before = [np.asarray(value) for value in ours.non_trainable_variables]
    for model in (plain, ours):
        model(sounds(2), training=True)
    after = [np.asarray(value) for value in ours.non_trainable_variables]
    expected = [np.asarray(value) for value in plain.non_trainable_variables]
    assert len(after) == 6
    for earlier, mine, theirs in zip(before, after, expected, strict=True):
        assert not np.array_equal(earlier, mine)
        np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-6)


def test_a_frozen_batch_normalization_stays_as_it_is() -> None:
    layer = layers.BatchNormalization()
    x = np.random.default_rng(3).normal(5, 2, size=(2, 3, 4, 5)).astype(np.float32)
    layer.build(x.shape)
    layer.trainable = False
    np.testing.assert_array_equal(layer(x, training=True), layer(x, training=False))
    np.testing.assert_array_equal(layer.moving_mean, np.zeros(5))


@pytest.mark.parametrize("key", MODELS)
def test_weights_are_exchanged_with_keras_layers_by_file(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, ours = pair(key, monkeypatch, coins=True)
    answer = np.asarray(plain(sounds()))
    for source, target in ((plain, ours), (ours, plain)):
        source.save_weights(tmp_path / "run.weights.h5")
        target.set_weights([np.zeros(weight.shape) for weight in target.weights])
        target.load_weights(tmp_path / "run.weights.h5")
        np.testing.assert_allclose(np.asarray(target(sounds())), answer, atol=1e-5)


# Dropout


def test_dropout_drops_half_and_doubles_the_rest() -> None:
    values = np.arange(1, 20_001, dtype=np.float32).reshape(50, 4, 100)
    kept = np.asarray(layers.Dropout(0.5, seed=1)(values, training=True))
    np.testing.assert_array_equal(kept[kept != 0], 2 * values[kept != 0])
    # 20,000 fair coins: five deviations of a binomial are 354
    assert abs(int((kept == 0).sum()) - 10_000) < 354


def test_neighbouring_coins_are_independent() -> None:
    fell = np.asarray(layers.Dropout(0.5, seed=1)(np.ones((40_000,), np.float32), training=True))
    centred = fell - 1
    for distance in (1, 2, 7, 8, 9, 32, 64):
        correlation = float((centred[distance:] * centred[:-distance]).mean())
        assert abs(correlation) < 5 / np.sqrt(len(fell))


@pytest.mark.parametrize("count", [1, 7, 31, 32, 33, 1001])
def test_dropout_takes_any_number_of_values(count: int) -> None:
    kept = np.asarray(layers.Dropout(0.5, seed=1)(np.ones((1, count), np.float32), training=True))
    assert kept.shape == (1, count)
    assert set(np.unique(kept)) <= {0.0, 2.0}


def test_each_call_throws_new_coins_and_a_seed_throws_the_same() -> None:
    ones = np.ones((1, 1000), np.float32)
    first, second = (layers.Dropout(0.5, seed=7) for _ in range(2))
    throws = [np.asarray(first(ones, training=True)) for _ in range(2)]
    assert not np.array_equal(*throws)
    np.testing.assert_array_equal(np.asarray(second(ones, training=True)), throws[0])


def test_the_gradient_of_dropout_passes_where_the_value_passed() -> None:
    x = tf.random.normal((1, 500), seed=1)
    with tf.GradientTape() as tape:
        tape.watch(x)
        kept = layers.Dropout(0.5, seed=2)(x, training=True)
    np.testing.assert_array_equal(tape.gradient(kept, x), np.where(np.asarray(kept) != 0, 2.0, 0.0))


def test_dropout_rests_outside_training() -> None:
    ones = np.ones((1, 10), np.float32)
    np.testing.assert_array_equal(layers.Dropout(0.5)(ones, training=False), ones)


def test_another_rate_is_keras_own() -> None:
    ones = np.ones((1, 20_000), np.float32)
    kept = np.asarray(layers.Dropout(0.35, seed=1)(ones, training=True))
    assert abs(float((kept == 0).mean()) - 0.35) < 5 * np.sqrt(0.35 * 0.65 / 20_000)


# LSTM


@pytest.mark.parametrize("return_sequences", [True, False])
def test_the_lstm_is_that_of_keras(return_sequences: bool) -> None:
    x = tf.random.normal((3, 11, 20), seed=1)
    theirs = keras.layers.LSTM(7, return_sequences=return_sequences)
    ours = layers.LSTM(7, return_sequences=return_sequences)
    results = []
    rng = np.random.default_rng(1)
    weights = [rng.normal(size=shape) for shape in ((20, 28), (7, 28), (28,))]
    for layer in (theirs, ours):
        layer.build(x.shape)
        layer.set_weights(weights)
        with tf.GradientTape() as tape:
            tape.watch(x)
            answer = layer(x)
            loss = tf.reduce_sum(answer**2)
        results.append([answer, *tape.gradient(loss, [x, *layer.trainable_variables])])
    for expected, mine in zip(*results, strict=True):
        assert_close(np.asarray(mine), np.asarray(expected), share=1e-5)


def test_the_lstm_refuses_masked_frames() -> None:
    with pytest.raises(NotImplementedError, match="masked"):
        layers.LSTM(2)(np.ones((1, 3, 2), np.float32), mask=np.array([[True, True, False]]))
