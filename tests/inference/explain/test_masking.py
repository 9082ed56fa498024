"""A region taken away: for the network and for the ear."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from esc10.audio.loading import CLIP_SAMPLES, SAMPLE_RATE
from esc10.features.inputs import Scaling, network_input
from esc10.features.mel import MelConfig, mel_power
from esc10.inference.explain.masking import (
    Region,
    band_edges,
    floor_of,
    masked,
    region_of,
    sound_of_cells,
)

MEL = MelConfig()
SCALING = Scaling(-31.5, 17.25)
FRAMES, BANDS = MEL.frames, MEL.n_mels


def noise(seed: int = 1) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(scale=0.1, size=CLIP_SAMPLES).astype(np.float32)


def tone(hertz: float) -> NDArray[np.float32]:
    times = np.arange(CLIP_SAMPLES) / SAMPLE_RATE
    return np.asarray(0.3 * np.sin(2 * np.pi * hertz * times), np.float32)


def energy(samples: NDArray[np.float32]) -> float:
    return float(np.square(samples, dtype=np.float64).sum())


def test_all_cells_are_the_sound_and_none_is_silence() -> None:
    everything = np.ones((FRAMES, BANDS), np.bool_)
    np.testing.assert_allclose(sound_of_cells(noise(), everything, MEL), noise(), atol=1e-4)
    assert not sound_of_cells(noise(), ~everything, MEL).any()


@pytest.mark.parametrize(
    "region", [Region(20, 70, 0, BANDS), Region(0, FRAMES, 30, 60), Region(200, FRAMES, 100, BANDS)]
)
def test_a_region_and_the_rest_are_the_whole(region: Region) -> None:
    cells = region.cells(FRAMES, BANDS)
    sound = noise() + tone(700)
    both = sound_of_cells(sound, cells, MEL) + sound_of_cells(sound, ~cells, MEL)
    np.testing.assert_allclose(both, sound, atol=1e-4)


def test_a_tone_is_in_its_band_and_nowhere_else() -> None:
    edges = band_edges(MEL)
    band = int(np.searchsorted(edges, 2000)) - 1
    cells = Region(0, FRAMES, band - 2, band + 3).cells(FRAMES, BANDS)
    sound = tone(2000)
    assert energy(sound_of_cells(sound, cells, MEL)) > 0.99 * energy(sound)
    assert energy(sound_of_cells(sound, ~cells, MEL)) < 0.01 * energy(sound)


def test_a_span_of_time_is_heard_at_its_time() -> None:
    cells = region_of((1.0, 2.0), (0, BANDS), MEL).cells(FRAMES, BANDS)
    kept = sound_of_cells(noise(), cells, MEL)
    inside = slice(int(1.1 * SAMPLE_RATE), int(1.9 * SAMPLE_RATE))
    np.testing.assert_allclose(kept[inside], noise()[inside], atol=1e-4)
    assert np.abs(kept[: int(0.9 * SAMPLE_RATE)]).max() < 1e-6
    assert np.abs(kept[int(2.1 * SAMPLE_RATE) :]).max() < 1e-6


def test_every_frequency_is_in_one_band() -> None:
    edges = band_edges(MEL)
    assert len(edges) == BANDS + 1
    assert (edges[0], edges[-1]) == (0, SAMPLE_RATE / 2)
    assert (np.diff(edges) > SAMPLE_RATE / MEL.n_fft).all()  # so no band is without a bin


def test_a_tone_between_two_edges_is_loudest_in_that_band() -> None:
    edges = band_edges(MEL)
    for band in (20, 64, 110):
        power = mel_power(tone(float(edges[band : band + 2].mean())), MEL)
        assert power[:, 50].argmax() == band


def test_spans_of_time_part_the_frames() -> None:
    spans = [(0.0, 1.3), (1.3, 1.3), (1.3, 4.9), (4.9, 5.0)]
    regions = [region_of(span, (0, BANDS), MEL) for span in spans]
    assert (regions[0].first_frame, regions[-1].end_frame) == (0, FRAMES)
    for before, after in pairwise(regions):
        assert before.end_frame == after.first_frame
    assert not regions[1].cells(FRAMES, BANDS).any()


def test_the_floor_is_80_db_below_the_loudest_point_even_when_that_is_covered() -> None:
    power = mel_power(tone(700), MEL)
    (x,) = network_input(power[np.newaxis], "logmel", SCALING)
    floor = floor_of(power, "logmel", SCALING)
    assert floor == pytest.approx(x.max() - 80 / SCALING.deviation, abs=1e-4)
    loudest = np.unravel_index(x.argmax(), x.shape)
    cells = Region(0, FRAMES, int(loudest[1]), int(loudest[1]) + 1).cells(FRAMES, BANDS)
    covered = masked(x, cells, floor)
    assert (covered[cells] == np.float32(floor)).all()
    np.testing.assert_array_equal(covered[~cells], x[~cells])
    assert covered.dtype == np.float32


def test_the_floor_of_power_is_none() -> None:
    assert floor_of(mel_power(noise(), MEL), "mel", None) == 0


def test_the_floor_lies_under_a_loud_clip_without_quiet_places() -> None:
    power = mel_power(noise(), MEL)
    (x,) = network_input(power[np.newaxis], "logmel", SCALING)
    assert floor_of(power, "logmel", SCALING) < x.min()


def test_silence_has_the_floor_everywhere() -> None:
    power = np.zeros((BANDS, FRAMES), np.float32)
    (x,) = network_input(power[np.newaxis], "logmel", SCALING)
    assert (x == np.float32(floor_of(power, "logmel", SCALING))).all()
    assert not sound_of_cells(
        np.zeros(CLIP_SAMPLES, np.float32), np.ones((FRAMES, BANDS), np.bool_), MEL
    ).any()
