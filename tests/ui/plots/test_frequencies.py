"""The axis in kilohertz: a tone must stand where its frequency is marked."""

from __future__ import annotations

import json
import re

import numpy as np
import plotly.graph_objects as go
import pytest

from esc10.audio.loading import CLIP_SAMPLES, SAMPLE_RATE
from esc10.features.mel import MelConfig, mel_power
from esc10.ui.plots.frequencies import (
    add_frequency_axis,
    frequency_column,
    frequency_marks,
    hertz_of_cells,
    vega_frequency_axis,
)

MEL = MelConfig()


def loudest_band(hertz: float) -> int:
    time = np.arange(CLIP_SAMPLES) / SAMPLE_RATE
    tone = np.sin(2 * np.pi * hertz * time).astype(np.float32)
    return int(mel_power(tone, MEL)[:, 100].argmax())


def test_a_tone_lies_at_its_mark() -> None:
    marks = frequency_marks(MEL)
    assert [name for _, name in marks] == ["0.5", "1", "2", "4", "8"]
    for place, name in marks:
        assert loudest_band(1000 * float(name)) == pytest.approx(place, abs=1)


def test_a_tone_has_the_frequency_that_its_cell_is_said_to_have() -> None:
    for hertz in (700, 3000, 9000):
        said = hertz_of_cells(MEL, 3)[loudest_band(hertz)]
        np.testing.assert_allclose(said, hertz, rtol=0.03)


def test_nothing_is_marked_above_the_highest_band() -> None:
    low = MelConfig(sample_rate=8000)
    assert [name for _, name in frequency_marks(low)] == ["0.5", "1", "2"]
    assert ">2 kHz<" in frequency_column(low)


def test_marks_are_at_one_place_in_every_kind_of_picture() -> None:
    places = [place for place, _ in frequency_marks(MEL)]
    figure = go.Figure()
    add_frequency_axis(figure, MEL)
    assert list(figure.layout.yaxis2.tickvals) == places
    # Vega and HTML count from the lower edge of the lowest band, Plotly from its middle.
    assert list(vega_frequency_axis(MEL)["values"]) == [place + 0.5 for place in places]
    shares = re.findall(r"bottom:([\d.]+)%", frequency_column(MEL))
    assert [float(share) for share in shares] == pytest.approx(
        [100 * (place + 0.5) / MEL.n_mels for place in places], abs=0.01
    )


def test_vega_finds_the_name_of_each_place() -> None:
    axis = vega_frequency_axis(MEL)
    names, places = re.fullmatch(
        r"(\[.*\])\[indexof\((\[.*\]), datum.value\)\]", axis["labelExpr"]
    ).groups()
    assert json.loads(places) == list(axis["values"])
    assert json.loads(names) == [name for _, name in frequency_marks(MEL)]
