"""Covering patch by patch: the map finds what an answer hangs on."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from esc10.inference.explain.occlusion import (
    COLUMNS,
    LEAST_DROP,
    ROWS,
    VARIANTS_AT_ONCE,
    cells_of,
    decisive_patches,
    grid,
    occlusion_map,
)

FRAMES, BANDS = 216, 128


def looks_at(*places: tuple[int, int]) -> tuple[NDArray[np.bool_], list[int]]:
    """Patches, each a row and a column, as one array; and a list for how many inputs were asked."""
    patches = np.zeros((ROWS, COLUMNS), np.bool_)
    for place in places:
        patches[place] = True
    return patches, []


def answering(patches: NDArray[np.bool_], asked: list[int]):
    """A network that names class 1 as surely as there is sound in those patches, else class 0."""
    cells = cells_of(patches, FRAMES, BANDS)

    def answers(x: NDArray[np.float32]) -> NDArray[np.float32]:
        asked.append(len(x))
        sure = 0.9 * x[:, cells].mean(axis=1)
        return np.stack([1 - sure, sure], axis=1).astype(np.float32)

    return answers


@pytest.mark.parametrize(("frames", "bands"), [(216, 128), (100, 40), (12, 8)])
def test_the_grid_covers_every_cell_once(frames: int, bands: int) -> None:
    covered = sum(patch.cells(frames, bands).astype(int) for patch in grid(frames, bands))
    assert (covered == 1).all()
    assert len(grid(frames, bands)) == ROWS * COLUMNS


def test_the_one_patch_that_counts_is_found() -> None:
    patches, asked = looks_at((2, 5))
    found = occlusion_map(np.ones((FRAMES, BANDS), np.float32), 0.0, answering(patches, asked))
    assert found.winner == 1
    np.testing.assert_allclose(found.drops, 0.9 * patches, atol=1e-5)
    np.testing.assert_array_equal(found.decisive, patches)
    np.testing.assert_allclose(found.whole, [0.1, 0.9], atol=1e-5)
    np.testing.assert_allclose(found.without, [1, 0], atol=1e-5)
    np.testing.assert_allclose(found.alone, [0.1, 0.9], atol=1e-5)


def test_the_network_is_asked_in_few_batches_of_bounded_size() -> None:
    patches, asked = looks_at((0, 0))
    occlusion_map(np.ones((FRAMES, BANDS), np.float32), 0.0, answering(patches, asked))
    assert sum(asked) == 1 + ROWS * COLUMNS + 2
    assert max(asked) <= VARIANTS_AT_ONCE
    assert len(asked) <= 10


def test_neighbours_join_and_corners_do_not() -> None:
    drops = np.zeros((ROWS, COLUMNS), np.float32)
    drops[3, 4], drops[3, 5], drops[4, 5] = 0.4, 0.25, 0.21
    drops[2, 3] = 0.39  # by its corner
    drops[7, 11] = 0.39  # far away
    drops[3, 3] = 0.1  # less than half
    expected = np.zeros_like(drops, np.bool_)
    expected[[3, 3, 4], [4, 5, 5]] = True
    np.testing.assert_array_equal(decisive_patches(drops), expected)


@pytest.mark.parametrize("drop", [0.0, -0.3, 0.9 * LEAST_DROP])
def test_where_nothing_falls_nothing_decides(drop: float) -> None:
    assert not decisive_patches(np.full((ROWS, COLUMNS), drop, np.float32)).any()


def test_a_network_that_hears_nothing_has_no_decisive_patch() -> None:
    def deaf(x: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.tile(np.float32([0.3, 0.7]), (len(x), 1))

    found = occlusion_map(np.ones((FRAMES, BANDS), np.float32), 0.0, deaf)
    assert not found.drops.any()
    assert not found.decisive.any()
    np.testing.assert_array_equal(found.without, found.whole)
