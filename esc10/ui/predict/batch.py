"""Several sounds at once: what each run says of each, in a table; a row to look at closely."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from esc10.audio.loading import fixed_length
from esc10.audio.recording import Recording
from esc10.datasets.clips import class_label
from esc10.errors import RunError
from esc10.features.inputs import network_input
from esc10.features.mel import mel_power
from esc10.runs.run import Run
from esc10.ui.plots.palette import LETTERS
from esc10.ui.server import engine
from esc10.ui.words import in_markdown

_AT_ONCE = 16


def answers_to(
    sounds: Sequence[NDArray[np.float32]], run: Run, weights: str
) -> NDArray[np.float32]:
    """What a run says of each sound's first five seconds, shape (sounds, classes).

    `sounds` are mono at 22,050 Hz, shape (samples,).
    """
    network = engine().networks.trained(run, weights)
    answers = []
    for begin in range(0, len(sounds), _AT_ONCE):
        some = sounds[begin : begin + _AT_ONCE]
        power = np.stack([mel_power(fixed_length(samples), run.config.mel) for samples in some])
        x = network_input(power, run.config.train.features, run.config.scaling)
        answers.append(network.answer(x).clip)
    return np.concatenate(answers)


def choose_among(
    recordings: Sequence[Recording], runs: Sequence[Run], weights: str, labels: Sequence[str] = ()
) -> int:
    """The place of the sound that a person wants to look at."""
    columns: dict[str, list[str]] = {"sound": [sound.name for sound in recordings]}
    if labels:
        columns["in truth"] = list(labels)
    for letter, run in zip(LETTERS, runs, strict=False):
        try:
            answers = answers_to([sound.samples for sound in recordings], run, weights)
        except RunError as error:
            # The sounds can be chosen and heard all the same.
            st.info(in_markdown(str(error)), icon=":material/hourglass:")
            st.button("Look again", key=f"look again {letter}", icon=":material/refresh:")
            continue
        columns[f"{letter} says"] = [
            f"{class_label(run.config.classes[int(chances.argmax())])} {chances.max():.0%}"
            for chances in answers
        ]
    table = st.dataframe(
        pa.table(columns),
        hide_index=True,
        height="content" if len(recordings) < 8 else 300,
        on_select="rerun",
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [0]}},
        key=f"sounds {hash(tuple(columns['sound']))} {bool(labels)}",
    )
    rows = table.selection.rows
    return rows[0] if rows and rows[0] < len(recordings) else 0
