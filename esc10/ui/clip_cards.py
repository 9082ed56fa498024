"""Judged clips to look at and listen to: what a number in a matrix is made of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from esc10.datasets import Clip, Dataset
from esc10.datasets.clips import class_label
from esc10.errors import AudioError, DatasetError, NoWorkerError, RunError
from esc10.evaluation.intervals import percent
from esc10.evaluation.metrics import Evaluation, JudgedClip
from esc10.features.inputs import network_input
from esc10.runs.run import Run
from esc10.training.networks import MODELS
from esc10.training.results import PARTS
from esc10.ui.clip_view import draw_picture, player, recording, sound_to_compare
from esc10.ui.fragments import show_trouble
from esc10.ui.player.page_players import show_keys
from esc10.ui.player.two_sounds import compare_by_ear
from esc10.ui.server import HASHES, clip_sound, dataset, engine, runs_that_judge, verdict
from esc10.ui.words import class_words, in_markdown, short_name

_FIRST_CLIPS = 12
_CLASSES_SHOWN = 3
_MOST_RUNS = 20

Votes = NDArray[np.float32]
"""A clip's frames' class probabilities, shape (frames, classes)."""


def show_clips(judged: Sequence[JudgedClip], run: Run, weights: str | None, section: str) -> None:
    """A card for each clip: its player, picture, probabilities, source, and the other runs."""
    try:
        sounds = dataset(run.config.train.dataset)
        clips = [sounds.clip(clip.filename) for clip in judged]
    except DatasetError as error:
        st.info(
            f"The verdicts stay; the sounds come back with the dataset. {in_markdown(str(error))}"
        )
        for clip in judged:
            st.markdown(f"{clip.filename}: {_describe_answer(clip, run)}")
        return
    if len(clips) > 1:
        show_keys()
    more = f"more {section}"
    shown = len(judged) if st.session_state.get(more) else _FIRST_CLIPS
    pictures = [
        _card(clip, judgement, sounds, run, section)
        for clip, judgement in zip(clips[:shown], judged[:shown], strict=True)
    ]
    if len(judged) > shown:
        st.checkbox(f"Show all {len(judged)}", key=more)
    if weights is not None and MODELS[run.config.train.model].frames_vote:
        _add_votes(pictures, clips[:shown], judged[:shown], run, weights)


def _card(
    clip: Clip, judged: JudgedClip, sounds: Dataset, run: Run, section: str
) -> DeltaGenerator | None:
    """Everything but the votes, which the worker must be asked for; where the picture stands."""
    with st.container(key=f"clip {section} {clip.filename}", border=True, gap="xsmall"):
        st.markdown(_describe_answer(judged, run))
        player(clip)
        picture = st.empty()
        draw_picture(picture, clip)
        left, right = st.columns([1.2, 1], gap="small", vertical_alignment="center")
        left.caption(f"fold {clip.fold} · {recording(clip, sounds)}")
        with right:
            others = st.popover(
                "Other runs",
                key=f"others {section} {clip.filename}",
                on_change="rerun",
                type="tertiary",
            )
        if others.open:
            with others:
                _other_runs(clip.filename, run)
    return picture


def _describe_answer(judged: JudgedClip, run: Run) -> str:
    """The true class, and the most probable ones, the answer first and bold."""
    order = np.argsort(-np.array(judged.probabilities), kind="stable")[:_CLASSES_SHOWN]
    classes = run.config.classes
    first, *others = (
        f"{class_words(classes[label])} {percent(judged.probabilities[label])}%" for label in order
    )
    mark = ":material/check:" if judged.right else ":material/close:"
    return f"{class_words(judged.true)} {mark} **{first}**, {', '.join(others)}"


def _add_votes(
    pictures: Sequence[DeltaGenerator | None],
    clips: Sequence[Clip],
    judged: Sequence[JudgedClip],
    run: Run,
    weights: str,
) -> None:
    """Each frame's votes under the pictures, where the network has them.

    The list stands before the worker is asked: nobody waits for it to hear a clip.
    """
    if not clips:
        return
    try:
        votes = _votes(run, weights, tuple(clip.path for clip in clips))
    except NoWorkerError as error:
        show_trouble(error)
        return
    except RunError as error:
        st.caption(f"The frames' votes are missing: {in_markdown(str(error))}")
        return
    except AudioError:
        return  # the picture has said so
    classes = run.config.classes
    for picture, clip, judgement, frames in zip(pictures, clips, judged, votes, strict=True):
        order = np.argsort(-np.array(judgement.probabilities), kind="stable")[:_CLASSES_SHOWN]
        if picture is not None:
            draw_picture(
                picture,
                clip,
                tuple((class_label(classes[label]), frames[:, label]) for label in order),
            )


@st.cache_data(max_entries=128, show_spinner=False, hash_funcs=HASHES)
def _votes(run: Run, weights: str, paths: tuple[Path, ...]) -> Votes:
    """The votes for some clips, shape (clips, frames, classes)."""
    power = np.stack([clip_sound(path).power for path in paths])
    x = network_input(power, run.config.train.features, run.config.scaling)
    frames = engine().networks.trained(run, weights).answer(x).frames
    if frames is None:
        raise RunError(f"The frames of run {run.run_id} have no votes.")
    return frames


def _other_runs(filename: str, run: Run) -> None:
    """How the other runs judge this very clip."""
    others = [other for other in runs_that_judge() if other.run_id != run.run_id]
    lines = [
        f"- {short_name(other)}: {said}"
        for other in others[:_MOST_RUNS]
        if (said := _said_of(filename, other, run))
    ]
    st.markdown("\n".join(lines) if lines else "No other run was judged on this clip.")
    if len(others) > _MOST_RUNS:
        st.caption(f"The latest {_MOST_RUNS} of {len(others)} other runs.")


def _said_of(filename: str, other: Run, run: Run) -> str | None:
    """What a run says of a clip, or that it learned from it; None if it has other data."""
    if other.config.train.dataset != run.config.train.dataset:
        return None
    if filename in other.config.clips["train"]:
        return "was trained on this clip"
    for part in PARTS:
        for clip in verdict(other, other.criteria[0]).parts[part].judged:
            if clip.filename == filename:
                return _describe_answer(clip, other)
    return None


def to_compare(judged: Evaluation, part: str, category: str) -> JudgedClip | None:
    """The clip of a class that was recognised most surely, of this part if there is one."""
    for name in (part, *PARTS):
        right = judged.parts[name].cells(category, category)
        if right:
            return right[0]
    return None


def compare_with_listed(
    recognised: JudgedClip, others: Sequence[JudgedClip], run: Run, section: str
) -> None:
    """Let a clip that was recognised and one of some others be compared by ear."""
    if not others:
        return
    try:
        sounds = dataset(run.config.train.dataset)
    except DatasetError:
        return  # the card has said so
    clip = sounds.clip(recognised.filename)
    answered = [
        sound_to_compare(f"taken for {class_label(each.predicted)}", sounds.clip(each.filename))
        for each in others
    ]
    key = f"by ear {section} {clip.filename}"
    compare_by_ear(sound_to_compare("recognised", clip), answered, key)
