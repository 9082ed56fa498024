"""A trained network in this process: its answers to sounds, and the network from inside.

It is built from the run's saved configuration alone. Like `esc10.training.loop` it loads Keras, and
only the worker, the command line and tests import it.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from esc10.errors import MisfitError
from esc10.inference.predictor import Answer, Embeddings
from esc10.training.networks import BUILDING, FRAME_PROBABILITIES, build_network
from esc10.training.plan import RunConfig

_CLIPS_AT_ONCE = 16
"""Clips shown to the network in one go; a single one's first activation can have 1.7 MB."""


class Classifier:
    """A trained network, ready to answer."""

    def __init__(self, config: RunConfig, weights: bytes) -> None:
        """Build the network and load its weights.

        Args:
            config: the run's configuration.
            weights: a Keras `.weights.h5` file's bytes.

        Raises:
            MisfitError: the weights do not fit the network.
        """
        with BUILDING:
            model = build_network(
                config.train.model,
                config.mel.frames,
                config.mel.n_mels,
                len(config.classes),
                config.train.width,
            )
        _load(model, config, weights)
        last = model.get_layer(FRAME_PROBABILITIES)
        votes = last.output
        self._has_frames = len(votes.shape) == 3  # (sounds, frames, classes)
        self._model = keras.Model(model.input, [model.output, votes]) if self._has_frames else model
        # All is built here: two threads may ask at once, and but for `reload` nothing changes.
        self._network = model
        self._inside = keras.Model(model.input, [last.input, model.output])

    def reload(self, config: RunConfig, weights: bytes) -> None:
        """Answer with other weights of the same network from now on; nobody else may ask meanwhile.

        Building a network takes several times as long.

        Args:
            config: of the run they are from.
            weights: a Keras `.weights.h5` file's bytes.

        Raises:
            MisfitError: the weights do not fit the network, which then has none.
        """
        for variable in self._network.weights:
            # Of the weights before nothing may be left where a file lacks some.
            variable.assign(np.full(variable.shape, np.nan, np.float32))
        _load(self._network, config, weights)
        if not all(np.isfinite(values).all() for values in self._network.get_weights()):
            raise _misfits(config)

    def digest(self) -> str:
        """The SHA-256 of all weights in the network's order: of equal ones it is the same."""
        digest = hashlib.sha256()
        for values in self._network.get_weights():
            digest.update(np.ascontiguousarray(values).data)
        return digest.hexdigest()

    def answer(self, x: NDArray[np.float32]) -> Answer:
        """See `Predictor.answer`; x has shape (sounds, frames, mel bands)."""
        if not self._has_frames:
            return Answer(np.asarray(self._model(x, training=False)), None)
        clip, frames = self._model(x, training=False)
        return Answer(np.asarray(clip), np.asarray(frames))

    def embeddings(self, x: NDArray[np.float32]) -> Embeddings:
        """See `Predictor.embeddings`; a few sounds at a time, which bounds memory."""
        parts = [
            self._inside(x[begin : begin + _CLIPS_AT_ONCE], training=False)
            for begin in range(0, len(x), _CLIPS_AT_ONCE)
        ]
        values = np.concatenate([np.asarray(values) for values, _ in parts])
        probabilities = np.concatenate([np.asarray(clip) for _, clip in parts])
        if values.ndim == 3:  # (sounds, frames, units)
            values = values.mean(axis=1)
        return Embeddings(values, probabilities)

    def filters(self) -> NDArray[np.float32] | None:
        """See `Predictor.filters`."""
        for layer in self._network.layers:
            kernel = getattr(layer, "kernel", None)
            if kernel is not None and len(kernel.shape) >= 3:
                # Keras has (frames, mel bands, filters); an image's one channel before the filters.
                values = np.asarray(kernel)
                values = values[:, :, 0] if values.ndim == 4 else values
                return np.ascontiguousarray(values.transpose(2, 1, 0))
        return None

    def keras_file(self) -> bytes:
        """See `Predictor.keras_file`."""
        with BUILDING:
            plain = keras.models.clone_model(self._network, clone_function=_as_keras_has_it)
        plain.set_weights(self._network.get_weights())
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "network.keras"
            plain.save(path)
            return path.read_bytes()


def _load(model: keras.Model, config: RunConfig, weights: bytes) -> None:
    """Give a network the weights of a run.

    Raises:
        MisfitError: they do not fit the network.
    """
    # Where a load fails, Keras may keep the file open, which Windows then does not delete.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "run.weights.h5"
        path.write_bytes(weights)
        try:
            model.load_weights(path)
        except (OSError, RuntimeError, ValueError, KeyError) as cause:
            raise _misfits(config) from cause


def _misfits(config: RunConfig) -> MisfitError:
    return MisfitError(
        f"The weights of run {config.run_id} are damaged or belong to another network. "
        "Train it again."
    )


def _as_keras_has_it(layer: keras.Layer) -> keras.Layer:
    """A new layer with the same settings, of the class that has that name in Keras."""
    return getattr(keras.layers, type(layer).__name__).from_config(layer.get_config())
