"""What is wrong with a recording, said before anybody blames the network."""

from __future__ import annotations

import streamlit as st

from esc10.audio.loading import Recording
from esc10.audio.quality import diagnose
from esc10.ui.words import in_markdown


def show_findings(recording: Recording) -> None:
    """Each fault with its figure and what to do; and what was done to the sound."""
    findings = diagnose(recording)
    for finding in findings:
        st.warning(
            f"**{finding.sentence}** Measured: {finding.figure}. {finding.advice}",
            icon=":material/mic_alert:",
        )
    said = "" if findings else "Nothing wrong with this recording was measured. "
    if recording.remarks:
        said += f"What was done to it: {in_markdown('; '.join(recording.remarks))}."
    if said:
        st.caption(said)
