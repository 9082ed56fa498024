"""The lab's networks, layer for layer, and that they give the answers of the lab's own code."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from benchmarks.keras_steps import LITERAL
from esc10.training.networks import LAB_MODELS, MODELS, LayerTable, build_network, layer_table
from tests.support.random_weights import random_weights

FRAMES, BANDS, CLASSES = 216, 128, 10

Shape = tuple[int | None, ...]


def built(key: str, frames: int = FRAMES, classes: int = CLASSES) -> keras.Model:
    return MODELS[key].build(frames, BANDS, classes)


def table_of(key: str) -> LayerTable:
    return layer_table(built(key))


def shapes(key: str) -> list[tuple[str, Shape]]:
    """Kind and output shape of every layer that does something."""
    reshaping = ("InputLayer", "Reshape")
    return [(row.kind, row.shape) for row in table_of(key).rows if row.kind not in reshaping]


# What the networks are


def test_the_labs_networks_come_first_and_are_named_by_their_keys() -> None:
    assert list(MODELS) == ["cnn", "td_cnn", "cnn_rnn", "compact_cnn"]
    assert tuple(MODELS)[:3] == LAB_MODELS
    for key, network in MODELS.items():
        assert network.key == key
        assert built(key).name == key


@pytest.mark.parametrize(
    ("key", "parameters", "trainable"),
    [("cnn", 47_018, 46_890), ("td_cnn", 17_466, 17_338), ("cnn_rnn", 32_442, 32_442)],
)
def test_parameters_are_the_labs(key: str, parameters: int, trainable: int) -> None:
    table = table_of(key)
    assert (table.parameters, table.trainable_parameters) == (parameters, trainable)
    assert sum(row.parameters for row in table.rows) == parameters


@pytest.mark.parametrize(
    ("width", "few", "many", "parameters"),
    [
        (0.25, 4, 8, 1_254),
        (0.5, 8, 16, 4_578),
        (1.0, 16, 32, 17_466),
        (2.0, 32, 64, 68_202),
        (4.0, 64, 128, 269_514),
    ],
)
def test_a_width_multiplies_filters_and_units(
    width: float, few: int, many: int, parameters: int
) -> None:
    table = layer_table(build_network("td_cnn", FRAMES, BANDS, CLASSES, width))
    counted = {row.name: row.parameters for row in table.rows if row.parameters}
    assert counted == {
        "CONV1": 9 * few + few,
        "BATCH1": 4 * few,
        "CONV2": 3 * few * few + few,
        "BATCH2": 4 * few,
        "CONV3": 3 * few * many + many,
        "BATCH3": 4 * many,
        "DENSE": 14 * many * many + many,
        "SOFTMAX": many * CLASSES + CLASSES,
    }
    assert table.parameters == parameters


def test_one_network_has_several_widths_and_each_has_its_own() -> None:
    assert [key for key, network in MODELS.items() if len(network.widths) > 1] == ["td_cnn"]
    for key, network in MODELS.items():
        assert 1 in network.widths
        assert layer_table(build_network(key, FRAMES, BANDS, CLASSES)) == table_of(key)


def test_the_compact_network_is_small() -> None:
    table = table_of("compact_cnn")
    assert (table.parameters, table.trainable_parameters) == (181_826, 181_106)


def test_the_compact_network_slides_along_time_and_frequency() -> None:
    assert [shape for shape in shapes("compact_cnn") if shape[0] in ("Conv2D", "MaxPooling2D")] == [
        ("Conv2D", (None, 64, 24)),
        ("MaxPooling2D", (None, 32, 24)),
        ("Conv2D", (None, 32, 48)),
        ("Conv2D", (None, 32, 64)),
        ("MaxPooling2D", (None, 16, 64)),
        ("Conv2D", (None, 16, 64)),
        ("Conv2D", (None, 16, 80)),
        ("MaxPooling2D", (None, 8, 80)),
        ("Conv2D", (None, 8, 80)),
    ]
    assert built("compact_cnn").get_layer("MOMENTS").output.shape[1:] == (None, 80)
    assert built("compact_cnn").get_layer("POOLED").output.shape[1:] == (160,)


def test_the_cnn_slides_along_time() -> None:
    assert shapes("cnn") == [
        ("Conv1D", (208, 16)),
        ("MaxPooling1D", (104, 16)),
        ("BatchNormalization", (104, 16)),
        ("Conv1D", (102, 16)),
        ("MaxPooling1D", (51, 16)),
        ("BatchNormalization", (51, 16)),
        ("Conv1D", (49, 32)),
        ("MaxPooling1D", (25, 32)),
        ("BatchNormalization", (25, 32)),
        ("Flatten", (800,)),
        ("Dense", (32,)),
        ("Dense", (10,)),
    ]


def test_the_time_distributed_cnn_looks_at_each_frame_and_averages() -> None:
    assert shapes("td_cnn") == [
        ("Conv2D", (None, 120, 16)),
        ("MaxPooling2D", (None, 60, 16)),
        ("BatchNormalization", (None, 60, 16)),
        ("Conv2D", (None, 58, 16)),
        ("MaxPooling2D", (None, 29, 16)),
        ("BatchNormalization", (None, 29, 16)),
        ("Conv2D", (None, 27, 32)),
        ("MaxPooling2D", (None, 14, 32)),
        ("BatchNormalization", (None, 14, 32)),
        ("Dense", (None, 32)),
        ("Dense", (None, 10)),
        ("GlobalAveragePooling1D", (10,)),
    ]
    assert built("td_cnn").get_layer("FLATTEN").output.shape[1:] == (None, 448)


def test_the_hybrid_remembers_frames() -> None:
    assert shapes("cnn_rnn") == [
        ("Conv2D", (None, 120, 16)),
        ("MaxPooling2D", (None, 60, 16)),
        ("Dropout", (None, 60, 16)),
        ("Conv2D", (None, 58, 16)),
        ("MaxPooling2D", (None, 29, 16)),
        ("Dropout", (None, 29, 16)),
        ("Conv2D", (None, 27, 32)),
        ("Dropout", (None, 27, 32)),
        ("MaxPooling2D", (None, 14, 32)),
        ("LSTM", (None, 16)),
        ("GlobalAveragePooling1D", (16,)),
        ("Dropout", (16,)),
        ("Dense", (10,)),
    ]
    assert built("cnn_rnn").get_layer("FLATTEN").output.shape[1:] == (None, 448)


def test_the_hybrid_drops_what_the_lab_drops() -> None:
    rates = [layer.rate for layer in built("cnn_rnn").layers if isinstance(layer, layers.Dropout)]
    assert rates == [0.5, 0.5, 0.5, 0.35]


def test_the_compact_network_rectifies_what_it_has_normalised() -> None:
    kinds = [layer.__class__.__name__ for layer in built("compact_cnn").layers]
    for place in (index for index, kind in enumerate(kinds) if kind == "Conv2D"):
        assert kinds[place + 1 : place + 3] == ["BatchNormalization", "ReLU"]
    model = built("compact_cnn")
    sounds = np.random.default_rng(1).normal(size=(3, 4, BANDS)).astype(np.float32)
    np.testing.assert_allclose(np.asarray(model(sounds)).sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("key", LAB_MODELS)
def test_layers_are_rectified_and_end_in_probabilities(key: str) -> None:
    model = built(key)
    activations = {
        layer.name: layer.activation.__name__
        for layer in model.layers
        if isinstance(layer, layers.Conv1D | layers.Conv2D | layers.Dense)
    }
    assert activations.pop("SOFTMAX") == "softmax"
    assert set(activations.values()) == {"relu"}
    frames = FRAMES if key == "cnn" else 4
    sounds = np.random.default_rng(1).normal(size=(3, frames, BANDS)).astype(np.float32)
    answer = np.asarray(model(sounds))
    assert answer.shape == (3, CLASSES)
    np.testing.assert_allclose(answer.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("key", MODELS)
def test_another_number_of_classes_changes_the_last_layer_only(key: str) -> None:
    usual, other = (layer_table(built(key, classes=classes)) for classes in (10, 4))
    differing = [
        row.name
        for row, same in zip(usual.rows, other.rows, strict=True)
        if row.parameters != same.parameters
    ]
    assert differing == ["SOFTMAX"]


# The lab's own code, literally: a 1D convolution, time-distributed


def copy_weights(lab: keras.Model, ours: keras.Model) -> None:
    """Layer for layer; a Conv1D's kernel (k, in, out) is a Conv2D's (1, k, in, out)."""
    theirs = [layer for layer in lab.layers if layer.weights]
    mine = [layer for layer in ours.layers if layer.weights]
    for source, target in zip(theirs, mine, strict=True):
        weights = source.get_weights()
        if isinstance(target, layers.Conv2D):
            weights[0] = weights[0][np.newaxis]
        target.set_weights(weights)


Lab = Callable[[int], keras.Model]
both = pytest.mark.parametrize(("key", "lab"), LITERAL.items())


@both
def test_the_same_weights_give_the_answers_of_the_labs_code(key: str, lab: Lab) -> None:
    literal, ours = lab(BANDS), built(key)
    assert literal.count_params() == ours.count_params()
    literal.set_weights(random_weights(literal, seed=2024))
    copy_weights(literal, ours)
    sounds = np.random.default_rng(9).normal(size=(3, 5, BANDS)).astype(np.float32)
    expected = np.asarray(literal(sounds[..., np.newaxis]))
    assert np.ptp(expected, axis=0).max() > 0.01, "the sounds must differ in their answers"
    np.testing.assert_allclose(np.asarray(ours(sounds)), expected, atol=1e-5)


@both
def test_the_same_weights_have_the_gradients_of_the_labs_code(key: str, lab: Lab) -> None:
    literal, ours = lab(BANDS), built(key)
    literal.set_weights(random_weights(literal, seed=2024))
    copy_weights(literal, ours)
    sounds = np.random.default_rng(9).normal(size=(3, 5, BANDS)).astype(np.float32)
    sounds[:, 2] = 0  # silence: all bands are equal, and the pooling has to choose
    gradients = []
    for model, x in ((literal, sounds[..., np.newaxis]), (ours, sounds)):
        with tf.GradientTape() as tape:
            loss = keras.losses.sparse_categorical_crossentropy(np.array([1, 4, 7]), model(x))
        gradients.append(tape.gradient(loss, model.trainable_variables))
    for expected, mine in zip(*gradients, strict=True):
        flat = np.ravel(expected)
        assert np.abs(flat).max() > 1e-6
        np.testing.assert_allclose(np.ravel(mine), flat, atol=1e-4 * np.abs(flat).max())


def test_networks_that_drop_values_out_say_so() -> None:
    drop = {
        key for key in MODELS if "Dropout" in {row.kind for row in layer_table(built(key)).rows}
    }
    assert drop == {key for key in MODELS if MODELS[key].drops_out}


def test_only_networks_without_a_fixed_length_take_any() -> None:
    able = {key for key in MODELS if layer_table(built(key)).rows[0].shape[0] is None}
    assert (
        able
        == {"td_cnn", "cnn_rnn", "compact_cnn"}
        == {key for key in MODELS if MODELS[key].any_length}
    )
