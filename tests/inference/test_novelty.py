"""When a network says 'I don't know this': two measures, with thresholds from validation clips."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from esc10.errors import RunError
from esc10.inference.novelty import LEVEL, NEIGHBOURS, Novelty, by_probability, fit_novelty

UNITS, CLASSES, TRAINING, VALIDATION = 32, 10, 240, 80

Features = NDArray[np.float32]


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(4)


def clouds(rng: np.random.Generator, clips: int) -> Features:
    """Clips around ten centres, in units whose sizes differ a lot."""
    centres = np.random.default_rng(1).normal(0, 4, (CLASSES, UNITS))
    spread = rng.normal(size=(clips, UNITS))
    return ((centres[np.arange(clips) % CLASSES] + spread) * scales() + 7).astype(np.float32)


def scales() -> NDArray[np.float64]:
    return np.logspace(-3, 3, UNITS)


def answers(rng: np.random.Generator, clips: int) -> Features:
    """Probabilities whose best one lies between 0.5 and 1."""
    best = rng.uniform(0.5, 1, clips)
    probabilities = np.repeat((1 - best)[:, np.newaxis] / (CLASSES - 1), CLASSES, axis=1)
    probabilities[np.arange(clips), np.arange(clips) % CLASSES] = best
    return probabilities.astype(np.float32)


@pytest.fixture
def novelty(rng: np.random.Generator) -> Novelty:
    return fit_novelty(clouds(rng, TRAINING), clouds(rng, VALIDATION), answers(rng, VALIDATION))


def test_a_known_sound_is_known_and_a_far_one_is_not(
    novelty: Novelty, rng: np.random.Generator
) -> None:
    known = clouds(rng, 200)
    refused = [novelty.judge(features, 0.99) for features in known]
    assert sum(unknown is not None for unknown in refused) < 0.12 * len(known)
    far = (known[0] + 100 * scales()).astype(np.float32)
    unknown = novelty.judge(far, 0.99)
    assert unknown is not None
    assert len(unknown.reasons) == 1
    assert "away from the nearest training clips" in str(unknown)
    assert f"{novelty.greatest_distance:.1f}" in str(unknown)


def test_an_unsure_answer_is_not_known_however_near(
    novelty: Novelty, rng: np.random.Generator
) -> None:
    near = clouds(rng, TRAINING)[0]
    assert novelty.judge(near, 0.99) is None
    unknown = novelty.judge(near, 0.2)
    assert unknown is not None
    assert "its answer has 20%" in str(unknown)
    both = novelty.judge((near + 100 * scales()).astype(np.float32), 0.2)
    assert both is not None
    assert len(both.reasons) == 2


def test_the_thresholds_are_percentiles_over_the_validation_clips(
    rng: np.random.Generator,
) -> None:
    training, validation = clouds(rng, TRAINING), clouds(rng, VALIDATION)
    probabilities = answers(rng, VALIDATION)
    novelty = fit_novelty(training, validation, probabilities)
    best = probabilities.max(axis=1)
    assert novelty.least_probability == np.percentile(best, LEVEL)
    # Without scikit-learn: all distances, and of each clip's the smallest few.
    known = training.astype(np.float64)
    standardised = [(some - known.mean(axis=0)) / known.std(axis=0) for some in (known, validation)]
    differences = standardised[1][:, np.newaxis] - standardised[0][np.newaxis]
    distances = np.sort(np.linalg.norm(differences, axis=2), axis=1)[:, :NEIGHBOURS].mean(axis=1)
    measured = novelty.distances(validation)
    assert measured is not None
    np.testing.assert_allclose(measured, distances, rtol=1e-9)
    assert novelty.greatest_distance == pytest.approx(np.percentile(distances, 100 - LEVEL))
    refused = (best < novelty.least_probability) | (distances > novelty.greatest_distance)
    assert novelty.refused == refused.sum()
    assert novelty.validation == VALIDATION


def test_each_measure_refuses_one_validation_clip_in_twenty(
    novelty: Novelty, rng: np.random.Generator
) -> None:
    assert VALIDATION * LEVEL / 100 <= novelty.refused <= 2 * VALIDATION * LEVEL / 100


def test_it_is_fitted_on_the_training_clips_alone(rng: np.random.Generator) -> None:
    training, probabilities = clouds(rng, TRAINING), answers(rng, VALIDATION)
    validation = clouds(rng, VALIDATION)
    before = fit_novelty(training, validation, probabilities)
    moved = (validation + 50 * scales()).astype(np.float32)
    after = fit_novelty(training, moved, probabilities)
    for name in ("training", "mean", "deviation"):
        np.testing.assert_array_equal(getattr(after, name), getattr(before, name))
    assert before.training is not None
    assert before.training.shape == (TRAINING, UNITS)
    np.testing.assert_allclose(before.training.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(before.training.std(axis=0), 1, rtol=1e-9)
    sound = clouds(rng, 1)
    np.testing.assert_array_equal(after.distances(sound), before.distances(sound))
    assert after.greatest_distance > before.greatest_distance  # type: ignore[operator]


def test_a_unit_that_only_a_new_sound_wakes_makes_it_far(rng: np.random.Generator) -> None:
    training, validation = clouds(rng, TRAINING), clouds(rng, VALIDATION)
    training[:, 3] = validation[:, 3] = 0
    novelty = fit_novelty(training, validation, answers(rng, VALIDATION))
    sound = validation[0].copy()
    assert novelty.judge(sound, 0.99) is None
    sound[3] = 40
    assert novelty.judge(sound, 0.99) is not None


def test_what_is_nearest_is_named_and_its_mean_distance_judges(
    rng: np.random.Generator,
) -> None:
    training = clouds(rng, TRAINING)
    novelty = fit_novelty(training, clouds(rng, VALIDATION), answers(rng, VALIDATION))
    sounds = training[[17, 4]]
    nearest = novelty.nearest(sounds)
    assert nearest is not None
    assert nearest.clips.shape == nearest.distances.shape == (2, NEIGHBOURS)
    assert nearest.clips[:, 0].tolist() == [17, 4]  # each is its own neighbour
    assert (nearest.clips % CLASSES == [[7], [4]]).all()
    standardised = (training - training.mean(axis=0)) / training.std(axis=0)
    farthest = standardised[nearest.clips[0, -1]] - standardised[17]
    assert nearest.distances[0, -1] == pytest.approx(np.linalg.norm(farthest), rel=1e-4)
    np.testing.assert_array_equal(novelty.distances(sounds), nearest.distances.mean(axis=1))
    assert by_probability(answers(rng, VALIDATION)).nearest(sounds) is None


def test_several_sounds_are_judged_as_each_is(novelty: Novelty, rng: np.random.Generator) -> None:
    sounds = clouds(rng, 8)
    sounds[::2] += (30 * scales()).astype(np.float32)
    chances = np.linspace(0.2, 1, 8)
    assert novelty.judge_all(sounds, chances) == [
        novelty.judge(features, float(chance))
        for features, chance in zip(sounds, chances, strict=True)
    ]


def test_without_the_clips_the_probability_alone_decides(rng: np.random.Generator) -> None:
    probabilities = answers(rng, VALIDATION)
    alone = by_probability(probabilities)
    assert alone.least_probability == np.percentile(probabilities.max(axis=1), LEVEL)
    assert alone.distances(clouds(rng, 3)) is None
    far = np.full(UNITS, 1e6, np.float32)
    assert alone.judge(far, 0.99) is None
    assert alone.judge(far, 0.1) is not None
    assert alone.refused == VALIDATION * LEVEL // 100


@pytest.mark.parametrize("training", [1, NEIGHBOURS - 1, NEIGHBOURS])
def test_a_few_training_clips_are_enough(training: int, rng: np.random.Generator) -> None:
    novelty = fit_novelty(clouds(rng, training), clouds(rng, 9), answers(rng, 9))
    assert np.isfinite(novelty.greatest_distance or np.nan)


@pytest.mark.parametrize(("training", "validation"), [(0, VALIDATION), (TRAINING, 0)])
def test_no_clips_are_a_sentence(training: int, validation: int, rng: np.random.Generator) -> None:
    with pytest.raises(RunError, match=r"^Without .* clips .*\.$"):
        fit_novelty(clouds(rng, training), clouds(rng, validation), answers(rng, validation))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_features_that_are_no_numbers_are_a_sentence(
    bad: float, novelty: Novelty, rng: np.random.Generator
) -> None:
    sound = clouds(rng, 1)
    sound[0, 3] = bad
    with pytest.raises(RunError, match="not finite"):
        novelty.judge(sound[0], 0.99)
