"""Samples written as WAV."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from esc10.audio.loading import SAMPLE_RATE
from esc10.audio.wav import wav_of, within_full_scale


@pytest.mark.parametrize("shape", [(1000,), (1000, 2)])
def test_floating_point_numbers_become_16_bits(shape: tuple[int, ...]) -> None:
    samples = np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)
    content = wav_of(samples)
    info = soundfile.info(io.BytesIO(content))
    assert (info.format, info.subtype, info.samplerate) == ("WAV", "PCM_16", SAMPLE_RATE)
    assert len(content) == 44 + 2 * samples.size
    read, _ = soundfile.read(io.BytesIO(content), dtype="float32")
    assert read.shape == shape
    assert np.abs(read - samples).max() <= 1 / 2**15


def test_whole_numbers_stay_as_they_are() -> None:
    samples = np.array([[-32768, 32767], [0, 1]], np.int16)
    read, rate = soundfile.read(io.BytesIO(wav_of(samples, 48_000)), dtype="int16")
    assert rate == 48_000
    assert (read == samples).all()


def test_what_exceeds_full_scale_is_clipped_and_does_not_wrap() -> None:
    read, _ = soundfile.read(io.BytesIO(wav_of(np.array([1.5, -1.5], np.float32))), dtype="int16")
    assert read.tolist() == [32767, -32768]


def test_only_a_sound_beyond_full_scale_is_made_softer() -> None:
    quiet = np.array([0.5, -0.25], np.float32)
    assert (within_full_scale(quiet) == quiet).all()
    loud = within_full_scale(np.array([-4, 2], np.float32))
    assert loud.tolist() == [-1, 0.5]
    assert loud.dtype == np.float32
