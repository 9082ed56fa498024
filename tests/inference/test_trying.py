"""Weights are tried: what does not fit is said of them, and never what this machine lacks."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import pytest
from tensorflow.errors import ResourceExhaustedError

from esc10.engine import worker
from esc10.errors import MisfitError, RunError
from esc10.inference.classifier import Classifier
from esc10.inference.trying import TrialsHere, Tried
from esc10.training.loop import weights_file
from esc10.training.networks import MODELS
from tests.support.made_runs import made_config
from tests.support.refusals import full_disk

FRAMES, BANDS, CLASSES = 216, 128, 10
X = np.zeros((1, FRAMES, BANDS), np.float32)


@pytest.fixture(scope="module")
def weights() -> bytes:
    return weights_file(MODELS["cnn"].build(FRAMES, BANDS, CLASSES))


def here(weights: bytes) -> Tried:
    """As the command line does it."""
    return TrialsHere().tried(made_config(), weights, {"test": X})


def in_worker(weights: bytes) -> Tried:
    """As the worker of a page does it."""
    return worker.try_weights(made_config(), weights, ("test",), X)


def imported(weights: bytes) -> None:
    """As an import does it."""
    worker.check_weights(made_config(), weights)


def raising(error: Exception) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize("tried", [here, in_worker, imported])
def test_a_file_that_is_made_up_does_not_fit(
    tried: Callable[[bytes], object], weights: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keras.Model, "load_weights", raising(TypeError("of Keras' own")))
    with pytest.raises(MisfitError, match=r"do not fit the network it names\.$") as raised:
        tried(weights)
    assert raised.value.__cause__ is raised.value.__context__ is None


@pytest.mark.parametrize("tried", [in_worker, imported])
def test_a_full_disk_is_not_laid_to_weights(
    tried: Callable[[bytes], object], weights: bytes
) -> None:
    with full_disk(), pytest.raises(RunError, match=r"cannot be tried \(.*No space left") as raised:
        tried(weights)
    assert not isinstance(raised.value, MisfitError)
    tried(weights)


def test_a_full_disk_is_not_laid_to_weights_on_the_command_line(weights: bytes) -> None:
    """Whoever checks makes a sentence of it that names the disk."""
    with full_disk(), pytest.raises(OSError, match="No space left"):
        here(weights)


@pytest.mark.parametrize("lacking", [MemoryError, ResourceExhaustedError])
@pytest.mark.parametrize("doing", ["embeddings", "reload"])
def test_what_memory_lacks_is_not_laid_to_weights(
    lacking: type[Exception], doing: str, weights: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    none_left = lacking(*(None, None, "OOM") if lacking is ResourceExhaustedError else ())
    monkeypatch.setattr(Classifier, doing, raising(none_left))
    with pytest.raises(lacking):
        here(weights)
    with pytest.raises(RunError, match=f"cannot be tried \\({lacking.__name__}: ") as raised:
        in_worker(weights)
    assert not isinstance(raised.value, MisfitError)
    # TensorFlow's own would be loaded with it on the other side.
    assert raised.value.__cause__ is raised.value.__context__ is None
