"""Keras' layers with the same arithmetic in fewer passes over memory.

A batch of 32 clips is 6,912 frames, and the first activation alone has 53 MB, so a training step
on a CPU waits for memory more than it computes. Each class here is the Keras layer of its name:
the same weights, the same answers and the same gradients to rounding (`tests/test_layers.py`), and
the same class name, by which Keras labels the weights in a `.weights.h5` file. What each saves is
in `benchmarks/README.md`.

Like `esc10.training.loop` it loads Keras; only `esc10.training.networks` imports it, where a
network is built.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

_BYTE_MASKS = 2 * np.unpackbits(np.arange(256, dtype=np.uint8)[:, np.newaxis], axis=1)
"""What eight coins do to eight values: 0 or 2, shape (256, 8); the rows are all that can fall."""


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _add_bias(x: tf.Tensor, bias: tf.Tensor) -> Any:
    def gradients(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        # The reshape costs nothing, and keeps TensorFlow from summing inside the gradient of the
        # kernel (`_MklNativeConv2DBackpropFilterWithBias`), which takes longer than both apart.
        rows = tf.reshape(upstream, (-1, bias.shape[0]))  # (batch * frames * bands, filters)
        return upstream, tf.raw_ops.BiasAddGrad(out_backprop=rows)

    return tf.nn.bias_add(x, bias), gradients


class Conv2D(keras.layers.Conv2D):
    """A convolution of stride 1 without padding, its bias' gradient computed by itself."""

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """The activations: (batch, frames, bands, channels) to (batch, frames, fewer, filters)."""
        x = tf.nn.conv2d(inputs, tf.convert_to_tensor(self.kernel), 1, "VALID")
        return self.activation(_add_bias(x, tf.convert_to_tensor(self.bias)))


class BatchNormalization(keras.layers.BatchNormalization):
    """Batch normalisation, in training one operation, where Keras composes it of several."""

    def call(
        self, inputs: tf.Tensor, training: bool | None = None, mask: tf.Tensor | None = None
    ) -> tf.Tensor:
        """The normalised inputs, of their shape: the batch first, the channels last."""
        if not (training and self.trainable):
            return super().call(inputs, training=training, mask=mask)
        channels = inputs.shape[-1]
        normalised, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=tf.reshape(inputs, (1, 1, -1, channels)),  # an image with a row for all positions
            scale=tf.convert_to_tensor(self.gamma),
            offset=tf.convert_to_tensor(self.beta),
            mean=tf.zeros(0),
            variance=tf.zeros(0),
            epsilon=self.epsilon,
            is_training=True,
        )
        # The operation gives the unbiased variance; Keras keeps the biased one.
        count = tf.cast(tf.size(inputs) // channels, tf.float32)
        self._move(self.moving_mean, mean)
        self._move(self.moving_variance, variance * (count - 1) / count)
        return tf.reshape(normalised, tf.shape(inputs))

    def _move(self, average: keras.Variable, value: tf.Tensor) -> None:
        average.assign(average * self.momentum + value * (1 - self.momentum))


class Dropout(keras.layers.Dropout):
    """Dropout whose coins, where the rate is a half, are single random bits."""

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """The inputs, in training some of them zero and the others scaled up."""
        if not training or self.rate != 0.5:
            return super().call(inputs, training=training)
        count = tf.size(inputs)
        words = tf.random.stateless_uniform(
            [-(-count // 32)],
            seed=tf.cast(self.seed_generator.next(), tf.int32),
            minval=None,
            maxval=None,
            dtype=tf.int32,
        )
        octets = tf.cast(tf.bitcast(words, tf.uint8), tf.int32)  # (words, 4)
        masks = tf.gather(tf.constant(_BYTE_MASKS, tf.float32), octets)  # (words, 4, 8)
        return inputs * tf.reshape(tf.reshape(masks, [-1])[:count], tf.shape(inputs))


class LSTM(keras.layers.LSTM):
    """An LSTM in one operation, where Keras runs a loop of small ones over the frames."""

    def inner_loop(
        self,
        sequences: tf.Tensor,
        initial_state: list[tf.Tensor],
        mask: tf.Tensor | None,
        training: bool | None = False,
    ) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor]]:
        """The last output, the outputs (batch, frames, units), and the last two states."""
        if mask is not None:
            raise NotImplementedError("clips have no masked frames")
        kernel, recurrent, bias = (
            _gates_in_block_order(tf.convert_to_tensor(weights))
            for weights in (self.cell.kernel, self.cell.recurrent_kernel, self.cell.bias)
        )
        batch, frames = tf.shape(sequences)[0], tf.shape(sequences)[1]
        # One product for all frames: inside the operation it would be one of 32 rows for each.
        rows = tf.reshape(sequences, (-1, sequences.shape[2]))  # (batch * frames, bands)
        projected = tf.reshape(rows @ kernel, (batch, frames, 4 * self.units))
        no_peephole = tf.zeros(self.units)
        # Not BlockLSTMV2: TensorFlow 2.21 gives it the gradient of this one, whose gates are in
        # another order.
        *_, states, _, _, _, _, outputs = tf.raw_ops.BlockLSTM(
            seq_len_max=tf.cast(frames, tf.int64),
            x=tf.transpose(projected, (1, 0, 2)),  # (frames, batch, 4 * units)
            cs_prev=initial_state[1],
            h_prev=initial_state[0],
            w=tf.concat([tf.eye(4 * self.units), recurrent], 0),
            wci=no_peephole,
            wcf=no_peephole,
            wco=no_peephole,
            b=bias,
            forget_bias=0.0,
            cell_clip=-1.0,
        )
        last, state = outputs[-1], states[-1]
        return last, tf.transpose(outputs, (1, 0, 2)), [last, state]


def _gates_in_block_order(weights: tf.Tensor) -> tf.Tensor:
    """Keras' gates (input, forget, cell, output) as BlockLSTM wants them."""
    entry, forget, cell, output = tf.split(weights, 4, axis=-1)
    return tf.concat([entry, cell, forget, output], -1)
