"""PyTorch's forms are our networks: as many parameters, and given our weights, our answers."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from esc10.training.networks import LAB_MODELS, MODELS
from tests.support.random_weights import random_weights

torch = pytest.importorskip(
    "torch", reason="PyTorch is not installed: python -m pip install -r benchmarks/requirements.txt"
)

from benchmarks import torch_steps  # noqa: E402  (it imports PyTorch)

Array = NDArray[np.float32]

FORMS = ("conv1d", "conv2d")
FRAMES, BANDS, CLASSES = 216, 128, 10
LSTM_GATES = 4 * 16


def ours(network: str) -> keras.Model:
    """Our network, with random weights and as random averages."""
    model = MODELS[network].build(FRAMES, BANDS, CLASSES)
    model.set_weights(random_weights(model, seed=8))
    return model


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("network", LAB_MODELS)
def test_they_have_our_trainable_parameters(network: str, form: str) -> None:
    module = torch_steps.network_of(network, form, BANDS)
    parameters = sum(parameter.numel() for parameter in module.parameters())
    if network == "cnn_rnn":
        parameters -= LSTM_GATES  # PyTorch's LSTM adds two biases where Keras' has one
    trainable = MODELS[network].build(FRAMES, BANDS, CLASSES).trainable_weights
    assert parameters == sum(int(np.prod(weight.shape)) for weight in trainable)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("network", ["cnn", "td_cnn"])
def test_with_our_weights_they_give_our_answers(network: str, form: str) -> None:
    model, module = ours(network), torch_steps.network_of(network, form, BANDS).eval()
    give_weights(model, module, channels_first=network == "cnn" or form == "conv1d")
    x = np.random.default_rng(5).normal(size=(3, FRAMES, BANDS)).astype(np.float32)
    with torch.no_grad():
        # The softmax of the logarithms of probabilities is the probabilities.
        theirs = module(torch.from_numpy(x)).softmax(-1).numpy()
    expected = np.asarray(model(x, training=False))
    assert expected.std() > 0.01
    np.testing.assert_allclose(theirs, expected, atol=1e-5)


def give_weights(model: keras.Model, module: Any, *, channels_first: bool) -> None:
    """Set a module's weights to a network's.

    Args:
        model: the network.
        module: the same in PyTorch.
        channels_first: whether PyTorch flattens (channels, positions), where Keras flattens
            (positions, channels).
    """
    flattened = model.get_layer("FLATTEN").output.shape[-1]
    counterparts = [part for part in module.modules() if list(part.parameters(recurse=False))]
    layers = [layer for layer in model.layers if layer.weights]
    with torch.no_grad():
        for layer, part in zip(layers, counterparts, strict=True):
            kernel, bias, *averages = layer.get_weights()
            if kernel.ndim == 2 and len(kernel) == flattened and channels_first:
                channels = 32
                kernel = kernel.reshape(-1, channels, kernel.shape[1]).swapaxes(0, 1)
                kernel = kernel.reshape(flattened, -1)
            if kernel.ndim > 2:  # (1, width, in, out) or (width, in, out)
                kernel = kernel.reshape(-1, *kernel.shape[-2:])
            part.weight.copy_(torch.from_numpy(kernel.T.copy()).reshape(part.weight.shape))
            part.bias.copy_(torch.from_numpy(bias))
            for name, average in zip(("running_mean", "running_var"), averages, strict=False):
                getattr(part, name).copy_(torch.from_numpy(average))
