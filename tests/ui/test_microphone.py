"""What a browser may send as a recording, and what is said of it."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import pytest
import soundfile
from streamlit.testing.v1 import AppTest

from esc10.audio.loading import CLIP_SAMPLES, SAMPLE_RATE
from esc10.audio.recording import load_recording
from esc10.audio.wav import wav_of
from esc10.errors import AudioError
from esc10.ui.microphone.microphone import (
    FILTERS,
    describe_settings,
    describe_warning,
    heard,
    name_of,
)
from esc10.ui.predict.live import Listening
from tests.support import ROOT

PAGE = ROOT / "tests" / "browser" / "recorder_page.py"
RATE, SECONDS = 48_000, 2.0
ALL_OFF = dict.fromkeys(FILTERS, False)


def sent(seconds: float = 1.0, channels: int = 2, **other: Any) -> dict[str, Any]:
    """A message as `recorder.js` makes it, with other things in it."""
    samples = np.arange(int(seconds * RATE) * channels, dtype="<i2") % 1000
    message = {
        "pcm": base64.b64encode(samples.astype("<i2").tobytes()).decode(),
        "rate": RATE,
        "channels": channels,
        "settings": dict(ALL_OFF),
        "began": 1_700_000_000_000,
        "sent": 1_700_000_001_000,
    }
    return {**message, **other}


def test_samples_arrive_as_they_were_sent() -> None:
    sound = heard(sent(1.0), SECONDS)
    assert sound.samples.shape == (RATE, 2)
    assert sound.samples[:3].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert sound.settings == ALL_OFF
    content = wav_of(sound.samples, sound.rate)
    samples, rate = soundfile.read(io.BytesIO(content), dtype="int16")
    assert rate == RATE
    assert (samples == sound.samples).all()
    assert load_recording(content, "The recording").samples.shape == (SAMPLE_RATE,)


@pytest.mark.parametrize(
    "message",
    [
        None,
        "sound",
        [],
        {},
        sent(pcm=None),
        sent(pcm=""),
        sent(pcm=b"AAAA"),
        sent(pcm="not base64 at all!"),
        sent(pcm="AAA"),
        sent(pcm="AAAA"),  # three bytes
        sent(pcm="ÄÄÄÄ"),
        sent(2.1),
        sent(rate=0),
        sent(rate=7_999),
        sent(rate=10**9),
        sent(rate=10**400),
        sent(rate="48000"),
        sent(rate=True),
        sent(rate=float("nan")),
        sent(rate=float("inf")),
        sent(channels=0),
        sent(channels=3),
        sent(channels=1.5),
        sent(began=None),
        sent(began=-1),
    ],
)
def test_anything_else_is_refused_with_a_sentence(message: object) -> None:
    with pytest.raises(AudioError, match="Record it again"):
        heard(message, SECONDS)


@pytest.mark.parametrize("settings", [None, "off", [], {"noiseSuppression": [1]}, {"other": False}])
def test_settings_nobody_understands_count_as_not_told(settings: object) -> None:
    assert heard(sent(settings=settings), SECONDS).settings == dict.fromkeys(FILTERS)


def test_a_message_has_a_name_even_if_it_is_refused() -> None:
    assert name_of({"sent": 5}) == 5
    for message in (None, {}, {"sent": "5"}, {"sent": -1}, {"sent": 10**400}, {"sent": True}):
        assert name_of(message) is None


def test_what_the_browser_granted_is_one_line() -> None:
    assert describe_settings(48_000, ALL_OFF) == (
        "Recorded at 48,000 Hz; noise suppression off, echo cancellation off, automatic gain off."
    )
    told = describe_settings(44_100, {**ALL_OFF, "autoGainControl": None})
    assert told.endswith("automatic gain not told.")
    assert describe_warning({**ALL_OFF, "autoGainControl": None}) == ""


def test_a_filter_that_stayed_on_gets_a_warning() -> None:
    # Newer browsers name the kind of echo cancellation.
    settings = {**ALL_OFF, "echoCancellation": "all", "noiseSuppression": True}
    warning = describe_warning(heard(sent(settings=settings), SECONDS).settings)
    assert "did not switch off noise suppression and echo cancellation" in warning


def test_a_listener_keeps_five_seconds_and_begins_anew_at_the_next_press() -> None:
    listening = Listening()
    for _ in range(100):
        listening.add(heard(sent(1.0), SECONDS))
        listening.answers.append((listening.seconds, "dog, 50%"))
    assert len(listening.samples) == 5 * RATE
    assert len(listening.answers) == 10
    assert listening.seconds == pytest.approx(100)
    assert listening.clip().shape == (CLIP_SAMPLES,)
    listening.add(heard(sent(1.0, channels=1, began=3), SECONDS))
    assert len(listening.samples) == RATE
    assert not listening.answers
    assert listening.clip().shape == (CLIP_SAMPLES,)


def test_the_page_offers_the_simple_recorder_beside_the_other() -> None:
    test = AppTest.from_file(str(PAGE), default_timeout=60).run()
    assert not test.exception
    test.toggle(key="take simple").set_value(True).run()
    assert not test.exception
    assert [element.type for element in test.main if element.type == "audio_input"]
