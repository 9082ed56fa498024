"""Pretend recordings: each does to a sound what it says."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from esc10.audio.loading import CLIP_SAMPLES, SAMPLE_RATE
from esc10.audio.simulation import PRETENCES


def noise(seed: int = 1, peak: float = 0.5) -> NDArray[np.float32]:
    samples = np.random.default_rng(seed).normal(size=CLIP_SAMPLES)
    return np.asarray(peak * samples / np.abs(samples).max(), np.float32)


def level_db(samples: NDArray[np.float32], low: float, high: float) -> float:
    """The power between two frequencies, in dB of the whole."""
    power = np.square(np.abs(np.fft.rfft(samples)))
    frequencies = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    inside = (frequencies >= low) & (frequencies < high)
    return float(10 * np.log10(power[inside].sum() / power.sum()))


@pytest.mark.parametrize("key", PRETENCES)
def test_a_pretence_keeps_length_and_type_and_repeats_itself(key: str) -> None:
    apply = PRETENCES[key].apply
    found = apply(noise(), 3)
    assert found.shape == (CLIP_SAMPLES,)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, apply(noise(), 3))
    assert np.abs(found - noise()).max() > 0.01


@pytest.mark.parametrize("key", PRETENCES)
def test_silence_stays_silent(key: str) -> None:
    assert not PRETENCES[key].apply(np.zeros(1000, np.float32), 3).any()


def test_a_room_goes_on_sounding_and_is_quiet() -> None:
    clap = np.zeros(CLIP_SAMPLES, np.float32)
    clap[:200] = noise()[:200]
    heard = PRETENCES["room"].apply(clap, 3)
    assert np.abs(heard).max() == pytest.approx(0.1)
    tail, later = heard[2000:4000], heard[-4000:]
    assert np.square(tail).mean() > 2 * np.square(later).mean()


def test_a_small_loudspeaker_has_no_bass() -> None:
    heard = PRETENCES["room"].apply(noise(), 3)
    # The ventilator has some: it lies 20 dB below.
    assert level_db(heard, 20, 100) < level_db(noise(), 20, 100) - 10


def test_a_call_ends_at_seven_kilohertz() -> None:
    heard = PRETENCES["call"].apply(noise(), 3)
    assert level_db(heard, 8000, 11_025) < -50
    assert level_db(heard, 1000, 6000) > -3


def test_a_call_silences_what_is_quiet() -> None:
    samples = noise()
    samples[: CLIP_SAMPLES // 2] *= 0.001
    heard = PRETENCES["call"].apply(samples, 3)
    assert not heard[: CLIP_SAMPLES // 2 - 1000].any()
    assert (np.abs(heard[CLIP_SAMPLES // 2 + 1000 :]) > 0).mean() > 0.99
