"""What is wrong with a sound stands in the line that people read before they open it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from esc10.audio import faults, quality
from esc10.ui.predict.inputs import FAULTS
from tests.support.odd_sounds import encoded, hiss
from tests.support.pages import PAGE_SECONDS, drawn, says
from tests.support.phone_sounds import KINDS, bursts, phone_sound

RATE = 44_100
NOTHING = "No fault was found in this recording."


def shown(content: bytes) -> AppTest:
    """What a page says about a sound."""

    def script(content: bytes) -> None:
        from esc10.ui.predict.inputs import given_sound, recording_of, show_findings

        given = given_sound("sound", lambda: content)
        show_findings(given, recording_of(given))

    return drawn(AppTest.from_function(script, default_timeout=PAGE_SECONDS, args=(content,)))


def cut_off() -> bytes:
    wav = encoded(hiss(5))
    return wav[: len(wav) // 2]


def damaged() -> bytes:
    """A memo with nonsense in its middle."""
    memo = bytearray(phone_sound(bursts(5), KINDS["an iPhone's memo"]))
    middle = len(memo) // 2
    memo[middle : middle + 2000] = np.random.default_rng(1).bytes(2000)
    return bytes(memo)


def high_and_low() -> bytes:
    time = np.arange(3 * RATE) / RATE
    tones = np.sin(2 * np.pi * 15_000 * time) + 0.05 * np.sin(2 * np.pi * 500 * time)
    return encoded((0.5 * np.sin(np.pi * time / 3) ** 2 * tones)[:, np.newaxis])


@pytest.mark.parametrize(
    ("content", "label", "sentence"),
    [
        (cut_off(), "1 thing wrong: **breaks off**", "The file breaks off before its end"),
        (damaged(), "s wrong: **damaged, ", "Parts of the file are damaged"),
        (
            encoded(np.column_stack([hiss(5), -hiss(5)])),
            "1 thing wrong: **channels cancel**",
            "so the left one alone was taken",
        ),
        (high_and_low(), "too high to hear", "Nearly all of it lies above 11,025 Hz"),
        (
            encoded(hiss(601, 8000), 8000, "WAV", "PCM_U8"),
            "shortened",
            "It was shortened to its first 10 minutes",
        ),
    ],
    ids=["cut off", "damaged", "cancelling", "high", "long"],
)
def test_what_is_wrong_with_a_file_is_counted_and_named(
    content: bytes, label: str, sentence: str
) -> None:
    page = shown(content)
    assert not says(page, NOTHING)
    (line,) = page.expander
    assert label in line.label
    assert any(text.value.startswith("**") and sentence in text.value for text in line.markdown)
    assert not any(sentence in text.value for text in line.caption)


def test_what_is_done_to_every_sound_is_no_fault() -> None:
    page = shown(encoded(hiss(5, channels=2)))
    assert not page.expander
    assert says(page, f"{NOTHING} What was done to it: 2 channels were mixed to one; resampled")


def test_every_finding_has_its_few_words() -> None:
    source = "".join(Path(module.__file__).read_text("utf-8") for module in (faults, quality))
    assert set(re.findall(r'Finding\(\s*"(\w+)"', source)) == set(FAULTS)
