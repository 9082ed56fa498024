"""Which part of a sound decides? Cover it patch by patch, and see how the answer moves.

M. D. Zeiler, R. Fergus, Visualizing and Understanding Convolutional Networks, ECCV 2014: there a
grey square is moved over a photograph, here a patch of silence over a spectrogram.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from esc10.inference.explain.masking import Region, masked

COLUMNS, ROWS = 12, 8
"""Patches along time and along frequency: 0.42 s by 16 mel bands each, side by side."""

VARIANTS_AT_ONCE = 16
"""Covered inputs shown to the network in one go; they have 1.8 MB."""

LEAST_DROP = 0.01
"""One point of a percentage: a patch that takes less away decides nothing."""

Answers = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Network inputs, shape (sounds, frames, mel bands), to probabilities, shape (sounds, classes)."""


@dataclass(frozen=True)
class OcclusionMap:
    """How much of the winner's probability each patch carries.

    Attributes:
        winner: the place of the class the network names.
        whole: class probabilities with nothing covered, shape (classes,).
        drops: how far that falls when a patch is covered, shape (rows, columns), the lowest mel
            bands first; below 0 where it rises.
        decisive: the patches that decide, the same shape; see `decisive_patches`.
        without: the same when the decisive patches are covered.
        alone: the same when all others are.
    """

    winner: int
    whole: NDArray[np.float32]
    drops: NDArray[np.float32]
    decisive: NDArray[np.bool_]
    without: NDArray[np.float32]
    alone: NDArray[np.float32]


def grid(frames: int, bands: int) -> tuple[Region, ...]:
    """A spectrogram in `COLUMNS` by `ROWS` patches that do not overlap, row after row from below.

    Where frames or bands do not go round, patches differ by one.
    """
    times = [frames * column // COLUMNS for column in range(COLUMNS + 1)]
    heights = [bands * row // ROWS for row in range(ROWS + 1)]
    return tuple(
        Region(begin, end, low, high)
        for low, high in pairwise(heights)
        for begin, end in pairwise(times)
    )


def occlusion_map(x: NDArray[np.float32], floor: float, answers: Answers) -> OcclusionMap:
    """Cover each patch of a network's input with the clip's floor, and ask what it is now.

    Args:
        x: shape (frames, mel bands).
        floor: see `esc10.inference.explain.masking.floor_of`.
        answers: the network; called with at most `VARIANTS_AT_ONCE` inputs.
    """
    whole = answers(x[np.newaxis])[0]
    winner = int(whole.argmax())
    chances = np.concatenate([answers(some)[:, winner] for some in _covered(x, floor)])
    drops = (whole[winner] - chances).reshape(ROWS, COLUMNS).astype(np.float32)
    decisive = decisive_patches(drops)
    cells = cells_of(decisive, *x.shape)
    without, alone = answers(np.stack([masked(x, cells, floor), masked(x, ~cells, floor)]))
    return OcclusionMap(winner, whole, drops, decisive, without, alone)


def _covered(x: NDArray[np.float32], floor: float) -> Iterator[NDArray[np.float32]]:
    """The input once for each patch, with that one covered, some of them at a time."""
    patches = grid(*x.shape)
    for begin in range(0, len(patches), VARIANTS_AT_ONCE):
        yield np.stack(
            [
                masked(x, patch.cells(*x.shape), floor)
                for patch in patches[begin : begin + VARIANTS_AT_ONCE]
            ]
        )


def decisive_patches(drops: NDArray[np.float32]) -> NDArray[np.bool_]:
    """The patch with the largest drop, and all that hang together with it and drop half as much.

    Patches hang together by their edges, not by their corners.

    Args:
        drops: shape (rows, columns).

    Returns:
        The same shape; no patch where no drop reaches `LEAST_DROP`.
    """
    from scipy.ndimage import label

    largest = float(drops.max())
    if largest < LEAST_DROP:
        return np.zeros(drops.shape, np.bool_)
    groups, _ = label(drops >= largest / 2)
    decisive: NDArray[np.bool_] = groups == groups.flat[drops.argmax()]
    return decisive


def cells_of(patches: NDArray[np.bool_], frames: int, bands: int) -> NDArray[np.bool_]:
    """The cells of a spectrogram that lie in some patches, shape (frames, mel bands).

    Args:
        patches: which of them, shape (rows, columns).
        frames: of the spectrogram.
        bands: of the spectrogram.
    """
    cells = np.zeros((frames, bands), np.bool_)
    for patch, chosen in zip(grid(frames, bands), patches.ravel(), strict=True):
        if chosen:
            cells |= patch.cells(frames, bands)
    return cells
