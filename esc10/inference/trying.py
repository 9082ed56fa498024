"""What weights give, one after the other, of one network or of several that take turns.

A network is built once for all weights of its kind: that takes several times as long as to load
them.
"""

from __future__ import annotations

import logging
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from esc10.errors import MisfitError
from esc10.inference.predictor import embeddings_of
from esc10.training.plan import RunConfig

if TYPE_CHECKING:
    from esc10.inference.classifier import Classifier

Parts = Mapping[str, NDArray[np.float32]]
"""For each part of a split what a network is fed, shape (clips, frames, mel bands); it may have no
part."""

_KINDS_KEPT = 8

Loaded = TypeVar("Loaded")

_log = logging.getLogger(__name__)


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
            UnansweredError: no worker is there to try them, or it could not.
            OSError: there is no room for them among the system's temporary files.
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
            network = fitting(config, partial(self._network, config, weights))
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


def fitting(config: RunConfig, load: Callable[[], Loaded]) -> Loaded:
    """What comes of loading weights; a sentence, whatever Keras makes of a file that is made up.

    What this machine lacks is not laid to the weights.

    Args:
        config: of the run that they are from.
        load: builds the network and loads them.

    Raises:
        MisfitError: they do not fit the network.
        OSError: there is no room for them among the system's temporary files.
        MemoryError: there is none in memory; of TensorFlow's it is a `ResourceExhaustedError`.
    """
    from tensorflow.errors import ResourceExhaustedError

    try:
        return load()
    except (MisfitError, OSError, MemoryError, ResourceExhaustedError):
        raise
    except Exception:
        # Keras has its own error for each way in which a file can be made up.
        _log.exception("the weights of run %s cannot be loaded", config.run_id)
    # Raised out here it carries no error of Keras along, which another process would have to load.
    raise MisfitError(f"The weights of run {config.run_id} do not fit the network it names.")


def _answers(network: Classifier, x: NDArray[np.float32]) -> NDArray[np.float32]:
    return embeddings_of(network, lambda clips: x[clips], len(x)).probabilities
