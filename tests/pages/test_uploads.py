"""Predict with a sound that somebody uploads: an answer, or one sentence."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import psutil
import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Trained
from tests.support.odd_sounds import encoded, hiss, odd_sounds
from tests.support.pages import drawn, plain, predict, uploaded
from tests.support.phone_sounds import KINDS, phone_sound

MEMORY_BYTES = 200 * 2**20
"""What a server may remember of the sounds it was given last."""


@pytest.fixture(autouse=True)
def judge(trained: Trained) -> None:
    """A network that answers."""
    trained(("td_cnn", "logmel"))


def uploaded_alone(content: bytes) -> AppTest:
    return drawn(uploaded([("sound.wav", content)]))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"not a sound at all", "holds no sound that can be decoded"),
        (encoded(hiss(0)), "holds no samples"),
        (bytes(44_100), "holds no sound that can be decoded"),
    ],
    ids=["empty", "words", "no samples", "zeros"],
)
def test_an_upload_that_is_no_sound_gets_one_sentence(content: bytes, sentence: str) -> None:
    test = uploaded_alone(content)
    (said,) = (plain(error.value) for error in test.error)
    assert said.startswith("sound.wav")
    assert sentence in said


def test_a_silent_upload_gets_one_sentence() -> None:
    test = uploaded_alone(encoded(np.zeros((44_100, 1))))
    assert ["is silent" in text.value for text in test.error] == [True]


@pytest.mark.parametrize(
    ("content", "remark"),
    [
        (encoded(hiss(9)), "resampled from 44,100 Hz"),
        (encoded(hiss(1.5)), "resampled from 44,100 Hz"),
        (encoded(hiss(5, channels=2)), "2 channels were mixed to one"),
        (encoded(hiss(5, 96_000), 96_000), "resampled from 96,000 Hz to 22,050 Hz"),
        (encoded(hiss(5), subtype="PCM_U8"), "resampled"),
        (encoded(hiss(5), kind="MP3"), "resampled"),
        (phone_sound(hiss(5), KINDS["a phone's film"]), "resampled"),
    ],
    ids=["long", "short", "stereo", "96 kHz", "8 bit", "MP3", "film"],
)
def test_an_odd_sound_simply_works_and_the_page_says_what_was_done(
    content: bytes, remark: str
) -> None:
    test = uploaded_alone(content)
    assert not test.error
    (headline,) = (text.value for text in test.markdown if text.value.startswith("## "))
    assert "%" in headline
    assert any(remark in plain(text.value) for text in test.caption)


def test_whatever_is_uploaded_is_predicted_or_gets_one_sentence(tmp_path: Path) -> None:
    """Some of them; `tests.audio.test_decoding` gives all to the function behind the page."""
    files = odd_sounds(tmp_path)
    largest = max(files, key=lambda odd: odd.path.stat().st_size)
    refused = [odd for odd in files if odd.trouble is not None]
    files = [largest, *files[::30], *refused[::8]]
    assert {odd.trouble is None for odd in files} == {True, False}
    test = drawn(predict("Upload"))
    process, before = psutil.Process(), 0
    for odd in files:
        box = test.file_uploader(key="upload").clear()
        box.upload(odd.path.name, odd.path.read_bytes()).run()
        assert not test.exception, odd.path.name
        errors = [plain(error.value) for error in test.error]
        headlines = [text.value for text in test.markdown if text.value.startswith("## ")]
        if odd.trouble is None:
            assert not errors, odd.path.name
            assert len(headlines) == 1 and "%" in headlines[0], odd.path.name
        elif "damaged" not in odd.path.name:
            assert len(errors) == 1 and odd.trouble in errors[0], odd.path.name
            assert not headlines, odd.path.name
        before = before or process.memory_info().rss  # what the largest took is in it
    test.file_uploader(key="upload").clear().run()
    gc.collect()
    # What is remembered is bounded: all of it together is a few times the largest sound.
    assert process.memory_info().rss - before < MEMORY_BYTES
    assert uploaded_alone(encoded(hiss(5))).markdown
