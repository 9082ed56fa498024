"""What is recorded on the Predict page: kept once, and no more praised than it deserves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

from esc10.audio.loading import SAMPLE_RATE
from esc10.datasets.own.recordings import kept_recordings
from tests.pages.conftest import Trained
from tests.support.odd_sounds import encoded, hiss
from tests.support.pages import choose, clip_of, drawn, plain, predict, recorded, says

FINE = hiss(6, SAMPLE_RATE)


@pytest.fixture(autouse=True)
def judge(trained: Trained) -> None:
    """A network that answers."""
    trained(("cnn", "logmel"))


@pytest.mark.parametrize(("samples", "faulty"), [(FINE, False), (np.clip(20 * FINE, -1, 1), True)])
def test_a_recording_without_the_clip_is_not_called_faultless(
    samples: NDArray[np.float64], faulty: bool
) -> None:
    page = predict("Room test")
    choose(page, "room", clip_of(fold=1))
    recorded(page, "room take", encoded(samples, SAMPLE_RATE))
    (error,) = page.error
    assert "not to be found in the recording" in error.value
    assert not says(page, "No fault was found")
    assert bool(page.expander) == faulty


@pytest.mark.parametrize(("way", "boxes"), [("A clip", "given"), ("Room test", "room")])
def test_a_damaged_clip_is_verified_again_not_exported(way: str, boxes: str) -> None:
    clip = clip_of(fold=1)
    clip.path.unlink()  # it is a hard link
    clip.path.write_bytes(b"no sound")
    page = predict(way)
    choose(page, boxes, clip)
    (error,) = drawn(page).error
    assert plain(error.value).startswith(f"{clip.path.name} is damaged, or not a sound. Mend it")
    assert "*Verify every clip again*" in error.value
    assert not page.get("audio")


def keep_as_rain() -> AppTest:
    """The page after somebody has recorded a sound, opened *Keep*, and kept it."""
    page = predict("Record")
    page.session_state["keep 0"] = True
    page.session_state["keep as"] = "rain"
    recorded(page, "take", encoded(FINE, SAMPLE_RATE)).button(key="keep it 0").click()
    return drawn(page)


def test_what_keeps_a_recording_closes_when_that_is_done() -> None:
    page = keep_as_rain()
    assert [toast.value for toast in page.toast] == ["Kept as rain."]
    assert not page.session_state["keep 1"]
    assert [one.label for one in kept_recordings()] == ["rain"]


def test_it_stays_open_and_says_why_where_the_disk_refuses(home: Path) -> None:
    (home / "kept").write_text("no folder")
    page = keep_as_rain()
    (error,) = page.error
    assert error.value.startswith("Keeping the recording failed")
    assert page.session_state["keep 0"]
    assert not page.toast
    assert not drawn(page).error
