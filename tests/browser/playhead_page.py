"""A page with a playhead and a plain player, for `test_playhead`."""

from __future__ import annotations

import numpy as np
import streamlit as st

from esc10.audio.loading import CLIP_SAMPLES, SAMPLE_RATE
from esc10.audio.wav import wav_of
from esc10.features.mel import MelConfig, mel_power
from esc10.ui.player.page_players import join_players
from esc10.ui.player.player import show_playhead

CLASSES = ("dog", "sea_waves", "rain", "rooster", "clock_tick", "sneezing")


def made_votes() -> np.ndarray:
    """Votes of 216 frames: another class every ten frames, more and more probable."""
    frames = MelConfig().frames
    votes = np.full((frames, len(CLASSES)), 0.02, np.float32)
    for frame in range(frames):
        chance = 0.5 + 0.4 * frame / frames
        votes[frame] = (1 - chance) / (len(CLASSES) - 1)
        votes[frame, frame // 10 % len(CLASSES)] = chance
    return votes


def main() -> None:
    join_players()
    time = np.arange(CLIP_SAMPLES) / SAMPLE_RATE
    with_votes = st.toggle("Votes", value=True)
    st.button("Again")
    shown = st.toggle("Player", value=True)
    pitch = 440 if with_votes else 880
    samples = (0.1 * np.sin(2 * np.pi * pitch * time)).astype(np.float32)
    votes = made_votes() if with_votes else None
    if shown:
        show_playhead(samples, mel_power(samples, MelConfig()), CLASSES, votes, key="player")
    st.audio(wav_of(samples))


if __name__ == "__main__":
    main()
