"""Recordings that were kept: labelled, judged, and made into a dataset of one's own.

A recording stays in its browser session; only a press on 'Keep' puts it on the server's disk.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from esc10.audio.recording import Recording
from esc10.datasets import source_of
from esc10.datasets.clips import class_label
from esc10.datasets.own.recordings import (
    KeptRecording,
    as_own_dataset,
    keep,
    kept_recordings,
    relabel,
    remove,
)
from esc10.errors import AudioError, DatasetError
from esc10.runs.run import Run
from esc10.storage import time_of
from esc10.ui.fragments import SOON_SECONDS, live
from esc10.ui.predict.batch import choose_among
from esc10.ui.predict.inputs import Given, given_file
from esc10.ui.progress import show_end, show_job
from esc10.ui.server import SOUND_JOBS, jobs, jobs_to_show, own_jobs, start_own
from esc10.ui.words import in_markdown

_JOBS = f"{SOUND_JOBS}kept recordings "
"""How the names of the jobs begin that make a dataset; each click has its own."""

_KEEP_AS, _TROUBLE = "keep as", "keep trouble"

_KEPT_SO_FAR = "kept so far"
"""How many recordings this session has kept: each is kept from a button of its own."""

_claiming = threading.Lock()
"""A second press starts another thread of the session before the first one's has ended: whoever
comes first claims the recording, and then keeps it."""

_MOST_LISTED = 60
"""On a page."""


def offer_to_keep(recording: Recording, classes: Sequence[str]) -> None:
    """A button that keeps a recording under a class; what it opens closes when that is done.

    It closes by giving way to another, as a second press would keep a copy. Told to close instead,
    it stays open where it was opened and used before the server answered: the browser then never
    hears that it was open, and sees no change.
    """
    kept = _kept_so_far()
    with st.popover(
        "Keep",
        icon=":material/bookmark_add:",
        width="stretch",
        key=f"keep {kept}",
        on_change="rerun",  # without it the browser takes the next one for this one
    ):
        used = {one.label for one in kept_recordings()}
        label = st.selectbox(
            "What is it?",
            sorted(used | {class_label(name) for name in classes}),
            index=None,
            placeholder="a class, or a new one",
            accept_new_options=True,
            key=_KEEP_AS,
        )
        st.button(
            "Keep this recording",
            key=f"keep it {kept}",  # or a second press that comes late would be one on the next
            type="primary",
            disabled=not label,
            on_click=_keep,
            args=(recording, kept),
        )
        trouble = st.session_state.pop(_TROUBLE, "")
        if trouble:
            st.error(in_markdown(trouble))
        st.caption("It is then on this server's disk, for everybody here, until it is deleted.")


def _kept_so_far() -> int:
    return int(st.session_state.get(_KEPT_SO_FAR, 0))


def _keep(recording: Recording, kept_before: int) -> None:
    label = str(st.session_state[_KEEP_AS])
    with _claiming:
        if _kept_so_far() != kept_before:
            return  # pressed twice before the server answered
        st.session_state[_KEPT_SO_FAR] = kept_before + 1
    try:
        keep(recording.samples, label, datetime.now(UTC))
    except (AudioError, DatasetError) as error:
        st.session_state[_KEPT_SO_FAR] = kept_before
        st.session_state[_TROUBLE] = str(error)
    else:
        st.toast(f"Kept as {in_markdown(label)}.", icon=":material/bookmark_added:")


def show_kept(runs: Sequence[Run], weights: str) -> Given | None:
    """The kept recordings with the runs' answers; the one that is looked at."""
    kept = kept_recordings()
    if not kept:
        st.info(
            "Nothing is kept yet. Record a sound, press **Keep**, and say what it is: from a dozen "
            "recordings in a few classes the networks can learn.",
            icon=":material/bookmark_add:",
        )
        return None
    _offer_dataset(kept)
    kept = _on_a_page(kept)
    files = [(one, sound) for one in kept for sound in given_file(one.path, _time_of(one))]
    if not files:
        return None
    kept, given = [one for one, _ in files], [sound for _, sound in files]
    chosen = choose_among(given, runs, weights, [one.label for one in kept])
    if chosen is not None:
        _edit(kept[given.index(chosen)])
    return chosen


def _time_of(kept: KeptRecording) -> str:
    """When it was recorded, on this machine's clock: what people know it by."""
    try:
        return f"{time_of(kept.recorded_at):%d %b %Y %H:%M:%S}"
    except ValueError:
        return kept.name  # somebody has changed its time


def _on_a_page(kept: list[KeptRecording]) -> list[KeptRecording]:
    """Those on the page that somebody has turned to; the latest are on the first."""
    pages = -(-len(kept) // _MOST_LISTED)
    if pages == 1:
        return kept
    with st.container(horizontal=True, vertical_alignment="center"):
        page = st.pagination(pages, width="stretch", key="page of kept")
        end = len(kept) - (page - 1) * _MOST_LISTED
        listed = kept[max(0, end - _MOST_LISTED) : end]
        st.caption(
            f"{len(listed)} of {len(kept)} recordings; the latest are on page 1.", width="content"
        )
    return listed


def _edit(chosen: KeptRecording) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = st.text_input("What it is", chosen.label, key=f"label of {chosen.name}")
        if st.button("Save", key="relabel", disabled=label == chosen.label):
            relabel(chosen.name, label)
            st.rerun()
        if st.button("Delete", key="remove kept", icon=":material/delete:"):
            remove(chosen.name)
            st.rerun()


def _offer_dataset(kept: Sequence[KeptRecording]) -> None:
    """How many there are of each class, and the way to a dataset of them."""
    counts: dict[str, int] = {}
    for one in kept:
        counts[one.label] = counts.get(one.label, 0) + 1
    st.caption(
        ", ".join(f"{count} × {in_markdown(label)}" for label, count in sorted(counts.items()))
    )
    for name, job in jobs_to_show(_JOBS).items():
        if job.running:
            live(_show_making, SOON_SECONDS)(name)
            continue
        if isinstance(job.result, str):
            made = in_markdown(source_of(job.result).title)
            st.success(f"**{made}** is made: train on it.")
            st.page_link("pages/train.py", label="**Train**", icon=":material/arrow_forward:")
        show_end(job, name)
    if any(job.running for job in own_jobs(_JOBS).values()):
        return
    with st.popover("Make a dataset", icon=":material/library_add:", key="make of kept"):
        title = st.text_input("Its name", "My recordings", key="title of kept")
        if st.button("Make", key="make kept", type="primary", disabled=not title.strip()):
            start_own(_JOBS, lambda said, stop: as_own_dataset(title, said, stop))
            st.rerun()


def _show_making(name: str) -> None:
    job = jobs().get(name)
    if job is not None and job.running:
        show_job(job, name)
    else:
        st.rerun()
