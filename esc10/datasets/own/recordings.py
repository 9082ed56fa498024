"""Recordings that somebody wished to keep, and a dataset made of them.

ESC10_HOME/kept/<name>.wav    the samples, mono, 16 bits, 22,050 Hz
ESC10_HOME/kept/<name>.json   label and time, written last: a recording without it is none

Nothing is written here unless `keep` is called.
"""

from __future__ import annotations

import json
import math
import re
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from esc10.audio.loading import SAMPLE_RATE
from esc10.audio.wav import wav_of, within_full_scale
from esc10.datasets.names import class_name
from esc10.datasets.own.build import make_of
from esc10.datasets.own.found import FoundSound, Reading
from esc10.errors import AudioError, DatasetError, disk_trouble
from esc10.progress import OnProgress, ShouldStop, ignore_progress, never_stop
from esc10.storage import STRICT, home, write_whole

MAX_SECONDS = 60.0

SITTING_MINUTES = 10
"""Recordings of a class that follow one another within this may be of one animal and place."""

_NAME = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}", re.ASCII)
_MAX_BYTES = 4096


@dataclass(frozen=True, slots=True)
class _Note:
    label: str
    recorded_at: str


_NOTE = TypeAdapter(_Note | None, config=STRICT)


@dataclass(frozen=True, slots=True)
class KeptRecording:
    """A recording that was kept.

    Attributes:
        name: its own, of digits and letters; names in order are recordings in order of time.
        label: its class, in plain words.
        recorded_at: when it was recorded, ISO 8601.
        path: where its sound is.
    """

    name: str
    label: str
    recorded_at: str
    path: Path


def kept_folder() -> Path:
    """Where kept recordings live."""
    return home() / "kept"


def keep(samples: NDArray[np.float32], label: str, recorded_at: datetime) -> str:
    """Keep a recording.

    Args:
        samples: mono, at 22,050 Hz, shape (samples,); full scale is 1. At most a minute.
        label: its class, in anybody's words.
        recorded_at: when it was recorded.

    Returns:
        Its name.

    Raises:
        AudioError: there are no samples, too many, or some that are not numbers.
        DatasetError: the label has neither a letter nor a digit, or the disk refused.
    """
    note = _note(label, recorded_at.isoformat(timespec="seconds"))
    if samples.ndim != 1 or not 0 < len(samples) <= MAX_SECONDS * SAMPLE_RATE:
        raise AudioError(
            f"A recording to keep has one channel and at most {MAX_SECONDS:g} seconds. "
            "Record it again."
        )
    if not np.isfinite(samples).all():
        raise AudioError("The recording holds samples that are not numbers. Record it again.")
    name = f"{recorded_at:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
    with disk_trouble("Keeping the recording", DatasetError):
        kept_folder().mkdir(parents=True, exist_ok=True)
        write_whole(_sound_path(name), wav_of(within_full_scale(samples)))
        _write_note(name, note)
    return name


def kept_recordings() -> list[KeptRecording]:
    """All recordings that are whole, the oldest first."""
    notes = kept_folder().glob("*.json")  # none where there is no folder
    names = sorted(path.stem for path in notes if _NAME.fullmatch(path.stem))
    return [recording for name in names if (recording := _read(name)) is not None]


def relabel(name: str, label: str) -> None:
    """Give a kept recording another class.

    Raises:
        DatasetError: there is no such recording, the label has neither a letter nor a digit, or the
            disk refused.
    """
    note = _note(label, _find(name).recorded_at)
    with disk_trouble("Keeping the label", DatasetError):
        _write_note(name, note)


def remove(name: str) -> None:
    """Delete a kept recording; datasets that were made of it stay.

    Raises:
        DatasetError: there is no such recording, or the disk refused.
    """
    recording = _find(name)
    with disk_trouble("Deleting the recording", DatasetError):
        # First: without it the recording is none.
        _note_path(name).unlink(missing_ok=True)
        recording.path.unlink(missing_ok=True)


def as_own_dataset(
    title: str,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> str:
    """Make a dataset of all kept recordings; no fold parts those of a class from one sitting.

    Five takes of one dog within minutes are one dog in one room: they count as one recording.

    Args:
        title: its name for people.
        on_progress: told the recordings that are done.
        should_stop: polled between recordings.

    Returns:
        The dataset's key.

    Raises:
        DatasetError: there are too few recordings, or of too few classes, or the disk refused.
        Cancelled: `should_stop` said so; nothing is made.
    """
    recordings = kept_recordings()
    if not recordings:
        raise DatasetError("No recording has been kept yet, so there is nothing to make.")
    tree = _KeptTree(recordings)
    sittings = _sittings(recordings)
    found = [FoundSound(name, one.label, sittings[one.name]) for name, one in tree.kept.items()]
    reading = Reading(
        "kept",
        "The class of each is the one it was kept under; recordings of a class with less than "
        f"{SITTING_MINUTES} minutes from one to the next count as one.",
        tuple(found),
    )
    return make_of(tree, reading, title, on_progress, should_stop)


def _sittings(recordings: list[KeptRecording]) -> dict[str, str]:
    """For each recording, by its name, the sitting it was made in."""
    sittings: dict[str, str] = {}
    latest: dict[str, KeptRecording] = {}
    for one in recordings:  # the oldest first
        before = latest.get(one.label)
        together = before is not None and _minutes_between(before, one) < SITTING_MINUTES
        sittings[one.name] = sittings[before.name] if before and together else f"kept {one.name}"
        latest[one.label] = one
    return sittings


def _minutes_between(first: KeptRecording, second: KeptRecording) -> float:
    """From one recording to the next; endless where somebody has changed their times."""
    try:
        times = [datetime.fromisoformat(one.recorded_at) for one in (first, second)]
        return (times[1] - times[0]).total_seconds() / 60
    except (ValueError, TypeError):
        return math.inf


class _KeptTree:
    """Kept recordings as files."""

    def __init__(self, recordings: list[KeptRecording]) -> None:
        self.title, self.links = "What was kept", 0
        self.kept = {f"{one.label}/{one.name}.wav": one for one in recordings}
        self.names = tuple(self.kept)

    def sound(self, name: str) -> Path:
        return self.kept[name].path

    def read(self, name: str, limit: int, called: str = "") -> bytes:
        content = self.kept[name].path.read_bytes()
        if len(content) > limit:
            raise DatasetError(f"{called or name} has more than {limit:,} bytes.")
        return content

    def close(self) -> None:
        """Nothing is held open."""


def _sound_path(name: str) -> Path:
    return kept_folder() / f"{name}.wav"


def _note_path(name: str) -> Path:
    return kept_folder() / f"{name}.json"


def _note(label: str, recorded_at: str) -> _Note:
    plain = class_name(label)
    if not plain:
        raise DatasetError("A recording needs a class of letters or digits, such as 'dog'.")
    return _Note(plain, recorded_at)


def _write_note(name: str, note: _Note) -> None:
    write_whole(_note_path(name), json.dumps(asdict(note)).encode())


def _read(name: str) -> KeptRecording | None:
    """The recording of that name; None where it is not whole."""
    path = _sound_path(name)
    try:
        with _note_path(name).open("rb") as file:
            note = _NOTE.validate_json(file.read(_MAX_BYTES))
    except (OSError, ValueError):
        return None
    if note is None or not path.is_file() or not note.label or class_name(note.label) != note.label:
        return None
    return KeptRecording(name, note.label, note.recorded_at, path)


def _find(name: str) -> KeptRecording:
    recording = _read(name) if _NAME.fullmatch(name) else None
    if recording is None:
        raise DatasetError("That recording is not here any more.")
    return recording
