"""Frames that differ from the first one are made like it, or left out."""

from __future__ import annotations

import av
import numpy as np
import pytest

from esc10.audio.frames import Alike


def frame(layout: str, channels: int, rate: int = 44_100) -> av.AudioFrame:
    samples = np.full((1, channels * 1024), 0.5, np.float32)
    made = av.AudioFrame.from_ndarray(samples, "flt", layout)
    made.sample_rate = rate
    return made


@pytest.mark.parametrize("second", ["3.0", "3 channels", "2 channels (FL+LFE)"])
def test_layouts_that_follow_one_another_are_mixed_or_left_out(second: str) -> None:
    """A resampler takes what it was made for; the number of channels does not say it all."""
    alike = Alike(frame("mono", 1))
    layouts = ("mono", "2.1", second, "2.1")
    frames = [frame(layout, av.AudioLayout(layout).nb_channels) for layout in layouts]
    made = list(alike.all(iter(frames)))
    assert {each.layout.nb_channels for each in made} == {1}
    assert sum(each.samples for each in made) == (4 - alike.left_out) * 1024


def test_a_frame_of_some_hertz_does_not_fill_the_memory() -> None:
    """At the rate of the first it would have 63 MB, and an Ogg's largest 4 GB."""
    alike = Alike(frame("mono", 1, rate=768_000))
    slow = frame("mono", 1, rate=50)
    assert list(alike.all(iter([slow]))) == []
    assert alike.left_out


def test_stereo_after_mono_is_mixed() -> None:
    alike = Alike(frame("mono", 1))
    frames = list(alike.all(iter([frame("stereo", 2), frame("mono", 1)])))
    assert {each.layout.nb_channels for each in frames} == {1}
    assert sum(each.samples for each in frames) == 2048
    assert not alike.left_out


@pytest.mark.parametrize("channels", [17, 45])
def test_channels_that_damage_alone_can_claim_are_left_out(channels: int) -> None:
    alike = Alike(frame("mono", 1))
    strange = frame(f"{channels} channels", channels)
    frames = list(alike.all(iter([frame("mono", 1), strange, frame("mono", 1)])))
    assert sum(each.samples for each in frames) == 2048
    assert alike.left_out
