"""A clip as people meet it: its player, its pictures, where it comes from."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from esc10.audio.loading import CLIP_SECONDS
from esc10.datasets import Clip, Dataset, Source
from esc10.datasets.clips import class_label
from esc10.errors import AudioError
from esc10.features.mel import MelConfig
from esc10.ui.frame import chart_pixels, ink
from esc10.ui.player.two_sounds import Sound
from esc10.ui.plots.spectrograms import clip_picture, mel_columns, mel_spec
from esc10.ui.plots.waveform import waveform_columns, waveform_spec
from esc10.ui.server import ClipSound, clip_sound
from esc10.ui.words import class_words, in_markdown

_FORMATS = {".ogg": "audio/ogg", ".wav": "audio/wav"}


def synthetic_badge(source: Source) -> None:
    """Say that these sounds were made by a program, wherever they show."""
    if source.synthetic:
        st.badge(
            "synthetic",
            icon=":material/science:",
            color="orange",
            help="These sounds were computed by this program; nobody recorded them.",
        )


def player(clip: Clip) -> None:
    """A player for the clip's own file, as it was published."""
    if clip.path.exists():
        st.audio(str(clip.path), format=_FORMATS[clip.path.suffix])
    else:
        st.error(f"{clip.path.name} is missing. Fetch the dataset, or make it, again.")


def sound_to_compare(name: str, clip: Clip) -> Sound:
    """The clip's own file under a name, told by its class, recording and take."""
    about = f"{class_label(clip.category)}, recording {clip.src_file}, take {clip.take}"
    return Sound(name, about, clip.path)


def draw_picture(
    slot: DeltaGenerator, clip: Clip, votes: tuple[tuple[str, NDArray[np.float32]], ...] = ()
) -> None:
    """A clip's spectrogram; a sentence if it cannot be read.

    `votes`: as `clip_picture` takes them.
    """
    try:
        sound = clip_sound(clip.path)
    except AudioError as error:
        slot.error(in_markdown(str(error)))
        return
    description = f"Log-mel spectrogram of a clip of the class {class_label(clip.category)}"
    slot.html(clip_picture(sound.power, MelConfig(), sound.seconds, description, votes))


def recording(clip: Clip, dataset: Dataset) -> str:
    """In Markdown: the recording a clip was cut from, with a link to it, and the take."""
    url = dataset.source.recording_url(clip)
    if url:
        name = f"[{clip.src_file} on Freesound]({url})"
    else:
        name = f"{clip.src_file} (synthetic)" if dataset.source.synthetic else clip.src_file
    return f"recording {name}, take {clip.take}"


def provenance(clip: Clip, dataset: Dataset) -> str:
    """In Markdown: class, fold, recording, take and licence."""
    return (
        f"**{class_words(clip.category)}** · fold {clip.fold} · {recording(clip, dataset)} · "
        f"{dataset.source.licence}"
    )


def readable_sound(clip: Clip, source: Source) -> ClipSound | None:
    """The clip's sound; None where its file cannot be read, which is said."""
    try:
        return clip_sound(clip.path)
    except AudioError as error:
        show_damage(error, source)
        return None


def show_damage(error: AudioError, source: Source) -> None:
    """Say that a clip of this source cannot be read, and what to do."""
    if source.own:
        remedy = "Make this dataset again from its sounds."
    else:
        remedy = "Mend it on the Dataset page: *Get sounds*, *More*, *Verify every clip again*."
    st.error(f"{in_markdown(str(error))} {remedy}")


def spectrogram(sound: ClipSound, kind: str, height: int) -> None:
    """A clip's mel spectrogram: its power, or its decibels."""
    mel = MelConfig()
    st.vega_lite_chart(
        pa.table(mel_columns(sound.power, mel, kind)),
        mel_spec(sound.power, mel, kind, ink(), chart_pixels(), height),
        key=f"spectrogram {kind}",
        width="stretch",
    )


def waveform(sound: ClipSound, height: int) -> None:
    """A clip's waveform."""
    st.vega_lite_chart(
        pa.table(waveform_columns(sound.samples)),
        waveform_spec(CLIP_SECONDS, ink(), chart_pixels(), height),
        key="waveform",
        width="stretch",
    )
