"""An own dataset that was made elsewhere: taken in as it was, or refused with a sentence."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from esc10 import datasets
from esc10.archives.trees import FolderTree
from esc10.datasets.description import description_of
from esc10.datasets.own.build import digits_of
from esc10.datasets.own.importing import CLIP_BYTES, import_own
from esc10.errors import Cancelled, DatasetError
from tests.support.copies import wav
from tests.support.damage import asked, changed
from tests.support.own_datasets import THREE, left_in, made
from tests.support.own_sounds import numbered, sounds
from tests.support.refusals import full_disk


@pytest.fixture
def there(home: Path, tmp_path: Path) -> Path:
    """The folder of a dataset that was made elsewhere, called by its key."""
    dataset, _ = made(sounds(numbered(THREE, 3)))
    folder = tmp_path / dataset.source.key
    shutil.move(datasets.dataset_folder(dataset.source.key), folder)
    return folder


def take_in(folder: Path, key: str | None = None, **how: Any) -> None:
    import_own(key or folder.name, FolderTree(folder), **how)


def refused(folder: Path, key: str | None = None) -> str:
    """The sentence of a refusal that leaves nothing behind."""
    with pytest.raises(DatasetError) as caught:
        take_in(folder, key)
    assert left_in(Path(datasets.dataset_folder("x")).parents[1]) == []
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert len(sentence) < 300
    return sentence


def rewrite(folder: Path, name: str, change: Callable[[dict[str, Any]], object]) -> None:
    content = json.loads((folder / name).read_bytes())
    change(content)
    (folder / name).write_text(json.dumps(content), "utf-8")


def test_it_is_taken_in_as_it_was(there: Path) -> None:
    before = {path.name: path.read_bytes() for path in there.rglob("*") if path.is_file()}
    take_in(there)
    here = datasets.dataset_folder(there.name)
    assert {path.name: path.read_bytes() for path in here.rglob("*") if path.is_file()} == before
    dataset = datasets.load_dataset(there.name)
    assert dataset.classes == THREE
    assert len(dataset.clips) == 9
    with pytest.raises(DatasetError, match="is here already, and stays as it is"):
        take_in(there)


def test_what_is_said_of_it_is_written_anew(there: Path) -> None:
    (there / "audio" / "program.exe").write_bytes(b"x")
    (there / "notes.txt").write_bytes(b"x")
    take_in(there)
    here = datasets.dataset_folder(there.name)
    assert len(list(here.rglob("*.wav"))) == 9
    assert sorted(path.name for path in here.iterdir()) == ["audio", "complete.json", "source.json"]
    described = description_of(there.name)
    assert described is not None
    assert asdict(described)["clips"] == 9


def test_sounds_that_are_not_those_of_its_key_are_refused(there: Path) -> None:
    first, second = sorted((there / "audio").iterdir())[:2]
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    assert f"{first.name} is not the clip it should be" in refused(there)
    first.write_bytes(content[:-2])
    assert f"{first.name} is not the clip it should be" in refused(there)
    first.write_bytes(content)
    assert "its key belongs to other sounds" in refused(there, "own-mine-000000")
    assert "its key is none that the app gives" in refused(there, "practice")
    first.unlink()
    assert f"{first.name} is not in the folder" in refused(there)


@pytest.mark.parametrize(
    "content",
    [b"no sound" * 27568, wav(110_250), wav(110_250, 22_050, 2), wav(110_249, 22_050)],
    ids=["no sound", "another rate", "stereo", "shorter"],
)
def test_a_file_that_the_app_would_not_write_is_no_clip(content: bytes, there: Path) -> None:
    """Though the hash is right, and the key is made of it."""
    marker = json.loads((there / "complete.json").read_bytes())
    first = marker["files"][0]
    (there / first["path"]).write_bytes(content)
    first["sha256"] = hashlib.sha256(content).hexdigest()
    (there / "complete.json").write_text(json.dumps(marker), "utf-8")
    key = f"own-mine-{digits_of(THREE, marker['files'])}"
    sentence = refused(there, key)
    assert first["filename"] in sentence
    assert len(content) > CLIP_BYTES or "is not the clip it should be" in sentence


def _rename(name: str) -> Callable[[dict[str, Any]], object]:
    def change(marker: dict[str, Any]) -> None:
        marker["files"][0].update(filename=name, path=f"audio/{name}")

    return change


@pytest.mark.parametrize(
    ("name", "change", "complaint"),
    [
        ("complete.json", _rename("../../x.wav"), "is no clip of its classes"),
        ("complete.json", _rename("1-1-A-0.wav" + "/" * 99), "is no clip of its classes"),
        ("complete.json", _rename("1-1-A-7.wav"), "is no clip of its classes"),
        ("complete.json", lambda marker: marker["files"][0].update(path="x.wav"), "puts it"),
        ("complete.json", lambda marker: marker["files"].pop(), "does not list 9 clips"),
        ("complete.json", lambda marker: marker["files"].append(marker["files"][0]), "each once"),
        ("source.json", lambda said: said.update(summary="\x1b[31m"), "cannot be shown"),
        ("source.json", lambda said: said.update(skipped=["a\nb"]), "cannot be shown"),
        ("source.json", lambda said: said.update(created="once"), "cannot be shown"),
        ("source.json", lambda said: said.update(created="0001-01-01T00:00+10:00"), "be shown"),
        ("source.json", lambda said: said.update(title="<b>"), "is damaged"),
        ("source.json", lambda said: said.update(folds="by mood"), "made in no way"),
        ("source.json", lambda said: said["classes"].reverse(), "belongs to other sounds"),
    ],
)
def test_what_the_app_would_not_say_is_refused(
    name: str, change: Callable[[dict[str, Any]], object], complaint: str, there: Path
) -> None:
    rewrite(there, name, change)
    assert complaint in refused(there)


@pytest.mark.parametrize("name", ["source.json", "complete.json"])
def test_every_damage_to_what_it_says_is_a_sentence(name: str, there: Path) -> None:
    text = (there / name).read_text("utf-8")
    for what, other in changed(text, lines=False):
        (there / name).write_text(other, "utf-8")
        if asked(what, lambda: take_in(there)):
            shutil.rmtree(datasets.dataset_folder(there.name))


def test_a_stop_or_a_full_disk_leaves_nothing(there: Path, home: Path) -> None:
    asked_for: list[None] = []

    def after_some() -> bool:
        asked_for.append(None)
        return len(asked_for) > 4

    with pytest.raises(Cancelled):
        take_in(there, should_stop=after_some)
    assert left_in(home) == []
    with full_disk(), pytest.raises(DatasetError, match="no space left on device"):
        take_in(there)
    assert left_in(home) == []
