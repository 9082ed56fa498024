"""What each exercise is about, to look at and to listen to: the student's own sounds and runs."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import streamlit as st

from esc10.datasets import Clip, Dataset
from esc10.datasets.clips import class_label
from esc10.datasets.splits import fold_split, lab_split
from esc10.features.inputs import network_input
from esc10.inference.explain.order import shuffled_order
from esc10.lesson.exercises import FIRST_LAYER
from esc10.runs.outcome import UNFINISHED
from esc10.runs.run import Run
from esc10.runs.store import list_runs
from esc10.training.config import TrainConfig
from esc10.training.networks import MODELS, LayerTable
from esc10.ui.clip_cards import show_clips
from esc10.ui.clip_view import draw_picture, player, readable_sound, spectrogram, waveform
from esc10.ui.confusion import CellChooser, clips_of, describe_clips
from esc10.ui.curves import show_curves
from esc10.ui.fragments import live, tick_seconds
from esc10.ui.frame import in_projector_mode, table_pixels
from esc10.ui.layer_table import show_layer_table
from esc10.ui.progress import show_jobs, show_run
from esc10.ui.server import PREPARE_JOBS, clip_sound, engine, is_under_way, verdict
from esc10.ui.trainings import train_missing

_CELLS = CellChooser("guided lab ", ("test",))
_CLIPS_PIXELS, _FOLD_PIXELS = 330, 42


@dataclass(frozen=True)
class Subject:
    """What an exercise is about.

    Attributes:
        sounds: the dataset.
        run: one that has learned from it; None where no exercise so far needs one, or none is
            there.
        known: whether the exercise is solved or was given up, so that nothing need be hidden.
    """

    sounds: Dataset
    run: Run | None
    known: bool

    @property
    def trained(self) -> Run:
        """The run, where the exercise cannot be shown without one."""
        assert self.run is not None
        return self.run


def first_network(sounds: Dataset) -> LayerTable:
    """The layers of the 1D-CNN for so many classes; NoWorkerError until a worker is there."""
    return engine().networks.layer_tables(len(sounds.classes))["cnn"]


def show_sounds(subject: Subject) -> None:
    """How many clips of each class every fold has, and a clip of each to play."""
    sounds = subject.sounds
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        folds = {str(fold): sounds.counts[:, fold - 1] for fold in range(1, 6)}
        st.dataframe(
            pa.table({"class": [class_label(name) for name in sounds.classes], **folds}),
            hide_index=True,
            height="content" if len(sounds.classes) <= 10 else 400,
            column_config={
                fold: st.column_config.NumberColumn(width=table_pixels(_FOLD_PIXELS))
                for fold in folds
            },
            alt="How many clips each class has in each fold",
        )
        st.caption("How many clips of each class are in each of the five folds.")
    with right:
        clip = _choose_clip(sounds, "sounds")
        player(clip)
        draw_picture(st.empty(), clip)


def show_spectrogram(subject: Subject) -> None:
    """A clip's waveform over its spectrogram."""
    left, right = st.columns([1.4, 1.3], vertical_alignment="bottom")
    with left:
        clip = _choose_clip(subject.sounds, "spectrogram")
    with right:
        player(clip)
    sound = readable_sound(clip, subject.sounds.source)
    if sound is not None:
        waveform(sound, 220 if in_projector_mode() else 170)
        spectrogram(sound, "logmel", 300)


def show_split(subject: Subject) -> None:
    """Each test clip of the lab's split, and how many takes of its recording train."""
    sounds = subject.sounds
    if not sounds.source.recordings_known:
        return  # beside it stands that nobody knows
    split = lab_split(sounds, 0, 0)
    train = Counter(sounds.clips[index].src_file for index in split.train)
    test = [sounds.clips[index] for index in split.test]
    st.dataframe(
        pa.table(
            {
                "test clip": pa.array(range(1, len(test) + 1)),
                "class": [class_label(clip.category) for clip in test],
                "recording": [clip.src_file for clip in test],
                "take": [clip.take for clip in test],
                "takes of it that train": [train[clip.src_file] for clip in test],
            }
        ),
        hide_index=True,
        height=460,
        alt="The test clips of the lab's split, with the takes of their recordings that train",
    )
    st.caption(
        f"{len(sounds.clips)} clips were cut from "
        f"{len({clip.src_file for clip in sounds.clips})} recordings. A click on a column's name "
        "sorts by it."
    )


def show_network(subject: Subject) -> None:
    """The 1D-CNN's layers; of the first the parameters are left out until they are worked out."""
    show_layer_table(first_network(subject.sounds), unknown=None if subject.known else FIRST_LAYER)


def show_training(subject: Subject) -> None:
    """Its loss and accuracy."""
    run = subject.trained
    show_curves([(0, run)], 340, key="guided lab curve")
    st.caption("Solid: validation clips. Dotted: training clips. The pointer reads a curve.")


def show_mistakes(subject: Subject) -> None:
    """Its confusion matrix on the test clips, and the clips behind a number."""
    run = subject.trained
    judged = verdict(run, run.criteria[0])
    choice = _CELLS.chosen(judged.classes)
    _CELLS.show_matrix(judged.parts["test"], "test", judged.classes, choice, shares=False)
    clips = clips_of(judged.parts["test"], choice.cells)
    st.markdown(describe_clips(len(clips), choice.cells))
    with st.container(height=_CLIPS_PIXELS, border=False):
        show_clips(clips, run, judged.weights, "guided lab")


def show_listening(subject: Subject) -> None:
    """A test clip to be judged as often as one likes, and the digest of the weights each time."""
    run = subject.trained
    left, right = st.columns([1.4, 1.3], vertical_alignment="bottom")
    with left:
        clip = _choose_clip(subject.sounds, "listening", run.config.clips["test"])
    with right:
        player(clip)
    criterion = run.criteria[0]
    said: list[dict[str, str]] = st.session_state.setdefault("guided lab judgements", [])
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = {
            order: st.button(label, icon=icon, key=f"judge {order}")
            for order, label, icon in (
                ("as it is", "Judge it", ":material/hearing:"),
                ("shuffled", "Judge it with its frames shuffled", ":material/shuffle:"),
            )
        }
    for order in (order for order, press in pressed.items() if press):
        said.append(
            {
                "clip": f"{class_label(clip.category)}, {clip.src_file}",
                "frames": order,
                "network": MODELS[run.config.train.model].title,
                "answer": _answer(run, criterion, clip, shuffled=order == "shuffled"),
                "first layer afterwards": _digest(run, criterion),
            }
        )
        del said[:-8]
    if said:
        st.dataframe(said, hide_index=True, height="content", alt="What was asked and answered")
        st.caption(
            "The last column is a digest (SHA-256) of the first layer's weights, read from the "
            "network after it has answered: another one would mean that it has learned."
        )
    else:
        st.caption("Let it judge a clip as often as you like, and choose other runs above.")
    st.page_link(
        "pages/train.py",
        label="Only one network here? Train the others.",
        icon=":material/arrow_forward:",
    )


def _digest(run: Run, criterion: str) -> str:
    """What tells the weights of a network's first layer from others."""
    kernels = engine().networks.trained(run, criterion).filters()
    return "" if kernels is None else hashlib.sha256(kernels.tobytes()).hexdigest()[:8]


def show_training_to_come(sounds: Dataset) -> None:
    """A button that trains the 1D-CNN on these sounds, and its curves while it does."""
    config = TrainConfig(sounds.source.key, "cnn")
    if not _is_busy(sounds):
        st.markdown(
            "This exercise is about a network of yours, and none has learned from these sounds."
        )
        if st.button("Train the 1D-CNN", type="primary", icon=":material/play_arrow:"):
            train_missing(
                [config], lambda: fold_split(sounds, config.validation_fold, config.test_fold)
            )
            st.rerun()
        show_jobs(PREPARE_JOBS)
        return
    live(_show_under_way, tick_seconds())(sounds)


def _under_way(sounds: Dataset) -> list[Run]:
    return [
        run
        for run in list_runs()[0]
        if run.config.train.dataset == sounds.source.key and run.state in UNFINISHED
    ]


def _is_busy(sounds: Dataset) -> bool:
    return is_under_way(PREPARE_JOBS) or bool(_under_way(sounds))


def _show_under_way(sounds: Dataset) -> None:
    show_jobs(PREPARE_JOBS)
    runs = _under_way(sounds)
    if runs:
        show_curves([(0, runs[-1])], 300, key="guided lab curve")
        show_run(runs[-1], 0)
    elif not is_under_way(PREPARE_JOBS):
        st.rerun()


def _choose_clip(sounds: Dataset, section: str, names: Sequence[str] = ()) -> Clip:
    """A clip that a person chooses by its class, of those named if any are."""
    among = [clip for clip in sounds.clips if not names or clip.filename in names]
    left, right = st.columns(2)
    category = left.selectbox(
        "Class",
        [name for name in sounds.classes if any(clip.category == name for clip in among)],
        format_func=class_label,
        key=f"guided lab class {section} {sounds.source.key}",
    )
    return right.selectbox(
        "Clip",
        [clip for clip in among if clip.category == category],
        format_func=lambda clip: f"{clip.src_file} {clip.take}",
        key=f"guided lab clip {section} {sounds.source.key} {category}",
    )


def _answer(run: Run, criterion: str, clip: Clip, *, shuffled: bool) -> str:
    """The most probable class and its probability, as plain text."""
    power = clip_sound(clip.path).power[np.newaxis]
    x = network_input(power, run.config.train.features, run.config.scaling)
    if shuffled:
        x = x[:, shuffled_order(x.shape[1])]
    (chances,) = engine().networks.trained(run, criterion).answer(x).clip
    best = int(chances.argmax())
    return f"{class_label(run.config.classes[best])} {100 * chances[best]:.1f}%"
