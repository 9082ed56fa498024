"""Zips that hold anything but a run are refused, and read no further than their bounds."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from esc10.runs.exchange.exporting import FILES
from esc10.runs.exchange.importing import MAX_ZIP_BYTES
from tests.support.made_zips import (
    Files,
    packed,
    refusal,
    refused,
    refused_in_little_memory,
    valid_config,
    zipped,
)


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "../../runs/x/config.json",
        "/etc/passwd",
        "C:\\x",
        "C:/x",
        "..\\x",
        "x\\config.json",
        f"{valid_config().run_id}/../x",
        f"{valid_config().run_id}\\config.json",
        f"{valid_config().run_id}/process.json",
        f"{valid_config().run_id}/sub/config.json",
        f"{valid_config().run_id}/",
        f"{valid_config().run_id}/CONFIG.JSON",
        "config.json",
        "",
        "x" * 5000,
        "two\nlines \u202e",
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_file_that_no_run_has_is_refused(name: str, first: bool, files: Files) -> None:
    whole = {f"{valid_config().run_id}/{key}": content for key, content in files.items()}
    extra = {name: b"hello"}
    sentence = refused(zipped({**extra, **whole} if first else {**whole, **extra}))
    assert "which is no file of a run" in sentence
    assert ascii(name)[1:20].rstrip("'") in sentence


def test_a_second_run_in_the_zip_is_refused(files: Files) -> None:
    whole = {f"{valid_config().run_id}/{name}": content for name, content in files.items()}
    sentence = refused(zipped({**whole, "another/config.json": files["config.json"]}))
    assert "holds 'another/config.json', which is no file of a run" in sentence


def test_a_name_with_a_zero_byte_is_refused(files: Files) -> None:
    name = f"{valid_config().run_id}/label.json"
    content = packed({**files, "label.json": b"{}"})
    content = content.replace(name.encode(), name[:-5].encode() + b"\0json")
    assert "which is no file of a run" in refused(content)


@pytest.mark.parametrize(
    "name",
    sorted(set(FILES) - {"label.json", "history.csv", "last.weights.h5", "val_loss.weights.h5"}),
)
def test_a_missing_file_is_named(name: str, files: Files) -> None:
    there = {key: content for key, content in files.items() if key != name}
    assert f"lacks {valid_config().run_id}/{name}" in refused(packed(there))


def test_a_file_that_is_there_twice_is_refused(files: Files) -> None:
    content = io.BytesIO(packed(files))
    with warnings.catch_warnings(), zipfile.ZipFile(content, "a") as archive:
        warnings.simplefilter("ignore", UserWarning)
        archive.writestr(f"{valid_config().run_id}/config.json", files["config.json"])
    assert "config.json twice" in refused(content.getvalue())


@pytest.mark.parametrize("mode", [0o120777, 0o040755, 0o020666])
def test_a_link_is_refused(mode: int, files: Files) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(f"{valid_config().run_id}/{name}")
            info.external_attr = (mode if name == "outcome.json" else 0o100644) << 16
            archive.writestr(info, data)
    assert "outcome.json is a link or a device" in refused(content.getvalue())


def directory_entry(content: bytes, name: str) -> int:
    """Where the zip's list of files begins to speak of a file of the run."""
    path = f"{valid_config().run_id}/{name}".encode()
    place = content.rindex(path) - 46
    assert content[place : place + 4] == b"PK\1\2"
    return place


def test_an_encrypted_file_is_refused(files: Files) -> None:
    content = bytearray(packed(files))
    content[directory_entry(content, "config.json") + 8] |= 1
    assert "config.json is encrypted" in refused(bytes(content))


def test_an_unusual_compression_is_refused(files: Files) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_LZMA) as archive:
        for name, data in files.items():
            archive.writestr(f"{valid_config().run_id}/{name}", data)
    assert "packed in a way that no export uses" in refused(content.getvalue())


@pytest.mark.parametrize("content", [b"", b"PK", b"hello" * 1000, b"PK\5\6" + bytes(5)])
def test_what_is_no_zip_is_refused(content: bytes) -> None:
    assert "no zip archive" in refused(content)


def test_an_empty_zip_is_refused() -> None:
    assert "it is empty" in refused(zipped({}))


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.99, 0.9999])
def test_a_zip_that_was_cut_off_is_refused(keep: float, files: Files) -> None:
    content = packed(files)
    assert "only a part of one" in refused(content[: int(len(content) * keep)])


def test_noise_anywhere_in_the_zip_never_gets_past(files: Files) -> None:
    content = packed(files)
    rng = np.random.default_rng(6)
    for start in rng.integers(0, len(content) - 40, 100):
        noisy = content[:start] + rng.bytes(40) + content[start + 40 :]
        refusal(noisy)


def test_too_many_files_are_refused_before_they_are_listed(files: Files) -> None:
    content = zipped({f"file {number}": b"" for number in range(2000)})
    assert "lists more files than a run has" in refused(content)


def test_the_other_kind_of_end_is_refused(files: Files) -> None:
    """Of a zip with 64-bit sizes, whose list of files may be as long as it likes."""
    content = packed(files)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(content), 1)
    assert "no zip archive" in refused(content[:-22] + locator + content[-22:])


def test_a_zip_larger_than_any_run_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    with path.open("wb") as file:
        file.truncate(MAX_ZIP_BYTES + 1)
    assert "larger than any run" in refusal(path)
    assert "larger than any run" in refused(bytes(MAX_ZIP_BYTES + 1))


def test_a_path_to_nowhere_is_a_sentence(tmp_path: Path) -> None:
    assert "nothing.zip cannot be read" in refusal(tmp_path / "nothing.zip")
    assert "cannot be read" in refusal(tmp_path)


BOMB = 2**30


@pytest.fixture(scope="module")
def bomb(files: Files) -> bytes:
    """A run's zip whose configuration unpacks to a gigabyte of zeros."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in files.items():
            path = f"{valid_config().run_id}/{name}"
            if name != "config.json":
                archive.writestr(path, data)
                continue
            with archive.open(path, "w") as member:
                for _ in range(BOMB // 2**24):
                    member.write(bytes(2**24))
    return content.getvalue()


def test_a_bomb_that_says_so_is_refused(bomb: bytes) -> None:
    assert "config.json claims 1,073,741,824 bytes" in refused_in_little_memory(bomb)


@pytest.mark.parametrize("claimed", [1000, 200_000])
def test_a_bomb_that_claims_to_be_small_is_refused(claimed: int, bomb: bytes) -> None:
    content = bomb.replace(struct.pack("<L", BOMB), struct.pack("<L", claimed))
    assert content != bomb
    assert "config.json is damaged" in refused_in_little_memory(content)


def test_a_bomb_that_fits_what_it_claims_is_read_no_further(bomb: bytes) -> None:
    """Its checksum is that of its first bytes, so only reading on would tell."""
    content = bytearray(bomb.replace(struct.pack("<L", BOMB), struct.pack("<L", 1000)))
    place = directory_entry(content, "config.json")
    struct.pack_into("<L", content, place + 16, zlib.crc32(bytes(1000)))
    assert "config.json is no configuration" in refused_in_little_memory(bytes(content))


def test_a_file_that_claims_to_be_larger_than_it_is_is_refused(files: Files) -> None:
    content = bytearray(packed(files))
    place = directory_entry(content, "config.json")
    struct.pack_into("<L", content, place + 24, len(files["config.json"]) + 1000)
    assert "config.json" in refused(bytes(content))
