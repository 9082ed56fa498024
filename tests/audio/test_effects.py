"""Disturbed sounds: as noisy, loud, high and fast as they say."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from esc10.audio.effects import with_gain, with_noise, with_pitch, with_speed
from esc10.audio.loading import CLIP_SAMPLES, SAMPLE_RATE

TIMES = np.arange(CLIP_SAMPLES) / SAMPLE_RATE
TONE = np.asarray(0.3 * np.sin(2 * np.pi * 440 * TIMES), np.float32)
SILENCE = np.zeros(CLIP_SAMPLES, np.float32)


def power(samples: NDArray[np.float32]) -> float:
    return float(np.mean(np.square(samples, dtype=np.float64)))


def pitch(samples: NDArray[np.float32]) -> float:
    """The loudest frequency in hertz, of the second and third second."""
    part = samples[SAMPLE_RATE : 3 * SAMPLE_RATE]
    return float(np.abs(np.fft.rfft(part * np.hanning(len(part)))).argmax() / 2)


@pytest.mark.parametrize("snr", [40.0, 10.0, 0.0, -10.0])
def test_noise_has_the_ratio_it_says(snr: float) -> None:
    added = with_noise(TONE, snr) - TONE
    assert 10 * np.log10(power(TONE) / power(added)) == pytest.approx(snr, abs=0.1)


def test_noise_is_white_and_a_seed_repeats_it() -> None:
    added = with_noise(TONE, 0.0) - TONE
    spectrum = np.square(np.abs(np.fft.rfft(added)))
    quarters = [quarter.mean() for quarter in np.array_split(spectrum, 4)]
    assert max(quarters) < 1.1 * min(quarters)
    np.testing.assert_array_equal(with_noise(TONE, 0.0), with_noise(TONE, 0.0))
    assert (with_noise(TONE, 0.0) != with_noise(TONE, 0.0, seed=2)).any()


def test_gain_is_in_decibels_and_clips_nothing() -> None:
    louder = with_gain(TONE, 20.0)
    np.testing.assert_allclose(louder, 10 * TONE, rtol=1e-5)
    assert louder.max() > 1


@pytest.mark.parametrize(("semitones", "hertz"), [(12.0, 880), (-12.0, 220), (2.0, 493.9)])
def test_pitch_moves_and_the_length_stays(semitones: float, hertz: float) -> None:
    shifted = with_pitch(TONE, semitones)
    assert shifted.shape == TONE.shape
    assert pitch(shifted) == pytest.approx(hertz, rel=0.01)


@pytest.mark.parametrize("speed", [0.5, 2.0])
def test_speed_leaves_the_pitch(speed: float) -> None:
    assert pitch(with_speed(TONE, speed)) == pytest.approx(440, rel=0.01)


def test_a_faster_click_comes_earlier_and_silence_follows() -> None:
    sound = SILENCE.copy()
    sound[4 * SAMPLE_RATE : 4 * SAMPLE_RATE + 2000] = TONE[:2000]
    faster = with_speed(sound, 2.0)
    loudest = int(np.abs(faster).argmax())
    assert loudest / SAMPLE_RATE == pytest.approx(2, abs=0.15)
    assert not faster[int(2.6 * SAMPLE_RATE) :].any()
