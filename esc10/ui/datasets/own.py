"""Own sounds as a dataset: where they are, how far they are, what became of them."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from esc10.datasets import load_dataset
from esc10.datasets.clips import class_label
from esc10.datasets.description import Description, own_descriptions
from esc10.datasets.names import MAX_NAME
from esc10.datasets.own.build import delete_own, make_own
from esc10.errors import DatasetError
from esc10.features.cache import feature_set
from esc10.features.mel import MelConfig
from esc10.progress import OnProgress, ShouldStop
from esc10.ui.datasets.preview import choose_reading
from esc10.ui.fragments import SOON_SECONDS, live
from esc10.ui.local_paths import choose_path, local_path
from esc10.ui.progress import show_end, show_job
from esc10.ui.server import SOUND_JOBS, is_under_way, jobs_to_show, start_own
from esc10.ui.uploads import let_go
from esc10.ui.words import in_markdown

MAX_UPLOAD_MEGABYTES = 300

_JOBS = f"{SOUND_JOBS}own "
"""How the names of the jobs begin that make a dataset; each click has its own."""

OWN_SOUNDS = "own sounds"
"""The key of the box; True in the session's state while it is open."""

_OPENED = "own sounds were opened"
_COUNT, _TROUBLE = "own zips", "trouble with own sounds"
_HOW = (
    "Put at least three sounds of each class into **a folder named after the class**, and these "
    "folders into one folder or zip. A table of files and classes, folders of a split or of folds, "
    "and classes in the files' names are understood too. "
    "Names such as `dog-12-a.wav`, `dog-12-b.wav` or `bark_take1.wav`, `bark_take2.wav` tell which "
    "clips come from one recording: such clips stay in one fold."
)


def show_own_sounds() -> None:
    """A place to make datasets of own sounds, and a card for each that was made."""
    box = st.expander(
        "Own sounds", key=OWN_SOUNDS, icon=":material/library_music:", on_change="rerun"
    )
    # Nobody waits for the form who has not opened it; what was begun stays when it is folded up.
    if box.open:
        st.session_state[_OPENED] = True
    if _OPENED in st.session_state:
        with box:
            _show_form_and_cards()
    busy = is_under_way(_JOBS)
    live(_under_way, SOON_SECONDS if busy else None)(busy)


def _show_form_and_cards() -> None:
    st.markdown(_HOW)
    _form()
    if _TROUBLE in st.session_state:
        st.error(in_markdown(st.session_state.pop(_TROUBLE)))
    for key, described in reversed(own_descriptions().items()):
        _card(key, described)


def _form() -> None:
    title = st.text_input("Title", key="own title", max_chars=MAX_NAME, placeholder="My kitchen")
    left, right = st.columns(2)
    with left:
        path = choose_path("A folder or zip", "own path", "/home/me/sounds").strip()
    # A new box after each file: the server lets go of it once it is made a dataset.
    count = st.session_state.setdefault(_COUNT, 0)
    file = right.file_uploader(
        "A zip to upload",
        type="zip",
        key=f"own zip {count}",
        max_upload_size=MAX_UPLOAD_MEGABYTES,
    )
    source: Path | bytes | None = None
    reading = None
    if file is not None or path:
        try:
            source = file.getvalue() if file is not None else local_path(path)
        except DatasetError as error:
            st.error(in_markdown(str(error)))
        else:
            reading = choose_reading(source, file.file_id if file is not None else path)
    # Never disabled: what was typed last arrives with the click.
    if not st.button("Make", key="make own", type="primary"):
        return
    if not title.strip():
        st.warning("Give them a title, such as *My kitchen*.")
    elif source is None:
        st.warning("Name a folder or a zip, or upload one.")
    elif reading is not None:
        st.session_state[_COUNT] += 1
        if file is not None:
            let_go([file])
        _start(source, title, reading)


def _start(source: Path | bytes, title: str, reading: str) -> None:
    def work(on_progress: OnProgress, should_stop: ShouldStop) -> None:
        key = make_own(source, title, on_progress, should_stop, reading)
        # So that nobody waits for them after the click on Train.
        feature_set(load_dataset(key), MelConfig(), on_progress, should_stop)

    start_own(_JOBS, work)
    st.rerun()


def _under_way(was_busy: bool) -> None:
    for name, job in jobs_to_show(_JOBS).items():
        if job.running:
            show_job(job, name)
        else:
            show_end(job, name, left="What was not whole yet is gone.")
    if was_busy and not is_under_way(_JOBS):
        st.rerun()


def _card(key: str, described: Description) -> None:
    with st.container(border=True, key=f"card {key}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{in_markdown(described.title)}**", width="content")
            st.caption(f"`{key}`", width="content")
            st.badge(f"folds {described.folds}", color="blue")
            st.space("stretch")
            if st.button("Delete", key=f"delete {key}", icon=":material/delete:", type="tertiary"):
                _confirm(key, described.title)
        st.markdown(in_markdown(", ".join(map(class_label, described.classes))))
        st.caption(in_markdown(described.summary))
        if described.skipped:
            lines = [f"- {in_markdown(sentence)}" for sentence in described.skipped]
            st.caption("\n".join(["Left out:\n", *lines]))


@st.dialog("Delete these sounds?")
def _confirm(key: str, title: str) -> None:
    st.markdown(
        f"The clips of **{in_markdown(title)}** on this machine are then gone; the sounds they "
        "were made from stay where they are, and so do the runs that learned from them."
    )
    if st.button("Delete", key="delete own", type="primary", on_click=_delete, args=(key,)):
        st.rerun()


def _delete(key: str) -> None:
    try:
        delete_own(key)
    except DatasetError as error:
        st.session_state[_TROUBLE] = str(error)
