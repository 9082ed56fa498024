"""A sound's player whose playhead runs over its spectrogram, and over the votes of its frames."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import streamlit as st
from numpy.typing import NDArray

from esc10.audio.loading import SAMPLE_RATE
from esc10.audio.wav import wav_of
from esc10.datasets.clips import class_label
from esc10.evaluation.intervals import percent
from esc10.features.mel import MelConfig, decibels
from esc10.ui.plots.frequencies import frequency_column
from esc10.ui.plots.spectrograms import loudness, spectrum_png, strip_png
from esc10.ui.plots.time_axis import time_marks, time_unit
from esc10.ui.remembered import remembered

_STRIPS = 5
_COLUMNS = 2000
"""No screen shows more, and some browsers draw no picture wider than 16,384 pixels."""

_WAV_SECONDS = 60
"""Up to here a page gets the very samples, 2.6 MB; ten minutes would be 26 MB, and are 4.8 as MP3,
which every browser plays."""

_MP3_LEVEL = 0.6

GUTTER_REMS = 6.4
"""What stands left of the pictures is so wide, in the page's type."""

_HTML = """
<div class="now" data-part="now"><b></b><span></span></div>
<audio controls preload="auto" data-part="audio"></audio>
<div class="rows" data-part="rows"></div>
"""

_CSS = """
:host { color: var(--st-text-color); font-family: var(--st-font); font-size: 0.85rem; }
.now { font-size: 2rem; line-height: 1.25; min-height: 1.25em; }
.now span { opacity: 0.75; margin-left: 0.5em; font-variant-numeric: tabular-nums; }
.now[hidden] { display: none; }
audio { display: block; width: 100%; height: 2.6rem; margin-bottom: 0.4rem; }
audio[aria-current] { outline: 0.2rem solid #D55E00; outline-offset: 0.1rem; border-radius: 1.7rem;
  scroll-margin: 4rem 0 12rem; }
.rows { position: relative; display: grid; grid-template-columns: GUTTER 1fr; gap: 2px 0; }
.rows > span { align-self: center; opacity: 0.8; }
.rows > span:first-child, .rows > .scale { grid-area: 1 / 1; }
.rows > .scale { display: grid; }
.rows > img { display: block; width: 100%; height: 1.15rem; cursor: pointer;
  background: var(--st-secondary-background-color); }
.rows > img.spectrum { height: 8.5rem; }
.marks { position: relative; height: 1.3em; }
.marks span { position: absolute; white-space: nowrap; }
.line { position: absolute; top: 0; bottom: 1.3em; width: 3px; margin-left: -1.5px;
  background: #D55E00; box-shadow: 0 0 0 1px #fff; pointer-events: none; }
""".replace("GUTTER", f"{GUTTER_REMS}rem")

_player = st.components.v2.component(
    "esc10.playhead",
    html=_HTML,
    css=_CSS,
    js=Path(__file__).with_name("player.js").read_text("utf-8"),
)


def show_playhead(
    samples: NDArray[np.float32],
    power: NDArray[np.float32],
    classes: Sequence[str],
    votes: NDArray[np.float32] | None,
    key: str,
) -> None:
    """A player, the spectrogram, and the strips of the classes that most frames vote for.

    While it plays, a line runs over all of them, and the class that the frame under it votes for
    stands above. A click on a picture moves the line there.

    `samples` are what is played, mono, at `esc10.audio.loading.SAMPLE_RATE`, shape (samples,).
    `power` is its power mel spectrogram, shape (mel bands, frames). `votes` are each frame's class
    probabilities, shape (frames, classes); None for a network whose frames have no votes.
    """
    digest = hashlib.blake2b(repr(tuple(classes)).encode())
    for array in (samples, power, votes):
        if array is not None:
            digest.update(array.tobytes())
    name = digest.hexdigest()
    data = remembered("players", name, lambda: _player_data(name, samples, power, classes, votes))
    _player(key=key, data=data)


def _player_data(
    name: str,
    samples: NDArray[np.float32],
    power: NDArray[np.float32],
    classes: Sequence[str],
    votes: NDArray[np.float32] | None,
) -> dict[str, Any]:
    """All that `player.js` is told; what each part is, is written there."""
    audio, kind = encoded(samples)
    seconds = len(samples) / SAMPLE_RATE
    shares = loudness(decibels(pooled(power, _COLUMNS)))[::-1]  # high bands on top
    rows = [{"name": "mel bands", "about": "spectrogram", "picture": _text(spectrum_png(shares))}]
    names = [class_label(name) for name in classes]
    if votes is not None:
        rows += _strips(names, votes)
    return {
        "id": name,
        "audio": _text(audio),
        "kind": kind,
        "seconds": seconds,
        "rows": rows,
        "scale": frequency_column(MelConfig()),
        "unit": time_unit(seconds),
        "marks": time_marks(seconds),
        "classes": names,
        "winners": [] if votes is None else votes.argmax(axis=1).tolist(),
        "percent": [] if votes is None else np.rint(100 * votes.max(axis=1)).astype(int).tolist(),
    }


def _strips(names: Sequence[str], votes: NDArray[np.float32]) -> list[dict[str, str]]:
    """A strip for each of the classes with the most votes, the winner on top."""
    shares = votes.mean(axis=0)
    return [
        {
            "name": names[label],
            "about": f"votes for {names[label]}, {percent(shares[label])}% on average",
            "picture": _text(strip_png(pooled(votes[:, label], _COLUMNS))),
        }
        for label in np.argsort(-shares, kind="stable")[:_STRIPS]
    ]


def pooled(values: NDArray[np.float32], columns: int) -> NDArray[np.float32]:
    """The mean of each stretch of frames: no wider a picture than a screen can show.

    `values`: shape (..., frames).

    Shape (..., columns), or the values themselves where there are no more.
    """
    frames = values.shape[-1]
    if frames <= columns:
        return values
    begins = np.arange(columns) * frames // columns
    counts = np.diff(np.append(begins, frames))
    return np.asarray(np.add.reduceat(values, begins, axis=-1) / counts, np.float32)


def encoded(samples: NDArray[np.float32]) -> tuple[bytes, str]:
    """Samples as a sound file that every browser plays, and its MIME type.

    `samples` are mono, at `esc10.audio.loading.SAMPLE_RATE`, shape (samples,).
    """
    samples = np.clip(samples, -1, 1)
    if len(samples) <= _WAV_SECONDS * SAMPLE_RATE:
        return wav_of(samples), "audio/wav"
    content = io.BytesIO()
    soundfile.write(
        content,
        samples,
        SAMPLE_RATE,
        "MPEG_LAYER_III",
        format="MP3",
        bitrate_mode="CONSTANT",  # so that a place in the file is a time
        compression_level=_MP3_LEVEL,
    )
    return content.getvalue(), "audio/mpeg"


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
