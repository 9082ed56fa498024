"""What a recipe makes of a clip, to look at and to listen to."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from esc10.audio.wav import wav_of, within_full_scale
from esc10.datasets import Clip, Dataset
from esc10.datasets.clips import class_label
from esc10.errors import RunError
from esc10.evaluation.intervals import percent
from esc10.features.inversion import sound_of
from esc10.features.mel import MelConfig
from esc10.lesson.words import PIECE_WORDS
from esc10.training.augmentation import Augmenter
from esc10.training.config import TrainConfig
from esc10.training.networks import MODELS
from esc10.training.plan import RunConfig, TrainingData, plan_run, training_data
from esc10.training.recipes import PIECES, Recipe, pieces_of, without
from esc10.ui.clip_view import player, sound_to_compare
from esc10.ui.player.page_players import show_keys
from esc10.ui.player.two_sounds import Sound, compare_by_ear
from esc10.ui.plots.spectrograms import clip_picture
from esc10.ui.server import HASHES, clip_sound, dataset
from esc10.ui.words import class_words

_ALL = "all of it"
_OF_CLIPS = ("windows", "mixing", "speed", "height", "level", "masks")
"""The pieces of a recipe that change clips."""

_DRAWS = 3


@dataclass(frozen=True)
class _Draw:
    """What a network hears in the place of a clip, and how much of each class is in it."""

    power: NDArray[np.float32]
    seconds: float
    wav: bytes
    targets: NDArray[np.float32]


def show_recipe(config: TrainConfig) -> None:
    """A training clip as it is, and as the recipe gives it to the network, drawn anew."""
    recipe = config.recipe
    pieces = [piece for piece in pieces_of(recipe or Recipe()) if piece in _OF_CLIPS]
    if recipe is None or not pieces:
        st.info(
            "As in the lab, every epoch shows every training clip as it is. Choose a **recipe**, "
            "and see and hear here what it makes of a clip.",
            icon=":material/blender:",
        )
        return
    sounds = dataset(config.dataset)
    left, middle, right = st.columns([1.4, 1, 1], vertical_alignment="bottom")
    piece = left.selectbox(
        "What is done",
        [_ALL, *pieces],
        format_func=lambda piece: PIECE_WORDS.get(piece, piece),
        key=f"shown piece {' '.join(pieces)}",
    )
    label = middle.selectbox(
        "A clip of", sounds.classes, format_func=class_label, key="shown class"
    )
    if right.button("Draw again", icon=":material/casino:"):
        st.session_state["draws"] = st.session_state.get("draws", 0) + 1
    kept = recipe if piece == _ALL else without(recipe, *(p for p in PIECES if p != piece))
    with st.spinner("The clip is being changed …"):
        name, draws = _drawn(
            sounds,
            config.split,
            (config.validation_fold, config.test_fold),
            replace(kept, smoothing=0.0),
            sounds.classes.index(label),
            st.session_state.get("draws", 0),
        )
    _show(sounds.clip(name), draws, sounds.classes)


def _show(clip: Clip, draws: list[_Draw], classes: tuple[str, ...]) -> None:
    show_keys()
    columns = st.columns(2)
    with columns[0].container(border=True):
        st.markdown(f"**{class_words(clip.category)}**, as it is")
        player(clip)
        sound = clip_sound(clip.path)
        st.html(clip_picture(sound.power, MelConfig(), sound.seconds, "The clip as it is"))
    for place, draw in enumerate(draws, 1):
        with columns[place % 2].container(border=True):
            shares = _shares(draw.targets, classes)
            st.markdown(", ".join(f"**{class_words(name)}** {share}" for name, share in shares))
            st.audio(draw.wav, format="audio/wav")
            mel = replace(MelConfig(), seconds=draw.seconds)
            st.html(clip_picture(draw.power, mel, draw.seconds, "The clip as the network hears it"))
            about = ", ".join(f"{class_label(name)} {share}" for name, share in shares)
            changed = Sound("as the network hears it", about, draw.wav)
            compare_by_ear(sound_to_compare("as it is", clip), [changed], f"compare draw {place}")
    st.caption(
        "What the network learns from is the picture; its sound is made from it again, and so "
        "sounds thin. In each epoch every clip is drawn anew."
    )


def _shares(targets: NDArray[np.float32], classes: tuple[str, ...]) -> list[tuple[str, str]]:
    """The classes that are in a draw, and how much of each, the most first."""
    order = [index for index in np.argsort(-targets) if targets[index] > 0]
    return [(classes[index], f"{percent(targets[index])}%") for index in order]


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=HASHES)
def _planned(sounds: Dataset, split: str, folds: tuple[int, int]) -> tuple[RunConfig, TrainingData]:
    """What a run on a split would learn from, by whatever recipe and network."""
    validation, test = folds
    train = TrainConfig(
        sounds.source.key,
        next(iter(MODELS)),
        split=split,
        validation_fold=validation,
        test_fold=test,
        recipe=Recipe(),
    )
    run = plan_run(train)
    return run, training_data(run)


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=HASHES)
def _drawn(
    sounds: Dataset, split: str, folds: tuple[int, int], recipe: Recipe, label: int, draws: int
) -> tuple[str, list[_Draw]]:
    """The ESC-50 name of a training clip of a class, and some draws of it."""
    run, data = _planned(sounds, split, folds)
    assert data.power is not None and data.scaling is not None  # as there is a recipe
    found = np.flatnonzero(data.y["train"] == label)
    if not len(found):
        raise RunError("No training clip is of this class. Choose another one.")
    number = int(found[draws % len(found)])
    augmenter = Augmenter(data.power, data.y["train"], data.classes, data.scaling, recipe, draws)
    x, targets = augmenter.batch(np.full(_DRAWS, number))
    level = x * np.float32(data.scaling.deviation) + np.float32(data.scaling.mean)
    power = 10 ** (level.transpose(0, 2, 1) / 10)  # (draws, mel bands, frames)
    return run.clips["train"][number], [
        _draw(one, share) for one, share in zip(power, targets, strict=True)
    ]


def _draw(power: NDArray[np.float32], targets: NDArray[np.float32]) -> _Draw:
    mel = MelConfig()
    seconds = power.shape[1] * mel.hop_length / mel.sample_rate
    wav = wav_of(within_full_scale(sound_of(power, mel)), mel.sample_rate)
    return _Draw(power, min(seconds, mel.seconds), wav, targets)
