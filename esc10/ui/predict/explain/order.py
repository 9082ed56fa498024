"""Does order matter? The sound's frames shuffled, and from back to front."""

from __future__ import annotations

import numpy as np
import streamlit as st

from esc10.inference.explain.order import (
    rearranged_sound,
    reversed_order,
    reversed_sound,
    shuffled_order,
)
from esc10.training.networks import MODELS
from esc10.ui.plots.spectrograms import clip_picture
from esc10.ui.predict.explain.subject import Case, play, show_bars

_UNMOVED = 1e-5
"""Of a probability: what rounding alone may do."""

_LITTLE = 0.01

_WHY = {
    "cnn": "Its filters look at nine neighbouring frames at once, and its last layers know where "
    "in the clip each of them lies: another order is another sound to it.",
    "td_cnn": "It gives every frame an answer by itself and takes their mean. A mean does not know "
    "in which order the frames came.",
    "cnn_rnn": "It looks at each frame by itself, too, but its LSTM carries a memory from frame to "
    "frame: what it makes of one depends on those before.",
}


def show_order(case: Case) -> None:
    """The answers to the frames in three orders, their sounds, and why the answers move or not."""
    shuffled = shuffled_order(case.mel.frames)
    backwards = reversed_order(case.mel.frames)
    sounds = {
        "as it is": (case.samples, np.arange(case.mel.frames)),
        "shuffled": (rearranged_sound(case.samples, shuffled, case.mel), shuffled),
        "backwards": (reversed_sound(case.samples), backwards),
    }
    answers = case.answers(np.stack([case.x[order] for _, order in sounds.values()]))
    # The answers in columns of their own: so players are level where one takes two lines.
    for column, name, chances in zip(st.columns(3), sounds, answers, strict=True):
        column.markdown(f"{name.capitalize()}: {case.verdict(chances)}")
    for column, (name, (sound, order)) in zip(st.columns(3), sounds.items(), strict=True):
        with column:
            play(sound, name)
            picture = clip_picture(
                case.power[:, order], case.mel, case.mel.seconds, f"Spectrogram, {name}"
            )
            st.html(picture)
    left, right = st.columns([1.4, 1], gap="medium", vertical_alignment="center")
    with left:
        show_bars(case, dict(zip(sounds, answers, strict=True)), "order")
    with right:
        moved = np.abs(answers[1:] - answers[0]).max(axis=1)
        st.markdown(f"{_describe_moved(*map(float, moved))} {_why(case)}")
        st.caption(
            f"The network is given its own {case.mel.frames} frames in the new order. To shuffle "
            "the sound, it is cut into as many pieces of 23 ms: their joints click."
        )


def _describe_moved(shuffled: float, backwards: float) -> str:
    most = max(shuffled, backwards)
    if most < _UNMOVED:
        return "**No order changes the answer,** to a thousandth of a point."
    moved = f"shuffled moves a class by {_points(shuffled)} points, backwards by"
    if most < _LITTLE:
        return (
            f"**Order could matter to this network,** and does little to this sound: {moved} "
            f"{_points(backwards)}. The figures above are rounded."
        )
    return f"**Order matters:** {moved} {_points(backwards)}."


def _points(change: float) -> str:
    """A change of a probability, in points: rounded to whole ones, small changes look alike."""
    return f"{100 * change:.1f}" if 100 * change >= 0.05 else "less than 0.1"


def _why(case: Case) -> str:
    network = MODELS[case.run.config.train.model]
    return _WHY.get(network.key, network.summary)
