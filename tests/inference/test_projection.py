"""Features on a plane that the training clips alone determine."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from esc10.errors import RunError
from esc10.inference.projection import plane_of

CLIPS, UNITS = 60, 12


@pytest.fixture
def features() -> NDArray[np.float32]:
    """Clips in three groups; units of different sizes."""
    rng = np.random.default_rng(1)
    groups = rng.normal(scale=3, size=(3, UNITS))[np.arange(CLIPS) % 3]
    values = (groups + rng.normal(size=(CLIPS, UNITS))) * np.logspace(-3, 3, UNITS)
    return values.astype(np.float32)


@pytest.fixture
def training() -> NDArray[np.bool_]:
    return np.arange(CLIPS) < 40


def by_hand(
    features: NDArray[np.float32], training: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], float]:
    """The points up to the signs of their axes, and the share, from the singular values."""
    fitted = features[training].astype(np.float64)
    mean, deviation = fitted.mean(axis=0), fitted.std(axis=0)
    deviation[deviation == 0] = 1
    _, sizes, directions = np.linalg.svd((fitted - mean) / deviation, full_matrices=False)
    share = (sizes[:2] ** 2).sum() / (sizes**2).sum()
    return (features - mean) / deviation @ directions[:2].T, float(share)


def test_the_points_are_the_two_principal_components(
    features: NDArray[np.float32], training: NDArray[np.bool_]
) -> None:
    result = plane_of(features, training)
    points, share = by_hand(features, training)
    assert (result.points.shape, result.points.dtype) == ((CLIPS, 2), np.float32)
    np.testing.assert_allclose(np.abs(result.points), np.abs(points), rtol=1e-4, atol=1e-4)
    assert result.explained == pytest.approx(share)
    assert 0 < result.explained <= 1
    np.testing.assert_allclose(result.points[training].mean(axis=0), 0, atol=1e-5)


def test_the_plane_is_fitted_on_the_training_clips_alone(
    features: NDArray[np.float32], training: NDArray[np.bool_]
) -> None:
    before = plane_of(features, training)
    others = features.copy()
    others[~training] = others[~training] * -100 + 7
    after = plane_of(others, training)
    np.testing.assert_array_equal(after.points[training], before.points[training])
    assert after.explained == before.explained
    assert np.abs(after.points[~training] - before.points[~training]).min(axis=1).max() > 1


def test_the_same_clips_lie_the_same_way_each_time(
    features: NDArray[np.float32], training: NDArray[np.bool_]
) -> None:
    first, second = plane_of(features, training), plane_of(features.copy(), training)
    np.testing.assert_array_equal(first.points, second.points)


def test_a_dead_unit_changes_nothing(
    features: NDArray[np.float32], training: NDArray[np.bool_]
) -> None:
    dead = np.column_stack([features, np.zeros(CLIPS), np.full(CLIPS, 5.5)]).astype(np.float32)
    alive, with_dead = plane_of(features, training), plane_of(dead, training)
    np.testing.assert_allclose(with_dead.points, alive.points, rtol=1e-4, atol=1e-4)
    assert with_dead.explained == pytest.approx(alive.explained)


def test_a_unit_that_only_the_other_clips_wake_changes_nothing(
    features: NDArray[np.float32], training: NDArray[np.bool_]
) -> None:
    asleep = np.column_stack([features, np.where(training, 0, 9)]).astype(np.float32)
    np.testing.assert_allclose(
        plane_of(asleep, training).points, plane_of(features, training).points, rtol=1e-4, atol=1e-4
    )


def test_where_all_units_are_dead_all_points_are_one(training: NDArray[np.bool_]) -> None:
    features = np.zeros((CLIPS, UNITS), np.float32)
    features[~training] = 3
    result = plane_of(features, training)
    assert not result.points.any()
    assert result.points.shape == (CLIPS, 2)
    assert result.explained == 0


def test_one_living_unit_explains_all(training: NDArray[np.bool_]) -> None:
    features = np.zeros((CLIPS, UNITS), np.float32)
    features[:, 3] = np.arange(CLIPS)
    result = plane_of(features, training)
    assert result.explained == pytest.approx(1)
    np.testing.assert_allclose(result.points[:, 1], 0, atol=1e-5)


def test_three_training_clips_are_enough(features: NDArray[np.float32]) -> None:
    result = plane_of(features, np.arange(CLIPS) < 3)
    assert np.isfinite(result.points).all()
    assert result.explained == pytest.approx(1)


@pytest.mark.parametrize(("clips", "units"), [(0, UNITS), (2, UNITS), (40, 1)])
def test_too_few_clips_or_units_are_a_sentence(
    clips: int, units: int, features: NDArray[np.float32]
) -> None:
    with pytest.raises(RunError, match=rf"at least; here are {clips} and {units}\.$"):
        plane_of(features[:, :units], np.arange(CLIPS) < clips)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_features_that_are_no_numbers_are_a_sentence(
    bad: float, features: NDArray[np.float32], training: NDArray[np.bool_]
) -> None:
    features[50, 3] = bad
    with pytest.raises(RunError, match="not finite"):
        plane_of(features, training)
