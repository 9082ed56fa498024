"""What is ready for a lesson: of the browser in front, and of the machine that the lab runs on."""

from __future__ import annotations

import streamlit as st

from esc10.audio.recording import load_recording
from esc10.audio.wav import wav_of
from esc10.datasets import SOURCES
from esc10.datasets.download import ask_host
from esc10.datasets.esc10 import ESC10_ARCHIVE_URL
from esc10.engine.worker import MEASURED_SECONDS
from esc10.errors import AudioError, DatasetError, refusal
from esc10.lesson.rehearsal import (
    Check,
    address_check,
    datasets_check,
    disk_check,
    engine_check,
    epochs_check,
    host_check,
    microphone_check,
    networks_check,
    sound_check,
    three_tones,
)
from esc10.runs.run import Run
from esc10.runs.store import list_runs
from esc10.storage import free_bytes, home
from esc10.ui.fragments import LOOK_SECONDS, SOON_SECONDS, live
from esc10.ui.microphone.recorder import Take, record
from esc10.ui.rehearse.measuring import measure, measuring, seconds_per_epoch, too_slow
from esc10.ui.rehearse.probe import ask_browser
from esc10.ui.server import dataset, datasets_here, engine, jobs, with_weights
from esc10.ui.words import in_markdown

ASK_JOB = "ask the host"
_HEARD = "rehearse heard"


def show_browser() -> None:
    """Address, microphone and loudspeakers: of this browser, at this desk."""
    st.markdown("#### This browser and this room")
    above = st.container()
    with st.expander("The recorder", icon=":material/mic:"):
        take = record("rehearse take")
        if take is not None:
            st.audio(take.content, format="audio/wav")
    below = st.container()
    browser = ask_browser()  # it shows nothing, and takes a row
    with above:
        _show(address_check(browser))
        _show(microphone_check(browser, take is not None, _trouble_with(take) if take else ""))
    with below:
        _show_loudspeakers()


def _show_loudspeakers() -> None:
    heard = st.session_state.get(_HEARD, False)
    _show(sound_check(heard))
    st.audio(wav_of(three_tones()), format="audio/wav")
    if not heard and st.button("I hear all three", key=f"{_HEARD} them", icon=":material/hearing:"):
        st.session_state[_HEARD] = True
        st.rerun()


def _show(check: Check) -> None:
    """A check's title, whether it is ready, and its sentence."""
    state = (
        ":green-badge[:material/check: ready]"
        if check.ok
        else ":orange-badge[:material/arrow_forward: to do]"
    )
    st.markdown(f"**{check.title}** {state}  \n{check.sentence}")


def _trouble_with(take: Take) -> str:
    """Why a take is of no use; empty where it is."""
    try:
        load_recording(take.content, take.name)
    except AudioError as error:
        return in_markdown(str(error))
    return ""


def show_machine(key: str | None) -> None:
    """Disk, sounds, networks, engine, internet, and how long an epoch takes.

    `key` is the dataset's that is to be learned from; None where there is none.
    """
    st.markdown("#### This machine")
    now = _state(key)
    seconds = SOON_SECONDS if now[0] else None if now[1] else LOOK_SECONDS
    live(_machine, seconds)(key, now)


def _state(key: str | None) -> tuple[bool, bool]:
    """Whether something is being asked or measured, and whether the engine is warm."""
    under_way = [jobs().get(ASK_JOB), measuring(key) if key else None]
    return any(job and job.running for job in under_way), engine().status().capacity.warm > 0


def _machine(key: str | None, before: tuple[bool, bool]) -> None:
    here = datasets_here()
    status = engine().status()
    _disk()
    _sounds(here)
    runs = list_runs()[0]
    trained = with_weights(runs)
    _show(networks_check([run.config.train.model for run in trained]))
    if here and not trained:
        st.page_link("pages/train.py", label="**Train**", icon=":material/arrow_forward:")
    trouble = in_markdown(status.trouble) if status.trouble else None
    _show(engine_check(status.capacity.warm > 0, trouble))
    _internet(here)
    if key is None:
        _show(epochs_check({}))
    else:
        _epochs(key, runs)
    if _state(key) != before:
        st.rerun()


def _disk() -> None:
    try:
        check = disk_check(free_bytes(home()), in_markdown(str(home())))
    except OSError as cause:
        check = Check("Disk", False, in_markdown(f"It cannot be asked: {refusal(cause)}."))
    _show(check)


def _sounds(here: list[str]) -> None:
    try:
        check = datasets_check(dict(map(_gone, here)))
    except DatasetError as error:
        check = Check("Sounds", False, in_markdown(str(error)))
    _show(check)
    if not check.ok:
        st.page_link("pages/dataset.py", label="**Dataset**", icon=":material/arrow_forward:")


def _gone(key: str) -> tuple[str, int]:
    """A dataset's title, and how many of its clips are not on the disk any more."""
    sounds = dataset(key)
    gone = sum(not clip.path.is_file() for clip in sounds.clips)
    return in_markdown(sounds.source.title), gone


def _internet(here: list[str]) -> None:
    missing = [
        source.title
        for source in SOURCES.values()
        if source.fetched_bytes and source.key not in here
    ]
    job = jobs().get(ASK_JOB)
    ended = job is not None and not job.running
    trouble = in_markdown(job.error) if job and job.error else None
    _show(host_check(ended, trouble, missing, sounds_here=bool(here)))
    if job is not None and job.running:
        st.caption("Asking …")
    elif missing and st.button("Ask the host", key="ask the host", icon=":material/public:"):
        jobs().start(ASK_JOB, lambda *_: ask_host(ESC10_ARCHIVE_URL))
        st.rerun()


def _epochs(key: str, runs: list[Run]) -> None:
    """How long an epoch of each network takes, and a button that measures it."""
    _show(epochs_check(seconds_per_epoch(key, runs)))
    job = measuring(key)
    if job is not None and job.running:
        done = job.progress
        st.progress(
            done.fraction if done else 0.0,
            text=f"Two epochs of the {done.doing} …" if done else "Starting …",
        )
        if st.button("Cancel", key="cancel measuring", icon=":material/close:"):
            job.cancel()
        return
    if job is not None and job.error:
        st.error(in_markdown(job.error))
    for title in too_slow(key):
        st.caption(f"An epoch of the {title} takes longer than {MEASURED_SECONDS:.0f} s here.")
    status = engine().status()
    busy = bool(status.queue or status.active)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Measure",
            key="measure",
            icon=":material/timer:",
            disabled=busy or not status.capacity.warm,
            help="Two epochs of each network; no run comes of it. Until then this is what runs "
            "took, which may come from another machine.",
        ):
            measure(key)
            st.rerun()
        if busy:
            st.caption("A run trains: measure when it has ended.")
        elif not status.capacity.warm:
            st.caption("It waits for the training engine.")
