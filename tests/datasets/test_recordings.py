"""Kept recordings: whole or absent, named anew, taken out, and made a dataset of."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from esc10 import datasets
from esc10.audio.loading import SAMPLE_RATE
from esc10.datasets.description import description_of
from esc10.datasets.own.recordings import (
    as_own_dataset,
    keep,
    kept_folder,
    kept_recordings,
    relabel,
    remove,
)
from esc10.errors import AudioError, Cancelled, DatasetError

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def samples(seed: int = 0, seconds: float = 0.5) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    return rng.normal(0, 0.1, int(seconds * SAMPLE_RATE)).astype(np.float32)


def keep_some(minutes: float = 60, **clips: int) -> None:
    """So many recordings of each class, an hour apart."""
    place = len(kept_recordings())
    for label, count in clips.items():
        for _ in range(count):
            keep(samples(place), label, NOON + timedelta(minutes=place * minutes))
            place += 1


def test_nothing_is_written_before_something_is_kept(home: Path) -> None:
    assert kept_recordings() == []
    with pytest.raises(DatasetError, match="No recording has been kept"):
        as_own_dataset("Mine")
    assert not home.exists()


def test_a_kept_recording_is_found_as_it_was() -> None:
    sound = samples()
    name = keep(sound, "Tür", NOON)
    (recording,) = kept_recordings()
    assert (recording.name, recording.label) == (name, "Tür")
    assert datetime.fromisoformat(recording.recorded_at) == NOON
    read, rate = soundfile.read(recording.path, dtype="float32")
    assert rate == SAMPLE_RATE
    assert np.abs(read - sound).max() < 1e-4
    assert {path.suffix for path in kept_folder().iterdir()} == {".wav", ".json"}


def test_recordings_are_in_order_of_time() -> None:
    for minutes in (5, 1, 3):
        keep(samples(), f"after {minutes}", NOON + timedelta(minutes=minutes))
    assert [one.label for one in kept_recordings()] == ["after 1", "after 3", "after 5"]


def test_a_loud_recording_is_turned_down() -> None:
    keep(samples() * 100, "dog", NOON)
    (recording,) = kept_recordings()
    assert 0.99 < np.abs(soundfile.read(recording.path)[0]).max() <= 1


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(0, np.float32),
        np.zeros((10, 2), np.float32),
        np.zeros(61 * SAMPLE_RATE, np.float32),
        np.full(10, np.nan, np.float32),
    ],
    ids=["empty", "stereo", "long", "nan"],
)
def test_what_is_no_recording_is_not_kept(home: Path, sound: NDArray[np.float32]) -> None:
    with pytest.raises(AudioError, match="Record it again"):
        keep(sound, "dog", NOON)
    assert not home.exists()


def test_a_label_without_letters_is_not_kept(home: Path) -> None:
    with pytest.raises(DatasetError, match="needs a class"):
        keep(samples(), "<>", NOON)
    assert not home.exists()


def test_a_label_becomes_plain_words_and_can_be_changed() -> None:
    name = keep(samples(), "<b>dog</b>", NOON)
    assert kept_recordings()[0].label == "b dog b"
    relabel(name, "  cat ")
    assert [(one.name, one.label) for one in kept_recordings()] == [(name, "cat")]
    with pytest.raises(DatasetError, match="needs a class"):
        relabel(name, "!")


def test_a_removed_recording_is_gone() -> None:
    first, second = keep(samples(), "dog", NOON), keep(samples(), "cat", NOON)
    remove(first)
    assert [one.name for one in kept_recordings()] == [second]
    assert len(list(kept_folder().iterdir())) == 2
    for act in (remove, lambda name: relabel(name, "x")):
        with pytest.raises(DatasetError, match="not here any more"):
            act(first)


@pytest.mark.parametrize("name", ["../runs/x", "", "x", "20260102-120000-zzzzzzzz"])
def test_no_other_file_is_removed(name: str) -> None:
    keep(samples(), "dog", NOON)
    with pytest.raises(DatasetError, match="not here any more"):
        remove(name)
    assert len(kept_recordings()) == 1


@pytest.mark.parametrize(
    "damage", ["", "{", "null", '{"label": "x"}', json.dumps({"label": "<b>", "recorded_at": ""})]
)
def test_half_a_recording_is_none(damage: str) -> None:
    first, second = keep(samples(), "dog", NOON), keep(samples(), "cat", NOON)
    (kept_folder() / f"{first}.json").write_text(damage, "utf-8")
    (kept_folder() / f"{second}.wav").unlink()
    assert kept_recordings() == []


def test_kept_recordings_become_a_dataset() -> None:
    keep_some(dog=4, door=3)
    key = as_own_dataset("In the hall")
    dataset, described = datasets.load_dataset(key), description_of(key)
    assert dataset.classes == ("dog", "door")
    assert np.bincount(dataset.labels).tolist() == [4, 3]
    assert len({clip.src_file for clip in dataset.clips}) == 7
    assert {(clip.category, clip.fold) for clip in dataset.clips} >= {
        (name, fold) for name in ("dog", "door") for fold in (4, 5)
    }
    assert described is not None
    assert described.folds == "by recording"
    assert "(7 of 7 clips)" in described.summary
    assert len(kept_recordings()) == 7


def test_takes_of_one_sitting_are_one_recording_and_leak_if_they_are_parted() -> None:
    keep_some(minutes=4, dog=4, door=3)
    key = as_own_dataset("In the hall")
    dataset, described = datasets.load_dataset(key), description_of(key)
    assert len({clip.src_file for clip in dataset.clips}) == 2
    assert described is not None
    assert "from too few recordings for that; theirs were drawn at random, and leak" in (
        described.summary
    )


def test_another_day_is_another_sitting() -> None:
    for day in range(3):
        for take in range(2):
            for label in ("dog", "door"):
                when = NOON + timedelta(days=day, minutes=take)
                keep(samples(day * 10 + take * 5 + len(label)), label, when)
    dataset = datasets.load_dataset(as_own_dataset("In the hall"))
    assert len({clip.src_file for clip in dataset.clips}) == 6
    folds = {clip.src_file: set[int]() for clip in dataset.clips}
    for clip in dataset.clips:
        folds[clip.src_file].add(clip.fold)
    assert {len(found) for found in folds.values()} == {1}


def test_too_few_recordings_are_a_sentence() -> None:
    keep_some(dog=4)
    with pytest.raises(DatasetError, match=r"sounds of one class \(dog\)"):
        as_own_dataset("Mine")
    keep_some(door=2)
    with pytest.raises(DatasetError, match="door has 2 usable sounds"):
        as_own_dataset("Mine")


def test_making_can_be_cancelled(home: Path) -> None:
    keep_some(dog=3, door=3)
    with pytest.raises(Cancelled):
        as_own_dataset("Mine", should_stop=lambda: True)
    assert list((home / "datasets").iterdir()) == []
    assert len(kept_recordings()) == 6
