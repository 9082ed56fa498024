"""What weights give, one after the other, of one network or of several that take turns.

A network is built once for all weights of its kind: that takes several times as long as to load
them.
"""

from __future__ import annotations

import threading
import warnings
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from esc10.inference.predictor import embeddings_of
from esc10.training.plan import RunConfig

if TYPE_CHECKING:
    from esc10.inference.classifier import Classifier

Parts = Mapping[str, NDArray[np.float32]]
"""For each part of a split what a network is fed, shape (clips, frames, mel bands); it may have no
part."""

_KINDS_KEPT = 8


@dataclass(frozen=True)
class Tried:
    """What came of trying some weights.

    Attributes:
        digest: the SHA-256 of all of them, as `esc10.inference.classifier.Classifier` gives it.
        probabilities: for each part that was heard, shape (clips, classes).
    """

    digest: str
    probabilities: dict[str, NDArray[np.float32]]


class Trials(Protocol):
    """Where weights are tried: in this process, or in a worker."""

    def tried(self, config: RunConfig, weights: bytes, parts: Parts) -> Tried:
        """What weights give.

        Args:
            config: of the run that they are from.
            weights: a Keras `.weights.h5` file's bytes.
            parts: what the network shall hear.

        Raises:
            MisfitError: they do not fit the network.
            UnansweredError: no worker is there to try them.
        """


class TrialsHere:
    """Tries weights in this process; Keras is loaded with the first. Threads take turns."""

    def __init__(self) -> None:
        """Nothing is built yet."""
        self._networks: OrderedDict[Hashable, Classifier] = OrderedDict()
        self._turn = threading.Lock()

    def tried(self, config: RunConfig, weights: bytes, parts: Parts) -> Tried:
        """See `Trials.tried`."""
        with self._turn:
            network = self._network(config, weights)
            answers = {part: _answers(network, x) for part, x in parts.items()}
            return Tried(network.digest(), answers)

    def _network(self, config: RunConfig, weights: bytes) -> Classifier:
        from esc10.inference.classifier import Classifier

        key = (config.train.model, config.train.width, config.mel, len(config.classes))
        with warnings.catch_warnings():
            # Keras, of layers that a file lacks; what does not fit is refused all the same.
            warnings.simplefilter("ignore", UserWarning)
            if key not in self._networks:
                self._networks[key] = Classifier(config, weights)
                if len(self._networks) > _KINDS_KEPT:
                    self._networks.popitem(last=False)
            self._networks[key].reload(config, weights)
        return self._networks[key]


def _answers(network: Classifier, x: NDArray[np.float32]) -> NDArray[np.float32]:
    return embeddings_of(network, lambda clips: x[clips], len(x)).probabilities
