"""A training step of our networks, and of the lab's code as it stands in the notebook."""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from numpy.typing import NDArray

from benchmarks.step import Step
from esc10.training.learner import Learner
from esc10.training.networks import MODELS

CLASSES = 10
BATCHES_IN_AN_EPOCH = 8
"""Of ESC-10's 240 training clips."""


def ours(network: str, x: NDArray[np.float32], y: NDArray[np.int64]) -> Step:
    """Steps as `esc10.training.loop` takes them: some tenths of a second in a call, or an epoch."""
    learner = Learner(network, x.shape[1], x.shape[2], CLASSES)
    learner.restart(seed=1, learning_rate=0.001)
    clips, labels = tf.constant(x), tf.constant(y)
    order = np.tile(np.arange(len(x)), BATCHES_IN_AN_EPOCH)

    def steps() -> int:
        _, _, learnt = learner.learn(clips, labels, order, len(x))
        return learnt // len(x)

    return steps


def literal(network: str, x: NDArray[np.float32], y: NDArray[np.int64]) -> Step:
    """A step of the lab's own code: layers of one dimension, wrapped in `TimeDistributed`."""
    build = LITERAL.get(network)
    bands = x.shape[2]
    if build is None:  # the lab's 1D-CNN is ours, layer for layer
        model, batch = MODELS[network].build(x.shape[1], bands, CLASSES), x
    else:
        model, batch = build(bands), x[..., np.newaxis]
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])

    def step() -> int:
        model.train_on_batch(batch, y)
        return 1

    return step


STEPS = {"ours": ours, "literal": literal}


def _in_every_frame(*stack: keras.Layer) -> list[keras.Layer]:
    return [layers.TimeDistributed(layer) for layer in stack]


def _td_cnn(bands: int) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((None, bands, 1)),
            *_in_every_frame(
                layers.Conv1D(16, 9, activation="relu"),
                layers.MaxPooling1D(2, padding="same"),
                layers.BatchNormalization(),
                layers.Conv1D(16, 3, activation="relu"),
                layers.MaxPooling1D(2, padding="same"),
                layers.BatchNormalization(),
                layers.Conv1D(32, 3, activation="relu"),
                layers.MaxPooling1D(2, padding="same"),
                layers.BatchNormalization(),
                layers.Flatten(),
                layers.Dense(32, activation="relu"),
                layers.Dense(CLASSES, activation="softmax"),
            ),
            layers.GlobalAveragePooling1D(),
        ]
    )


def _cnn_rnn(bands: int) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((None, bands, 1)),
            *_in_every_frame(
                layers.Conv1D(16, 9, activation="relu"),
                layers.MaxPooling1D(2, padding="same"),
                layers.Dropout(0.5),
                layers.Conv1D(16, 3, activation="relu"),
                layers.MaxPooling1D(2, padding="same"),
                layers.Dropout(0.5),
                layers.Conv1D(32, 3, activation="relu"),
                layers.Dropout(0.5),
                layers.MaxPooling1D(2, padding="same"),
                layers.Flatten(),
            ),
            layers.LSTM(16, return_sequences=True),
            layers.GlobalAveragePooling1D(),
            layers.Dropout(0.35),
            layers.Dense(CLASSES, activation="softmax"),
        ]
    )


LITERAL = {"td_cnn": _td_cnn, "cnn_rnn": _cnn_rnn}
"""The lab's own networks, where ours are written otherwise; called with the number of mel bands."""
