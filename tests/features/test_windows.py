"""A recording in windows, and whole."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from esc10.audio.loading import CLIP_SAMPLES, SAMPLE_RATE, fixed_length
from esc10.features.inputs import Scaling, network_input
from esc10.features.mel import MelConfig, decibels, mel_power
from esc10.features.windows import silent_windows, window_powers, window_starts
from tests.support.properties import drawn

MEL = MelConfig()
FRAME = MEL.hop_length / MEL.sample_rate


def hiss(seconds: float) -> NDArray[np.float32]:
    rng = np.random.default_rng(5)
    return rng.uniform(-0.3, 0.3, round(seconds * SAMPLE_RATE)).astype(np.float32)


@pytest.mark.parametrize(
    ("seconds", "starts"),
    [
        (0.02, [0]),
        (5, [0]),
        (5.01, [0.01]),  # less than a frame: no second window
        (5.5, [0, 0.5]),
        (7.5, [0, 2.5]),
        (7.51, [0, 2.51]),
        (8, [0, 2.5, 3]),
        (12.5, [0, 2.5, 5, 7.5]),
    ],
)
def test_windows_begin_every_hop_and_end_with_the_end(seconds: float, starts: list[float]) -> None:
    assert window_starts(seconds, MEL) == pytest.approx(starts)


@drawn
@given(seconds=st.floats(0.01, 700), hop=st.sampled_from([0.5, 1.0, 2.5, 5.0]))
def test_windows_leave_no_gap(seconds: float, hop: float) -> None:
    starts = window_starts(seconds, MEL, hop)
    assert starts[0] <= FRAME
    assert starts[-1] == pytest.approx(max(0, seconds - MEL.seconds))
    steps = np.diff(starts)
    assert (steps > 0).all()
    assert (steps <= hop + FRAME + 1e-9).all()


def test_windows_are_clips() -> None:
    samples = hiss(8)
    powers = window_powers(samples, MEL)
    assert powers.shape == (3, 128, 216)
    assert powers.dtype == np.float32
    for power, start in zip(powers, (0, 2.5, 3), strict=True):
        place = round(start * SAMPLE_RATE)
        assert np.array_equal(power, mel_power(samples[place : place + CLIP_SAMPLES], MEL))


def test_there_are_as_many_windows_as_starts() -> None:
    for seconds in (0.02, 4.99999, 5, 5.00003, 7.49999, 7.50001, 23.456):
        samples = hiss(seconds)
        starts = window_starts(len(samples) / SAMPLE_RATE, MEL, 1.0)
        assert len(window_powers(samples, MEL, 1.0)) == len(starts)


@pytest.mark.parametrize("samples", [1, 441, CLIP_SAMPLES - 1, CLIP_SAMPLES])
def test_a_short_sound_is_one_padded_window(samples: int) -> None:
    sound = hiss(5)[:samples]
    expected = mel_power(fixed_length(sound), MEL)
    assert np.array_equal(window_powers(sound, MEL), expected[np.newaxis])


def test_silent_windows_are_named_and_finite() -> None:
    samples = np.concatenate([hiss(5), np.zeros(10 * SAMPLE_RATE, np.float32)])
    powers = window_powers(samples, MEL)
    assert silent_windows(samples, MEL).tolist() == [False, False, True, True, True]
    assert not powers[2:].any()
    assert np.allclose(decibels(powers[2:]), -100)
    assert np.isfinite(network_input(powers, "logmel", Scaling(-40, 20))).all()


def test_each_window_has_a_floor_of_its_own() -> None:
    samples = np.concatenate([1e-5 * hiss(5), hiss(5)])
    windows = decibels(window_powers(samples, MEL, 5.0))
    whole = decibels(mel_power(samples, MEL))
    loudest = whole.max()
    assert whole.min() == pytest.approx(loudest - 80)
    assert (whole[:, 10:200] == whole.min()).all()  # the quiet half has gone under
    assert len(np.unique(windows[0][:, 10:200])) > 1000  # and is there in a window of its own


def test_a_long_sound_takes_little_memory() -> None:
    sound = np.resize(hiss(20), 600 * SAMPLE_RATE)
    mel_power(sound[:CLIP_SAMPLES], MEL)  # its filters are made once
    tracemalloc.start()
    try:
        mel_power(sound, MEL)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 20 * 2**20
