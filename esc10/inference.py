"""A run's classifier: probabilities for the clip and, where the network has them, for each frame.

It is built from the run's saved configuration alone. Like `esc10.training` it loads Keras, and
only the worker, the command line and tests import it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from esc10.errors import RunError
from esc10.models import BUILDING, FRAME_PROBABILITIES, MODELS
from esc10.preparation import RunConfig
from esc10.results import Answer


class Classifier:
    """A trained network, ready to answer."""

    def __init__(self, config: RunConfig, weights: bytes) -> None:
        """Build the network and load its weights.

        Args:
            config: the run's configuration.
            weights: a Keras `.weights.h5` file's bytes.

        Raises:
            RunError: the weights do not fit the network.
        """
        with BUILDING:
            model = MODELS[config.train.model].build(
                config.mel.frames, config.mel.n_mels, len(config.classes)
            )
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "run.weights.h5"
            path.write_bytes(weights)
            try:
                model.load_weights(path)
            except (OSError, RuntimeError, ValueError, KeyError) as cause:
                raise RunError(
                    f"The weights of run {config.run_id} are damaged or belong to another network. "
                    "Train it again."
                ) from cause
        votes = model.get_layer(FRAME_PROBABILITIES).output
        self._has_frames = len(votes.shape) == 3  # (sounds, frames, classes)
        self._model = keras.Model(model.input, [model.output, votes]) if self._has_frames else model

    def answer(self, x: NDArray[np.float32]) -> Answer:
        """The probabilities for sounds as `esc10.features.network_input` gives them.

        Args:
            x: shape (sounds, frames, mel bands).
        """
        if not self._has_frames:
            return Answer(np.asarray(self._model(x, training=False)), None)
        clip, frames = self._model(x, training=False)
        return Answer(np.asarray(clip), np.asarray(frames))
