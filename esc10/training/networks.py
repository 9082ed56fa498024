"""The lab's three networks, parameter for parameter, and one that goes further.

    cnn          a 1D-CNN over time, the mel bands as its channels
    td_cnn       the same blocks along frequency in every frame; the frames' answers are averaged
    cnn_rnn      the convolutions feed an LSTM, frame after frame
    compact_cnn  a 2D-CNN: its filters slide along time and along frequency

Keras is imported inside the functions that need it: pages read `MODELS` too, and Streamlit's
process must never load Keras.

The lab writes the second and third with `TimeDistributed(Conv1D(k))`. Here time is the first axis
of an image and the kernels are (1, k): the same weights give the same answers and gradients for
each frame, in a hundredth of the time. Where a layer of Keras passes over memory more often than
it must, `esc10.training.layers` has one of the same name.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

BUILDING = threading.Lock()
"""Held while a network is built: Keras draws first weights from one seed for all threads."""

FRAME_PROBABILITIES = "SOFTMAX"
"""The layer that holds the class probabilities; of every frame, where the network has frames."""


@dataclass(frozen=True, slots=True)
class Network:
    """A network that can be chosen.

    Attributes:
        key: its name in settings and on the command line.
        title: its name for people.
        summary: one sentence on how it listens.
        frames_vote: whether its answer is the mean of one answer for each frame.
        any_length: whether it takes any number of frames.
        build: called with frames, mel bands and classes, and with one of its widths where it has
            several; gives the uncompiled network, which maps (batch, frames, mel bands) to class
            probabilities (batch, classes).
        drops_out: whether some of its values are dropped while it learns.
        widths: how many times as many filters and units its layers can have; 1 is the network.
    """

    key: str
    title: str
    summary: str
    frames_vote: bool
    any_length: bool
    build: Callable[..., keras.Model]
    drops_out: bool = False
    widths: tuple[float, ...] = (1.0,)


def build_cnn(frames: int, n_mels: int, classes: int) -> keras.Model:
    """The 1D-CNN: 47,018 parameters for 216 frames, 128 bands and 10 classes."""
    import keras
    from keras import layers

    from esc10.training.layers import BatchNormalization

    inputs = keras.Input((frames, n_mels), name="INPUT")
    x = layers.Conv1D(16, 9, activation="relu", name="CONV1")(inputs)  # (208, 16)
    x = layers.MaxPooling1D(2, padding="same", name="MP1")(x)  # (104, 16)
    x = BatchNormalization(name="BATCH1")(x)
    x = layers.Conv1D(16, 3, activation="relu", name="CONV2")(x)  # (102, 16)
    x = layers.MaxPooling1D(2, padding="same", name="MP2")(x)  # (51, 16)
    x = BatchNormalization(name="BATCH2")(x)
    x = layers.Conv1D(32, 3, activation="relu", name="CONV3")(x)  # (49, 32)
    x = layers.MaxPooling1D(2, padding="same", name="MP3")(x)  # (25, 32)
    x = BatchNormalization(name="BATCH3")(x)
    x = layers.Flatten(name="FLATTEN")(x)  # (800,)
    x = layers.Dense(32, activation="relu", name="DENSE")(x)
    outputs = layers.Dense(classes, activation="softmax", name=FRAME_PROBABILITIES)(x)
    return keras.Model(inputs, outputs, name="cnn")


def _conv(filters: int, width: int, name: str) -> keras.Layer:
    """A convolution along frequency, the same in every frame."""
    from esc10.training import layers

    return layers.Conv2D(filters, (1, width), activation="relu", name=name)


def _pool(name: str) -> keras.Layer:
    """The larger of each two neighbouring bands, in every frame."""
    from keras import layers

    return layers.MaxPooling2D((1, 2), padding="same", name=name)


def build_td_cnn(frames: int, n_mels: int, classes: int, width: float = 1.0) -> keras.Model:
    """The time-distributed 1D-CNN: 17,466 parameters; it takes any number of frames.

    Batch normalisation takes its statistics over the frames of all clips in the batch. Every layer
    has `width` times as many filters or units; the shapes beside them are those of width 1.
    """
    del frames
    import keras
    from keras import layers

    from esc10.training.layers import BatchNormalization

    few, many = round(16 * width), round(32 * width)
    inputs = keras.Input((None, n_mels), name="INPUT")  # (frames, 128)
    x = layers.Reshape((-1, n_mels, 1), name="CHANNEL")(inputs)  # (frames, 128, 1)
    x = _conv(few, 9, "CONV1")(x)  # (frames, 120, 16)
    x = _pool("MP1")(x)  # (frames, 60, 16)
    x = BatchNormalization(name="BATCH1")(x)
    x = _conv(few, 3, "CONV2")(x)  # (frames, 58, 16)
    x = _pool("MP2")(x)  # (frames, 29, 16)
    x = BatchNormalization(name="BATCH2")(x)
    x = _conv(many, 3, "CONV3")(x)  # (frames, 27, 32)
    x = _pool("MP3")(x)  # (frames, 14, 32)
    x = BatchNormalization(name="BATCH3")(x)
    x = layers.Reshape((-1, x.shape[2] * x.shape[3]), name="FLATTEN")(x)  # (frames, 448)
    x = layers.Dense(many, activation="relu", name="DENSE")(x)  # (frames, 32)
    x = layers.Dense(classes, activation="softmax", name=FRAME_PROBABILITIES)(x)
    outputs = layers.GlobalAveragePooling1D(name="AVERAGE")(x)  # (classes,)
    return keras.Model(inputs, outputs, name="td_cnn")


def build_cnn_rnn(frames: int, n_mels: int, classes: int) -> keras.Model:
    """The hybrid CNN-RNN: 32,442 parameters; it takes any number of frames."""
    del frames
    import keras
    from keras import layers

    from esc10.training.layers import LSTM, Dropout

    inputs = keras.Input((None, n_mels), name="INPUT")  # (frames, 128)
    x = layers.Reshape((-1, n_mels, 1), name="CHANNEL")(inputs)  # (frames, 128, 1)
    x = _conv(16, 9, "CONV1")(x)  # (frames, 120, 16)
    x = _pool("MP1")(x)  # (frames, 60, 16)
    x = Dropout(0.5, name="DROP1")(x)
    x = _conv(16, 3, "CONV2")(x)  # (frames, 58, 16)
    x = _pool("MP2")(x)  # (frames, 29, 16)
    x = Dropout(0.5, name="DROP2")(x)
    x = _conv(32, 3, "CONV3")(x)  # (frames, 27, 32)
    x = Dropout(0.5, name="DROP3")(x)
    x = _pool("MP3")(x)  # (frames, 14, 32)
    x = layers.Reshape((-1, x.shape[2] * x.shape[3]), name="FLATTEN")(x)  # (frames, 448)
    x = LSTM(16, return_sequences=True, name="LSTM")(x)  # (frames, 16)
    x = layers.GlobalAveragePooling1D(name="AVERAGE")(x)  # (16,)
    x = Dropout(0.35, name="DROP4")(x)
    outputs = layers.Dense(classes, activation="softmax", name=FRAME_PROBABILITIES)(x)
    return keras.Model(inputs, outputs, name="cnn_rnn")


def build_compact_cnn(frames: int, n_mels: int, classes: int) -> keras.Model:
    """The compact 2D-CNN: 181,826 parameters; it takes any number of frames.

    Six convolutions of 3 by 3, and few positions for the costly ones: the first takes every second
    frame and band, and what follows is pooled three times. What is then heard at a moment, over all
    bands, is kept as its mean and its maximum over time, so a bark counts however short it is.
    """
    del frames
    import keras
    from keras import layers

    inputs = keras.Input((None, n_mels), name="INPUT")  # (frames, 128)
    x = layers.Reshape((-1, n_mels, 1), name="CHANNEL")(inputs)  # (frames, 128, 1)
    x = _image_block(x, 24, 1, step=2)  # (frames / 2, 64, 24)
    x = _image_pool("MP1")(x)  # (frames / 4, 32, 24)
    x = _image_block(x, 48, 2)
    x = _image_block(x, 64, 3)
    x = _image_pool("MP2")(x)  # (frames / 8, 16, 64)
    x = _image_block(x, 64, 4)
    x = _image_block(x, 80, 5)
    x = _image_pool("MP3")(x)  # (frames / 16, 8, 80)
    x = _image_block(x, 80, 6)
    x = layers.AveragePooling2D((1, x.shape[2]), name="BANDS")(x)  # (frames / 16, 1, 80)
    x = layers.Reshape((-1, x.shape[3]), name="MOMENTS")(x)  # (frames / 16, 80)
    x = layers.Concatenate(name="POOLED")(
        [
            layers.GlobalAveragePooling1D(name="AVERAGE")(x),
            layers.GlobalMaxPooling1D(name="MAXIMUM")(x),
        ]
    )  # (160,)
    x = layers.Dropout(0.3, name="DROP")(x)
    outputs = layers.Dense(classes, activation="softmax", name=FRAME_PROBABILITIES)(x)
    return keras.Model(inputs, outputs, name="compact_cnn")


def _image_block(x: keras.KerasTensor, filters: int, number: int, step: int = 1) -> Any:
    """A convolution of 3 by 3, normalised, then rectified; every `step`-th frame and band."""
    from keras import layers

    from esc10.training.layers import BatchNormalization

    x = layers.Conv2D(filters, 3, step, padding="same", use_bias=False, name=f"CONV{number}")(x)
    # Keras' momentum of 0.99 takes some 40 epochs of 240 clips to settle.
    x = BatchNormalization(momentum=0.9, name=f"BATCH{number}")(x)
    return layers.ReLU(name=f"RELU{number}")(x)


def _image_pool(name: str) -> keras.Layer:
    """The largest of each two by two neighbouring frames and bands."""
    from keras import layers

    return layers.MaxPooling2D(2, padding="same", name=name)


MODELS: dict[str, Network] = {
    network.key: network
    for network in (
        Network(
            "cnn",
            "1D-CNN",
            "Slides along time; the mel bands are its channels. It knows where in the clip a "
            "sound is.",
            frames_vote=False,
            any_length=False,
            build=build_cnn,
        ),
        Network(
            "td_cnn",
            "Time-distributed 1D-CNN",
            "Looks at one frame at a time, along frequency, and averages the frames' answers.",
            frames_vote=True,
            any_length=True,
            build=build_td_cnn,
            widths=(0.25, 0.5, 1.0, 2.0, 4.0),
        ),
        Network(
            "cnn_rnn",
            "Hybrid CNN-RNN",
            "Looks at one frame at a time and remembers what came before, with an LSTM.",
            frames_vote=False,
            any_length=True,
            build=build_cnn_rnn,
            drops_out=True,
        ),
        Network(
            "compact_cnn",
            "Compact 2D-CNN",
            "Looks along time and frequency at once, for a sound's shape, wherever it stands.",
            frames_vote=False,
            any_length=True,
            build=build_compact_cnn,
            drops_out=True,
        ),
    )
}
"""Every network by its key, the lab's first; another entry is another network everywhere."""

LAB_MODELS = ("cnn", "td_cnn", "cnn_rnn")
"""The keys of the lab's three, in its order."""


def build_network(
    key: str, frames: int, n_mels: int, classes: int, width: float = 1.0
) -> keras.Model:
    """A network with its first weights.

    Args:
        key: a key of `MODELS`.
        frames: of a clip.
        n_mels: mel bands of a frame.
        classes: how many classes there are.
        width: one of its widths.
    """
    network = MODELS[key]
    if len(network.widths) == 1:
        return network.build(frames, n_mels, classes)
    return network.build(frames, n_mels, classes, width)


@dataclass(frozen=True, slots=True)
class LayerRow:
    """A row of the layer table, as Keras prints it.

    Attributes:
        name: the layer's name.
        kind: its Keras class.
        shape: its output shape without the batch; `None` is any number of frames.
        parameters: its weights, trainable or not.
    """

    name: str
    kind: str
    shape: tuple[int | None, ...]
    parameters: int


@dataclass(frozen=True, slots=True)
class LayerTable:
    """A network's layers, and its sums.

    Attributes:
        rows: from input to output.
        parameters: all weights.
        trainable_parameters: those that training moves.
    """

    rows: tuple[LayerRow, ...]
    parameters: int
    trainable_parameters: int


def layer_table(model: keras.Model) -> LayerTable:
    """The layers of a network with their output shapes and parameters."""
    rows = tuple(
        LayerRow(
            layer.name, type(layer).__name__, tuple(layer.output.shape[1:]), layer.count_params()
        )
        for layer in model.layers
    )
    trainable = sum(int(weight.value.shape.num_elements()) for weight in model.trainable_weights)
    return LayerTable(rows, model.count_params(), trainable)
