"""Weights drawn from a seed, as varied as trained ones."""

from __future__ import annotations

import keras
import numpy as np
from numpy.typing import NDArray


def random_weights(model: keras.Model, seed: int) -> list[NDArray[np.float64]]:
    """A value for every weight of a network; variances are positive."""
    rng = np.random.default_rng(seed)
    return [
        rng.uniform(0.5, 2, weight.shape)
        if weight.name == "moving_variance"
        else rng.normal(scale=0.3, size=weight.shape)
        for weight in model.weights
    ]
