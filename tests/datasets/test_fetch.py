"""Fetching over the network, from a real server with the faults real hosts have."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from importlib import resources
from itertools import pairwise
from pathlib import Path

import pytest

from esc10 import datasets
from esc10.datasets.download import ask_host
from esc10.datasets.esc10 import ESC10_ARCHIVE_URL
from esc10.errors import Cancelled, DatasetError, HostError
from esc10.progress import Progress
from tests.conftest import begin_practice
from tests.support import ROOT
from tests.support.serving import Host, serve

ARCHIVE = "/karolpiczak/ESC-10/archive/553c8f1743b9dba6b282e1323c3ca8fa76923448.zip"


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """A server without files, asked instead of the public hosts."""
    with serve(Host({})) as host:
        monkeypatch.setenv("ESC10_MIRROR", host.url)
        yield host


@pytest.fixture(scope="module")
def archive(real_archive: Path) -> bytes:
    return real_archive.read_bytes()


def downloaded(home: Path) -> Path:
    """Where the archive gathers."""
    return home / "datasets" / "esc10.partial" / "archive.zip"


def listed_hashes() -> dict[str, str]:
    """SHA-256 by path, as shipped with the program."""
    listing = resources.files("esc10.datasets").joinpath("esc10.sha256").read_text("utf-8")
    pairs = (line.split("  ", 1) for line in listing.splitlines())
    return {path: sha256 for sha256, path in pairs}


def assert_esc10_is_whole(home: Path) -> None:
    """Every clip on disk is the official one, and nothing else is left behind."""
    assert datasets.is_whole("esc10")
    assert [path.name for path in (home / "datasets").iterdir()] == ["esc10"]
    folder = home / "datasets" / "esc10"
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "complete.json"
    }
    assert found == listed_hashes()


def test_esc10_is_fetched_whole(host: Host, archive: bytes, home: Path) -> None:
    host.files[ARCHIVE] = archive
    seen: list[Progress] = []
    datasets.fetch("esc10", on_progress=seen.append)
    assert_esc10_is_whole(home)
    assert host.requests == [(ARCHIVE, None)]
    assert (seen[0].files, seen[0].fetched_bytes) == (0, 0)
    assert (seen[-1].files, seen[-1].total_files) == (400, 400)
    assert seen[-1].fetched_bytes == seen[-1].total_bytes == len(archive) == 41_046_076
    assert seen[-1].fraction == 1
    assert all(a.fraction <= b.fraction for a, b in pairwise(seen))


def test_esc10_has_the_official_clips(host: Host, archive: bytes) -> None:
    host.files[ARCHIVE] = archive
    datasets.fetch("esc10")
    dataset = datasets.load_dataset("esc10")
    names = [clip.filename for clip in dataset.clips]
    assert len(names) == 400
    assert names == sorted(names)
    assert set(Counter(clip.category for clip in dataset.clips).values()) == {40}
    by_fold = Counter((clip.category, clip.fold) for clip in dataset.clips)
    assert len(by_fold) == 50
    assert set(by_fold.values()) == {8}
    assert len({clip.src_file for clip in dataset.clips}) == 304
    hashes = {
        clip.path.relative_to(datasets.dataset_folder("esc10")).as_posix(): sha256
        for clip, sha256 in zip(dataset.clips, dataset.sha256, strict=True)
    }
    assert hashes == listed_hashes()
    bark = dataset.clip("1-100032-A-0.wav")
    assert (bark.fold, bark.src_file, bark.take, bark.category) == (1, "100032", "A", "dog")
    assert bark.path.parent.name == "001 - Dog bark"


@pytest.mark.parametrize("ranges", [True, False], ids=["ranges", "no ranges"])
def test_a_fetch_that_broke_off_is_taken_up(
    host: Host, archive: bytes, home: Path, ranges: bool
) -> None:
    host.files[ARCHIVE], host.ranges = archive, ranges
    host.cut_after = len(archive) // 2
    with pytest.raises(DatasetError, match=r"broke off.*what has arrived is kept"):
        datasets.fetch("esc10")
    assert not datasets.is_whole("esc10")
    present = downloaded(home).stat().st_size
    assert len(archive) // 4 < present <= len(archive) // 2
    host.cut_after = None
    seen: list[Progress] = []
    datasets.fetch("esc10", on_progress=seen.append)
    assert_esc10_is_whole(home)
    assert host.requests == [(ARCHIVE, None), (ARCHIVE, f"bytes={present}-")]
    assert seen[-1].fetched_bytes == len(archive)


def test_a_fetch_that_was_cancelled_goes_on(host: Host, archive: bytes, home: Path) -> None:
    host.files[ARCHIVE] = archive
    seen: list[Progress] = []
    with pytest.raises(Cancelled, match="cancelled"):
        datasets.fetch(
            "esc10",
            on_progress=seen.append,
            should_stop=lambda: seen[-1].fetched_bytes > 10_000_000,
        )
    assert not datasets.is_whole("esc10")
    present = downloaded(home).stat().st_size
    assert present == seen[-1].fetched_bytes
    assert 10_000_000 < present < 11_000_000
    datasets.fetch("esc10")
    assert_esc10_is_whole(home)
    assert host.requests[1:] == [(ARCHIVE, f"bytes={present}-")]


def test_a_fetch_cancelled_between_files_keeps_them(host: Host, archive: bytes, home: Path) -> None:
    host.files[ARCHIVE] = archive
    seen: list[Progress] = []
    with pytest.raises(Cancelled):
        datasets.fetch("esc10", on_progress=seen.append, should_stop=lambda: seen[-1].files >= 100)
    assert not datasets.is_whole("esc10")
    assert 100 <= len(list(downloaded(home).parent.rglob("*.ogg"))) < 110
    present = downloaded(home).stat().st_size
    datasets.fetch("esc10")
    assert_esc10_is_whole(home)
    rest = [] if present == len(archive) else [(ARCHIVE, f"bytes={present}-")]
    assert host.requests == [(ARCHIVE, None), *rest]


def test_more_bytes_than_the_whole_start_over(host: Host, archive: bytes, home: Path) -> None:
    host.files[ARCHIVE] = archive
    downloaded(home).parent.mkdir(parents=True)
    downloaded(home).write_bytes(bytes(len(archive) + 1000))
    datasets.fetch("esc10")
    assert_esc10_is_whole(home)
    assert host.requests == [(ARCHIVE, f"bytes={len(archive) + 1000}-"), (ARCHIVE, None)]


def test_halves_that_do_not_fit_are_fetched_anew(host: Host, archive: bytes, home: Path) -> None:
    host.files[ARCHIVE] = archive
    downloaded(home).parent.mkdir(parents=True)
    downloaded(home).write_bytes(bytes(len(archive) - 1000))
    with pytest.raises(DatasetError, match="is not a whole zip archive"):
        datasets.fetch("esc10")
    assert not datasets.is_whole("esc10")
    datasets.fetch("esc10")
    assert_esc10_is_whole(home)


def test_a_login_page_instead_of_the_archive_is_not_kept(
    host: Host, archive: bytes, home: Path
) -> None:
    host.files[ARCHIVE] = b"<html>Welcome to our network! Please log in.</html>"
    with pytest.raises(DatasetError, match="is not a whole zip archive"):
        datasets.fetch("esc10")
    assert not datasets.is_whole("esc10")
    host.files[ARCHIVE] = archive
    datasets.fetch("esc10")
    assert_esc10_is_whole(home)


def test_an_archive_with_a_damaged_clip_is_not_kept(host: Host, archive: bytes, home: Path) -> None:
    damaged = bytearray(archive)
    middle = archive.index(b"/1-100032-A.ogg") + 5000
    damaged[middle : middle + 8] = bytes(8)
    host.files[ARCHIVE] = bytes(damaged)
    with pytest.raises(DatasetError, match=r"1-100032-A\.ogg is damaged"):
        datasets.fetch("esc10")
    assert not datasets.is_whole("esc10")
    host.files[ARCHIVE] = archive
    datasets.fetch("esc10")
    assert_esc10_is_whole(home)
    assert len(host.requests) == 2


def test_a_missing_archive_is_a_sentence(host: Host) -> None:
    with pytest.raises(DatasetError, match=r"answered 404 \(Not Found\).*local copy") as caught:
        datasets.fetch("esc10")
    assert host.url in str(caught.value)
    assert not datasets.is_whole("esc10")


def test_a_mirror_that_nobody_serves_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        # Bound but not listening: nobody else gets the port, and a connection is refused.
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("ESC10_MIRROR", f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(
            DatasetError,
            match=r"internet connection.*local copy.*practice sounds",
        ):
            datasets.fetch("esc10")
    assert not datasets.is_whole("esc10")


@pytest.mark.parametrize(
    "mirror",
    ["mirror", "ftp://host", "http://", "//host", "http://[half", "http://host:port", "/tmp"],
)
def test_a_mirror_that_is_no_address_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, mirror: str
) -> None:
    monkeypatch.setenv("ESC10_MIRROR", mirror)
    with pytest.raises(DatasetError, match=r"ESC10_MIRROR is '.*', which is not an address"):
        datasets.fetch("esc10")


def test_an_unknown_dataset_is_a_sentence() -> None:
    with pytest.raises(DatasetError, match=r"no dataset 'esc11'.*practice, esc10, animals"):
        datasets.fetch("esc11")


def fetch_with_little_room(key: str, room: int) -> subprocess.CompletedProcess[str]:
    """`python -m esc10 fetch`, where no file can grow beyond `room` bytes."""
    limited = (
        "import resource, runpy\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))\n"
        "runpy.run_module('esc10', run_name='__main__')\n"
    )
    return subprocess.run(
        [sys.executable, "-c", limited, "fetch", key],
        cwd=ROOT,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on file sizes")
@pytest.mark.parametrize(("key", "room"), [("practice", 200_000), ("esc10", 5_000_000)])
def test_a_full_disk_is_a_sentence_and_the_rest_is_fetched_later(
    host: Host, archive: bytes, practice_master: Path, home: Path, key: str, room: int
) -> None:
    host.files[ARCHIVE] = archive
    if key == "practice":
        begin_practice(practice_master, home)
    result = fetch_with_little_room(key, room)
    assert result.returncode == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert result.stderr.count(f"Storing {datasets.source_of(key).title} failed: ") == 1
    assert result.stderr.endswith("what was finished is kept.\n")
    assert not datasets.is_whole(key)
    datasets.fetch(key)
    assert datasets.is_whole(key)
    assert len(datasets.load_dataset(key).clips) == 400
    if key == "esc10":
        assert_esc10_is_whole(home)
        assert host.requests[1:] == [(ARCHIVE, f"bytes={room}-")]


def test_a_host_can_be_asked_whether_it_would_send(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(HostError, match=r"answered 404"):
        ask_host(ESC10_ARCHIVE_URL)
    host.files[ARCHIVE] = b"an archive"
    ask_host(ESC10_ARCHIVE_URL)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and listens to nothing
        monkeypatch.setenv("ESC10_MIRROR", f"http://127.0.0.1:{nobody.getsockname()[1]}")
        with pytest.raises(HostError, match="cannot be reached"):
            ask_host(ESC10_ARCHIVE_URL)
