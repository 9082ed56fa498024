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
