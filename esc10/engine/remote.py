"""What pages ask of networks and of trained runs: a worker answers, for only there is Keras."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from esc10.engine import worker
from esc10.engine.cluster import Cluster
from esc10.errors import RunError
from esc10.features.mel import MelConfig
from esc10.progress import OnProgress, Progress, Tally, ignore_progress
from esc10.runs.run import Run
from esc10.training.networks import LayerTable
from esc10.training.plan import RunConfig
from esc10.training.results import Answer, Hidden, HiddenPlane, Plane

_CLIPS_PER_MESSAGE = 64
"""They have 7 MB; of messages above 10 MB, Dask warns."""


class Questions:
    """Questions to a cluster, answered also while a run trains there; any thread may ask them."""

    def __init__(self, cluster: Cluster) -> None:
        """Ask the workers of `cluster`."""
        self._cluster = cluster
        self._tables: dict[int, dict[str, LayerTable]] = {}

    def layer_tables(self, classes: int) -> dict[str, LayerTable]:
        """The layer table of each network.

        Raises:
            RunError: no worker is there to build them.
        """
        if classes not in self._tables:
            mel = MelConfig()
            self._tables[classes] = self._cluster.ask(
                worker.layer_tables, mel.frames, mel.n_mels, classes
            )
        return self._tables[classes]

    def answer(self, run: Run, criterion: str, x: NDArray[np.float32]) -> Answer:
        """A run's answer to some sounds; a few hundredths of a second, also while a run trains.

        Args:
            run: a run with weights.
            criterion: which of its best weights.
            x: shape (sounds, frames, mel bands).

        Raises:
            RunError: the run has no weights, or no worker is there to answer.
        """
        weights = run.weights(criterion)
        return self._cluster.ask(worker.answer, run.config, weights, x)  # type: ignore[no-any-return]

    def answer_whole(self, run: Run, criterion: str, x: NDArray[np.float32]) -> Answer:
        """A run's answer to one sound of any length; its network must take any number of frames.

        Ten minutes are 13 MB, so they go as data: Dask warns of questions above 10 MB.

        Args:
            run: a run with weights.
            criterion: which of its best weights.
            x: shape (frames, mel bands).

        Returns:
            The answer to one sound.

        Raises:
            RunError: the run has no weights, or no worker is there to answer.
        """
        weights = run.weights(criterion)
        try:
            sent = self._cluster.send(x[np.newaxis])
        except TimeoutError as cause:
            raise RunError("The worker is still warming up. Try again in a few seconds.") from cause
        try:
            return self._cluster.ask(worker.answer, run.config, weights, sent)  # type: ignore[no-any-return]
        finally:
            sent.release()

    def hidden(
        self,
        run: Run,
        criterion: str,
        x_of: Callable[[NDArray[np.int64]], NDArray[np.float32]],
        clips: int,
        on_progress: OnProgress = ignore_progress,
    ) -> Hidden:
        """Clips as a run's last hidden layer sees them, and its answers to them.

        Args:
            run: a run with weights.
            criterion: which of its best weights.
            x_of: what the network is fed of some of the clips; called with their places, from 0,
                a few dozen at a time, it gives shape (places, frames, mel bands).
            clips: how many there are, at least one.
            on_progress: told how many clips the network has heard.

        Returns:
            All clips, in their order.

        Raises:
            RunError: the run has no weights, or no worker is there to answer.
        """
        weights = run.weights(criterion)
        tally = Tally(Progress("Listening with the network", 0, clips), on_progress)
        parts: list[Hidden] = []
        for begin in range(0, clips, _CLIPS_PER_MESSAGE):
            places = np.arange(begin, min(begin + _CLIPS_PER_MESSAGE, clips))
            parts.append(self._cluster.ask(worker.hidden, run.config, weights, x_of(places)))
            tally.add(files=len(places))
        return Hidden(
            np.concatenate([part.features for part in parts]),
            np.concatenate([part.probabilities for part in parts]),
        )

    def hidden_plane(
        self,
        run: Run,
        criterion: str,
        x_of: Callable[[NDArray[np.int64]], NDArray[np.float32]],
        training: NDArray[np.bool_],
        on_progress: OnProgress = ignore_progress,
    ) -> HiddenPlane:
        """Clips as a run's last hidden layer sees them, on the plane of its training clips.

        Args:
            run: a run with weights.
            criterion: which of its best weights.
            x_of: what the network is fed of some of the clips; called with their places, from 0,
                a few dozen at a time, it gives shape (places, frames, mel bands).
            training: for each clip, whether the run was trained on it, shape (clips,).
            on_progress: told how many clips the network has heard.

        Returns:
            All clips, in their order.

        Raises:
            RunError: the run has no weights, no worker is there to answer, or there are too few
                training clips for a plane.
        """
        heard = self.hidden(run, criterion, x_of, len(training), on_progress)
        plane: Plane = self._cluster.ask(worker.plane, heard.features, training)
        return HiddenPlane(plane.points, plane.explained, heard.probabilities)

    def filters(self, run: Run, criterion: str) -> NDArray[np.float32] | None:
        """The kernels of a run's first convolution, if it has one: (filters, mel bands, frames).

        Args:
            run: a run with weights.
            criterion: which of its best weights.

        Raises:
            RunError: the run has no weights, or no worker is there to read them.
        """
        weights = run.weights(criterion)
        return self._cluster.ask(worker.filters, run.config, weights)  # type: ignore[no-any-return]

    def keras_file(self, run: Run, criterion: str) -> bytes:
        """The bytes of a `.keras` file that Keras loads without this package.

        Args:
            run: a run with weights.
            criterion: which of its best weights.

        Raises:
            RunError: the run has no weights, or no worker is there to write it.
        """
        weights = run.weights(criterion)
        return self._cluster.ask(worker.keras_file, run.config, weights)  # type: ignore[no-any-return]

    def check_weights(self, config: RunConfig, weights: bytes) -> None:
        """Try whether weights from somewhere else fit the network that the configuration names.

        Args:
            config: the configuration they came with.
            weights: the bytes of a Keras `.weights.h5` file.

        Raises:
            RunError: they do not, or no worker is there to try them.
        """
        self._cluster.ask(worker.check_weights, config, weights)
