"""Let a trained network judge a sound that somebody uploads or records."""

from __future__ import annotations

import numpy as np
import streamlit as st

from esc10.audio import Sound, load_sound
from esc10.datasets import SOURCES
from esc10.errors import AudioError, RunError
from esc10.features import mel_power, network_input
from esc10.plots.palette import in_words
from esc10.plots.probabilities import class_probabilities
from esc10.plots.sounds import frame_votes, mel_spectrogram
from esc10.results import CRITERIA, Answer
from esc10.run import Run
from esc10.ui.frame import chart_pixels, explain_and_stop, guarded, open_page, picture_toolbar
from esc10.ui.server import engine, runs_with_weights
from esc10.ui.settings import choose_run
from esc10.ui.sounds import synthetic_badge
from esc10.ui.words import CRITERION_LABEL, CRITERION_WORDS

# In hertz. Streamlit records at 16,000 unless told otherwise, which cuts all above 8,000 Hz off.
RECORDING_RATE = 44_100


def main() -> None:
    open_page("Predict")
    runs = runs_with_weights()
    if not runs:
        explain_and_stop(
            "No network has been trained that could judge a sound.",
            "pages/train.py",
            "Train a network",
        )
    engine()  # warms up while people record
    left, right = st.columns([1, 1.7], gap="medium")
    with left:
        run, criterion = _choice(runs)
        content, name, kind = _sound_input()
    with right:
        if content is None:
            st.info(
                "Upload or record a sound: a dog, the rain, a clock … The networks know only "
                + ", ".join(in_words(name) for name in run.config.classes)
                + ". Whatever they hear, they must choose among these.",
                icon=":material/hearing:",
            )
        else:
            _judge(content, name, kind, run, criterion)


def _choice(runs: list[Run]) -> tuple[Run, str]:
    run = choose_run(runs, "Network", key="judge")
    synthetic_badge(SOURCES[run.config.train.dataset])
    criterion = st.selectbox(
        CRITERION_LABEL,
        CRITERIA,
        format_func=CRITERION_WORDS.__getitem__,
        key="judge weights",
    )
    return run, criterion


def _sound_input() -> tuple[bytes | None, str, str]:
    """The bytes of a recording or an upload, what to call them, and their MIME type."""
    way = st.segmented_control(
        "Sound", ["Record", "Upload"], default="Record", required=True, key="way"
    )
    if way == "Record":
        recorded = st.audio_input(
            "Record about five seconds", sample_rate=RECORDING_RATE, key="recording"
        )
        st.caption(
            "Browsers give a microphone only to https pages and to localhost, and most of them "
            "filter out what they take for noise: rain and engines suffer."
        )
        return (recorded.getvalue(), "The recording", recorded.type) if recorded else (None, "", "")
    uploaded = st.file_uploader(
        "A sound file: WAV, FLAC, OGG, MP3 or AIFF", key="upload", max_upload_size=100
    )
    return (uploaded.getvalue(), uploaded.name, uploaded.type) if uploaded else (None, "", "")


def _judge(content: bytes, name: str, kind: str, run: Run, criterion: str) -> None:
    try:
        sound = load_sound(content, name)
    except AudioError as error:
        st.error(str(error), icon=":material/hearing_disabled:")
        return
    power = mel_power(sound.samples, run.config.mel)
    x = network_input(power[np.newaxis], run.config.train.features, run.config.scaling)
    try:
        answer = engine().answer(run, criterion, x)
    except RunError as error:
        st.error(str(error))
        st.button("Try again", icon=":material/refresh:")
        return
    _say(answer, sound, run)
    st.audio(content, format=kind or "audio/wav")
    pixels = chart_pixels()
    if answer.frames is None:
        first, second = st.columns(2)
        first.plotly_chart(
            class_probabilities(answer.clip[0], run.config.classes, pixels, 360),
            key="classes",
            config=picture_toolbar("classes"),
        )
        second.plotly_chart(
            mel_spectrogram(power, run.config.mel, "logmel", pixels, 360),
            key="heard",
            config=picture_toolbar("heard"),
        )
        return
    first, second = st.columns([1, 1.6])
    first.plotly_chart(
        class_probabilities(answer.clip[0], run.config.classes, pixels, 440),
        key="classes",
        config=picture_toolbar("classes"),
    )
    votes = frame_votes(power, run.config.mel, answer.frames[0], run.config.classes, pixels, 440)
    second.plotly_chart(votes, key="votes", config=picture_toolbar("votes"))


def _say(answer: Answer, sound: Sound, run: Run) -> None:
    probabilities = answer.clip[0]
    best = int(probabilities.argmax())
    st.markdown(f"## {in_words(run.config.classes[best])}, {probabilities[best]:.0%}")
    if sound.remarks:
        st.caption("This sound was " + "; ".join(sound.remarks) + ".")


if __name__ == "__main__":
    guarded(main)
