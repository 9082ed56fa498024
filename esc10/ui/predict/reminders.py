"""What a sound reminds a network of: the training clips that it takes for most alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from esc10.audio.loading import CLIP_SAMPLES, CLIP_SECONDS, SAMPLE_RATE
from esc10.audio.wav import wav_of, within_full_scale
from esc10.datasets import Clip
from esc10.errors import DatasetError
from esc10.features.mel import MelConfig
from esc10.inference.prediction import HeardSound
from esc10.runs.run import Run
from esc10.ui.clip_view import draw_picture, player, recording, sound_to_compare
from esc10.ui.fragments import live
from esc10.ui.frame import in_projector_mode
from esc10.ui.player.page_players import show_keys
from esc10.ui.player.two_sounds import Sound, compare_by_ear
from esc10.ui.plots.palette import LETTERS
from esc10.ui.plots.spectrograms import clip_picture
from esc10.ui.predict.inputs import Given
from esc10.ui.predict.judging import Judged, heard, judge
from esc10.ui.server import dataset
from esc10.ui.words import class_words, in_markdown, short_name


def show_reminders(
    given: Given, samples: NDArray[np.float32], runs: Sequence[Run], weights: str
) -> None:
    """The training clips nearest to a sound, for one of the runs, to look at and listen to.

    `samples` are as `show_answers` takes them.
    """
    live(_reminders)(given, samples, runs, weights)


def _reminders(
    given: Given, samples: NDArray[np.float32], runs: Sequence[Run], weights: str
) -> None:
    slot = _chosen_run(runs)
    run = runs[slot]
    try:
        sounds = dataset(run.config.train.dataset)
        learnt = [sounds.clip(name) for name in run.config.clips["train"]]
    except DatasetError as error:
        st.info(
            "A network keeps none of the clips that it has learned from: they must be here to be "
            f"compared with. {in_markdown(str(error))}",
            icon=":material/library_music:",
        )
        return
    judged = judge(given, samples, run, weights, slot)
    sound = heard(given, samples, run.config.mel)
    window = _telling_window(judged, sound)
    nearest = judged.novelty.nearest(judged.answer.embeddings[[window]])
    if nearest is None:
        st.info("This network's training clips cannot be compared with: verify its dataset.")
        return
    clips = [learnt[index] for index in nearest.clips[0]]
    st.markdown(_describe(judged, clips, len(learnt)))
    show_keys()
    asked = _asked(sound, window)
    near = [sound_to_compare("Trained on", clip) for clip in clips]
    compare_by_ear(asked, near, "compare with the nearest")
    cards = iter(_cards(1 + len(clips)))
    with next(cards):
        _show_sound(asked, sound.windows[window])
    for clip, distance in zip(clips, nearest.distances[0], strict=True):
        with next(cards):
            sign = ":material/check:" if clip.category == judged.best[0] else ":material/close:"
            st.markdown(f"**{class_words(clip.category)}** {sign}")
            player(clip)
            draw_picture(st.empty(), clip)
            st.caption(f"{distance:.1f} away · {recording(clip, sounds)}")
    st.caption(
        "The last hidden layer is all that the network decides by. What is near there is alike to "
        "the network, whether or not it is to you."
    )


def _chosen_run(runs: Sequence[Run]) -> int:
    """The place among the runs of the one that is asked."""
    if len(runs) == 1:
        return 0
    slot: int = st.segmented_control(
        "Which network",
        range(len(runs)),
        format_func=lambda slot: f"{LETTERS[slot]} · {short_name(runs[slot])}",
        default=0,
        required=True,
        key=f"who is reminded of {len(runs)}",
        label_visibility="collapsed",
    )
    return slot


def _telling_window(judged: Judged, sound: HeardSound) -> int:
    """The window that is surest of what the whole is taken for; a silent one if all are."""
    best = int(judged.answer.probabilities.argmax())
    return int((judged.answer.windows[:, best] - sound.silent).argmax())


def _describe(judged: Judged, clips: Sequence[Clip], learnt: int) -> str:
    """Which classes the nearest clips are of, against what the network says."""
    counts = Counter(clip.category for clip in clips).most_common()
    classes = ", ".join(f"{count} × **{class_words(name)}**" for name, count in counts)
    return (
        f"It says **{class_words(judged.best[0])}**. Of the {learnt} clips that it learned from, "
        f"the {len(clips)} nearest are {classes}."
    )


def _cards(count: int) -> Iterator[DeltaGenerator]:
    """So many bordered places, row by row."""
    in_a_row = 2 if in_projector_mode() else 3
    for begin in range(0, count, in_a_row):
        columns = st.columns(in_a_row, gap="small")
        for place, column in enumerate(columns[: count - begin], begin):
            yield column.container(key=f"reminder {place}", border=True, gap="xsmall")


def _asked(sound: HeardSound, window: int) -> Sound:
    """The window of the sound that was asked about."""
    start = sound.starts[window]
    begin = round(start * SAMPLE_RATE)
    wav = wav_of(within_full_scale(sound.samples[begin : begin + CLIP_SAMPLES]))
    return Sound("This sound", f"from {start:g} s on" if sound.is_long else "", wav)


def _show_sound(asked: Sound, power: NDArray[np.float32]) -> None:
    st.markdown(f"**{asked.name}**" + (f", {asked.about}" if asked.about else ""))
    st.audio(asked.read(), format="audio/wav", alt=asked.name)
    st.html(clip_picture(power, MelConfig(), CLIP_SECONDS, "Log-mel of this sound"))
