"""A page with a list of players and two sounds to compare, for `test_listening`."""

from __future__ import annotations

import numpy as np
import streamlit as st

from esc10.audio.wav import wav_of
from esc10.ui.player.page_players import join_players, show_keys
from esc10.ui.player.two_sounds import Sound, compare_by_ear

LOW, HIGH = 440, 880
AMPLITUDE = 0.1
RATE = 8000


@st.cache_data
def tone(hertz: int, seconds: int) -> bytes:
    time = np.arange(seconds * RATE) / RATE
    return wav_of(AMPLITUDE * np.sin(2 * np.pi * hertz * time), RATE)


@st.dialog("A dialog")
def ask() -> None:
    st.write("Nothing to hear.")


def main() -> None:
    join_players()
    st.text_input("Words")
    st.button("Again")
    if st.button("Ask"):
        ask()
    show_keys()
    for hertz in (200, 300, 400)[: 2 if st.toggle("Fewer") else 3]:
        st.container(height=500).audio(tone(hertz, 30))
    compare_by_ear(
        Sound("Low", "a tone", tone(LOW, 20)),
        [Sound("High", "another tone", tone(HIGH, 30)), Sound("Torn", "no sound", b"RIFF")],
        key="tones",
    )


if __name__ == "__main__":
    main()
