"""The map of clips and the pictures of filters: which signs mean what."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from esc10.datasets.clips import clip_from_name
from esc10.evaluation.metrics import JudgedClip
from esc10.features.mel import MelConfig
from esc10.ui.plots import palette
from esc10.ui.plots.clip_map import (
    POINT,
    TRAINING,
    plane_columns,
    plane_spec,
    signs_of,
)
from esc10.ui.plots.filters import filter_pictures

CLASSES = ("dog", "rain", "sea_waves")
NAMES = ("1-10-A-0.wav", "2-11-A-10.wav", "4-12-B-11.wav", "5-13-A-0.wav", "5-14-A-10.wav")
CLIPS = [clip_from_name(name, Path()) for name in NAMES]
ANSWERS = ("dog", "dog", "sea_waves", "rain", "rain")
PARTS = dict(zip(NAMES, (TRAINING, TRAINING, "validation", "test", "test"), strict=True))


def judged() -> list[JudgedClip]:
    return [
        JudgedClip(clip.filename, clip.category, answer, 0.6, (0.6, 0.2, 0.2))
        for clip, answer in zip(CLIPS, ANSWERS, strict=True)
    ]


def columns(chosen: str | None = None, order: list[int] | None = None) -> dict[str, list]:
    order = order or list(range(len(CLIPS)))
    points = np.array([[place, -place] for place in order], np.float32)
    verdicts = judged()
    return plane_columns(
        points,
        [CLIPS[place] for place in order],
        [verdicts[place] for place in order],
        PARTS,
        chosen,
    )


@pytest.mark.parametrize("classes", [1, 2, 3, 10, 18, 50, 56])
def test_no_two_classes_share_colour_and_shape(classes: int) -> None:
    signs = signs_of(classes)
    assert len(set(signs)) == len(signs) == classes


def test_neighbouring_classes_differ_in_both() -> None:
    for (colour, shape), (other_colour, other_shape) in zip(
        signs_of(50), signs_of(50)[1:], strict=False
    ):
        assert colour != other_colour
        assert shape != other_shape


def test_a_class_keeps_its_sign_when_others_join() -> None:
    assert signs_of(50)[:10] == signs_of(10)


def test_the_map_has_a_row_for_every_clip() -> None:
    rows = columns()
    assert {len(column) for column in rows.values()} == {len(CLIPS)}
    assert sorted(rows["filename"]) == sorted(NAMES)


def test_a_ring_means_a_mistake() -> None:
    rows = columns()
    wrong = {name for name, flag in zip(rows["filename"], rows["wrong"], strict=True) if flag}
    assert wrong == {NAMES[1], NAMES[3]}
    ringed = plane_spec(CLASSES, "#31333f", 16, 400)["layer"][0]
    assert ringed["transform"] == [{"filter": "datum.wrong"}]
    assert ringed["mark"]["fill"] is None


def test_training_clips_lie_below_the_others_and_keep_their_points() -> None:
    rows = columns(order=[4, 1, 3, 0, 2])
    assert rows["part"][:2] == [TRAINING] * 2
    assert TRAINING not in rows["part"][2:]
    for name, x, y in zip(rows["filename"], rows["x"], rows["y"], strict=True):
        assert (x, y) == (NAMES.index(name), -NAMES.index(name))


@pytest.mark.parametrize("chosen", [None, NAMES[2]])
def test_at_most_one_clip_is_marked(chosen: str | None) -> None:
    rows = columns(chosen)
    marked = [name for name, flag in zip(rows["filename"], rows["chosen"], strict=True) if flag]
    assert marked == ([chosen] if chosen else [])


def test_a_click_tells_the_file_and_the_legend_every_class() -> None:
    points = plane_spec(CLASSES, "#31333f", 16, 400)["layer"][1]
    (parameter,) = points["params"]
    assert parameter["name"] == POINT
    assert parameter["select"]["fields"] == ["filename"]
    for channel in ("color", "shape"):
        scale = points["encoding"][channel]["scale"]
        assert scale["domain"] == ["dog", "rain", "sea waves"]
        assert len(scale["range"]) == len(CLASSES)
    told = {row["field"] for row in points["encoding"]["tooltip"]}
    assert {"class", "answer", "fold", "part"} <= told <= set(columns())


def test_training_clips_are_faint_but_seen_on_a_dark_page() -> None:
    opacity = plane_spec(CLASSES, "#fafafa", 16, 400)["layer"][1]["encoding"]["opacity"]
    assert opacity["condition"]["value"] < opacity["value"]
    for colour, _ in signs_of(7):
        faint = palette.blended(colour, opacity["condition"]["value"], "#171614")
        assert palette.contrast(faint, "#171614") > 2.5


def test_filters_of_several_frames_are_pictures_on_one_scale() -> None:
    kernels = np.random.default_rng(1).normal(size=(16, 128, 9)).astype(np.float32)
    figure = filter_pictures(kernels, MelConfig(), 16, 400)
    assert [trace.type for trace in figure.data] == ["heatmap"] * 16
    assert {(trace.zmin, trace.zmax) for trace in figure.data} == {
        (-np.abs(kernels).max(), np.abs(kernels).max())
    }
    np.testing.assert_array_equal(figure.data[3].z, kernels[3])


def test_filters_of_one_frame_are_bars_in_the_colours_of_their_signs() -> None:
    kernels = np.linspace(-1, 1, 16 * 9, dtype=np.float32).reshape(16, 9, 1)
    figure = filter_pictures(kernels, MelConfig(), 16, 400)
    assert [trace.type for trace in figure.data] == ["bar"] * 16
    assert len(set(figure.data[0].marker.color)) == 1
    assert figure.data[0].marker.color[0] != figure.data[15].marker.color[0]
    np.testing.assert_array_equal(figure.data[5].y, kernels[5, :, 0])


@pytest.mark.parametrize("shape", [(1, 5, 1), (3, 4, 2), (40, 128, 9)])
def test_other_networks_may_have_other_filters(shape: tuple[int, int, int]) -> None:
    assert len(filter_pictures(np.zeros(shape, np.float32), MelConfig(), 16, 400).data) == shape[0]
