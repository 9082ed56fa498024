"""The sounds: a dataset at a glance, its clips one by one, and where more of them come from."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from esc10.datasets import SOURCES, Clip, Dataset, Source, is_whole, source_of
from esc10.datasets.clips import class_label
from esc10.errors import DatasetError
from esc10.features.fetching import fetch_with_features
from esc10.progress import OnProgress, ShouldStop
from esc10.ui.clip_view import player, provenance, readable_sound, spectrogram, waveform
from esc10.ui.datasets.overview import show_balance, show_overview
from esc10.ui.datasets.own import show_own_sounds
from esc10.ui.fragments import SOON_SECONDS, live
from esc10.ui.frame import guarded, in_projector_mode, open_page
from esc10.ui.links import follow, point
from esc10.ui.local_paths import choose_path, import_folder, is_here, local_path
from esc10.ui.progress import show_end, show_job
from esc10.ui.server import (
    FETCH_JOBS,
    SOUND_JOBS,
    dataset,
    datasets_here,
    engine,
    is_under_way,
    jobs_to_show,
    start_own,
)
from esc10.ui.settings import forget_unless
from esc10.ui.words import class_words, in_markdown, megabytes

_LINKED = "linked clip"
"""Where a clip is put that the address names, until its boxes are drawn."""


def main() -> None:
    open_page("Dataset")
    engine()  # warms up while people look at sounds
    here = datasets_here()
    with st.container(gap="xsmall"):
        # Once there is something to look at, that comes first.
        with st.expander("Get sounds", expanded=_worth_a_look(here), icon=":material/download:"):
            busy = is_under_way(FETCH_JOBS)
            live(_sources, SOON_SECONDS if busy else None)(busy)
        show_own_sounds()
    if not here:
        _show_nothing_yet()
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        shown = _choose_dataset(here)
        show_balance(shown)
    show_overview(shown)
    st.caption(shown.source.credit)
    _browse(shown)


def _worth_a_look(here: list[str]) -> bool:
    """Whether the sources stand open: with nothing here yet, or when a fetch has news."""
    fetches = jobs_to_show(FETCH_JOBS).values()
    return not here or any(job.running or job.error or job.cancelled for job in fetches)


def _show_nothing_yet() -> None:
    if is_under_way(SOUND_JOBS):
        st.info("The sounds show here as soon as they are whole.", icon=":material/hourglass:")
    else:
        st.info(
            "Choose a source above. The practice sounds are made on this machine in seconds.",
            icon=":material/arrow_upward:",
        )


def _sources(was_busy: bool) -> None:
    compact = bool(datasets_here())
    for column, source in zip(st.columns(len(SOURCES)), SOURCES.values(), strict=True):
        with column.container(border=True, height="stretch"):
            _card(source, compact)
    if was_busy and not is_under_way(FETCH_JOBS):
        st.rerun()


def _card(source: Source, compact: bool) -> None:
    fetches = jobs_to_show(_fetches_of(source.key))
    whole = is_whole(source.key)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"#### {source.title}", width="content")
        if whole:
            st.badge("verified", icon=":material/check:", color="green")
    size = megabytes(source.fetched_bytes) if source.fetched_bytes else "no download"
    facts = f"{size} · [{source.licence}]({source.licence_url})"
    if not compact:
        st.markdown(source.summary)
    st.caption(source.credit)
    st.markdown(facts)
    for name, job in fetches.items():
        if job.running:
            show_job(job, name)
        else:
            show_end(job, name)
    if any(job.running for job in fetches.values()):
        return
    # At the card's foot, whatever stands above: so that the cards' buttons stand in a line.
    st.space("stretch")
    with st.container(horizontal=True, vertical_alignment="center"):
        if not whole and st.button(
            "Make" if source.synthetic else "Fetch",
            key=f"fetch {source.key}",
            type="primary",
            icon=":material/download:",
        ):
            _start(source.key, None)
        with st.popover("More"):
            _more(source, whole)


def _more(source: Source, whole: bool) -> None:
    st.markdown(f"{source.summary} {source.attribution}")
    if source.homepage:
        st.markdown(f"[{source.homepage}]({source.homepage})")
    if not source.synthetic and (is_here() or import_folder() is not None):
        path = choose_path("A zip or folder", f"path {source.key}", "/media/stick/sounds.zip")
        if st.button("Load", key=f"load {source.key}", disabled=not path):
            _load(source.key, path)
    if whole and st.button("Verify every clip again", key=f"verify {source.key}"):
        _start(source.key, None)


def _load(key: str, typed: str) -> None:
    try:
        path = local_path(typed)
    except DatasetError as error:
        st.error(in_markdown(str(error)))
    else:
        _start(key, path)


def _start(key: str, path: Path | None) -> None:
    def work(on_progress: OnProgress, should_stop: ShouldStop) -> None:
        fetch_with_features(key, path, on_progress, should_stop)

    start_own(_fetches_of(key), work)
    st.rerun()


def _fetches_of(key: str) -> str:
    """How the names of the jobs begin that fetch this dataset; each click has its own."""
    return f"{FETCH_JOBS}{key} "


def _choose_dataset(here: list[str]) -> Dataset:
    forget_unless("browse dataset", here)
    follow("data", "browse dataset", here)
    key = st.segmented_control(
        "Dataset",
        here,
        format_func=lambda key: source_of(key).title,
        default=here[0],
        required=True,
        key="browse dataset",
        label_visibility="collapsed",
        persist_state="session",
    )
    point("data", "browse dataset", key)
    return dataset(key)


def _browse(shown: Dataset) -> None:
    key = shown.source.key
    st.markdown("#### Clip by clip")
    _follow_clip(shown)
    with st.container(horizontal=True, vertical_alignment="top"):
        category = st.selectbox(
            "Class", shown.classes, format_func=class_label, key=f"class {key}", width=260
        )
        fold = st.segmented_control(
            "Fold", ["all", 1, 2, 3, 4, 5], default="all", required=True, key=f"fold {key}"
        )
        clips = [
            clip for clip in shown.clips if clip.category == category and fold in ("all", clip.fold)
        ]
        clip = st.selectbox(
            f"Clip ({len(clips)} of {len(shown.clips)})",
            clips,
            format_func=_clip_name,
            key=f"clip {key} {category} {fold}",
            width=320,
        )
    point("clip", _LINKED, clip.filename if clip else None)
    if clip is None:
        st.info(f"Fold {fold} has no clip of {class_words(category)}. Choose another, or *all*.")
    else:
        _show_clip(clip, shown)


def _follow_clip(shown: Dataset) -> None:
    """Choose the clip that the address names, with its class."""
    key = shown.source.key
    st.session_state.pop(_LINKED, None)
    follow("clip", _LINKED, {clip.filename: clip for clip in shown.clips})
    clip: Clip | None = st.session_state.get(_LINKED)
    if clip is not None:
        st.session_state[f"class {key}"] = clip.category
        st.session_state[f"fold {key}"] = "all"
        st.session_state[f"clip {key} {clip.category} all"] = clip


def _clip_name(clip: Clip) -> str:
    return f"{clip.src_file}, take {clip.take} (fold {clip.fold})"


def _show_clip(clip: Clip, shown: Dataset) -> None:
    words, sound = st.columns([2, 1], vertical_alignment="center")
    words.markdown(provenance(clip, shown))
    heard = readable_sound(clip, shown.source)
    if heard is None:
        return
    with sound:
        player(clip)
    height = 340 if in_projector_mode() else 300
    columns = st.columns(3)
    with columns[0]:
        waveform(heard, height)
    with columns[1]:
        spectrogram(heard, "mel", height)
    with columns[2]:
        spectrogram(heard, "logmel", height)
    st.caption(
        "The same five seconds three times. In power, the lab's way, only the loudest bands show; "
        "in decibels the quiet ones show too, and a network learns far more from them."
    )


if __name__ == "__main__":
    guarded(main)
