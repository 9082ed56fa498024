"""A page with the recorder and its take on it, or at ?live=1 the network that keeps listening."""

from __future__ import annotations

import streamlit as st

from esc10.ui.microphone.recorder import record
from esc10.ui.player.page_players import join_players
from esc10.ui.predict.live import show_live
from esc10.ui.server import runs_that_judge


def main() -> None:
    if "live" in st.query_params:
        show_live(runs_that_judge()[0], "val_accuracy")
        return
    join_players()
    take = record("take")
    if take is not None:
        st.audio(take.content)
        st.download_button("WAV", take.content, "take.wav")


if __name__ == "__main__":
    main()
