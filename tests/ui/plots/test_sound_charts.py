"""A clip's charts: what they draw, and what their axes and colours say of it."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from esc10.audio.loading import CLIP_SAMPLES, CLIP_SECONDS
from esc10.features.mel import MelConfig, mel_power
from esc10.ui.plots.spectrograms import mel_columns, mel_spec
from esc10.ui.plots.waveform import waveform_columns

MEL = MelConfig()
INK = "#31333f"


def picture(power: np.ndarray, kind: str) -> np.ndarray:
    """The palette's numbers in the chart's picture, the high bands on top."""
    (url,) = mel_columns(power, MEL, kind)["url"]
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))))


def ends(power: np.ndarray, kind: str) -> list[float]:
    """The numbers that the first and the last colour stand for."""
    spec = mel_spec(power, MEL, kind, INK, 16, 300)
    (colour,) = (part["encoding"]["color"] for part in spec["layer"] if "color" in part["encoding"])
    return colour["scale"]["domain"]


def a_sound() -> np.ndarray:
    """A spectrogram that is loud, a hundredth of it, and a millionth of it."""
    power = np.full((MEL.n_mels, MEL.frames), 20e-6, np.float32)
    power[3, 10], power[90, 100] = 20, 0.2
    return power


def test_a_waveform_keeps_every_peak() -> None:
    samples = np.zeros(CLIP_SAMPLES, np.float32)
    samples[1000], samples[60_000] = 0.5, -0.25
    columns = waveform_columns(samples)
    assert len(columns["seconds"]) == len(columns["lowest"]) <= 800
    assert columns["highest"].max() == 0.5
    assert columns["lowest"].min() == -0.25
    second = columns["seconds"][columns["lowest"].argmin()]
    assert second == pytest.approx(60_000 / 22_050, abs=0.01)
    assert columns["seconds"][-1] == pytest.approx(CLIP_SECONDS, abs=0.02)


def test_few_samples_are_each_drawn() -> None:
    columns = waveform_columns(np.array([0.1, -0.2, 0.3], np.float32))
    np.testing.assert_allclose(columns["highest"], [0.1, -0.2, 0.3], rtol=1e-6)


@pytest.mark.parametrize(("kind", "shades"), [("mel", (255, 2, 0)), ("logmel", (255, 191, 63))])
def test_colours_stand_for_power_or_for_decibels(kind: str, shades: tuple[int, ...]) -> None:
    drawn = picture(a_sound(), kind)[::-1]
    assert (drawn[3, 10], drawn[90, 100], drawn[0, 0]) == pytest.approx(shades, abs=1)


def test_the_legends_ends_are_the_first_and_the_last_colours_numbers() -> None:
    assert ends(a_sound(), "mel") == [0, 20]
    loudest = 10 * np.log10(20)
    assert ends(a_sound(), "logmel") == pytest.approx([loudest - 80, loudest])


def test_a_faint_sound_has_colours_too() -> None:
    faint = mel_power(np.full(CLIP_SAMPLES, 1e-5, np.float32), MEL)
    for kind in ("mel", "logmel"):
        assert picture(faint, kind).max() == 255
        low, high = ends(faint, kind)
        assert low < high
