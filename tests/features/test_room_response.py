"""The room test: a clip is found in its recording, and each band's loss is measured."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
from numpy.typing import NDArray

from esc10.audio.loading import CLIP_SAMPLES, SAMPLE_RATE
from esc10.audio.simulation import PRETENCES
from esc10.errors import AudioError
from esc10.features.mel import MelConfig
from esc10.features.room_response import room_test
from esc10.ui.plots.room_response import loss_columns, loss_spec

MEL = MelConfig()


def noise(samples: int = CLIP_SAMPLES, seed: int = 1) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(0, 0.1, samples).astype(np.float32)


def late(played: NDArray[np.float32], seconds: float, level: float) -> NDArray[np.float32]:
    """A recording that begins earlier, with a little noise of its own."""
    before = np.zeros(int(seconds * SAMPLE_RATE), np.float32)
    recording = np.concatenate([before, level * played, before])
    return recording + 0.01 * level * noise(len(recording), seed=2)


@pytest.mark.parametrize("seconds", [0.0, 0.4, 1.7])
def test_the_clip_is_found_where_it_begins(seconds: float) -> None:
    played = noise()
    found = room_test(played, late(played, seconds, 0.3), MEL)
    assert found.delay == pytest.approx(seconds, abs=1 / SAMPLE_RATE)
    assert found.likeness > 0.99
    np.testing.assert_allclose(found.recorded, 0.3 * played, atol=0.005)


def test_a_room_without_loss_loses_nothing_however_loud_it_was_played() -> None:
    played = noise()
    found = room_test(played, late(played, 0.5, 0.02), MEL)
    assert np.nanmax(np.abs(found.loss)) < 0.1


def test_what_a_loudspeaker_cuts_is_lost_in_those_bands() -> None:
    played = noise()
    sos = scipy.signal.butter(8, 6000, "lowpass", fs=SAMPLE_RATE, output="sos")
    recording = scipy.signal.sosfilt(sos, late(played, 0.2, 0.5)).astype(np.float32)
    loss = room_test(played, recording, MEL).loss
    assert loss.shape == (MEL.n_mels,)
    assert np.abs(loss[10:90]).max() < 1
    assert loss[-3:].min() > 20


def test_bands_that_the_clip_has_not_say_nothing() -> None:
    times = np.arange(CLIP_SAMPLES) / SAMPLE_RATE
    tone = (0.3 * np.sin(2 * np.pi * 1000 * times)).astype(np.float32)
    loss = room_test(tone, late(tone, 0.1, 1.0), MEL).loss
    assert np.isfinite(loss).any()
    assert np.isnan(loss[-20:]).all()


def test_it_is_found_across_a_room() -> None:
    played = noise()
    heard = PRETENCES["room"].apply(late(played, 1.0, 0.3), 3)
    assert room_test(played, heard, MEL).delay == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("recording", [noise(seed=9), np.zeros(CLIP_SAMPLES, np.float32)])
def test_another_sound_or_silence_is_a_sentence(recording: NDArray[np.float32]) -> None:
    with pytest.raises(AudioError, match="not to be found in the recording"):
        room_test(noise(), recording, MEL)


def test_the_chart_has_room_for_every_loss_and_makes_no_mountain_of_a_little_one() -> None:
    loss = np.full(MEL.n_mels, 0.01, np.float32)
    loss[0] = np.nan
    assert loss_spec(loss, "#000", 14, 200)["encoding"]["y"]["scale"]["domain"] == [-10, 10]
    assert len(loss_columns(loss, MEL)["band"]) == MEL.n_mels - 1
    loss[5] = 30
    assert loss_spec(loss, "#000", 14, 200)["encoding"]["y"]["scale"]["domain"] == [-30, 30]
