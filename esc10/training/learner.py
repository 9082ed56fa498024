"""A network with its optimiser, and the functions that TensorFlow traces for them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import keras
import numpy as np
import tensorflow as tf
from keras.src.random import seed_generator
from numpy.typing import NDArray

from esc10.training.networks import BUILDING, build_network

CALL_SECONDS = 0.3
"""How long TensorFlow is left alone with batches: so long, at most, nobody can ask for a stop. A
call for each batch costs the 1D-CNN a quarter of its time."""

_ANSWER_CLIPS = 32


class _Adam(keras.optimizers.Adam):
    """Adam in one operation for each weight, where Keras composes it of several."""

    def update_step(
        self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor
    ) -> None:
        """Move a weight and its two averages."""
        place = self._get_variable_index(variable)
        step = tf.cast(self.iterations + 1, tf.float32)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[place].value.handle,
            v=self._velocities[place].value.handle,
            beta1_power=self.beta_1**step,
            beta2_power=self.beta_2**step,
            lr=tf.cast(learning_rate, tf.float32),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
        )


@contextmanager
def _drawing_from(seed: int) -> Iterator[None]:
    """A context in which Keras draws all that it draws from a seed, whatever else goes on.

    Keras takes every seed of its own from Python's `random`, which Dask draws from as well, in a
    thread beside this one. Its `set_random_seed` does not keep the two apart, and has TensorFlow
    let go of all it has prepared: the next step took 0.2 s more.
    """
    shared = seed_generator.python_random
    seed_generator.python_random = random.Random(seed)
    try:
        yield
    finally:
        seed_generator.python_random = shared


class Learner:
    """A network that can learn from a batch and answer."""

    def __init__(
        self, key: str, frames: int, n_mels: int, classes: int, width: float = 1.0
    ) -> None:
        """Build the network; `restart` makes it ready.

        Args:
            key: a key of `esc10.training.networks.MODELS`.
            frames: of a clip.
            n_mels: mel bands of a frame.
            classes: how many classes there are.
            width: one of the network's.
        """
        self._shape = (key, frames, n_mels, classes, width)
        self.model = self._fresh_model()
        self._optimizer = _Adam(name="adam")
        self._optimizer.build(self.model.trainable_variables)
        self._loss = keras.losses.SparseCategoricalCrossentropy(reduction="none")
        # One trace for every number of clips and size of batch, an epoch's shorter last included.
        clips = [
            tf.TensorSpec((None, frames, n_mels), tf.float32),
            tf.TensorSpec((None,), tf.int64),
        ]
        order = [tf.TensorSpec((None,), tf.int64), tf.TensorSpec((), tf.int64)]
        self._steps = tf.function(self._steps_on, input_signature=[*clips, *order])
        self._look = tf.function(self._look_at, input_signature=clips)
        windows = [
            tf.TensorSpec((None, *self.model.input_shape[1:]), tf.float32),
            tf.TensorSpec((None, classes), tf.float32),
        ]
        decay = tf.TensorSpec((), tf.float32)
        self._mixed_step = tf.function(self._mixed_step_on, input_signature=[*windows, decay])
        self._settling_step = tf.function(self._settling_step_on, input_signature=[*windows, decay])

    def _fresh_model(self) -> keras.Model:
        return build_network(*self._shape)

    def restart(self, seed: int, learning_rate: float) -> None:
        """Forget everything; what comes is determined by the seed.

        Args:
            seed: of the first weights and of dropout.
            learning_rate: Adam's step size.
        """
        with BUILDING, _drawing_from(seed):
            fresh = self._fresh_model()
        for variable, first in zip(self.model.variables, fresh.variables, strict=True):
            variable.assign(first)
        for variable in self._optimizer.variables:
            variable.assign(tf.zeros_like(variable))
        self._optimizer.learning_rate = learning_rate

    def learn(
        self, x: tf.Tensor, y: tf.Tensor, order: NDArray[np.int64], batch_size: int
    ) -> tuple[float, int, int]:
        """Take steps of the optimiser, until all clips are learnt from or `CALL_SECONDS` are over.

        Args:
            x: shape (clips, frames, mel bands). It and `y` may be arrays, which are then copied.
            y: labels, shape (clips,).
            order: which of the clips to learn from, and in what order, shape (chosen,).
            batch_size: clips in a step; the last may have fewer.

        Returns:
            Over the clips learnt from, each before its step: their cross-entropies added up, in
            nats; how many were classified rightly; and how many they are, from the beginning of
            `order`.
        """
        loss, right, learnt = self._steps(x, y, order, batch_size)
        return float(loss), int(right), int(learnt)

    def learn_mixed(
        self,
        x: NDArray[np.float32],
        targets: NDArray[np.float32],
        step_size: float,
        decay: float,
        *,
        settling: bool = False,
    ) -> tuple[float, int]:
        """Take one step of the optimiser on a batch whose clips may be of several classes.

        Args:
            x: shape (batch, frames, mel bands).
            targets: how much of each class is in them, shape (batch, classes).
            step_size: Adam's.
            decay: the share of each layer's weights, times the step size, that is taken away.
            settling: whether nothing is dropped out.

        Returns:
            The cross-entropies before the step, added up, in nats; and how many were classified
            as what there is most of in them.
        """
        self._optimizer.learning_rate = step_size
        take_step = self._settling_step if settling else self._mixed_step
        loss, right = take_step(x, targets, step_size * decay)
        return float(loss), int(right)

    def answers(
        self, x: NDArray[np.float32], y: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """What the network says of clips, a few at a time: that bounds memory, not the answer.

        Args:
            x: shape (clips, frames, mel bands).
            y: labels, shape (clips,).

        Returns:
            Class probabilities, shape (clips, classes), and cross-entropies, shape (clips,), in
            nats.
        """
        cuts = range(0, len(x), _ANSWER_CLIPS)
        parts = [
            self._look(x[start : start + _ANSWER_CLIPS], y[start : start + _ANSWER_CLIPS])
            for start in cuts
        ]
        probabilities, losses = zip(*parts, strict=True)
        return np.concatenate(probabilities), np.concatenate(losses)

    def _steps_on(
        self, x: tf.Tensor, y: tf.Tensor, order: tf.Tensor, batch_size: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        end = tf.timestamp() + CALL_SECONDS

        def goes_on(begin: tf.Tensor, *_: tf.Tensor) -> tf.Tensor:
            in_time = tf.equal(begin, 0) | (tf.timestamp() < end)
            return (begin < tf.size(order, tf.int64)) & in_time

        def learn_batch(begin: tf.Tensor, loss: tf.Tensor, right: tf.Tensor) -> list[tf.Tensor]:
            clips = order[begin : begin + batch_size]
            more_loss, more_right = self._step_on(tf.gather(x, clips), tf.gather(y, clips))
            return [begin + tf.size(clips, tf.int64), loss + more_loss, right + more_right]

        nothing = [tf.constant(0, tf.int64), tf.constant(0.0), tf.constant(0, tf.int64)]
        learnt, loss, right = tf.while_loop(goes_on, learn_batch, nothing)
        return loss, right, learnt

    def _step_on(self, x: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        probabilities, losses = self._descend(x, partial(self._loss, y))
        right = tf.equal(tf.argmax(probabilities, axis=1), y)
        return tf.reduce_sum(losses), tf.math.count_nonzero(right)

    def _mixed_step_on(
        self, x: tf.Tensor, targets: tf.Tensor, decay: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        loss_of = partial(keras.losses.categorical_crossentropy, targets)
        probabilities, losses = self._descend(x, loss_of, decay)
        right = tf.equal(tf.argmax(probabilities, axis=1), tf.argmax(targets, axis=1))
        return tf.reduce_sum(losses), tf.math.count_nonzero(right)

    def _settling_step_on(
        self, x: tf.Tensor, targets: tf.Tensor, decay: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """The same, traced while no layer drops anything out."""
        rates = {
            layer: layer.rate
            for layer in self.model.layers
            if isinstance(layer, keras.layers.Dropout)
        }
        try:
            for layer in rates:
                layer.rate = 0.0
            return self._mixed_step_on(x, targets, decay)
        finally:
            for layer, rate in rates.items():
                layer.rate = rate

    def _descend(
        self,
        x: tf.Tensor,
        loss_of: Callable[[tf.Tensor], tf.Tensor],
        decay: tf.Tensor | None = None,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """A step of the optimiser; what is answered before it, and the clips' losses."""
        weights = self.model.trainable_variables
        with tf.GradientTape() as tape:
            probabilities = self.model(x, training=True)  # (clips, classes)
            losses = loss_of(probabilities)  # (clips,)
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, weights)
        # Apart from the gradient's own step: I. Loshchilov and F. Hutter, arXiv:1711.05101. Neither
        # biases nor what normalises decays.
        if decay is not None:
            for weight in weights:
                if len(weight.shape) > 1:
                    weight.assign(weight * (1 - decay))
        self._optimizer.apply(gradients, weights)
        return probabilities, losses

    def _look_at(self, x: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        probabilities = self.model(x, training=False)
        return probabilities, self._loss(y, probabilities)
