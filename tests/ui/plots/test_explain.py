"""The figures that take a prediction apart: which classes they show, and what they mark."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from esc10.features.mel import MelConfig
from esc10.inference.explain.occlusion import COLUMNS, ROWS, OcclusionMap
from esc10.ui.plots.bars import shown_classes, variant_columns, variant_spec
from esc10.ui.plots.occlusion import BRUSH, brush_columns, brush_spec, occlusion_figure
from esc10.ui.plots.robustness import disturbed_columns, disturbed_spec, lines_of

CLASSES = ("dog", "rain", "sea_waves", "rooster", "sneezing", "chainsaw", "helicopter")
MEL = MelConfig()
POWER = np.random.default_rng(1).uniform(size=(MEL.n_mels, MEL.frames)).astype(np.float32)


def sure_of(label: int) -> np.ndarray:
    chances = np.linspace(0.07, 0.01, len(CLASSES))
    chances[label] = 0.7
    return chances.astype(np.float32)


def test_winners_are_shown_before_classes_that_are_merely_probable() -> None:
    assert shown_classes(np.stack([sure_of(0)] * 3)) == [0, 1, 2]
    assert shown_classes(np.stack([sure_of(0), sure_of(5), sure_of(6)])) == [0, 1, 5, 6]
    many = np.stack([sure_of(label) for label in (6, 0, 1, 2, 3, 4, 5)])
    assert len(lines_of(many, 0)) == 6
    assert lines_of(many, 0)[0] == 6  # that of the sound as it is


def test_every_bar_says_what_it_is() -> None:
    columns = variant_columns({"whole": sure_of(2), "rest": sure_of(0)}, CLASSES)
    assert columns["class"] == ["sea waves"] * 2 + ["dog"] * 2 + ["rain"] * 2
    assert columns["label"][:2] == ["70% whole", "5% rest"]
    spec = variant_spec(("sea waves", "dog"), "#000000", 16, 300)
    assert spec["encoding"]["y"]["scale"]["domain"] == ["sea waves", "dog"]


def test_lines_have_a_point_for_each_value_and_one_of_them_is_chosen() -> None:
    answers = np.stack([sure_of(0), sure_of(0), sure_of(3)])
    columns = disturbed_columns(answers, ("a", "b", "c"), CLASSES, neutral=0, chosen=2)
    assert columns["value"] == ["a", "b", "c"] * (len(columns["value"]) // 3)
    assert columns["chosen"] == [False, False, True] * (len(columns["value"]) // 3)
    assert "rooster" in columns["class"]
    assert sum(columns["bar"]) == 1
    signs = disturbed_spec(("dog", "rain"), ("a",), "x", "#000000", 16, 300)["layer"][2]["encoding"]
    for channel in ("color", "shape"):
        assert len(set(signs[channel]["scale"]["range"])) == 2


def test_no_class_name_is_a_part_of_an_expression() -> None:
    spec = disturbed_spec(("cat's meow", "1) dog"), ("a",), "x", "#000000", 16, 300)
    filters = [step["filter"] for layer in spec["layer"] for step in layer.get("transform", [])]
    assert filters
    assert not any("meow" in text or "dog" in text for text in filters)


def test_the_brush_has_the_spectrogram_as_a_picture_and_the_region_as_a_frame() -> None:
    columns = brush_columns(POWER, MEL, (1.0, 2.0), (10, 20), "#fafafa")
    url, nothing = columns["url"]
    assert nothing is None
    picture = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))
    assert picture.size == (MEL.frames, MEL.n_mels)
    pixels = np.asarray(picture)
    loudest = np.unravel_index(POWER[::-1].argmax(), POWER.shape)
    assert tuple(pixels[loudest]) == (250, 250, 250, 255)
    assert [columns[name][1] for name in ("seconds", "until", "band", "upto")] == [1, 2, 10, 20]
    (parameter,) = brush_spec(MEL, "#000000", 16, 300)["layer"][0]["params"]
    assert parameter["name"] == BRUSH


@pytest.mark.parametrize("patches", [[], [(2, 5)], [(0, 0), (0, 1)], [(3, 3), (4, 4)]])
def test_the_line_runs_around_what_decides(patches: list[tuple[int, int]]) -> None:
    decisive = np.zeros((ROWS, COLUMNS), np.bool_)
    for patch in patches:
        decisive[patch] = True
    drops = np.where(decisive, 0.4, 0.001).astype(np.float32)
    answer = sure_of(0)
    found = OcclusionMap(0, answer, drops, decisive, answer, answer)
    figure = occlusion_figure(POWER, MEL, found, "#31333f", 16, 400)
    line = figure.data[2]
    edges = {(): 0, ((2, 5),): 4, ((0, 0), (0, 1)): 6, ((3, 3), (4, 4)): 8}[tuple(patches)]
    assert len(line.x) == len(line.y) == 3 * edges
    texts = np.array(figure.data[1].text)
    np.testing.assert_array_equal(texts == "−40", decisive)
    np.testing.assert_array_equal(texts == "", ~decisive)
