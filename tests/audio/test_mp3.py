"""An MP3 holds what was put into it, in a fifth of the room."""

from __future__ import annotations

import io

import numpy as np
import soundfile

from esc10.audio.loading import CLIP_SECONDS, SAMPLE_RATE
from esc10.audio.mp3 import mp3_of
from esc10.audio.wav import wav_of


def test_an_mp3_sounds_like_what_was_put_into_it() -> None:
    time = np.arange(int(CLIP_SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    chirp = (0.4 * np.sin(2 * np.pi * (300 + 200 * time) * time)).astype(np.float32)
    content = mp3_of(chirp)
    assert mp3_of(chirp) == content
    assert len(content) < len(wav_of(chirp)) / 5
    heard, rate = soundfile.read(io.BytesIO(content), dtype="float32")
    assert rate == SAMPLE_RATE
    # An encoder may put silence before and after.
    delay = int(np.argmax(np.correlate(heard, chirp[:SAMPLE_RATE], "valid")))
    assert delay < 0.1 * SAMPLE_RATE
    assert np.corrcoef(heard[delay:][: len(chirp)], chirp[: len(heard) - delay])[0, 1] > 0.99
