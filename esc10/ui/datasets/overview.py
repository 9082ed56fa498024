"""A dataset at a glance: for each class a sound, its picture, and how many clips there are."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from esc10.datasets import Clip, Dataset
from esc10.datasets.clips import class_label
from esc10.errors import AudioError
from esc10.evaluation.intervals import percent
from esc10.features.mel import MelConfig
from esc10.ui.clip_view import player, show_damage
from esc10.ui.frame import in_projector_mode
from esc10.ui.player.page_players import show_keys
from esc10.ui.plots.spectrograms import small_picture
from esc10.ui.server import HASHES, clip_sound
from esc10.ui.words import class_words

_CARDS_IN_A_ROW, _CARDS_IN_A_PROJECTED_ROW = 5, 4
_FIRST_CLASSES = 10
_PICTURES_KEPT = 256

_NEARLY = 1.25
"""Classes are nearly even while the largest has no more clips than so many times the smallest."""

_FOLDS = range(1, 6)


def show_overview(sounds: Dataset) -> None:
    """A card for each class; ten at first."""
    counts = sounds.counts
    more = f"all classes of {sounds.source.key}"
    shown = len(counts) if st.session_state.get(more) else _FIRST_CLASSES
    # In large type a player in a narrower card would lose half its loudspeaker.
    across = _CARDS_IN_A_PROJECTED_ROW if in_projector_mode() else _CARDS_IN_A_ROW
    show_keys()
    for first in range(0, min(shown, len(counts)), across):
        row = slice(first, min(shown, first + across))
        columns = st.columns(across, gap="small")
        for column, category, folds in zip(columns, sounds.classes[row], counts[row], strict=False):
            with column.container(border=True, gap="xsmall", height="stretch"):
                _card(category, folds, sounds)
    if len(counts) > _FIRST_CLASSES:
        st.checkbox(f"Show all {len(counts)} classes", key=more)


def show_balance(sounds: Dataset) -> None:
    """How many clips there are, and whether each class has as many."""
    sentence = describe_balance(sounds.classes, sounds.counts)
    st.markdown(sentence, width="content")


def describe_balance(classes: tuple[str, ...], counts: NDArray[np.int64]) -> str:
    """In Markdown: how many clips there are, and whether each class has as many.

    `counts`: shape (classes, folds).
    """
    clips = counts.sum(axis=1)
    least, most = int(clips.argmin()), int(clips.argmax())
    number = f"{clips.sum():,} clips, {len(classes)} classes"
    if clips[least] == clips[most]:
        text = f"**{number}, balanced:** {clips[most]} of each"
        return text + (
            f", {counts[0, 0]} in every fold." if (counts == counts[0, 0]).all() else "."
        )
    span = (
        f"from {clips[least]} ({class_words(classes[least])}) "
        f"to {clips[most]} ({class_words(classes[most])})"
    )
    if clips[most] <= _NEARLY * clips[least]:
        return f"**{number}, nearly balanced:** {span}."
    return (
        f"**{number}, uneven:** {span}. Whoever always said *{class_words(classes[most])}* would "
        f"be right for {percent(clips[most] / clips.sum())}% of them."
    )


def describe_short_folds(folds: NDArray[np.int64]) -> str:
    """The folds that have less than half of what a fold has on average; empty where none has.

    `folds`: a class's clips in each fold, shape (folds,).
    """
    short = [
        f"{clips or 'none'} in fold {fold}"
        for fold, clips in zip(_FOLDS, folds.tolist(), strict=True)
        if clips < folds.mean() / 2
    ]
    return f"only {', '.join(short)}".replace("only none", "none") if short else ""


def _card(category: str, folds: NDArray[np.int64], sounds: Dataset) -> None:
    clip = next(clip for clip in sounds.clips if clip.category == category)
    st.markdown(f"**{class_words(category)}** · {folds.sum()}")
    try:
        picture = _picture(clip)
    except AudioError as error:
        show_damage(error, sounds.source)
    else:
        st.html(picture)
        player(clip)
    short = describe_short_folds(folds)
    if short:
        st.caption(short)


@st.cache_data(max_entries=_PICTURES_KEPT, show_spinner=False, hash_funcs=HASHES)
def _picture(clip: Clip) -> str:
    """A clip's spectrogram in HTML: of its file, which what training keeps of it may outlive.

    Raises:
        AudioError: the file cannot be read.
    """
    description = f"Log-mel spectrogram of a clip of the class {class_label(clip.category)}"
    return small_picture(clip_sound(clip.path).power, MelConfig(), description)
