"""ESC-50's animals: 400 single files over the network, listed in ESC-50's own table."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from esc10 import datasets
from esc10.datasets.clips import clip_from_name
from esc10.datasets.esc50 import animal_files, clips_table
from esc10.errors import Cancelled, DatasetError
from esc10.progress import Progress
from tests.support.copies import (
    TABLE_HEADER,
    animal_folder,
    animal_names,
    animal_rows,
    animal_table,
    wav,
)
from tests.support.serving import Host, serve

BASE = "/karolpiczak/ESC-50/33c8ce9eb2cf0b1c2f8bcf322eb349b6be34dbb6"
TABLE = f"{BASE}/meta/esc50.csv"
CLIP_BYTES = 441_044
BODY = wav()
NAMES = animal_names()


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """A server of all of the animals, asked instead of the public hosts."""
    files: dict[str, bytes] = {url(name): BODY for name in NAMES}
    with serve(Host({TABLE: animal_table(), **files})) as host:
        monkeypatch.setenv("ESC10_MIRROR", host.url)
        yield host


def url(name: str) -> str:
    """The path of a clip on the server."""
    return f"{BASE}/audio/{name}"


def asked(host: Host) -> list[tuple[str, str | None]]:
    """What the server was asked for beside the table: names and ranges."""
    return [
        (path.rpartition("/")[2], range_header)
        for path, range_header in host.requests
        if path != TABLE
    ]


def whole_clips(home: Path) -> set[str]:
    """The names of the clips that have been verified, whole dataset or not."""
    return {path.name for path in (home / "datasets").rglob("*.wav")}


def test_the_animals_are_fetched_file_by_file(host: Host, home: Path) -> None:
    seen: list[Progress] = []
    datasets.fetch("animals", on_progress=seen.append)
    assert datasets.is_whole("animals")
    assert host.requests[0] == (TABLE, None)
    assert sorted(asked(host)) == [(name, None) for name in NAMES]
    assert seen[-1].files == 400
    assert seen[-1].fetched_bytes == 400 * CLIP_BYTES + len(animal_table())
    dataset = datasets.load_dataset("animals")
    assert [clip.filename for clip in dataset.clips] == NAMES
    by_fold = Counter((clip.category, clip.fold) for clip in dataset.clips)
    assert len(by_fold) == 50
    assert set(by_fold.values()) == {8}
    assert dataset.classes[0] == "dog"
    assert dataset.classes[9] == "crow"
    assert [path.name for path in (home / "datasets").iterdir()] == ["animals"]


def test_only_a_damaged_clip_is_replaced(host: Host, tmp_path: Path) -> None:
    datasets.fetch("animals", animal_folder(tmp_path / "ESC-50-master"))
    datasets.fetch("animals")
    assert host.requests == [], "a whole dataset needs nothing"
    dataset = datasets.load_dataset("animals")
    damaged, cut, deleted = (dataset.clips[index].path for index in (12, 123, 321))
    damaged.write_bytes(BODY[:-2] + b"xx")  # still a sound of the right size
    cut.write_bytes(BODY[:1000])
    deleted.unlink()
    datasets.fetch("animals")
    assert sorted(asked(host)) == [(NAMES[index], None) for index in (12, 123, 321)]
    assert {path.read_bytes() for path in (damaged, cut, deleted)} == {BODY}
    assert datasets.load_dataset("animals").sha256 == dataset.sha256


class Crowd:
    """Gives the clip to four callers at a time, and knows how many it ever had at once."""

    def __init__(self, rounds: int) -> None:
        self._fours, self._held = threading.Barrier(4), 4 * rounds
        self._lock, self._asked, self._now, self.most = threading.Lock(), 0, 0, 0

    def __call__(self) -> bytes:
        with self._lock:
            self._asked += 1
            self._now += 1
            self.most = max(self.most, self._now)
            held = self._asked <= self._held
        if held:
            self._fours.wait(20)
        with self._lock:
            self._now -= 1
        return BODY


def test_four_files_are_fetched_at_a_time(host: Host) -> None:
    crowd = Crowd(rounds=10)
    host.files.update({url(name): crowd for name in NAMES})
    seen: list[Progress] = []
    with pytest.raises(Cancelled):
        datasets.fetch("animals", on_progress=seen.append, should_stop=lambda: seen[-1].files > 60)
    assert crowd.most == 4
    assert not datasets.is_whole("animals")


def test_only_what_is_missing_is_asked_for_again(host: Host, home: Path) -> None:
    missing = NAMES[50]
    del host.files[url(missing)]
    with pytest.raises(DatasetError, match="answered 404") as caught:
        datasets.fetch("animals")
    assert missing in str(caught.value)
    assert not datasets.is_whole("animals")
    present = whole_clips(home)
    assert set(NAMES[:50]) <= present
    assert missing not in present
    host.files[url(missing)] = BODY
    host.requests.clear()
    datasets.fetch("animals")
    assert datasets.is_whole("animals")
    assert sorted(name for name, _ in asked(host)) == sorted(set(NAMES) - present)


def test_a_clip_that_broke_off_goes_on_where_it_ended(host: Host, home: Path) -> None:
    host.cut_after = 200_000
    with pytest.raises(DatasetError, match="broke off"):
        datasets.fetch("animals")
    assert whole_clips(home) == set()
    parts = {
        path.name.removesuffix(".part"): path.stat().st_size
        for path in (home / "datasets").rglob("*.wav.part")
    }
    assert NAMES[0] in parts
    assert all(0 < size <= 200_000 for size in parts.values())
    host.cut_after = None
    host.requests.clear()
    stop_after = len(parts) + 4
    seen: list[Progress] = []
    with pytest.raises(Cancelled):
        datasets.fetch(
            "animals", on_progress=seen.append, should_stop=lambda: seen[-1].files > stop_after
        )
    ranges = dict(asked(host))
    assert {name: ranges[name] for name in parts} == {
        name: f"bytes={size}-" for name, size in parts.items()
    }
    assert all(path.read_bytes() == BODY for path in (home / "datasets").rglob("*.wav"))


BAD_CLIPS = {
    "too short": wav(frames=220_499),
    "too long": wav(frames=220_501),
    "22.05 kHz": wav(rate=22_050),
    "stereo": wav(frames=110_250, channels=2),
    "no audio": b"<html>".ljust(CLIP_BYTES),
    "empty": b"",
}


@pytest.mark.parametrize("kind", BAD_CLIPS)
def test_a_file_that_is_no_clip_of_esc_50_is_refused(host: Host, home: Path, kind: str) -> None:
    host.files[url(NAMES[0])] = BAD_CLIPS[kind]
    with pytest.raises(DatasetError, match=f"{NAMES[0]} is damaged or not the file it should be"):
        datasets.fetch("animals")
    assert not datasets.is_whole("animals")
    assert NAMES[0] not in whole_clips(home)


def test_the_bad_clips_have_the_right_size_where_another_thing_is_wrong() -> None:
    assert len(BODY) == CLIP_BYTES
    assert {len(BAD_CLIPS[kind]) for kind in ("22.05 kHz", "stereo", "no audio")} == {CLIP_BYTES}


def test_a_local_folder_with_a_bad_clip_is_refused(tmp_path: Path) -> None:
    folder = animal_folder(tmp_path / "ESC-50-master")
    bad = folder / "audio" / NAMES[7]
    bad.unlink()
    bad.write_bytes(BAD_CLIPS["stereo"])
    with pytest.raises(DatasetError, match=f"{NAMES[7]} is damaged or not the file"):
        datasets.fetch("animals", folder)
    assert not datasets.is_whole("animals")


def test_of_a_copy_that_fails_nothing_is_taken_for_what_the_host_has(
    host: Host, home: Path, tmp_path: Path
) -> None:
    """Nobody publishes hashes: other sounds of the right name and size pass for the right ones."""
    del host.files[url(NAMES[50])]
    with pytest.raises(DatasetError, match="answered 404"):
        datasets.fetch("animals")
    present = whole_clips(home)
    folder = animal_folder(tmp_path / "ESC-50-master")
    (folder / "audio" / NAMES[0]).write_bytes(BODY[:-2] + b"xx")  # all are links to this one
    (folder / "audio" / NAMES[399]).unlink()
    (folder / "audio" / NAMES[399]).write_bytes(BAD_CLIPS["stereo"])
    with pytest.raises(DatasetError, match=f"{NAMES[399]} is damaged or not the file"):
        datasets.fetch("animals", folder)
    assert whole_clips(home) == present, "what came from the host is gone on with"
    host.files[url(NAMES[50])] = BODY
    host.requests.clear()
    datasets.fetch("animals")
    assert sorted(name for name, _ in asked(host)) == sorted(set(NAMES) - present)
    assert {clip.path.read_bytes() for clip in datasets.load_dataset("animals").clips} == {BODY}
    assert [path.name for path in (home / "datasets").iterdir()] == ["animals"]


def renamed(name: str) -> bytes:
    """The table with its first clip under another name."""
    first, *others = animal_rows()
    return animal_table([name + first[first.index(",") :], *others])


NO_TABLE = {
    "a page": b"<html><body>Please log in.</body></html>\n<p>",
    "bytes": b"\xff\xfe\x00\x01" * 100,
    "no target column": b"filename,fold\n1-100032-A-0.wav,1\n",
    "no filename column": b"fold,target\n1,0\n",
    "a target that is no number": f"{TABLE_HEADER}\n1-100032-A-0.wav,1,dog".encode(),
    "a row that ends early": f"{TABLE_HEADER}\n1-100032-A-0.wav\n".encode(),
    "a name that is missing": b"target,filename\n0\n",
    "a target of many digits": renamed(f"1-100032-A-{'9' * 5000}.wav"),
}
INCOMPLETE = {
    "nothing": b"",
    "a header": f"{TABLE_HEADER}\n".encode(),
    "a row is missing": animal_table(animal_rows()[:-1]),
    "a row is there twice and another is not": animal_table(
        [*animal_rows()[:-1], animal_rows()[-2]]
    ),
    "a clip is in the wrong fold": renamed("2-1000-A-0.wav"),
    "a clip is of the wrong class": renamed("1-1000-A-1.wav"),
}
HOSTILE = [
    "../../evil.wav",
    "..\\..\\evil.wav",
    "/etc/passwd",
    "C:\\evil.wav",
    "audio/1-1000-A-0.wav",
    "1-1000-A-0.wav/../../../evil.wav",
    "1-1000-A-0.wav\0",
    "1-1000-A-0.exe",
    "6-1000-A-0.wav",
    "1-1000-A-49.wav",
    "",
]


def assert_table_is_refused(host: Host, home: Path, table: bytes, sentence: str) -> None:
    host.files[TABLE] = table
    with pytest.raises(DatasetError, match=sentence):
        datasets.fetch("animals")
    assert asked(host) == []
    assert not datasets.is_whole("animals")
    assert whole_clips(home) == set()


@pytest.mark.parametrize("kind", NO_TABLE)
def test_what_is_no_table_is_refused(host: Host, home: Path, kind: str) -> None:
    assert_table_is_refused(host, home, NO_TABLE[kind], "is not ESC-50's table")


@pytest.mark.parametrize("kind", INCOMPLETE)
def test_an_incomplete_table_is_refused(host: Host, home: Path, kind: str) -> None:
    assert_table_is_refused(host, home, INCOMPLETE[kind], "is incomplete")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_table_with_a_hostile_name_is_refused(host: Host, home: Path, name: str) -> None:
    assert_table_is_refused(host, home, renamed(name), "is not the name of an ESC-50 clip")


def test_a_table_without_a_host_is_a_sentence(host: Host) -> None:
    del host.files[TABLE]
    with pytest.raises(DatasetError, match=r"esc50\.csv answered 404"):
        datasets.fetch("animals")


def test_clips_make_a_table_like_that_of_esc_50() -> None:
    """So that a copy of the animals alone is one that can be fetched from."""
    clips = [clip_from_name(name, Path()) for name in animal_names()]
    table = clips_table(clips)
    assert [file.filename for file in animal_files(table)] == animal_names()
    assert set(animal_rows()) <= set(table.decode().splitlines())
    assert table.decode().splitlines()[0] == TABLE_HEADER
