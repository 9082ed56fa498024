"""Time put into another order: which networks notice?

A network that averages its frames' answers cannot: a mean does not depend on the order of what it
is taken of. A network that remembers, or that knows where in the clip a frame lies, can.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from esc10.features.mel import MelConfig

SEED = 1234
"""The same sound is shuffled the same way each time."""

ORDERS = ("as it is", "shuffled", "backwards")
"""What can become of a clip's frames."""


def shuffled_order(frames: int, seed: int = SEED) -> NDArray[np.int64]:
    """The places of frames drawn at random, each of them once, shape (frames,)."""
    return np.random.default_rng(seed).permutation(frames)


def reversed_order(frames: int) -> NDArray[np.int64]:
    """The places of frames from the last to the first, shape (frames,)."""
    return np.arange(frames, dtype=np.int64)[::-1].copy()


def in_orders(x: NDArray[np.float32], seed: int = SEED) -> dict[str, NDArray[np.float32]]:
    """Many clips with their frames in each of `ORDERS`.

    Args:
        x: shape (clips, frames, mel bands).
        seed: of the shuffling; every clip has an order of its own.

    Returns:
        For each of `ORDERS` the clips, in their order, of the same shape.
    """
    clips, frames, _ = x.shape
    places = np.random.default_rng(seed).permuted(np.tile(np.arange(frames), (clips, 1)), axis=1)
    shuffled = np.take_along_axis(x, places[..., np.newaxis], axis=1)
    return dict(zip(ORDERS, (x, shuffled, x[:, reversed_order(frames)]), strict=True))


def rearranged_sound(
    samples: NDArray[np.float32], order: NDArray[np.int64], mel: MelConfig
) -> NDArray[np.float32]:
    """A sound cut into pieces of one hop each, in another order: what the new order sounds like.

    Piece i begins where frame i is centred. The pieces are not blended into each other, so each
    joint clicks a little. The network is given its own frames in that order, never this sound: its
    frames are longer than a hop, and those over a joint would hold something new.

    Args:
        samples: shape (samples,).
        order: the places of the frames, shape (frames,).
        mel: how the sound becomes frames.

    Returns:
        The same samples, shape (samples,).
    """
    pieces = np.split(samples, np.arange(1, len(order)) * mel.hop_length)
    return np.concatenate([pieces[index] for index in order])


def reversed_sound(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """A sound from its end to its beginning, shape (samples,)."""
    return samples[::-1].copy()
