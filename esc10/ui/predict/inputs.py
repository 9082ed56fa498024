"""The sound a person brings, uploaded, recorded, or a clip from here, and what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from esc10.audio.faults import Finding
from esc10.audio.quality import diagnose
from esc10.audio.recording import Recording, load_recording
from esc10.audio.simulation import PRETENCES
from esc10.audio.wav import wav_of
from esc10.datasets import Clip
from esc10.datasets.clips import class_label
from esc10.errors import AudioError, DatasetError, reason_of
from esc10.storage import state_of
from esc10.ui.clip_view import readable_sound
from esc10.ui.frame import show_missing
from esc10.ui.microphone.recorder import record
from esc10.ui.remembered import is_remembered, remembered
from esc10.ui.server import clip_sound, dataset, datasets_here
from esc10.ui.words import in_markdown

_MEGABYTES = 200
_AS_IT_IS = "as it is"
_PRETENCE_SEED = 1

FAULTS = {
    "damaged": "damaged",
    "broken": "breaks off",
    "uncounted": "miscounted",
    "high": "too high to hear",
    "cancelled": "channels cancel",
    "longer": "shortened",
    "quiet": "too quiet",
    "clipped": "clipped",
    "cut": "no high tones",
    "suppressed": "denoised",
    "silent": "mostly silent",
    "offset": "off zero",
}
"""What is wrong with a recording in a word or two, by its finding's key."""


@dataclass(frozen=True)
class Given:
    """A sound in somebody's hands.

    Attributes:
        name: what to call it.
        read: gives a sound file's bytes.
        key: their SHA-256: what is known of the sound is remembered by it.
        origin: the same of the dataset's file that it was made of, else its own.
    """

    name: str
    read: Callable[[], bytes]
    key: str
    origin: str


def given_sound(name: str, read: Callable[[], bytes], mark: Hashable = None) -> Given:
    """A sound by that name; `mark`, if there is one, tells its bytes without reading them."""

    def digest() -> str:
        return hashlib.sha256(read()).hexdigest()

    key = digest() if mark is None else remembered("words", ("digest", mark), digest)
    return Given(name, read, key, key)


def given_file(path: Path, name: str) -> list[Given]:
    """A file as a sound; none, and a sentence, where it has gone or cannot be read."""

    def read() -> bytes:
        try:
            return path.read_bytes()
        except OSError as cause:
            reason = reason_of(cause)
            raise AudioError(f"{name} cannot be read: {reason}. Choose another sound.") from cause

    try:
        return [given_sound(name, read, (path, state_of(path)))]
    except AudioError as error:
        st.error(in_markdown(str(error)))
        return []


def recording_of(given: Given) -> Recording:
    """All of a sound.

    Raises:
        AudioError: it cannot be read.
    """
    return remembered(
        "sounds",
        ("recording", given.key, given.name),
        lambda: load_recording(given.read(), given.name),
    )


def was_read(given: Given) -> bool:
    """Whether that is known already."""
    return is_remembered("words", _tried(given))


def _tried(given: Given) -> Hashable:
    return "tried", given.key, given.name


def is_readable(given: Given) -> bool:
    """Whether a sound can be read; a sentence is shown where it cannot."""

    def tried() -> str | None:
        try:
            recording_of(given)
        except (AudioError, DatasetError) as error:
            return str(error)
        return None

    trouble = remembered("words", _tried(given), tried)
    if trouble is not None:
        st.error(in_markdown(trouble), icon=":material/hearing_disabled:")
    return trouble is None


def choose_recording() -> list[Given]:
    """A recording made in the browser; none until there is one."""
    take = record("take")
    return [given_sound(take.name, lambda: take.content)] if take else []


def choose_uploads() -> list[Given]:
    """The files somebody has chosen."""
    files = st.file_uploader(
        "Sound files, from a phone too, or films: up to ten minutes each",
        key="upload",
        accept_multiple_files=True,
        max_upload_size=_MEGABYTES,
    )
    return [given_sound(file.name, file.getvalue, file.file_id) for file in files]


def choose_clip(key: str) -> Clip | None:
    """A clip of a dataset on this machine; None, and a sentence, where there is none to be read."""
    here = datasets_here()
    if not here:
        show_missing("There are no sounds on this machine yet.", "pages/dataset.py", "Get sounds")
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
    clip = st.selectbox(
        "Clip",
        clips,
        format_func=lambda clip: f"{clip.src_file}, take {clip.take} (fold {clip.fold})",
        key=f"{key} clip {data} {category}",
    )
    return clip if clip is not None and readable_sound(clip, sounds.source) is not None else None


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
    itself = given_file(clip.path, name)
    if way == _AS_IT_IS or not itself:
        st.caption("The dataset's own file.")
        return itself
    st.caption(f"Pretended: {PRETENCES[way].summary}.")
    samples = PRETENCES[way].apply(clip_sound(clip.path).samples, _PRETENCE_SEED)
    pretended = given_sound(f"{name} {PRETENCES[way].title}", lambda: wav_of(samples))
    return [replace(pretended, origin=itself[0].key)]


def findings_of(given: Given, recording: Recording) -> tuple[Finding, ...]:
    """What is wrong with a sound."""
    found: tuple[Finding, ...] = remembered(
        "words", ("findings", given.key), lambda: diagnose(recording)
    )
    return found


def show_findings(given: Given, recording: Recording) -> None:
    """One line on what is wrong; it opens on figures, advice, and what was done to the sound."""
    findings = findings_of(given, recording)
    done = (
        f"What was done to it: {in_markdown('; '.join(recording.remarks))}."
        if recording.remarks
        else ""
    )
    if not findings:
        st.caption(f"No fault was found in this recording. {done}")
        return
    things = "1 thing" if len(findings) == 1 else f"{len(findings)} things"
    faults = ", ".join(FAULTS[finding.key] for finding in findings)
    with st.expander(f"{things} wrong: **{faults}**", icon=":material/mic_alert:"):
        for finding in findings:
            measured = f"Measured: {finding.figure}. " if finding.figure else ""
            st.markdown(f"**{finding.sentence}** {measured}{finding.advice}")
        if done:
            st.caption(done)
