"""What becomes no clip is named, and counted by reason and ending; all else is read."""

from __future__ import annotations

import io
import sys
from collections import Counter
from pathlib import Path

import pytest
import soundfile

from esc10.datasets.own.preview import previews_of
from esc10.errors import DatasetError
from tests.support.odd_sounds import hiss
from tests.support.own_datasets import THREE, made
from tests.support.own_sounds import folder_of, numbered, sound, sounds, zip_of
from tests.support.phone_sounds import KINDS, phone_sound


def test_phones_formats_odd_endings_and_none_are_read() -> None:
    files = sounds(numbered(("dog", "rain"), 3))
    film, old = KINDS["a phone's film"], KINDS["an Android recorder"]
    for n in range(3):
        files[f"kettle/IMG_{n}.mov"] = phone_sound(hiss(0.5 + n, film.rate), film)
        files[f"doorbell/REC{n}.3gp"] = phone_sound(hiss(0.5 + n, old.rate), old)
    files |= {"dog/more": sound(77), "rain/more.bwf": sound(78), "rain/more.xyz": sound(79)}
    dataset, described = made(files)
    assert Counter(clip.category for clip in dataset.clips) == {
        "dog": 4, "doorbell": 3, "kettle": 3, "rain": 5,
    }  # fmt: skip
    assert "No files were left out" in described.summary


def test_what_is_left_out_is_counted_by_reason_and_ending() -> None:
    files = sounds(numbered(THREE, 3))
    files |= {
        "dog/a.mov": b"no film",
        "dog/b.mov": b"none",
        "rain/c.wma": b"none",
        "d.wav": sound(5),
    }
    files |= {"dog/list.pdf": b"x", "dog/x.jpg": b"x", "dog/y.JPG": b"x", "more.zip": zip_of(files)}
    files["dog/silent.wav"] = sound(1)[:44] + bytes(20_000)
    _, described = made(files)
    assert (
        "6 files were left out: 3 cannot be read (2 .mov, 1 .wma); 1 silent (1 .wav); "
        "1 of no class (1 .wav); 1 archives inside (1 .zip). "
        "3 other files are not sounds (2 .jpg, 1 .pdf)."
    ) in described.summary
    assert "more.zip is an archive in itself: unpack it first." in described.skipped


def test_copies_are_kept_once_and_counted() -> None:
    files = sounds(numbered(THREE, 3))
    samples, rate = soundfile.read(io.BytesIO(files["dog/0.wav"]), dtype="int16")
    again = io.BytesIO()
    soundfile.write(again, samples, rate, format="FLAC")
    files |= {"dog/copy.wav": files["dog/0.wav"], "dog/again.flac": again.getvalue()}
    dataset, described = made(files)
    assert len(dataset.clips) == 9
    assert "2 copies of others (1 .flac, 1 .wav)" in described.summary


def test_the_same_sound_in_two_classes_is_named() -> None:
    files = sounds(numbered(THREE, 4))
    files["rain/dog.wav"] = files["dog/0.wav"]
    dataset, described = made(files)
    assert len(dataset.clips) == 11
    assert "2 of two classes (2 .wav)" in described.summary
    (sentence,) = set(described.skipped)
    assert (
        sentence == "dog/0.wav and rain/dog.wav are the same sound, and of two classes (dog, rain)."
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets few people make links")
def test_links_in_a_folder_are_counted(tmp_path: Path) -> None:
    folder = folder_of(sounds(numbered(THREE, 3)), tmp_path / "in")
    (folder / "dog" / "link.wav").symlink_to(folder / "rain" / "1.wav")
    (folder / "cat").symlink_to(folder / "rain")
    (preview,) = previews_of(folder)
    assert "2 links are not followed: a link may lead anywhere." in preview.aside
    assert {row.name: row.sounds for row in preview.classes} == dict.fromkeys(THREE, 3)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets few people make links")
def test_a_folder_of_nothing_but_links_says_so(tmp_path: Path) -> None:
    folder = folder_of(sounds(numbered(THREE, 3)), tmp_path / "in")
    for path in folder.rglob("*.wav"):
        there = tmp_path / "there" / path.name
        link = tmp_path / "links" / path.relative_to(folder)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(there)
    with pytest.raises(DatasetError, match="9 of its files are links, which are not followed"):
        previews_of(tmp_path / "links")
