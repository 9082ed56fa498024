"""Zips and folders that would do harm are refused, and damage costs one sound."""

from __future__ import annotations

import io
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from esc10 import datasets
from esc10.datasets.description import description_of
from esc10.datasets.own.build import make_own
from tests.support.own_datasets import (
    THREE,
    made,
    refusal,
)
from tests.support.own_sounds import folder_of, numbered, sound, sounds, zip_of

# Hostile zips


@pytest.mark.parametrize("name", ["../dog/1.wav", "/dog/1.wav", "C:/dog/1.wav", "..\\dog\\1.wav"])
def test_a_path_that_leads_outside_is_refused(home: Path, name: str) -> None:
    assert "leads outside" in refusal(zip_of({name: sound(1), **sounds(numbered(THREE, 3))}), home)


def test_a_link_is_refused(home: Path) -> None:
    content = io.BytesIO(zip_of(sounds(numbered(THREE, 3))))
    with zipfile.ZipFile(content, "a") as archive:
        info = zipfile.ZipInfo("dog/link.wav")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    assert "dog/link.wav is a link or a device" in refusal(content.getvalue(), home)


def test_an_encrypted_zip_is_refused(home: Path) -> None:
    content = bytearray(zip_of(sounds(numbered(THREE, 3))))
    place = content.index(b"PK\1\2")
    content[place + 8] |= 1
    assert "is encrypted" in refusal(bytes(content), home)


def test_a_sound_that_claims_to_be_huge_is_left_out() -> None:
    files = sounds(numbered(THREE, 3))
    bomb = zip_of({**files, "dog/bomb.wav": bytes(101 * 2**20)})
    described = description_of(make_own(bomb, "Mine"))
    assert described is not None
    (sentence,) = described.skipped
    assert sentence.startswith("dog/bomb.wav claims 105,906,176 bytes")


def test_a_zip_that_claims_to_be_huge_is_refused(home: Path) -> None:
    content = bytearray(zip_of(sounds(numbered(THREE, 3))))
    place = -1
    while (place := content.find(b"PK\1\2", place + 1)) >= 0:
        struct.pack_into("<L", content, place + 24, 2**30)
    assert "is refused: it claims 9 files of 9,663,676,416 bytes" in refusal(bytes(content), home)


def test_a_zip_of_many_files_is_refused(home: Path) -> None:
    content = zip_of({f"dog/{place}.wav": b"" for place in range(20_001)})
    assert "it claims 20,001 files" in refusal(content, home)


def test_a_zip_whose_list_is_endless_is_refused(home: Path) -> None:
    content = bytearray(zip_of(sounds(numbered(THREE, 3))))
    struct.pack_into("<L", content, content.rindex(b"PK\5\6") + 12, 2**31)
    assert "its list of files is longer" in refusal(bytes(content), home)


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all" * 99, b"PK\5\6" + bytes(17)])
def test_what_is_no_zip_is_a_sentence(home: Path, content: bytes) -> None:
    assert "is not a whole zip archive" in refusal(content, home)


def test_a_damaged_sound_inside_is_left_out() -> None:
    content = bytearray(zip_of(sounds(numbered(THREE, 4))))
    place = content.index(b"dog/2.wav") + 500
    content[place : place + 40] = bytes(40)
    described = description_of(make_own(bytes(content), "Mine"))
    assert described is not None
    assert described.skipped == ("dog/2.wav is damaged inside the zip.",)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets few people make links")
def test_links_in_a_folder_are_left_aside(tmp_path: Path) -> None:
    folder = folder_of(sounds(numbered(THREE, 3)), tmp_path / "in")
    (folder / "dog" / "link.wav").symlink_to(folder / "rain" / "1.wav")
    dataset = datasets.load_dataset(make_own(folder, "Mine"))
    assert np.bincount(dataset.labels).tolist() == [3, 3, 3]


def test_names_of_files_are_printable_in_sentences() -> None:
    files = sounds(numbered(THREE, 3)) | {"dog/\x1b[31m\n.wav": b"x", f"dog/{'x' * 200}.wav": b"x"}
    _, described = made(files)
    assert all(sentence.isprintable() and len(sentence) < 200 for sentence in described.skipped)
