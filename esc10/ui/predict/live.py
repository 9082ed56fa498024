"""A network that keeps listening: a prediction a second of the last five seconds.

All that a browser session keeps has a bound: five seconds of samples, one picture, ten answers.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from esc10.audio.loading import CLIP_SECONDS, SAMPLE_RATE, SILENCE, fixed_length, resampled
from esc10.errors import AudioError, Esc10Error, NoWorkerError, RunError
from esc10.evaluation.intervals import percent
from esc10.features.inputs import network_input
from esc10.features.mel import mel_power
from esc10.runs.run import Run
from esc10.ui.fragments import live, show_trouble
from esc10.ui.microphone.microphone import Heard, heard, message, microphone, name_of
from esc10.ui.plots.spectrograms import clip_picture
from esc10.ui.server import engine
from esc10.ui.words import class_words

_MOST_SECONDS = 6.0
"""In a message: a listener drops what is older than five, but for the last block."""

_ANSWERS = 10
_LARGER = "1.4em"
"""The picture is made for a list of clips; here it is the only one."""

_KEY, _STATE = "live microphone", "live listening"


@dataclass
class Listening:
    """What a browser session has heard last, and what a network said of it."""

    samples: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    rate: int = SAMPLE_RATE
    seconds: float = 0.0
    began: int = 0
    received: int | None = None
    fresh: bool = False
    judge: tuple[str, str] = ("", "")
    answers: deque[tuple[float, str]] = field(default_factory=lambda: deque(maxlen=_ANSWERS))
    picture: str = ""
    trouble: Esc10Error | None = None

    def add(self, sound: Heard) -> None:
        """Take samples in, mixed to one channel; what is older than a clip's length goes."""
        if (sound.began, sound.rate) != (self.began, self.rate):
            self.began, self.rate, self.seconds = sound.began, sound.rate, 0.0
            self.samples = np.zeros(0, np.float32)
            self.answers.clear()
        mono = (sound.samples.mean(axis=1) / 32_768).astype(np.float32)
        length = int(CLIP_SECONDS * self.rate)
        self.samples = np.concatenate([self.samples, mono])[-length:]
        self.seconds += len(mono) / self.rate
        self.fresh = True

    def clip(self) -> NDArray[np.float32]:
        """The last five seconds as a network hears a clip, shape (CLIP_SAMPLES,)."""
        return fixed_length(resampled(self.samples, self.rate))


def show_live(run: Run, weights: str) -> None:
    """Listen until somebody presses Stop; what is heard is kept for five seconds, nowhere else."""
    live(_listening)(run, weights)


def _listening(run: Run, weights: str) -> None:
    listening: Listening = st.session_state.setdefault(_STATE, Listening())
    if listening.judge != (run.run_id, weights):
        listening.judge = (run.run_id, weights)
        listening.answers.clear()
    above = st.container()
    if listening.fresh:
        listening.fresh = False
        _judge(listening, run, weights)
    _show(listening)
    # Last, as it tells the browser that the next second may come.
    with above:
        microphone(_KEY, live=True, received=listening.received, on_sound=_hear)


def _hear() -> None:
    listening: Listening = st.session_state.setdefault(_STATE, Listening())
    arrived = message(_KEY)
    listening.received, listening.trouble = name_of(arrived), None
    try:
        listening.add(heard(arrived, _MOST_SECONDS))
    except AudioError as error:
        listening.trouble = error


def _judge(listening: Listening, run: Run, weights: str) -> None:
    """Ask the network, and draw what it was asked about; again where it waits for a worker."""
    listening.trouble = None
    samples = listening.clip()
    mel = run.config.mel
    power = mel_power(samples, mel)
    description = "Log-mel spectrogram of the last five seconds, the latest on the right"
    picture = clip_picture(power, mel, mel.seconds, description)
    listening.picture = f'<div style="font-size:{_LARGER}">{picture}</div>'
    if np.abs(samples).max() < SILENCE:
        listening.answers.append((listening.seconds, "silence"))
        return
    x = network_input(power[np.newaxis], run.config.train.features, run.config.scaling)
    try:
        chances = engine().networks.trained(run, weights).answer(x).clip[0]
    except RunError as error:
        listening.trouble = error
        listening.fresh = isinstance(error, NoWorkerError)
        return
    best = int(chances.argmax())
    words = f"{class_words(run.config.classes[best])}, {percent(chances[best])}%"
    listening.answers.append((listening.seconds, words))


def _show(listening: Listening) -> None:
    """The answer in large type, the picture, and the answers before; each at its own place."""
    with st.container():
        if listening.trouble is not None:
            show_trouble(listening.trouble)
    if not listening.answers:
        st.info(
            "Press **Listen**: every second the network judges the last five. Nothing is stored.",
            icon=":material/hearing:",
        )
        return
    latest, *before = reversed(listening.answers)
    st.markdown(f"## {latest[1]}")
    st.html(listening.picture)
    st.markdown("**The latest answers**")
    lines = [f"{latest[0]:.0f} s: **{latest[1]}**"]
    lines += [f"{seconds:.0f} s: {words}" for seconds, words in before]
    with st.container(key="live answers"):
        for column, begin in zip(st.columns(2), range(0, _ANSWERS, _ANSWERS // 2), strict=True):
            column.markdown("\n".join(f"- {line}" for line in lines[begin : begin + _ANSWERS // 2]))
