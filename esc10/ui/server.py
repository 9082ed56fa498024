"""The server's one engine and one board of jobs, and what is worth keeping between script runs.

Streamlit's caches hold only what can be made again, for any browser may ask to clear them; and all
there has a bound. What a browser session owns is in `st.session_state`, not here.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from esc10.audio.loading import load_clip
from esc10.datasets import Dataset, dataset_folder, load_dataset, whole_datasets
from esc10.datasets.description import DESCRIPTION
from esc10.datasets.folders import MARKER
from esc10.engine.cluster import Cluster
from esc10.engine.jobs import Job, JobBoard, Work
from esc10.engine.queue import Engine
from esc10.evaluation.metrics import Evaluation, evaluate
from esc10.features.mel import MelConfig, mel_power
from esc10.lesson.poll_server import PollServer
from esc10.runs.outcome import WEIGHTS
from esc10.runs.run import Run
from esc10.runs.store import list_runs, shipped_runs
from esc10.storage import State, state_of
from esc10.ui.imports_ahead import import_ahead
from esc10.ui.words import in_markdown

SOUND_JOBS = "sounds, "
"""How the names of all jobs begin that bring or make a dataset; what they do follows."""

FETCH_JOBS = f"{SOUND_JOBS}fetch "
"""How the names of the jobs begin that fetch a dataset; its key and a blank follow."""

PREPARE_JOBS = "prepare training "
"""How the names of the jobs begin that a click on Train starts; each click has its own."""

_MINE = "jobs of this session"
_MY_RUNS = "runs of this session"


Thing = TypeVar("Thing")


def only_one(doing: str) -> Callable[[Callable[[], Thing]], Callable[[], Thing]]:
    """Let a function make its thing once in this process; meanwhile the page says what it does."""

    def decorated(make: Callable[[], Thing]) -> Callable[[], Thing]:
        # Kept outside this module: where Streamlit watches files, an edit has it imported anew.
        lock, made = vars(sys).setdefault(f"esc10 {make.__qualname__}", (threading.Lock(), []))

        @wraps(make)
        def once() -> Thing:
            if not made:
                with st.spinner(doing), lock:
                    if not made:
                        made.append(make())
            thing: Thing = made[0]
            return thing

        return once

    return decorated


@only_one("Starting the training engine …")
def engine() -> Engine:
    """The engine; the first page that anybody opens starts it."""
    # Here, once: two threads that import pandas at the same time can find half of it.
    import pandas  # noqa: F401

    started = Engine(Cluster(os.environ.get("ESC10_SCHEDULER") or None))
    threading.Thread(target=import_ahead, name="import ahead", daemon=True).start()
    return started


@only_one("Looking for what is under way …")
def jobs() -> JobBoard:
    """The server's long operations."""
    return JobBoard()


@only_one("Opening the page for phones …")
def poll_server() -> PollServer:
    """The server on which phones vote; the first poll that anybody asks starts it."""
    return PollServer()


def start_own(prefix: str, work: Work) -> None:
    """Start a job of this session's: everybody sees it run, and only this one how it ended."""
    name = prefix + secrets.token_hex(4)
    st.session_state.setdefault(_MINE, set()).add(name)
    jobs().start(name, work)


def own_jobs(prefix: str) -> dict[str, Job]:
    """The jobs of this session's, by name, the oldest first."""
    mine = st.session_state.get(_MINE, ())
    return {name: job for name, job in jobs().named(prefix).items() if name in mine}


def own_runs() -> set[str]:
    """The ids of the runs that this session has asked for one by one; a job adds to the set."""
    mine: set[str] = st.session_state.setdefault(_MY_RUNS, set())
    return mine


def is_under_way(prefix: str) -> bool:
    """Whether a job runs whose name begins so, whoever started it."""
    return any(job.running for job in jobs().named(prefix).values())


def jobs_to_show(prefix: str) -> dict[str, Job]:
    """What runs, and what of this session's has ended; by name, the oldest first."""
    running = {name: job for name, job in jobs().named(prefix).items() if job.running}
    return running | own_jobs(prefix)


def datasets_here() -> list[str]:
    """The keys of the datasets that are whole."""
    return whole_datasets()


_OF_A_VERDICT = (
    "config.json",
    "events.jsonl",
    "outcome.json",
    "probabilities.npz",
    *WEIGHTS.values(),
)
"""The files of a run on which anything depends that is computed from it; not its title."""


def version_of(run: Run) -> tuple[str, tuple[State, ...]]:
    """What tells a run from another of its name, and from itself after its files have changed."""
    return run.run_id, tuple(state_of(run.folder / name) for name in _OF_A_VERDICT)


HASHES: dict[str | type, Callable[[Any], object]] = {
    Run: version_of,
    Dataset: lambda sounds: (sounds.source.key, sounds.sha256),
    type(Path()): lambda path: (str(path), state_of(path)),
    # Streamlit itself would look at a part of a long array only.
    np.ndarray: lambda array: hashlib.blake2b(array.tobytes()).digest(),
}
"""How Streamlit's caches tell our objects apart: `hash_funcs` of a function that takes them."""


def dataset(key: str) -> Dataset:
    """The dataset with that key; DatasetError where it is not on this machine."""
    folder = dataset_folder(key)
    return _dataset(key, (folder / MARKER, folder / DESCRIPTION))


@st.cache_resource(max_entries=6, hash_funcs=HASHES)
def _dataset(key: str, files: tuple[Path, ...]) -> Dataset:
    del files
    return load_dataset(key)


@dataclass(frozen=True)
class ClipSound:
    """What a clip's pictures are drawn from.

    Attributes:
        samples: as a network hears it, shape (samples,).
        power: its power mel spectrogram, shape (mel bands, frames).
        seconds: how long its file plays.
    """

    samples: NDArray[np.float32]
    power: NDArray[np.float32]
    seconds: float


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=HASHES)
def clip_sound(path: Path) -> ClipSound:
    """A clip's sound, as `esc10.audio.loading.load_clip` reads it."""
    sound = load_clip(path)
    return ClipSound(sound.samples, mel_power(sound.samples, MelConfig()), sound.seconds)


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=HASHES)
def verdict(run: Run, weights: str) -> Evaluation:
    """The evaluation of a finished run; RunError where it has no weights, or is damaged."""
    return evaluate(run, weights)


def all_runs() -> list[Run]:
    """All readable runs, the newest first; how many are not is one line, which opens to say why."""
    runs, complaints = list_runs()
    if not runs:
        for complaint in complaints:
            st.warning(in_markdown(complaint), icon=":material/folder_off:")
    elif complaints:
        are = "1 run is" if len(complaints) == 1 else f"{len(complaints)} runs are"
        why = st.expander(f"{are} left out: damaged or unreadable", icon=":material/folder_off:")
        why.markdown("\n\n".join(map(in_markdown, complaints)))
    return runs


def with_weights(runs: Sequence[Run]) -> list[Run]:
    """Those of some runs that can be evaluated and can predict."""
    return [run for run in runs if (outcome := run.outcome) is not None and outcome.best]


def runs_that_judge() -> list[Run]:
    """All runs that can predict, the newest first, and last what comes with the lab."""
    return with_weights(all_runs()) + shipped_runs()
