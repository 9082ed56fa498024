"""A lab in one zip: what is packed lands elsewhere equal; a stranger's zip does no harm."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import struct
import zipfile
from collections import namedtuple
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from esc10 import datasets
from esc10.datasets.description import description_of
from esc10.datasets.own.build import make_own
from esc10.errors import Cancelled, DatasetError, PackError, RunError
from esc10.lesson.lab_pack import Packed, Unpacked, pack, packing, unpack
from esc10.runs.captions import set_caption
from esc10.runs.exchange import run_zip
from esc10.runs.run import Run
from esc10.runs.store import list_runs, load_run
from esc10.runs.writing import create_run
from esc10.training.plan import RunConfig
from tests.conftest import begin_practice, link_tree
from tests.support.copies import wav
from tests.support.lab_packs import changed, cut_behind, names_in, trained_before
from tests.support.made_runs import made_config
from tests.support.own_sounds import numbered, sounds, zip_of
from tests.support.refusals import full_disk
from tests.support.stored_runs import cut_off

CLASSES = ("dog", "rain")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the pack goes."""
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick" / "lab.zip"


@pytest.fixture
def go_far(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], Path]:
    """Go to another machine, on which nothing is yet."""

    def go() -> Path:
        monkeypatch.setenv("ESC10_HOME", str(tmp_path / "far"))
        return tmp_path / "far"

    return go


def own(title: str, clips: int = 3) -> str:
    """A small dataset of own sounds, which no title shares."""
    names = [f"{title} {name}" for name in CLASSES]
    return make_own(zip_of(sounds(numbered(names, clips))), title)


def taken_in(path: Path) -> Unpacked:
    """What unpacking gives; no network is built."""
    return unpack(path, lambda *_: None)


def refused(path: Path) -> str:
    """The one sentence of a pack out of which some came in."""
    (sentence,) = taken_in(path).refused
    assert sentence.isprintable()
    assert len(sentence) < 300
    return sentence


def state(folder: Path) -> dict[str, tuple[int, int]]:
    """Each file below a folder, and when it was written; locks are taken at every look."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and path.parent.name != "locks"
    }


def contents(runs: Iterable[Run]) -> dict[str, tuple[RunConfig, dict[str, str]]]:
    """For each run its configuration, and a hash of each other file that is exported of it.

    The configuration's file says of an earlier version's run what this version knows beside.
    """
    return {run.run_id: (run.config, exported(run)) for run in runs}


def exported(run: Run) -> dict[str, str]:
    """The files of a run's zip but for its configuration, with their hashes."""
    with zipfile.ZipFile(io.BytesIO(run_zip(run))) as archive:
        return {
            name: hashlib.sha256(archive.read(name)).hexdigest()
            for name in archive.namelist()
            if not name.endswith("config.json")
        }


# Round trips


def test_a_lab_travels_whole(
    practice_home: Path, practice_master: Path, path: Path, go_far: Callable[[], Path]
) -> None:
    key = own("Mine")
    described = description_of(key)
    first, second = trained_before(1), trained_before(2)
    caption = set_caption(first.folder, "The first: Größe 学", "One line\nand another")
    there = {name: datasets.load_dataset(name) for name in ("practice", key)}
    there_runs = contents([first, second])
    packed = pack(path)
    assert packed == Packed(
        ("practice", key), (second.run_id, first.run_id), (), None, path.stat().st_size
    )
    far = go_far()
    begin_practice(practice_master, far)
    assert taken_in(path) == Unpacked([key, "practice"], [first.run_id, second.run_id])
    for name, dataset in there.items():
        here = datasets.load_dataset(name)
        assert here.sha256 == dataset.sha256
        assert [clip.filename for clip in here.clips] == [clip.filename for clip in dataset.clips]
        assert all(clip.path.is_relative_to(far) for clip in here.clips)
    assert description_of(key) == described
    assert contents(list_runs()[0]) == there_runs
    assert load_run(first.run_id).caption == caption
    before = state(far)
    assert taken_in(path) == Unpacked(
        datasets_here=[key, "practice"], runs_here=[first.run_id, second.run_id]
    )
    assert state(far) == before


def test_practice_sounds_are_computed_whatever_a_pack_has_for_them(
    practice_home: Path, practice_master: Path, path: Path, go_far: Callable[[], Path]
) -> None:
    there = datasets.load_dataset("practice")
    pack(path, runs=[])
    assert names_in(path)[2:] == ["pack/datasets/practice/esc50.csv"]
    audio = {f"pack/datasets/practice/audio/{clip.filename}": wav() for clip in there.clips}
    other = changed(path, audio)
    begin_practice(practice_master, go_far())
    assert taken_in(other) == Unpacked(["practice"])
    assert datasets.load_dataset("practice").sha256 == there.sha256


def test_what_is_fetched_travels_by_its_publishers_hashes(
    esc10_master: Path, home: Path, path: Path, go_far: Callable[[], Path]
) -> None:
    link_tree(esc10_master, home)
    there = datasets.load_dataset("esc10")
    pack(path)
    with zipfile.ZipFile(path) as archive:
        whose = archive.read("pack/CREDITS.txt").decode()
    assert "K. J. Piczak" in whose
    assert "CC BY 3.0" in whose
    edited = next(name for name in names_in(path) if name.endswith("-A.ogg"))
    other = changed(path, {edited: b"OggS another sound"})
    go_far()
    sentence = refused(other)
    assert sentence.startswith("ESC-10 was left out: ")
    assert f"{edited.rpartition('/')[2]} is damaged or not the file it should be" in sentence
    assert not datasets.is_whole("esc10")
    assert taken_in(path).datasets == ["esc10"], "what was whole of the other one is gone on with"
    assert datasets.load_dataset("esc10").sha256 == there.sha256


def test_an_own_dataset_keeps_its_key_where_its_title_is_taken(
    path: Path, go_far: Callable[[], Path]
) -> None:
    key = own("Mine")
    pack(path)
    go_far()
    other = make_own(zip_of(sounds(numbered(("cat", "cow"), 4))), "Mine")
    assert taken_in(path).datasets == [key]
    assert {one.title for one in datasets.sources().values() if one.own} == {"Mine", "Mine 2"}
    again = path.with_name("again.zip")
    pack(again, datasets=[key])
    shutil.rmtree(datasets.dataset_folder(key))
    assert taken_in(again).datasets == [key]
    assert datasets.is_whole(other)


def test_the_same_lab_gives_the_same_bytes(path: Path) -> None:
    own("Mine")
    trained_before(1)
    pack(path)
    first = hashlib.sha256(path.read_bytes()).digest()
    pack(path)
    assert hashlib.sha256(path.read_bytes()).digest() == first


# What is packed


def test_only_what_is_named_is_packed(path: Path) -> None:
    first, second = own("One"), own("Two")
    run, other = trained_before(1), trained_before(2)
    packed = pack(path, datasets=[second, second], runs=[])
    assert (packed.datasets, packed.runs) == ((second,), ())
    packed = pack(path, datasets=[], runs=[run.run_id, run.run_id])
    assert (packed.datasets, packed.runs) == ((), (run.run_id,))
    assert not [name for name in names_in(path) if first in name or other.run_id in name]
    assert pack(path, datasets=[], runs=["latest"]).runs == (other.run_id,)


def test_a_run_that_trains_is_not_packed(path: Path) -> None:
    run = trained_before(1)
    training = create_run(made_config())
    packed = pack(path)
    assert packed.runs == (run.run_id,)
    assert packed.left_out == (f"Run {training.run_id} has not ended yet, and stays here.",)
    with pytest.raises(RunError, match="has not ended yet"):
        pack(path, runs=[training.run_id])


def test_a_damaged_run_stays_unless_it_is_named(path: Path) -> None:
    run, damaged = trained_before(1), trained_before(2)
    cut_off(damaged.folder / "probabilities.npz")
    packed = pack(path)
    assert packed.runs == (run.run_id,)
    (sentence,) = packed.left_out
    assert f"Run {damaged.run_id} is damaged" in sentence
    with pytest.raises(RunError, match="is damaged"):
        pack(path, runs=[damaged.run_id])


def test_a_damaged_clip_is_noticed_before_it_travels(path: Path) -> None:
    key = own("Mine")
    pack(path)
    before = hashlib.sha256(path.read_bytes()).digest()
    clip = datasets.load_dataset(key).clips[3].path
    cut_off(clip)
    with pytest.raises(DatasetError, match=rf"{clip.name} of Mine is damaged\. Make it again"):
        pack(path)
    clip.unlink()
    with pytest.raises(DatasetError, match=rf"{clip.name} cannot be read: no such file"):
        pack(path)
    assert hashlib.sha256(path.read_bytes()).digest() == before, "the pack from before stays"
    assert list(path.parent.iterdir()) == [path]


def test_what_is_not_here_cannot_be_packed(path: Path) -> None:
    with pytest.raises(PackError, match="There is nothing to pack"):
        pack(path)
    with pytest.raises(DatasetError, match="ESC-10 is not on this machine yet"):
        pack(path, datasets=["esc10"])
    with pytest.raises(DatasetError, match="There is no dataset 'moon'"):
        pack(path, datasets=["moon"])
    with pytest.raises(RunError, match="There is no run 'nothing'"):
        pack(path, runs=["nothing"])
    assert list(path.parent.iterdir()) == []


def test_no_more_is_packed_than_can_be_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own("Mine")
    monkeypatch.setattr(packing, "MAX_ARCHIVE_BYTES", 10**6)
    with pytest.raises(PackError, match=r"would hold more than .* bytes"):
        pack(path)
    monkeypatch.setattr(packing, "MAX_DATASETS", 0)
    with pytest.raises(PackError, match="would hold more than 0 datasets or 10,000 runs"):
        pack(path)
    assert list(path.parent.iterdir()) == []


def test_packing_can_be_stopped(path: Path) -> None:
    own("Mine")
    asked: list[None] = []

    def after_some() -> bool:
        asked.append(None)
        return len(asked) > 5

    with pytest.raises(Cancelled):
        pack(path, should_stop=after_some)
    assert list(path.parent.iterdir()) == []


def test_a_disk_that_refuses_is_a_sentence(path: Path) -> None:
    own("Mine")
    with full_disk(), pytest.raises(PackError, match="cannot be written: no space left"):
        pack(path)
    nowhere = path.parent / "missing" / "lab.zip"
    with pytest.raises(PackError, match=r"lab\.zip cannot be written: no such file"):
        pack(nowhere)


def test_room_is_looked_for_before(
    path: Path, go_far: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    own("Mine")
    run = trained_before(1)
    pack(path)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9 - 500_000, 500_000))
    with pytest.raises(PackError, match=r"may need 1\.3 MB, and its disk has room for 0\.5 MB"):
        pack(path)
    far = go_far()
    with pytest.raises(PackError, match=r"lab\.zip unpacks to 1\.\d MB, .* has room for 0\.5 MB"):
        taken_in(path)
    assert not far.exists()
    only = path.with_name("only.zip")
    shutil.copy(path, only)
    assert taken_in(changed(only, dict.fromkeys(_of_datasets(only)))).runs == [run.run_id]


def _of_datasets(path: Path) -> list[str]:
    return [name for name in names_in(path) if name.startswith("pack/datasets/")]


# Packs that are not whole


def test_of_a_pack_that_was_cut_off_what_is_whole_comes_in(
    path: Path, go_far: Callable[[], Path]
) -> None:
    first, second = own("One"), own("Two")
    run = trained_before(1)
    pack(path)
    go_far()
    clips = [name for name in names_in(path) if name.startswith(f"pack/datasets/{second}/audio")]
    done = taken_in(cut_behind(path, clips[2], 7))
    assert (done.datasets, done.runs) == ([first], [run.run_id])
    assert done.refused == [
        f"cut.zip is cut off within {second}. Copy it again; what was whole in it is here."
    ]
    assert not list(datasets.dataset_folder(second).parent.glob(f"{second}*"))
    done = taken_in(cut_behind(path, clips[-1]))
    assert (done.datasets, done.datasets_here) == ([second], [first])
    assert done.refused == ["cut.zip is cut off. Copy it again; what was whole in it is here."]


@pytest.mark.parametrize("more", [0, 7])
def test_a_pack_cut_off_at_the_end_of_a_run_is_not_taken_for_that_runs_zip(
    more: int, path: Path, go_far: Callable[[], Path]
) -> None:
    run, newer = trained_before(1), trained_before(2)
    pack(path)
    go_far()
    done = taken_in(cut_behind(path, f"pack/runs/{newer.run_id}.zip", more))
    assert done.runs == [newer.run_id]
    assert done.refused == ["cut.zip is cut off. Copy it again; what was whole in it is here."]
    assert taken_in(path).runs == [run.run_id]


def test_a_clip_damaged_within_costs_its_dataset_alone(
    path: Path, go_far: Callable[[], Path]
) -> None:
    first, second = own("One"), own("Two")
    pack(path)
    clip = next(name for name in names_in(path) if name.startswith(f"pack/datasets/{first}/audio"))
    content = bytearray(path.read_bytes())
    place = content.index(clip.encode()) + len(clip) + 20
    content[place : place + 20] = bytes(20)
    path.write_bytes(content)
    go_far()
    done = taken_in(path)
    assert done.datasets == [second]
    assert done.refused == [
        f"{first} was left out: {clip.rpartition('/')[2]} is damaged inside lab.zip."
    ]


# A stranger's packs


def test_a_run_that_was_edited_is_left_out(path: Path, go_far: Callable[[], Path]) -> None:
    edited, other = trained_before(1), trained_before(2)
    pack(path)
    name = f"pack/runs/{edited.run_id}.zip"
    go_far()
    done = taken_in(changed(path, {name: b"no zip", "pack/runs/x.txt": b"", "pack/y": b""}))
    assert done.runs == [other.run_id]
    assert done.refused == [
        "pack/runs/x.txt was left out: it is no run.",
        f"Run {edited.run_id} was left out: The zip is refused: the zip is no zip archive, or only "
        "a part of one. Ask for a fresh export.",
    ]


@pytest.mark.parametrize(
    "name", ["../esc10/x.py", "/etc/x", "pack/runs/../../x", "C:/x", "pack\\..\\..\\x"]
)
def test_a_path_that_leads_outside_is_refused(
    name: str, path: Path, go_far: Callable[[], Path]
) -> None:
    own("Mine")
    pack(path)
    far = go_far()
    with pytest.raises(DatasetError, match="leads outside the archive"):
        taken_in(changed(path, {name: b"x"}))
    assert not far.exists()


def test_a_link_is_refused(path: Path, go_far: Callable[[], Path]) -> None:
    own("Mine")
    pack(path)
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("pack/runs/link.zip")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    far = go_far()
    with pytest.raises(DatasetError, match=r"link\.zip is a link or a device"):
        taken_in(path)
    assert not far.exists()


def test_a_claim_to_be_huge_is_refused(path: Path, go_far: Callable[[], Path]) -> None:
    own("Mine")
    pack(path)
    content = bytearray(path.read_bytes())
    place = -1
    while (place := content.find(b"PK\1\2", place + 1)) >= 0:
        struct.pack_into("<L", content, place + 24, 2**30)
    path.write_bytes(content)
    far = go_far()
    with pytest.raises(DatasetError, match="is refused: it claims"):
        taken_in(path)
    assert not far.exists()


@pytest.mark.parametrize(
    "names",
    [
        [f"pack/datasets/own-x-{one:06}/x" for one in range(200)],
        [f"pack/runs/{one}" for one in range(10_001)],
    ],
    ids=["datasets", "runs"],
)
def test_more_than_any_lab_has_is_refused(
    names: list[str], path: Path, go_far: Callable[[], Path]
) -> None:
    own("Mine")
    pack(path)
    far = go_far()
    with pytest.raises(PackError, match=r"more than 200 datasets or 10,000 runs, which are"):
        taken_in(changed(path, dict.fromkeys(names, b"")))
    assert not far.exists()


def test_datasets_that_nobody_knows_are_left_out(path: Path, go_far: Callable[[], Path]) -> None:
    own("Mine")
    pack(path)
    far = go_far()
    sentence = refused(changed(path, {"pack/datasets/\x1b[31m/audio/x.wav": b"x"}))
    assert sentence == "?[31m was left out: this version knows no such dataset."
    assert len(list((far / "datasets").iterdir())) == 1


@pytest.mark.parametrize(
    "manifest",
    [
        b"{",
        b"null",
        b'{"version": 2, "wheels": null}',
        b'{"version": 1, "wheels": {"system": "\\u001b", "machine": "x", "python": "3"}}',
        json.dumps({"version": 1, "wheels": dict.fromkeys(("system", "machine"), "x")}).encode(),
    ],
)
def test_a_pack_of_another_version_is_refused(
    manifest: bytes, path: Path, go_far: Callable[[], Path]
) -> None:
    own("Mine")
    pack(path)
    far = go_far()
    with pytest.raises(PackError, match="is a lab pack of another version, or was changed"):
        taken_in(changed(path, {"pack/pack.json": manifest}))
    assert not far.exists()


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\3\4", zip_of({"dog/1.wav": b"x"})])
def test_what_is_no_pack_is_refused(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    with pytest.raises(PackError, match=r"lab\.zip is no lab pack"):
        taken_in(path)
    with pytest.raises(DatasetError, match="cannot be read: no such file"):
        taken_in(path.with_name("nothing.zip"))


def test_unpacking_can_be_stopped(path: Path, go_far: Callable[[], Path]) -> None:
    first, second = own("One"), own("Two")
    pack(path)
    far = go_far()
    with pytest.raises(Cancelled):
        unpack(path, lambda *_: None, should_stop=lambda: (far / "datasets" / first).exists())
    assert [one.name for one in (far / "datasets").iterdir()] == [first]
    assert taken_in(path) == Unpacked([second], datasets_here=[first])
