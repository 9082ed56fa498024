"""What a recipe makes of training clips: each piece changes what it says, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from esc10.features.inputs import Scaling, network_input
from esc10.training.augmentation import Augmenter
from esc10.training.recipes import Recipe

CLIPS, FRAMES, BANDS, CLASSES = 24, 80, 32, 3
SCALING = Scaling(-30.0, 12.0)
LABELS = np.arange(CLIPS) % CLASSES

Array = NDArray[np.float32]


@pytest.fixture(scope="module")
def power() -> Array:
    """Clips of faint noise, each with ten loud frames somewhere and a class' loud band."""
    rng = np.random.default_rng(3)
    power = rng.gamma(2.0, 1e-4, (CLIPS, FRAMES, BANDS)).astype(np.float32)
    for clip, label in enumerate(LABELS):
        begin = 5 + 3 * (clip % 20)
        power[clip, begin : begin + 10, 10 * label : 10 * label + 3] += 1000
    return power


def changed(power: Array, recipe: Recipe, seed: int = 1) -> tuple[Array, Array]:
    """All clips, once through a recipe."""
    augmenter = Augmenter(power, LABELS, CLASSES, SCALING, recipe, seed)
    return augmenter.batch(np.arange(CLIPS))


def as_decibels(x: Array) -> Array:
    return x * np.float32(SCALING.deviation) + np.float32(SCALING.mean)


def test_an_empty_recipe_feeds_what_the_lab_does(power: Array) -> None:
    x, targets = changed(power, Recipe())
    expected = network_input(power.transpose(0, 2, 1), "logmel", SCALING)
    np.testing.assert_allclose(x, expected, atol=1e-4)
    np.testing.assert_array_equal(targets, np.eye(CLASSES)[LABELS])


def test_the_seed_determines_what_is_drawn(power: Array) -> None:
    recipe = Recipe(window=30, mixing=0.5, speed=1.25, shift=4, gain=6, tilt=6, band_mask=5)
    for first, same in zip(changed(power, recipe), changed(power, recipe), strict=True):
        np.testing.assert_array_equal(first, same)
    assert not np.array_equal(changed(power, recipe)[0], changed(power, recipe, seed=2)[0])


def test_training_clips_stay_as_they_are(power: Array) -> None:
    before = power.copy()
    changed(power, Recipe(window=30, mixing=1, speed=1.25, shift=4, gain=6, tilt=6, band_mask=5))
    np.testing.assert_array_equal(power, before)


def test_a_window_holds_a_loud_frame_and_is_a_piece_of_its_clip(power: Array) -> None:
    x, _ = changed(power, Recipe(window=30))
    assert x.shape == (CLIPS, 30, BANDS)
    whole, _ = changed(power, Recipe())
    begins = []
    for window, clip in zip(x, whole, strict=True):
        assert window.max() == pytest.approx(clip.max(), abs=0.5)
        pieces = np.lib.stride_tricks.sliding_window_view(clip, 30, axis=0).transpose(0, 2, 1)
        begins.append(int(np.abs(pieces - window).max(axis=(1, 2)).argmin()))
        np.testing.assert_allclose(pieces[begins[-1]], window, atol=1e-4)
    assert len(set(begins)) > 10


def test_mixing_says_how_much_of_each_class_is_heard(power: Array) -> None:
    x, targets = changed(power, Recipe(mixing=1))
    np.testing.assert_allclose(targets.sum(axis=1), 1, atol=1e-6)
    assert ((targets > 0).sum(axis=1) == 2).all()
    assert (targets[np.arange(CLIPS), LABELS] >= 0.02 - 1e-6).all()
    # Equation 2 of the source: of two sounds as loud as each other, the squares of the shares.
    level = as_decibels(x)
    for clip, (mine, others) in enumerate(zip(level, targets, strict=True)):
        share = others[LABELS[clip]]
        other = int(np.argmax(np.where(np.arange(CLASSES) == LABELS[clip], 0, others)))
        loudest = [mine[:, 10 * label + 1].max() for label in (LABELS[clip], other)]
        expected = 20 * np.log10(share / (1 - share))
        assert loudest[0] - loudest[1] == pytest.approx(expected, abs=1.5)


def test_about_the_share_is_mixed(power: Array) -> None:
    augmenter = Augmenter(power, LABELS, CLASSES, SCALING, Recipe(mixing=0.25), 1)
    mixed = sum(
        int((augmenter.batch(np.arange(CLIPS))[1].max(axis=1) < 1).sum()) for _ in range(40)
    )
    assert 0.18 < mixed / (40 * CLIPS) < 0.32  # six deviations of a binomial


def test_a_louder_partner_is_turned_down(power: Array) -> None:
    louder = power.copy()
    louder[LABELS == 1] *= 100
    _, targets = changed(louder, Recipe(mixing=1))
    x, _ = changed(louder, Recipe(mixing=1))
    level = as_decibels(x)
    for clip in np.flatnonzero((LABELS == 0) & (targets[:, 1] > 0)):
        share = targets[clip, 0]
        heard = level[clip, :, 1].max() - level[clip, :, 11].max()
        assert heard == pytest.approx(20 * np.log10(share / (1 - share)), abs=1.5)


def test_speed_stretches_and_squeezes_time(power: Array) -> None:
    x, _ = changed(power, Recipe(window=40, speed=1.25))
    loud = (as_decibels(x).max(axis=2) > 20).sum(axis=1)  # frames, of ten
    assert loud.min() >= 4  # some stand at a window's edge
    assert loud.max() in (12, 13, 14)  # and one between two frames on either side
    assert len(set(loud)) > 3


def test_a_shift_moves_all_bands(power: Array) -> None:
    x, _ = changed(power, Recipe(shift=4))
    peaks = as_decibels(x).max(axis=1).argmax(axis=1)
    moved = (peaks - 10 * LABELS)[LABELS > 0]  # what is at the edge may be moved beyond it
    assert moved.min() < 0 < moved.max() - 2
    assert (abs(moved) <= 6).all()  # a loud band is three wide


def test_gain_and_tilt_add_decibels(power: Array) -> None:
    plain = as_decibels(changed(power, Recipe())[0])
    louder = as_decibels(changed(power, Recipe(gain=6))[0]) - plain
    assert np.ptp(louder, axis=(1, 2)).max() < 1e-3
    assert -6 <= louder.min() < -2 < 2 < louder.max() <= 6
    tilted = as_decibels(changed(power, Recipe(tilt=6))[0]) - plain
    np.testing.assert_allclose(tilted[:, :, 0], -tilted[:, :, -1], atol=1e-3)
    assert 2 < np.abs(tilted[:, :, 0]).max() <= 6


def test_masks_set_neighbours_to_the_mean(power: Array) -> None:
    plain, _ = changed(power, Recipe())
    x, _ = changed(power, Recipe(band_mask=8, frame_mask=12))
    blotted = (x == 0) & (plain != 0)
    bands = blotted.all(axis=1).sum(axis=1)
    frames = blotted.all(axis=2).sum(axis=1)
    assert (bands <= 8).all() and bands.max() >= 5
    assert (frames <= 12).all() and frames.max() >= 8
    np.testing.assert_allclose(x[~blotted], plain[~blotted], atol=1e-6)


def test_smoothing_leaves_a_little_to_every_class(power: Array) -> None:
    _, targets = changed(power, replace(Recipe(), smoothing=0.3))
    np.testing.assert_allclose(targets.max(axis=1), 0.8, atol=1e-6)
    np.testing.assert_allclose(np.sort(targets, axis=1)[:, :2], 0.1, atol=1e-6)


def test_silence_and_a_single_class_are_no_trouble() -> None:
    silent = np.zeros((3, 50, BANDS), np.float32)
    recipe = Recipe(window=20, speed=1.2, gain=3)
    augmenter = Augmenter(silent, np.zeros(3, np.int64), 1, SCALING, recipe, 1)
    x, targets = augmenter.batch(np.arange(3))
    assert np.isfinite(x).all()
    assert (targets == 1).all()
