"""The microphone: a component in the browser, and what it may send here.

Speech is what browsers expect at a microphone: they take rain for noise and remove it. This one
asks for the sound as it is. What arrives comes from a stranger's browser, so nothing of it is
believed that has not been looked at. Nothing is written to the disk.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from esc10.errors import AudioError

FILTERS = {
    "noiseSuppression": "noise suppression",
    "echoCancellation": "echo cancellation",
    "autoGainControl": "automatic gain",
}
"""What the microphone asks to be off: the browser's name for it, and ours."""

_LOWEST_RATE, _HIGHEST_RATE = 8_000, 192_000
_MOST_CHANNELS = 2
_BYTES_OF_A_SAMPLE = 2
_LARGEST_EXACT = 2**53
"""JavaScript's numbers count one by one up to here."""


def _text(*names: str) -> str:
    return "\n".join((files("esc10.ui.microphone") / name).read_text("utf-8") for name in names)


_component = st.components.v2.component(
    "esc10_microphone",
    html=_text("recorder.html"),
    css=_text("recorder.css"),
    js=_text("microphone.js", "recorder.js"),
)


@dataclass(frozen=True)
class Heard:
    """Samples that a browser sent.

    Attributes:
        samples: 16-bit, shape (samples, channels).
        rate: in hertz.
        settings: for each of `FILTERS` whether it was on; None where the browser does not say.
        began: which press of the button they belong to.
    """

    samples: NDArray[np.int16]
    rate: int
    settings: dict[str, bool | None]
    began: int


def microphone(key: str, *, live: bool, received: int | None, on_sound: Callable[[], None]) -> None:
    """The microphone's button, level and clock, or a sentence on why there is none."""
    _component(key=key, data={"live": live, "received": received}, on_sound_change=on_sound)


def message(key: str) -> object:
    """In `on_sound`: what the browser has sent; anything at all, if it is a stranger's."""
    state = st.session_state.get(key)
    return state.get("sound") if isinstance(state, dict) else None


def heard(sent: object, most_seconds: float) -> Heard:
    """A message, looked at."""
    fields: dict[Any, Any] = sent if isinstance(sent, dict) else {}
    rate = _whole(fields.get("rate"), _LOWEST_RATE, _HIGHEST_RATE)
    channels = _whole(fields.get("channels"), 1, _MOST_CHANNELS)
    most_bytes = int(most_seconds * rate) * channels * _BYTES_OF_A_SAMPLE
    content = _decoded(fields.get("pcm"), most_bytes)
    if len(content) % (channels * _BYTES_OF_A_SAMPLE):
        raise _not_understood("its samples are not whole")
    given = fields.get("settings")
    return Heard(
        samples=np.frombuffer(content, "<i2").reshape(-1, channels),
        rate=rate,
        settings={name: _switch(given, name) for name in FILTERS},
        began=_whole(fields.get("began"), 0, _LARGEST_EXACT),
    )


def name_of(sent: object) -> int | None:
    """A message's name, to be given back as `received` even if the message is refused."""
    name = sent.get("sent") if isinstance(sent, dict) else None
    return name if type(name) is int and 0 <= name <= _LARGEST_EXACT else None


def describe_settings(rate: int, settings: dict[str, bool | None]) -> str:
    """What the browser really did to the sound, in one line."""
    states = {True: "on", False: "off", None: "not told"}
    switches = ", ".join(f"{word} {states[settings[name]]}" for name, word in FILTERS.items())
    return f"Recorded at {rate:,} Hz; {switches}."


def describe_warning(settings: dict[str, bool | None]) -> str:
    """What the browser would not switch off, and what that does; empty where all is off."""
    on = [word for name, word in FILTERS.items() if settings[name]]
    if not on:
        return ""
    return (
        f"This browser did not switch off {' and '.join(on)}: made for speech, it changes other "
        "sounds, and the network hears them changed. Another browser may do better."
    )


def _not_understood(why: str) -> AudioError:
    return AudioError(f"The recording cannot be used: {why}. Record it again.")


def _whole(value: object, lowest: int, highest: int) -> int:
    # Python counts True as 1. JSON knows no difference between 48000 and 48000.0.
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise _not_understood("the browser sent something else than sound")
    if not lowest <= value <= highest:
        raise _not_understood("its rate or its channels are out of range")
    return int(value)


def _decoded(pcm: object, most_bytes: int) -> bytes:
    if not isinstance(pcm, str) or not pcm:
        raise _not_understood("the browser sent no samples")
    if len(pcm) > 4 * (most_bytes // 3 + 1):
        raise _not_understood("it is too long")
    try:
        return base64.b64decode(pcm, validate=True)
    except (binascii.Error, ValueError) as cause:
        raise _not_understood("its samples were damaged on the way") from cause


def _switch(given: object, name: str) -> bool | None:
    """On or off; newer browsers name the kind of echo cancellation that is on."""
    value = given.get(name) if isinstance(given, dict) else None
    if isinstance(value, str):
        return True
    return value if isinstance(value, bool) else None
