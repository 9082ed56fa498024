"""Confidence against accuracy: the bins are scikit-learn's, and no interval is made up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.calibration import calibration_curve

from esc10.evaluation.calibration import ReliabilityBin, expected_calibration_error, reliability
from esc10.evaluation.intervals import wilson_interval
from tests.support.properties import drawn


def answers(
    confidences: list[float], right: list[bool], classes: int = 10
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Labels and probabilities of clips with such confidences: the answer is always class 0."""
    top = np.array(confidences, np.float32)
    rest = np.repeat(((1 - top) / (classes - 1))[:, np.newaxis], classes - 1, axis=1)
    return np.where(right, 0, 1), np.column_stack([top, rest]).astype(np.float32)


def as_scikit_learn_has_it(
    labels: NDArray[np.int64], probabilities: NDArray[np.float32], bins: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The accuracies and mean confidences of the bins that are not empty."""
    correct = probabilities.argmax(axis=1) == labels
    accuracy, confidence = calibration_curve(
        correct, probabilities.max(axis=1), n_bins=bins, strategy="uniform", pos_label=True
    )
    return accuracy, confidence


def assert_the_bins_are_scikit_learns(
    labels: NDArray[np.int64], probabilities: NDArray[np.float32], bins: int
) -> None:
    found = reliability(labels, probabilities, bins)
    accuracy, confidence = as_scikit_learn_has_it(labels, probabilities, bins)
    np.testing.assert_allclose([each.accuracy for each in found], accuracy, atol=1e-12)
    np.testing.assert_allclose([each.confidence for each in found], confidence, atol=1e-12)
    assert sum(each.clips for each in found) == len(labels)
    for each in found:
        assert each.low - 1e-12 <= each.confidence <= each.high + 1e-12
        right = round(each.accuracy * each.clips)
        assert each.interval == wilson_interval(right, each.clips)


@drawn
@given(
    st.lists(st.tuples(st.floats(0.1, 1), st.booleans()), min_size=1, max_size=60),
    st.integers(1, 12),
)
def test_the_bins_are_scikit_learns(clips: list[tuple[float, bool]], bins: int) -> None:
    confidences, right = zip(*clips, strict=True)
    assert_the_bins_are_scikit_learns(*answers(list(confidences), list(right)), bins)


@drawn
@given(st.integers(1, 80), st.integers(2, 10), st.integers(0, 2**16))
def test_so_they_are_for_whatever_a_network_says(clips: int, classes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.full(classes, 0.3), clips).astype(np.float32)
    assert_the_bins_are_scikit_learns(
        rng.integers(0, classes, clips), probabilities.clip(0, 1), bins=5
    )


@pytest.mark.parametrize("bins", [1, 2, 4, 5, 8, 10])
def test_on_every_edge_they_are_too(bins: int) -> None:
    edges = np.linspace(0, 1, bins + 1)
    labels, probabilities = answers([1.0] * len(edges), [True] * len(edges))
    # In double precision these are the edges themselves; as float32 some lie beyond.
    for precision in (np.float64, np.float32):
        on_edges = probabilities.astype(precision)
        on_edges[:, 0] = edges
        assert_the_bins_are_scikit_learns(labels, on_edges, bins)


def test_a_confidence_on_an_edge_belongs_to_the_bin_below() -> None:
    labels, probabilities = answers([0.25, 0.5, 0.75, 1.0], [True, False, True, True])
    found = reliability(labels, probabilities, bins=4)
    assert [(each.low, each.high, each.clips) for each in found] == [
        (0.0, 0.25, 1),
        (0.25, 0.5, 1),
        (0.5, 0.75, 1),
        (0.75, 1.0, 1),
    ]
    assert [each.confidence for each in found] == [0.25, 0.5, 0.75, 1.0]


def test_bins_by_hand() -> None:
    labels, probabilities = answers([0.5, 0.55, 0.9, 1.0], [True, False, True, True])
    middle, upper = reliability(labels, probabilities)
    assert middle == ReliabilityBin(
        pytest.approx(0.4),
        pytest.approx(0.6),
        2,
        pytest.approx(0.525),
        0.5,
        wilson_interval(1, 2),
    )
    assert (upper.clips, upper.accuracy) == (2, 1.0)
    assert upper.confidence == pytest.approx(0.95)


def test_no_clips_fill_no_bins() -> None:
    assert reliability(np.zeros(0, np.int64), np.zeros((0, 10), np.float32)) == ()


# The error


def test_the_error_by_hand() -> None:
    labels, probabilities = answers([0.5, 0.55, 0.9, 1.0], [True, False, True, True])
    error = expected_calibration_error(reliability(labels, probabilities))
    assert error == pytest.approx((2 * 0.025 + 2 * 0.05) / 4)


def test_who_is_sure_and_right_has_no_error_and_who_is_sure_and_wrong_has_all() -> None:
    for right, expected in ((True, 0), (False, 1)):
        bins = reliability(*answers([1.0] * 9, [right] * 9))
        assert expected_calibration_error(bins) == expected


@drawn
@given(st.lists(st.tuples(st.floats(0.1, 1), st.booleans()), min_size=1, max_size=60))
def test_the_error_is_the_mean_gap(clips: list[tuple[float, bool]]) -> None:
    confidences, right = zip(*clips, strict=True)
    labels, probabilities = answers(list(confidences), list(right))
    top = probabilities.max(axis=1).astype(np.float64)
    place = np.searchsorted(np.linspace(0, 1, 6)[1:-1], top)
    gaps = [abs((top - (labels == 0))[place == each].sum()) for each in range(5)]
    found = expected_calibration_error(reliability(labels, probabilities))
    assert found == pytest.approx(sum(gaps) / len(clips), abs=1e-12)
    assert 0 <= found <= 1
