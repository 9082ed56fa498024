"""What a trained network can be asked, wherever it runs, and what it answers.

`esc10.inference.classifier.Classifier` answers in this process and loads Keras;
`esc10.engine.remote.RemoteClassifier` asks the worker for the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from esc10.progress import OnProgress, Progress, Tally, ignore_progress

_CLIPS_AT_ONCE = 64
"""They have 7 MB as inputs; of messages above 10 MB, Dask warns."""


@dataclass(frozen=True)
class Answer:
    """What a network says of some sounds.

    Attributes:
        clip: class probabilities, shape (sounds, classes).
        frames: class probabilities of every frame, shape (sounds, frames, classes), for a network
            that averages its frames' answers; else None.
    """

    clip: NDArray[np.float32]
    frames: NDArray[np.float32] | None


@dataclass(frozen=True)
class Embeddings:
    """What a network makes of some sounds before it decides.

    Attributes:
        values: the last hidden layer's, shape (sounds, units); the mean over the frames, where that
            layer still has frames.
        probabilities: class probabilities, shape (sounds, classes).
    """

    values: NDArray[np.float32]
    probabilities: NDArray[np.float32]


class Predictor(Protocol):
    """A run's network with one of its best weights. Several threads may ask it at once."""

    def answer(self, x: NDArray[np.float32]) -> Answer:
        """The probabilities for sounds as `esc10.features.inputs.network_input` gives them.

        Args:
            x: shape (sounds, frames, mel bands).

        Raises:
            RunError: no worker is there to answer.
        """

    def embeddings(self, x: NDArray[np.float32]) -> Embeddings:
        """What the last layer decides on.

        Args:
            x: shape (sounds, frames, mel bands), one sound at least.

        Raises:
            RunError: no worker is there to answer.
        """

    def filters(self) -> NDArray[np.float32] | None:
        """The kernels of the first convolution: what the network looks for in a spectrogram.

        Returns:
            Shape (filters, mel bands, frames): (16, 128, 9) for a network that slides along time,
            (16, 9, 1) for one that looks along frequency in each frame. None for a network
            without a convolution.

        Raises:
            RunError: no worker is there to read them.
        """

    def keras_file(self) -> bytes:
        """The network as a `.keras` file, which Keras loads anywhere: nothing of ours is in it.

        The layers of `esc10.training.layers` become Keras' own, so answers may differ by rounding,
        by less than 1e-6.

        Raises:
            RunError: no worker is there to write it.
        """


def embeddings_of(
    predictor: Predictor,
    x_of: Callable[[NDArray[np.int64]], NDArray[np.float32]],
    clips: int,
    on_progress: OnProgress = ignore_progress,
) -> Embeddings:
    """The embeddings of any number of clips, asked for a few dozen at a time.

    Args:
        predictor: the network.
        x_of: what the network is fed of some of the clips; called with their indices, from 0, it
            gives shape (indices, frames, mel bands).
        clips: how many there are, at least one.
        on_progress: told how many clips the network has heard.

    Returns:
        All clips, in their order.

    Raises:
        RunError: no worker is there to answer.
    """
    tally = Tally(Progress("Listening with the network", 0, clips), on_progress)
    parts: list[Embeddings] = []
    for begin in range(0, clips, _CLIPS_AT_ONCE):
        indices = np.arange(begin, min(begin + _CLIPS_AT_ONCE, clips))
        parts.append(predictor.embeddings(x_of(indices)))
        tally.add(files=len(indices))
    return Embeddings(
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.probabilities for part in parts]),
    )
