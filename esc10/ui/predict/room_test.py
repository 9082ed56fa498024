"""The room test: play a clip through the loudspeaker, record it, and see what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa
import streamlit as st

from esc10.audio.wav import wav_of
from esc10.datasets import Clip
from esc10.errors import AudioError, RunError
from esc10.features.mel import MelConfig, mel_power
from esc10.features.room_response import RoomTest, room_test
from esc10.runs.run import Run
from esc10.ui.clip_view import player
from esc10.ui.fragments import show_trouble
from esc10.ui.frame import chart_pixels, ink
from esc10.ui.microphone.recorder import record
from esc10.ui.plots.room_response import loss_columns, loss_spec
from esc10.ui.plots.spectrograms import clip_picture
from esc10.ui.predict.inputs import (
    Given,
    choose_clip,
    findings_of,
    given_file,
    given_sound,
    is_readable,
    recording_of,
    show_findings,
)
from esc10.ui.predict.judging import judge
from esc10.ui.server import clip_sound
from esc10.ui.words import in_markdown, short_name


def prepare_room_test() -> tuple[Clip, Given] | None:
    """The clip and the recording of it, once both are there."""
    clip = choose_clip("room")
    if clip is None:
        return None
    st.markdown("**1.** Press *Record*. **2.** Play the clip, loud. **3.** Press *Stop*.")
    player(clip)
    take = record("room take")
    return (clip, given_sound(take.name, lambda: take.content)) if take else None


def show_room_test(clip: Clip, given: Given, runs: Sequence[Run], weights: str) -> None:
    """Both spectrograms, every run's answer before and after, and the loss in each band."""
    if not is_readable(given):
        return
    recording = recording_of(given)
    try:
        test = room_test(clip_sound(clip.path).samples, recording.samples, MelConfig())
    except AudioError as error:
        st.error(in_markdown(str(error)), icon=":material/hearing_disabled:")
        if findings_of(given, recording):
            show_findings(given, recording)
        return
    show_findings(given, recording)
    _show_pictures(test)
    try:
        _show_answers(test, clip, given, runs, weights)
    except RunError as error:
        show_trouble(error)
    _show_loss(test)


def _show_pictures(test: RoomTest) -> None:
    mel = MelConfig()
    sounds = {
        "The clip": test.played,
        f"What the microphone heard, {test.delay:.1f} s into the recording": test.recorded,
    }
    # Titles in columns of their own: so players are level where one takes two lines.
    for column, title in zip(st.columns(2), sounds, strict=True):
        column.markdown(f"**{title}**")
    for column, (title, samples) in zip(st.columns(2), sounds.items(), strict=True):
        with column:
            st.audio(wav_of(samples), format="audio/wav")
            st.html(clip_picture(mel_power(samples, mel), mel, mel.seconds, title))


def _show_answers(
    test: RoomTest, clip: Clip, given: Given, runs: Sequence[Run], weights: str
) -> None:
    itself = given_file(clip.path, clip.filename)
    if not itself:
        return
    origin = itself[0].key
    # A clip's length of both, from where the clip begins.
    played = replace(given, key=f"the first of {origin}", origin=origin)
    recorded = replace(given, key=f"{origin} in {given.key}", origin=origin)
    rows: dict[str, list[str]] = {"network": [], "before": [], "after": []}
    for run in runs:
        rows["network"].append(short_name(run))
        rows["before"].append(str(judge(played, test.played, run, weights)))
        rows["after"].append(str(judge(recorded, test.recorded, run, weights)))
    st.dataframe(pa.table(rows), hide_index=True, height="content", key="room answers")


def _show_loss(test: RoomTest) -> None:
    mel = MelConfig()
    st.markdown("**What the way through the room took, band by band**")
    st.vega_lite_chart(
        pa.table(loss_columns(test.loss, mel)),
        loss_spec(test.loss, ink(), chart_pixels() - 2, 240),
        key="room loss",
        width="stretch",
        alt="Loss in dB over frequency",
    )
    st.caption(
        "Against the middle band, so the loudspeaker's volume does not count. Bands in which the "
        "clip has next to nothing are left out."
    )
