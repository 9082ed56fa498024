"""A recording made for sounds, not for speech; it stays until the next one, or until discarded."""

from __future__ import annotations

import io
from dataclasses import dataclass

import soundfile
import streamlit as st

from esc10.audio.wav import wav_of
from esc10.errors import AudioError
from esc10.ui.microphone.microphone import (
    describe_settings,
    describe_warning,
    heard,
    message,
    microphone,
    name_of,
)
from esc10.ui.words import in_markdown

MOST_SECONDS = 61.0
"""The recorder stops at 60; the last block may go a little beyond."""

SIMPLE_RATE = 44_100
"""In hertz. Streamlit takes 16,000 unless told otherwise, which cuts all above 8,000 off."""


@dataclass(frozen=True)
class Take:
    """A recording.

    Attributes:
        content: a WAV file's bytes.
        rate: in hertz.
        settings: what the browser did to the sound: for each of
            `esc10.ui.microphone.microphone.FILTERS` whether it was on, None where it does not say;
            empty for the simple recorder.
        name: what to call it in a sentence.
    """

    content: bytes
    rate: int
    settings: dict[str, bool | None]
    name: str = "The recording"


@dataclass
class _Kept:
    """What a browser session has recorded last."""

    take: Take | None = None
    trouble: str = ""
    received: int | None = None


def record(key: str) -> Take | None:
    """A recorder, and the take it has made; the take outlives a visit to other pages."""
    simple = st.session_state.get(f"{key} simple", False)
    take = _simple(key) if simple else _full(key)
    st.toggle(
        "The simple recorder",
        key=f"{key} simple",
        persist_state="session",
        help="For browsers in which the other one does not work. It may filter out what it takes "
        "for noise.",
    )
    return take


def _full(key: str) -> Take | None:
    kept: _Kept = st.session_state.setdefault(f"{key} kept", _Kept())
    sent = f"{key} microphone"

    def keep() -> None:
        arrived = message(sent)
        kept.received, kept.trouble = name_of(arrived), ""
        try:
            sound = heard(arrived, MOST_SECONDS)
        except AudioError as error:
            kept.trouble = str(error)
        else:
            kept.take = Take(wav_of(sound.samples, sound.rate), sound.rate, sound.settings)

    microphone(sent, live=False, received=kept.received, on_sound=keep)
    if kept.trouble:
        st.error(in_markdown(kept.trouble), icon=":material/hearing_disabled:")
    if kept.take is not None:
        _show(kept.take, key, kept)
    return kept.take


def _show(take: Take, key: str, kept: _Kept) -> None:
    def discard() -> None:
        kept.take = None

    with st.container(gap="xsmall"):
        st.caption(describe_settings(take.rate, take.settings))
        st.button(
            "Discard",
            key=f"{key} discard",
            on_click=discard,
            icon=":material/delete:",
            type="tertiary",
        )
    warning = describe_warning(take.settings)
    if warning:
        st.warning(warning, icon=":material/graphic_eq:")


def _simple(key: str) -> Take | None:
    recorded = st.audio_input(
        "Record about five seconds", sample_rate=SIMPLE_RATE, key=f"{key} simple recording"
    )
    if recorded is None:
        return None
    content = recorded.getvalue()
    try:
        rate = int(soundfile.info(io.BytesIO(content)).samplerate)
    except soundfile.LibsndfileError:
        st.error("The recording cannot be read. Record it again.")
        return None
    return Take(content, rate, {})
