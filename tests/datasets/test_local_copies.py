"""Fetching from a local zip or folder: whole, wrong, damaged, and hostile."""

from __future__ import annotations

import hashlib
import os
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from esc10 import datasets
from esc10.archives import trees
from esc10.datasets.esc10 import esc10_files
from esc10.datasets.fetch import verified_sha256
from esc10.datasets.source import ExpectedFile
from esc10.errors import DatasetError
from tests.conftest import link_tree
from tests.support.copies import animal_folder, everything, zip_flat

CENTRAL = b"PK\x01\x02"
CENTRAL_FLAGS, CENTRAL_SIZE, CENTRAL_NAME = 8, 24, 46
NAMES = [file.basename for file in esc10_files()]
MEMBER_BYTES = 1000


@pytest.fixture
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with a whole copy of the source that the test is parametrised with."""
    folder = tmp_path / "copy of a stick"
    match request.param:
        case "practice":
            link_tree(request.getfixturevalue("practice_master") / "datasets" / "practice", folder)
        case "esc10":
            with zipfile.ZipFile(request.getfixturevalue("real_archive")) as archive:
                archive.extractall(folder)
        case _:
            animal_folder(folder)
    return folder


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 by base name, of every clip below a folder."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.suffix in (".wav", ".ogg")
    }


@pytest.mark.parametrize("layout", ["folder", "zip"])
@pytest.mark.parametrize(
    ("key", "folder"), [(key, key) for key in datasets.SOURCES], indirect=["folder"]
)
def test_a_local_copy_is_fetched_whole(
    key: str, folder: Path, layout: str, tmp_path: Path, home: Path
) -> None:
    copy = folder if layout == "folder" else zip_flat(folder, tmp_path / "copy.zip")
    before = everything(tmp_path, without=home)
    datasets.fetch(key, copy)
    assert datasets.is_whole(key)
    dataset = datasets.load_dataset(key)
    found = {
        clip.path.name: sha256 for clip, sha256 in zip(dataset.clips, dataset.sha256, strict=True)
    }
    assert len(found) == 400
    assert found == hashes(folder) == hashes(datasets.dataset_folder(key))
    assert [path.name for path in (home / "datasets").iterdir()] == [key]
    assert everything(tmp_path, without=home) == before


def test_the_official_archive_is_fetched_whole(real_archive: Path) -> None:
    datasets.fetch("esc10", real_archive)
    assert {
        (clip.path.name, sha256)
        for dataset in [datasets.load_dataset("esc10")]
        for clip, sha256 in zip(dataset.clips, dataset.sha256, strict=True)
    } == {(file.basename, file.sha256) for file in esc10_files()}


def members(path: Path, names: list[str], compression: int = zipfile.ZIP_STORED) -> Path:
    """A zip with these names and little in each."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name in names:
            archive.writestr(name, os.urandom(MEMBER_BYTES))
    return path


def patch_central(path: Path, offset: int, replacement: bytes, entries: int) -> Path:
    """Overwrite a field of the first entries of the zip's directory."""
    content = bytearray(path.read_bytes())
    start = 0
    for _ in range(entries):
        start = content.index(CENTRAL, start)
        content[start + offset : start + offset + len(replacement)] = replacement
        start += 1
    path.write_bytes(content)
    return path


def claims(path: Path, size: int, entries: int) -> Path:
    """A zip whose first members claim to unpack to that many bytes."""
    return patch_central(members(path, NAMES), CENTRAL_SIZE, struct.pack("<I", size), entries)


def text(path: Path) -> Path:
    path.write_text("This is a letter, whatever its name says.\n" * 1000)
    return path


def empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def truncated(path: Path) -> Path:
    whole = members(path, NAMES).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def garbled_name(path: Path) -> Path:
    return patch_central(members(path, ["ü.ogg", *NAMES]), CENTRAL_NAME, b"\xff", 1)


def encrypted(path: Path) -> Path:
    return patch_central(members(path, NAMES), CENTRAL_FLAGS, b"\x01", 1)


def missing(path: Path) -> Path:
    return path


def empty_folder(path: Path) -> Path:
    path.mkdir()
    return path


BAD_COPIES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "missing": (missing, "does not exist"),
    "an empty folder": (empty_folder, "lacks 400 of the 400 clips of ESC-10"),
    "an empty file": (empty, "is not a whole zip"),
    "a text": (text, "is not a whole zip"),
    "cut off": (truncated, "is not a whole zip"),
    "a garbled name": (garbled_name, "is not a whole zip"),
    "another zip": (lambda path: members(path, ["a.ogg", "b.txt"]), "lacks 400 of the 400 clips"),
    "one clip less": (lambda path: members(path, NAMES[1:]), r"lacks 1 of .*1-100032-A\.ogg"),
    "encrypted": (encrypted, r"my copy\.zip is encrypted \(1-100032-A\.ogg for one\)"),
    "a parent's path": (lambda path: members(path, [*NAMES, "a/../../evil"]), "leads outside"),
    "a parent's path, Windows": (lambda path: members(path, ["..\\evil", *NAMES]), "leads outside"),
    "an absolute path": (lambda path: members(path, [*NAMES, "/tmp/evil"]), "leads outside"),
    "a drive": (lambda path: members(path, [*NAMES, "C:/evil"]), "leads outside"),
    "too many members": (
        lambda path: members(path, [f"{number}.ogg" for number in range(20_001)]),
        "claims 20,001 files",
    ),
    "huge in all": (lambda path: claims(path, 0xFFFFFF00, 2), "claims 400 files of 8,590,"),
    "a huge member": (lambda path: claims(path, 2**31, 1), r"100032-A\.ogg claims 2,147,483,648"),
    "other sounds": (lambda path: members(path, NAMES), r"1-100032-A\.ogg is damaged or not the"),
}


@pytest.mark.parametrize("kind", BAD_COPIES)
def test_a_bad_copy_is_one_sentence(kind: str, tmp_path: Path, home: Path) -> None:
    make, sentence = BAD_COPIES[kind]
    (tmp_path / "stick").mkdir()
    copy = make(tmp_path / "stick" / "my copy.zip")
    before = everything(tmp_path, without=home)
    with pytest.raises(DatasetError, match=sentence) as caught:
        datasets.fetch("esc10", copy)
    assert "my copy.zip" in str(caught.value) or kind == "other sounds"
    assert "\n" not in str(caught.value)
    assert not datasets.is_whole("esc10")
    assert everything(tmp_path, without=home) == before
    assert {path.name for path in (home / "datasets").rglob("*") if path.is_file()} <= {
        # A member that was written before it was found to be wrong; never under its own name.
        f"{name}.part"
        for name in NAMES
    }


@pytest.mark.parametrize(
    "compression",
    [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA],
    ids=["stored", "deflated", "bzip2", "lzma"],
)
def test_damaged_bytes_are_one_sentence_however_compressed(
    compression: int, tmp_path: Path
) -> None:
    path = members(tmp_path / "scratched.zip", NAMES, compression)
    content = bytearray(path.read_bytes())
    data = 30 + len(NAMES[0]) + 200  # beyond the header of the compressed bytes
    content[data : data + MEMBER_BYTES // 2] = b"\xff" * (MEMBER_BYTES // 2)
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=r"^1-100032-A\.ogg is damaged inside scratched\.zip"):
        datasets.fetch("esc10", path)
    assert not datasets.is_whole("esc10")


def test_what_a_damaged_archive_gave_is_kept(real_archive: Path, tmp_path: Path) -> None:
    content = bytearray(real_archive.read_bytes())
    last = content.rindex(NAMES[-1].encode(), 0, content.index(CENTRAL)) + 5000
    content[last : last + 8] = bytes(8)
    damaged = tmp_path / "scratched.zip"
    damaged.write_bytes(content)
    with pytest.raises(DatasetError, match=f"^{NAMES[-1]} is damaged inside scratched.zip"):
        datasets.fetch("esc10", damaged)
    assert not datasets.is_whole("esc10")
    stage = datasets.dataset_folder("esc10").with_name("esc10.partial")
    kept = {path.name: path.stat().st_ino for path in stage.rglob("*.ogg")}
    assert set(kept) == set(NAMES[:-1])
    datasets.fetch("esc10", real_archive)
    clips = datasets.load_dataset("esc10").clips
    now = {clip.path.name: clip.path.stat().st_ino for clip in clips}
    assert kept.items() <= now.items()
    assert hashes(datasets.dataset_folder("esc10")) == {
        file.basename: file.sha256 for file in esc10_files()
    }


def test_a_practice_zip_is_no_esc10(practice_master: Path, tmp_path: Path) -> None:
    path = zip_flat(practice_master / "datasets" / "practice", tmp_path / "practice.zip")
    with pytest.raises(DatasetError, match=r"practice\.zip lacks 400 of the 400 clips of ESC-10"):
        datasets.fetch("esc10", path)


def test_a_copy_of_the_animals_without_their_table_is_a_sentence(tmp_path: Path) -> None:
    folder = animal_folder(tmp_path / "ESC-50-master")
    (folder / "meta" / "esc50.csv").unlink()
    with pytest.raises(DatasetError, match=r"has no esc50\.csv"):
        datasets.fetch("animals", folder)
    assert not datasets.is_whole("animals")


def test_a_folder_far_too_full_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trees, "MAX_FOLDER_ENTRIES", 50)
    for number in range(51):
        folder = tmp_path / "full" / str(number // 10)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / str(number)).touch()
    with pytest.raises(DatasetError, match=r"full holds more than 50 files"):
        datasets.fetch("esc10", tmp_path / "full")


@pytest.mark.parametrize(
    ("kind", "shape"),
    [("FLAC", (600 * 44_100,)), ("OGG", (22_050, 255))],
    ids=["ten minutes", "255 channels"],
)
def test_a_sound_that_would_fill_the_memory_is_read_no_further_than_a_clip(
    kind: str, shape: tuple[int, ...], tmp_path: Path
) -> None:
    """Silence takes tens of megabytes as samples, and a few kilobytes as FLAC or Ogg."""
    path = tmp_path / f"silence.{kind.lower()}"
    soundfile.write(path, np.zeros(shape, np.int16), 44_100, format=kind)
    tracemalloc.start()
    try:
        verified_sha256(path, ExpectedFile("1-1-A-0.wav", path.name, size=path.stat().st_size))
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()
