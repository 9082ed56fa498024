"""The sound a person brings, uploaded, recorded, or a clip from here, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from esc10.audio.quality import diagnose
from esc10.audio.recording import Recording, load_recording
from esc10.audio.simulation import PRETENCES
from esc10.audio.wav import wav_of
from esc10.datasets import Clip
from esc10.datasets.clips import class_label
from esc10.errors import AudioError, DatasetError, reason_of
from esc10.ui.microphone.recorder import record
from esc10.ui.server import clip_sound, dataset, datasets_here
from esc10.ui.words import in_markdown

_KEPT = 4
_MEGABYTES = 200
_AS_IT_IS = "as it is"
_PRETENCE_SEED = 1


@dataclass(frozen=True)
class Given:
    """A sound in somebody's hands.

    Attributes:
        name: what to call it.
        content: a sound file's bytes.
    """

    name: str
    content: bytes


def given_file(path: Path, name: str) -> list[Given]:
    """A file as a sound; none, and a sentence, where it has gone or cannot be read."""
    try:
        return [Given(name, path.read_bytes())]
    except OSError as cause:
        st.error(in_markdown(f"{name} cannot be read: {reason_of(cause)}. Choose another sound."))
        return []


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def recording_of(content: bytes, name: str) -> Recording:
    """All of a sound; the latest few are remembered."""
    return load_recording(content, name)


def choose_recording() -> list[Given]:
    """A recording made in the browser; none until there is one."""
    take = record("take")
    return [Given(take.name, take.content)] if take else []


def choose_uploads() -> list[Given]:
    """The files somebody has chosen."""
    files = st.file_uploader(
        "Sound files, from a phone too, or films: up to ten minutes each",
        key="upload",
        accept_multiple_files=True,
        max_upload_size=_MEGABYTES,
    )
    return [Given(file.name, file.getvalue()) for file in files]


def choose_clip(key: str) -> Clip | None:
    """A clip of a dataset on this machine."""
    here = datasets_here()
    if not here:
        st.info("There are no sounds on this machine yet: the Dataset page has them.")
        return None
    data = st.selectbox(
        "Data",
        here,
        format_func=lambda key: dataset(key).source.title,
        key=f"{key} data",
        persist_state="session",
    )
    sounds = dataset(data)
    category = st.selectbox(
        "Class",
        sounds.classes,
        format_func=class_label,
        key=f"{key} class {data}",
        persist_state="session",
    )
    clips = [clip for clip in sounds.clips if clip.category == category]
    return st.selectbox(
        "Clip",
        clips,
        format_func=lambda clip: f"{clip.src_file}, take {clip.take} (fold {clip.fold})",
        key=f"{key} clip {data} {category}",
    )


def choose_pretence() -> list[Given]:
    """A clip as it is, or as a recording of it would be: for rooms where nobody can record."""
    clip = choose_clip("given")
    if clip is None:
        return []
    way = st.selectbox(
        "How it reaches the microphone",
        [_AS_IT_IS, *PRETENCES],
        format_func=lambda way: PRETENCES[way].title if way in PRETENCES else way,
        key="pretence",
    )
    name = f"{class_label(clip.category)} {clip.src_file}"
    if way == _AS_IT_IS:
        st.caption("The dataset's own file.")
        return given_file(clip.path, name)
    st.caption(f"Pretended: {PRETENCES[way].summary}.")
    samples = PRETENCES[way].apply(clip_sound(clip.path).samples, _PRETENCE_SEED)
    return [Given(f"{name} {PRETENCES[way].title}", wav_of(samples))]


def readable(given: Sequence[Given]) -> list[Recording]:
    """The sounds that can be read; a sentence is shown for each that cannot."""
    recordings = []
    for sound in given:
        try:
            recordings.append(recording_of(sound.content, sound.name))
        except (AudioError, DatasetError) as error:
            st.error(in_markdown(str(error)), icon=":material/hearing_disabled:")
    return recordings


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
