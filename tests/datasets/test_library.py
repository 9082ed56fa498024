"""Datasets on this machine: when one is whole, how it is mended, and what it says of itself."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from esc10 import datasets
from esc10.errors import DatasetError
from esc10.progress import Progress
from tests.conftest import begin_practice
from tests.support.refusals import lock, refuse_to_read


def inodes() -> dict[str, int]:
    """Which file on disk each practice clip is; a file that is replaced gets another number."""
    clips = datasets.load_dataset("practice").clips
    return {clip.filename: clip.path.stat().st_ino for clip in clips}


def rewrite(path: Path, content: bytes) -> None:
    """Another file in the place of this one, which other homes share."""
    path.unlink()
    path.write_bytes(content)


def test_nothing_is_whole_at_first() -> None:
    for key, source in datasets.SOURCES.items():
        assert not datasets.is_whole(key)
        sentence = f"{re.escape(source.title)} is not on this machine.*{key}$"
        with pytest.raises(DatasetError, match=sentence):
            datasets.load_dataset(key)


def test_the_practice_sounds_are_fetched_without_a_network(
    monkeypatch: pytest.MonkeyPatch, practice_master: Path, home: Path
) -> None:
    monkeypatch.setenv("ESC10_MIRROR", "nowhere")
    begin_practice(practice_master, home)
    seen: list[Progress] = []
    datasets.fetch("practice", on_progress=seen.append)
    assert datasets.is_whole("practice")
    assert [progress.files for progress in seen] == list(range(401))
    assert {progress.fetched_bytes for progress in seen} == {0}
    assert [path.name for path in (home / "datasets").iterdir()] == ["practice"]


def test_the_practice_sounds_are_listed_in_order(practice_home: Path) -> None:
    dataset = datasets.load_dataset("practice")
    names = [clip.filename for clip in dataset.clips]
    assert len(names) == 400
    assert names == sorted(names)
    by_fold = Counter((clip.category, clip.fold) for clip in dataset.clips)
    assert len(by_fold) == 50
    assert set(by_fold.values()) == {8}
    assert all(clip.esc10 and clip.path.is_file() for clip in dataset.clips)


def test_labels_follow_the_targets(practice_home: Path) -> None:
    dataset = datasets.load_dataset("practice")
    assert dataset.classes[:3] == ("dog", "rooster", "rain")
    assert dataset.classes[-1] == "chainsaw"
    assert [dataset.classes[label] for label in dataset.labels] == [
        clip.category for clip in dataset.clips
    ]
    assert np.bincount(dataset.labels).tolist() == [40] * 10


def test_a_clip_is_found_by_its_name(practice_home: Path) -> None:
    dataset = datasets.load_dataset("practice")
    assert dataset.clip(dataset.clips[7].filename) is dataset.clips[7]
    with pytest.raises(DatasetError, match=r"Practice sounds \(synthetic\) has no clip x\.wav"):
        dataset.clip("x.wav")


def test_a_whole_dataset_is_left_as_it_is(practice_home: Path) -> None:
    before = inodes()
    seen: list[Progress] = []
    datasets.fetch("practice", on_progress=seen.append)
    assert inodes() == before
    assert [(progress.files, progress.total_files) for progress in seen] == [(400, 400)]


@pytest.mark.parametrize("damage", ["cut off", "deleted", "other samples"])
def test_only_a_damaged_clip_is_replaced(practice_home: Path, damage: str) -> None:
    before = inodes()
    clip = datasets.load_dataset("practice").clips[200]
    content = clip.path.read_bytes()
    match damage:
        case "cut off":
            rewrite(clip.path, content[:1000])
        case "deleted":
            clip.path.unlink()
        case _:
            rewrite(clip.path, content[:-2] + b"xx")
    datasets.fetch("practice")
    assert datasets.is_whole("practice")
    assert clip.path.read_bytes() == content
    after = inodes()
    del before[clip.filename], after[clip.filename]
    assert after == before


@pytest.mark.parametrize(
    "marker", [None, "", "{", "[]", '{"files": 3}', '{"files": [{}]}'], ids=repr
)
def test_a_dataset_without_a_good_marker_is_made_whole_again(
    practice_home: Path, marker: str | None
) -> None:
    before = inodes()
    path = datasets.dataset_folder("practice") / "complete.json"
    good = path.read_text("utf-8")
    path.unlink()
    if marker is None:
        assert not datasets.is_whole("practice")
    else:
        path.write_text(marker, "utf-8")
    with pytest.raises(DatasetError, match=r"Fetch it"):
        datasets.load_dataset("practice")
    datasets.fetch("practice")
    assert inodes() == before, "no clip was computed anew"
    assert json.loads(path.read_text("utf-8")) == json.loads(good)


def test_a_marker_that_cannot_be_read_just_now_costs_no_dataset(
    practice_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows a virus scanner has it open for a moment."""
    folder = datasets.dataset_folder("practice")
    with monkeypatch.context() as patch:
        refuse_to_read(patch, folder / "complete.json")
        for act in (datasets.fetch, datasets.load_dataset):
            with pytest.raises(DatasetError, match=r"cannot be read: permission denied\. Close"):
                act("practice")
    assert [path.name for path in folder.parent.iterdir()] == ["practice"]
    assert len(datasets.load_dataset("practice").clips) == 400


def test_a_folder_that_cannot_be_entered_is_a_sentence(
    practice_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock(monkeypatch, datasets.dataset_folder("practice").parent)
    for key in ("practice", "own-kitchen-123abc"):
        for look in (datasets.is_whole, datasets.load_dataset):
            with pytest.raises(DatasetError, match=f"{key} cannot be read: permission denied. Cl"):
                look(key)
    assert list(datasets.sources()) == list(datasets.SOURCES)


def test_a_folder_on_the_way_is_not_whole(practice_home: Path) -> None:
    final = datasets.dataset_folder("practice")
    final.rename(final.with_name("practice.partial"))
    assert not datasets.is_whole("practice")
    datasets.fetch("practice")
    assert datasets.is_whole("practice")
    assert len(datasets.load_dataset("practice").clips) == 400


def test_real_recordings_link_to_freesound_and_synthetic_ones_do_not(practice_home: Path) -> None:
    clip = datasets.load_dataset("practice").clips[0]
    assert datasets.source_of("practice").recording_url(clip) is None
    url = datasets.source_of("esc10").recording_url(clip)
    assert url is not None
    assert re.fullmatch(r"https://freesound\.org/s/\d+/", url)
