"""Frames and sounds in another order, and which networks notice."""

from __future__ import annotations

import numpy as np
import pytest

from esc10.audio.loading import CLIP_SAMPLES
from esc10.features.mel import MelConfig
from esc10.inference.explain.order import (
    ORDERS,
    in_orders,
    rearranged_sound,
    reversed_order,
    reversed_sound,
    shuffled_order,
)
from esc10.training.networks import MODELS
from tests.support.random_weights import random_weights

MEL = MelConfig()
SOUND = np.random.default_rng(3).normal(scale=0.1, size=CLIP_SAMPLES).astype(np.float32)


def test_every_frame_is_kept_once_and_a_seed_repeats_the_order() -> None:
    order = shuffled_order(MEL.frames)
    assert sorted(order) == list(range(MEL.frames))
    np.testing.assert_array_equal(order, shuffled_order(MEL.frames))
    assert (order != shuffled_order(MEL.frames, seed=2)).any()
    assert np.abs(np.diff(order)).mean() > MEL.frames / 5  # neighbours are torn apart


def test_backwards_twice_is_forwards() -> None:
    order = reversed_order(MEL.frames)
    assert (order[0], order[-1]) == (MEL.frames - 1, 0)
    np.testing.assert_array_equal(order[order], np.arange(MEL.frames))
    np.testing.assert_array_equal(reversed_sound(reversed_sound(SOUND)), SOUND)
    assert reversed_sound(SOUND)[0] == SOUND[-1]


def test_a_rearranged_sound_has_the_same_samples() -> None:
    order = shuffled_order(MEL.frames)
    sound = rearranged_sound(SOUND, order, MEL)
    np.testing.assert_array_equal(np.sort(sound), np.sort(SOUND))
    begin = int(order[0]) * MEL.hop_length
    np.testing.assert_array_equal(sound[: MEL.hop_length], SOUND[begin : begin + MEL.hop_length])
    in_order = np.arange(MEL.frames)
    np.testing.assert_array_equal(rearranged_sound(SOUND, in_order, MEL), SOUND)


@pytest.mark.parametrize(("model", "moves"), [("cnn", True), ("td_cnn", False), ("cnn_rnn", True)])
def test_only_a_mean_over_frames_knows_no_order(model: str, moves: bool) -> None:
    network = MODELS[model].build(MEL.frames, MEL.n_mels, 10)
    network.set_weights(random_weights(network, 1))
    x = np.random.default_rng(2).normal(size=(MEL.frames, MEL.n_mels)).astype(np.float32)
    orders = (np.arange(MEL.frames), shuffled_order(MEL.frames), reversed_order(MEL.frames))
    answers = np.asarray(network(np.stack([x[order] for order in orders]), training=False))
    moved = np.abs(answers[1:] - answers[0]).max(axis=1)
    assert ((moved > 1e-4) if moves else (moved < 1e-5)).all(), moved


def test_every_clip_is_shuffled_in_an_order_of_its_own() -> None:
    frames = np.arange(MEL.frames, dtype=np.float32)
    x = np.tile(frames[:, np.newaxis], (3, 1, 2)) + np.arange(2, dtype=np.float32) / 2
    found = in_orders(x)
    assert tuple(found) == ORDERS
    as_it_is, shuffled, backwards = found.values()
    np.testing.assert_array_equal(as_it_is, x)
    np.testing.assert_array_equal(backwards, x[:, ::-1])
    np.testing.assert_array_equal(np.sort(shuffled, axis=1), x)
    np.testing.assert_array_equal(shuffled[..., 1] - shuffled[..., 0], 0.5)  # whole frames move
    assert len(np.unique(shuffled[..., 0], axis=0)) == 3
    np.testing.assert_array_equal(shuffled, in_orders(x)["shuffled"])
    assert (shuffled != in_orders(x, seed=2)["shuffled"]).any()


def test_no_answer_of_a_mean_over_frames_changes_on_a_whole_test_set() -> None:
    network = MODELS["td_cnn"].build(MEL.frames, MEL.n_mels, 10)
    network.set_weights(random_weights(network, 1))
    # Each clip has a spectrum of its own: else all would be taken for the same.
    rng = np.random.default_rng(2)
    x = rng.normal(rng.normal(scale=9, size=(40, 1, MEL.n_mels)), size=(40, MEL.frames, MEL.n_mels))
    orders = in_orders(x.astype(np.float32))
    said = [np.asarray(network(clips, training=False)) for clips in orders.values()]
    assert len(set(said[0].argmax(axis=1))) > 1
    for answers in said[1:]:
        np.testing.assert_allclose(answers, said[0], rtol=0, atol=1e-6)
        np.testing.assert_array_equal(answers.argmax(axis=1), said[0].argmax(axis=1))
