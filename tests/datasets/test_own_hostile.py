"""Zips and folders that would do harm are refused, and damage costs one sound."""

from __future__ import annotations

import io
import struct
import sys
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
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


# Zips as they are written


def streamed(files: Mapping[bytes, bytes], *, system: int = 3, zip64: bool = False) -> bytes:
    """A zip as programs write it that do not say which letters its names have.

    With `zip64` as those write it that cannot know how large it will be (PKWARE's APPNOTE.TXT).
    """
    body, listed = bytearray(), bytearray()
    for name, content in files.items():
        crc, size, place = zlib.crc32(content), len(content), len(body)
        sizes = (0xFFFFFFFF,) * 2 if zip64 else (size, size)
        extra = struct.pack("<2H3Q", 1, 24, size, size, place) if zip64 else b""
        where = 0xFFFFFFFF if zip64 else place
        body += struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0, 33, crc, size, size, len(name), 0)
        body += name + content
        listed += struct.pack(
            "<4s6H3I5H2I",
            *(b"PK\1\2", system << 8 | 45, 45, 0, 0, 0, 33, crc, *sizes, len(name), len(extra)),
            *(0, 0, 0, 0, where),
        )
        listed += name + extra
    count, place = len(files), len(body)
    if not zip64:
        return bytes(body + listed) + struct.pack(
            "<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(listed), place, 0
        )
    end = place + len(listed)
    return (
        bytes(body + listed)
        + struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(listed), place)
        + struct.pack("<4sIQI", b"PK\6\7", 0, end, 1)
        + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    )


def classes_of(content: bytes) -> tuple[str, ...]:
    return datasets.load_dataset(make_own(content, "Mine")).classes


def spelled(name: str, how: str, *, form: str = "NFC") -> dict[bytes, bytes]:
    """Sounds of a class of that name, and of another."""
    normal = unicodedata.normalize(form, name)
    files = sounds(numbered((normal, "rain"), 3))
    return {path.encode(how): content for path, content in files.items()}


@pytest.mark.parametrize("zip64", [False, True])
@pytest.mark.parametrize(
    ("how", "form", "system"),
    [("utf-8", "NFC", 3), ("utf-8", "NFD", 3), ("utf-8", "NFC", 0), ("latin-1", "NFC", 3),
     ("cp437", "NFC", 0)],
)  # fmt: skip
def test_names_are_read_as_they_were_meant(how: str, form: str, system: int, zip64: bool) -> None:
    files = spelled("Hähne", how, form=form)
    assert classes_of(streamed(files, system=system, zip64=zip64)) == ("Hähne", "rain")


@pytest.mark.parametrize("before", [b"/", b"./", b"sounds/", b"\\"])
def test_folders_in_the_list_are_no_paths(before: bytes) -> None:
    files = {name.encode(): content for name, content in sounds(numbered(THREE, 3)).items()}
    assert classes_of(streamed({before: b"", **files})) == THREE


@pytest.mark.parametrize("before", ["./", "sounds/./", "a//b/"])
def test_needless_steps_in_paths_are_left_out(before: str) -> None:
    files = {before + name: content for name, content in sounds(numbered(THREE, 3)).items()}
    assert classes_of(zip_of(files)) == THREE


@pytest.mark.parametrize("name", [b"/tmp/1.wav", b"//server/share/1.wav", b"./../1.wav", b"/.."])
def test_paths_that_lead_outside_are_still_refused(home: Path, name: bytes) -> None:
    files = {path.encode(): content for path, content in sounds(numbered(THREE, 3)).items()}
    assert "leads outside" in refusal(streamed({name: sound(1), **files}), home)


def test_a_64_bit_list_that_is_endless_is_refused(home: Path) -> None:
    content = bytearray(streamed(spelled("dog", "utf-8"), zip64=True))
    struct.pack_into("<Q", content, content.rindex(b"PK\6\6") + 40, 2**33)
    assert "its list of files is longer" in refusal(bytes(content), home)


def test_a_64_bit_list_that_is_not_where_it_should_be_is_refused(home: Path) -> None:
    content = streamed(spelled("dog", "utf-8"), zip64=True)
    assert "its list of files is longer" in refusal(content.replace(b"PK\6\6", b"PK\6\5"), home)
