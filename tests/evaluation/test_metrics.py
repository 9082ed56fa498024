"""The verdict on a run, against scikit-learn's figures and Wilson's formula."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.metrics import (
    accuracy_score,
    classification_report,
    confusion_matrix,
    precision_recall_fscore_support,
)
from statsmodels.stats.proportion import proportion_confint

from esc10.errors import RunError
from esc10.evaluation.intervals import wilson_interval
from esc10.evaluation.metrics import PartEvaluation, evaluate, evaluate_part
from esc10.runs.outcome import Outcome
from esc10.runs.writing import create_run, end_run, finish_run
from tests.support.made_runs import CLASSES, made_config, made_labels, made_result
from tests.support.properties import drawn

FIGURES = ("precision", "recall", "f1-score", "support")


def random_case(
    seed: int, clips: int = 80, present: tuple[int, ...] = tuple(range(10))
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Labels of the given classes, and probabilities that are right more often than not."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(present, clips)
    probabilities = rng.dirichlet(np.full(10, 0.5), clips)
    right = rng.random(clips) < 0.5
    probabilities[right, labels[right]] += 1
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return labels, probabilities.astype(np.float32)


def names(clips: int) -> tuple[str, ...]:
    return tuple(f"1-{place}-A-0.wav" for place in range(clips))


def verdict(labels: NDArray[np.int64], probabilities: NDArray[np.float32]) -> PartEvaluation:
    return evaluate_part(labels, probabilities, names(len(labels)), CLASSES)


CASES = {
    "all classes": random_case(1),
    "another draw": random_case(2, clips=40),
    "classes without support": random_case(3, clips=30, present=(0, 3, 4, 9)),
    "one class": random_case(4, clips=12, present=(7,)),
    "one clip": random_case(5, clips=1),
}


@pytest.mark.parametrize("case", CASES)
def test_the_figures_are_scikit_learns(case: str) -> None:
    labels, probabilities = CASES[case]
    found, predicted = verdict(labels, probabilities), probabilities.argmax(axis=1)
    assert found.clips == len(labels)
    assert found.accuracy == pytest.approx(accuracy_score(labels, predicted), abs=1e-12)
    expected = confusion_matrix(labels, predicted, labels=np.arange(10))
    np.testing.assert_array_equal(found.confusion, expected)
    by_class = precision_recall_fscore_support(
        labels, predicted, labels=np.arange(10), zero_division=0
    )
    for place, name in enumerate(CLASSES):
        figures = [found.report[name][figure] for figure in FIGURES]
        np.testing.assert_allclose(figures, [column[place] for column in by_class])
    for average in ("macro", "weighted"):
        precision, recall, f1, _ = precision_recall_fscore_support(
            labels, predicted, labels=np.arange(10), average=average, zero_division=0
        )
        figures = [found.report[f"{average} avg"][figure] for figure in FIGURES]
        np.testing.assert_allclose(figures, [precision, recall, f1, len(labels)])


def test_the_report_is_scikit_learns_own_where_every_class_occurs() -> None:
    labels, probabilities = CASES["all classes"]
    assert set(labels) == set(range(10))
    expected = classification_report(
        labels, probabilities.argmax(axis=1), target_names=CLASSES, output_dict=True
    )
    del expected["accuracy"]
    assert verdict(labels, probabilities).report == expected


@pytest.mark.parametrize("case", CASES)
def test_every_report_has_the_same_rows(case: str) -> None:
    report = verdict(*CASES[case]).report
    assert list(report) == [*CLASSES, "macro avg", "weighted avg"]
    assert all(tuple(figures) == FIGURES for figures in report.values())


def test_a_class_without_clips_has_figures_of_zero() -> None:
    report = verdict(*CASES["classes without support"]).report
    assert report[CLASSES[1]] == {"precision": 0, "recall": 0, "f1-score": 0, "support": 0}


def test_rows_are_true_classes_and_columns_predicted_ones() -> None:
    labels = np.array([2, 2, 5])
    probabilities = np.eye(10, dtype=np.float32)[[2, 7, 7]]
    confusion = verdict(labels, probabilities).confusion
    assert confusion[2, 2] == 1
    assert confusion[2, 7] == 1
    assert confusion[5, 7] == 1
    assert confusion.sum() == 3


def test_of_equal_probabilities_the_first_class_is_predicted() -> None:
    found = verdict(np.array([4]), np.full((1, 10), 0.1, np.float32))
    (mistake,) = found.mistakes
    assert (mistake.true, mistake.predicted) == (CLASSES[4], CLASSES[0])


def test_mistakes_are_the_wrong_clips_the_most_confident_first() -> None:
    labels, probabilities = CASES["all classes"]
    mistakes = verdict(labels, probabilities).mistakes
    predicted = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(predicted != labels)
    assert len(wrong) > 10
    assert {mistake.filename for mistake in mistakes} == {names(80)[place] for place in wrong}
    confidences = [mistake.probability for mistake in mistakes]
    assert confidences == sorted(confidences, reverse=True)
    for mistake in mistakes:
        place = names(80).index(mistake.filename)
        assert mistake.true == CLASSES[labels[place]]
        assert mistake.predicted == CLASSES[predicted[place]]
        assert mistake.probability == pytest.approx(probabilities[place].max())


def test_without_mistakes_there_are_none() -> None:
    labels = np.arange(10)
    found = verdict(labels, np.eye(10, dtype=np.float32))
    assert found.mistakes == ()
    assert found.accuracy == 1


# The interval


@pytest.mark.parametrize(
    ("right", "clips"), [(0, 80), (80, 80), (0, 1), (1, 1), (40, 80), (57, 80), (1, 40), (399, 400)]
)
def test_the_interval_is_wilsons(right: int, clips: int) -> None:
    low, high = wilson_interval(right, clips)
    expected = binomtest(right, clips).proportion_ci(method="wilson")
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert 0 <= low <= right / clips <= high <= 1


def test_a_verdict_carries_the_interval_of_its_accuracy() -> None:
    labels, probabilities = CASES["another draw"]
    found = verdict(labels, probabilities)
    assert found.interval == wilson_interval(round(found.accuracy * 40), 40)


# A whole run


@pytest.mark.parametrize("weights", ["val_accuracy", "val_loss"])
def test_a_run_is_judged_by_what_it_stored(weights: str) -> None:
    run, result, labels = create_run(made_config()), made_result(), made_labels()
    finish_run(run, result, labels)
    found = evaluate(run, weights)
    best = result.best[weights]
    assert (found.run_id, found.weights, found.epoch) == (run.run_id, weights, best.epoch)
    assert found.classes == CLASSES
    assert list(found.parts) == ["validation", "test"]
    for part, probabilities in (("validation", best.validation), ("test", best.test)):
        expected = evaluate_part(labels[part], probabilities, run.config.clips[part], CLASSES)
        assert found.parts[part].accuracy == expected.accuracy
        assert found.parts[part].mistakes == expected.mistakes
        assert found.parts[part].clips == len(run.config.clips[part])
        np.testing.assert_array_equal(found.parts[part].confusion, expected.confusion)


def test_a_run_without_weights_cannot_be_judged() -> None:
    run = create_run(made_config())
    end_run(run, Outcome("failed", "the worker was killed", {}))
    with pytest.raises(RunError, match="no weights: the worker was killed"):
        evaluate(run, "val_loss")


# Whatever is drawn


@drawn
@given(st.integers(1, 400), st.data())
def test_the_interval_is_statsmodels_too(clips: int, data: st.DataObject) -> None:
    for right in (0, data.draw(st.integers(0, clips)), clips):
        expected = proportion_confint(right, clips, alpha=0.05, method="wilson")
        assert wilson_interval(right, clips) == pytest.approx(expected, abs=1e-9)


@drawn
@given(st.integers(1, 80), st.sets(st.integers(0, 9), min_size=1), st.integers(0, 2**16))
def test_the_verdict_is_scikit_learns_on_whatever_is_drawn(
    clips: int, present: set[int], seed: int
) -> None:
    labels, probabilities = random_case(seed, clips, tuple(sorted(present)))
    found, predicted = verdict(labels, probabilities), probabilities.argmax(axis=1)
    order = np.arange(10)
    np.testing.assert_array_equal(
        found.confusion, confusion_matrix(labels, predicted, labels=order)
    )
    expected = classification_report(
        labels, predicted, labels=order, target_names=CLASSES, output_dict=True, zero_division=0
    )
    for row in (*CLASSES, "macro avg", "weighted avg"):
        assert found.report[row] == pytest.approx(expected[row], abs=1e-9)
    assert found.accuracy == pytest.approx(accuracy_score(labels, predicted), abs=1e-12)
    assert found.interval == wilson_interval(int((predicted == labels).sum()), clips)
