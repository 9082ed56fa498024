"""An archive whose clips are had while the rest of it is still on its way."""

from __future__ import annotations

import io
import threading
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from esc10 import datasets
from esc10.archives.arriving import ArrivedMember, ArrivedTree, member_at, unpacked
from esc10.archives.trees import Below
from esc10.archives.zips import MAX_ARCHIVE_MEMBERS, ZipTree
from esc10.errors import DatasetError, HostError
from tests.datasets.test_fetch import ARCHIVE, assert_esc10_is_whole, downloaded
from tests.support.serving import Host
from tests.support.waiting import wait_for

SECONDS = 30


def clips_of(home: Path) -> list[Path]:
    return list(downloaded(home).parent.rglob("*.ogg"))


def test_clips_are_there_before_the_archive_is(esc10_host: Host, home: Path) -> None:
    esc10_host.hold, esc10_host.hold_after = threading.Event(), 10_000_000
    brought: list[str] = []
    ninety = threading.Event()

    def note(filename: str, path: Path) -> None:
        assert path.is_file()
        brought.append(filename)
        if len(brought) == 90:
            ninety.set()

    with ThreadPoolExecutor(1) as pool:
        fetching = pool.submit(datasets.fetch, "esc10", on_clip=note)
        try:
            assert ninety.wait(SECONDS)
            assert downloaded(home).stat().st_size <= esc10_host.hold_after
        finally:
            esc10_host.hold.set()
        fetching.result(SECONDS)
    assert_esc10_is_whole(home)
    assert sorted(brought) == [clip.filename for clip in datasets.load_dataset("esc10").clips]


def test_what_arrived_before_a_host_broke_off_is_in_its_place(esc10_host: Host, home: Path) -> None:
    esc10_host.cut_after = 10_000_000
    with pytest.raises(HostError, match=r"broke off.*what has arrived is kept"):
        datasets.fetch("esc10")
    assert 80 < len(clips_of(home)) < 110
    esc10_host.cut_after = None
    brought: list[str] = []
    before = len(clips_of(home))
    datasets.fetch("esc10", on_clip=lambda name, _: brought.append(name))
    assert_esc10_is_whole(home)
    assert len(brought) == 400 - before


@pytest.mark.parametrize("ranges", [True, False], ids=["ranges", "no ranges"])
def test_what_an_earlier_version_left_is_gone_on_with_or_begun_anew(
    esc10_host: Host, home: Path, ranges: bool
) -> None:
    content = esc10_host.files[ARCHIVE]
    assert isinstance(content, bytes)
    esc10_host.ranges = ranges
    downloaded(home).parent.mkdir(parents=True)
    downloaded(home).write_bytes(content[:20_000_000])
    datasets.fetch("esc10")
    assert_esc10_is_whole(home)
    assert esc10_host.requests == [(ARCHIVE, "bytes=20000000-")]


def test_trouble_with_a_clip_does_not_wait_for_the_rest(esc10_host: Host, home: Path) -> None:
    esc10_host.hold, esc10_host.hold_after = threading.Event(), 10_000_000

    def refuse(*_: object) -> None:
        raise DatasetError("The disk is full.")

    with ThreadPoolExecutor(1) as pool:
        fetching = pool.submit(datasets.fetch, "esc10", on_clip=refuse)
        try:
            wait_for(lambda: bool(clips_of(home)), SECONDS, "the first clip")
        finally:
            esc10_host.hold.set()
        with pytest.raises(DatasetError, match="The disk is full"):
            fetching.result(SECONDS)


class _Pipe(io.BytesIO):
    """Where a zip is written by a program that cannot go back to write sizes."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise OSError("a pipe")


def test_an_archive_that_says_no_sizes_on_the_way_is_fetched_whole(
    esc10_host: Host, home: Path
) -> None:
    content = esc10_host.files[ARCHIVE]
    assert isinstance(content, bytes)
    pipe = _Pipe()
    with zipfile.ZipFile(io.BytesIO(content)) as known, zipfile.ZipFile(pipe, "w") as streamed:
        for member in known.infolist():
            if not member.is_dir():
                streamed.writestr(member.filename, known.read(member))
    esc10_host.files[ARCHIVE] = pipe.getvalue()
    assert member_at(io.BytesIO(pipe.getvalue()), 0) is None
    datasets.fetch("esc10")
    assert_esc10_is_whole(home)


def test_an_archive_of_more_files_than_any_may_have_is_refused(
    esc10_host: Host, tmp_path: Path
) -> None:
    """It has every clip; but who notes all that arrives would let a host fill the memory."""
    content = esc10_host.files[ARCHIVE]
    assert isinstance(content, bytes)
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as known, zipfile.ZipFile(path, "w") as many:
        for number in range(MAX_ARCHIVE_MEMBERS):
            many.writestr(f"{number}.ogg", b"")
        for member in known.infolist():
            if not member.is_dir():
                many.writestr(member.filename, known.read(member))
    esc10_host.files[ARCHIVE] = path.read_bytes()
    with pytest.raises(DatasetError, match=r"is refused: it claims 20,4\d\d files"):
        datasets.fetch("esc10")
    assert not datasets.is_whole("esc10")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_are_found_one_after_the_other(method: int) -> None:
    file, sounds = io.BytesIO(), {"a/one.ogg": b"bark " * 900, "a/zwölf.ogg": b"hum"}
    with zipfile.ZipFile(file, "w", method) as archive:
        for path, content in sounds.items():
            archive.writestr(path, content)
    begin, found = 0, {}
    while member := member_at(file, begin):
        found[member.path] = unpacked(file, member, 10_000)
        begin = member.end
    assert found == sounds
    first = member_at(file, 0)
    assert first is not None
    assert unpacked(file, first, 7) == b"bark ba"
    file.truncate(20)
    assert member_at(file, 0) is None


def test_a_damaged_member_says_so() -> None:
    with pytest.raises(zlib.error):
        unpacked(
            io.BytesIO(b"\xff" * 40), ArrivedMember("x", 0, 40, zipfile.ZIP_DEFLATED, 100, 0), 100
        )


# A zip that was cut off


def cut_zip(path: Path, behind: bytes) -> ArrivedTree:
    """What is whole in a zip of three files whose copy broke off behind some bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name in ("a/dog.wav", "a/rain.wav", "b/sea.wav"):
            archive.writestr(name, f"the sound of {name}")
    content = path.read_bytes()
    path.write_bytes(content[: content.index(behind) + len(behind)])
    return ArrivedTree(path)


def test_of_a_zip_that_was_cut_off_whole_files_are_had(tmp_path: Path) -> None:
    tree = cut_zip(tmp_path / "cut.zip", b"the sound of b/")
    assert (tree.title, tree.names, tree.links) == ("cut.zip", ("a/dog.wav", "a/rain.wav"), 0)
    below = Below(tree, "a/")
    assert below.names == ("dog.wav", "rain.wav")
    assert below.sound("rain.wav") == tree.read("a/rain.wav", 100) == b"the sound of a/rain.wav"
    assert tree.size("a/dog.wav") == len(b"the sound of a/dog.wav")
    with pytest.raises(DatasetError, match=r"b/sea\.wav is not in cut\.zip"):
        tree.read("b/sea.wav", 100)
    with pytest.raises(DatasetError, match=r"rain claims 23 bytes .* and 22 are the most"):
        below.read("rain.wav", 22, "rain")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_files_with_one_path_a_zip_has_the_same_one_whole_or_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "twice.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for content in (b"bark", b"meow"):
            archive.writestr("a/dog.wav", content)
    trees = ZipTree(path), ArrivedTree(path)
    assert [tree.read("a/dog.wav", 10) for tree in trees] == [b"meow", b"meow"]
    trees[0].close()


def test_nothing_is_looked_for_behind_a_path_that_would_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("a", "b" * 1024, "c" * 1025, "d"):
            archive.writestr(name, b"bark")
    assert ArrivedTree(path).names == ("a", "b" * 1024)


def test_what_is_damaged_in_a_zip_that_was_cut_off_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "cut.zip"
    tree = cut_zip(path, b"the sound of b/")
    path.write_bytes(path.read_bytes().replace(b"sound of a/rain", b"noise of a/rain"))
    assert tree.sound("a/dog.wav") == b"the sound of a/dog.wav"
    with pytest.raises(DatasetError, match=r"a/rain\.wav is damaged inside cut\.zip"):
        tree.sound("a/rain.wav")
    path.unlink()
    with pytest.raises(DatasetError, match=r"cut\.zip cannot be read"):
        tree.sound("a/dog.wav")
    with pytest.raises(DatasetError, match=r"cut\.zip cannot be read: no such file"):
        ArrivedTree(path)


def test_a_file_that_unpacks_to_more_than_it_claims_is_cut(tmp_path: Path) -> None:
    """And however much is packed, no more is read than its bound could need."""
    packed = zlib.compress(bytes(10**6))[2:-4]
    member = ArrivedMember("x", 0, len(packed), zipfile.ZIP_DEFLATED, 100, 0)
    assert unpacked(io.BytesIO(packed), member, 100) == bytes(100)
    reads: list[int] = []

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            reads.append(size or 0)
            return super().read(size)

    unpacked(Watched(bytes(10**6)), ArrivedMember("x", 0, 10**6, zipfile.ZIP_STORED, 100, 0), 100)
    assert max(reads) < 2000
