"""A sound made from its mel spectrogram has about that spectrogram."""

from __future__ import annotations

import numpy as np
import pytest

from esc10.audio.loading import load_clip
from esc10.datasets import Dataset, load_dataset
from esc10.features.inversion import sound_of
from esc10.features.mel import MelConfig, decibels, mel_power


@pytest.fixture
def sounds(practice_home: object) -> Dataset:
    return load_dataset("practice")


# librosa looks for readers in modules that Python means to remove.
@pytest.mark.filterwarnings("ignore:.*slated for removal:DeprecationWarning")
@pytest.mark.parametrize("number", [0, 150, 390])
def test_what_is_heard_has_the_spectrogram(sounds: Dataset, number: int) -> None:
    config = MelConfig()
    power = mel_power(load_clip(sounds.clips[number].path).samples, config)
    samples = sound_of(power, config)
    assert len(samples) == (power.shape[1] - 1) * config.hop_length
    again = mel_power(samples, config)
    assert again.shape == power.shape
    loud = power > power.max() / 1e4
    apart = np.abs(decibels(again) - decibels(power))[loud]
    assert np.median(apart) < 2
    np.testing.assert_array_equal(sound_of(power, config), samples)


@pytest.mark.filterwarnings("ignore:.*slated for removal:DeprecationWarning")
def test_silence_stays_silent() -> None:
    samples = sound_of(np.zeros((128, 30), np.float32), MelConfig())
    assert np.abs(samples).max() == 0
