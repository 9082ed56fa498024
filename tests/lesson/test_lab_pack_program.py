"""The program in a lab pack: its own files, its packages, and how to start it elsewhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from esc10.datasets import load_dataset
from esc10.datasets.own.build import make_own
from esc10.errors import Cancelled, PackError
from esc10.lesson.lab_pack import pack, packing, program, unpack
from esc10.lesson.lab_pack.layout import Platform, manifest_of, this_platform
from esc10.lesson.lab_pack.program import program_files, start_text
from tests.support.lab_packs import changed, let_pip_find, names_in, tiny_wheels
from tests.support.own_sounds import numbered, sounds, zip_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the pack goes."""
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick" / "my lab.zip"


def test_the_program_starts_where_it_was_unpacked(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the packages of this Python, in place of those that came along: they are empty."""
    wheels = tiny_wheels(tmp_path / "wheels")
    let_pip_find(monkeypatch, tmp_path / "wheels")
    key = make_own(zip_of(sounds(numbered(("dog", "rain"), 3))), "Mine")
    hashes = load_dataset(key).sha256
    found: list[int] = []
    packed = pack(path, wheels=True, on_progress=lambda now: found.append(now.files))
    assert packed.wheels == this_platform()
    names = names_in(path)
    assert names[:2] == ["pack/pack.json", "START.txt"]
    assert sorted(name for name in names if name.startswith("wheels/")) == [
        f"wheels/{name}" for name in wheels
    ]
    assert found[-1] == 6 + len(wheels) + len(list(program_files()))
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    lab, home = path.parent / "lab", tmp_path / "far"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(lab)
    text = (lab / "START.txt").read_text("utf-8")
    assert f"packed for {this_platform()}." in text
    assert 'python -m esc10 unpack "../my lab.zip"' in text
    done = subprocess.run(
        [sys.executable, "-m", "esc10", "unpack", f"../{path.name}", "--json"],
        cwd=lab,
        env={**os.environ, "ESC10_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["datasets"], told["wheels"]["fit"]) == ([key], True)
    monkeypatch.setenv("ESC10_HOME", str(home))
    assert load_dataset(key).sha256 == hashes
    assert list(lab.rglob("__pycache__")), "it was the unpacked program that did it"


def test_what_pip_has_not_is_a_sentence(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wheels").mkdir()
    let_pip_find(monkeypatch, tmp_path / "wheels")
    with pytest.raises(PackError) as caught:
        pack(path, wheels=True)
    sentence = str(caught.value)
    assert re.match(r"pip could not get the packages: C.+ streamlit", sentence)
    assert sentence.endswith("or pack without --wheels.")
    assert list(path.parent.iterdir()) == []
    with pytest.raises(Cancelled):
        pack(path, wheels=True, should_stop=lambda: True)
    assert list(path.parent.iterdir()) == []


def test_a_pip_that_does_not_start_is_a_sentence(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "gone"))
    with pytest.raises(PackError, match=r"pip cannot be started with .*gone: "):
        pack(path, wheels=True)
    assert list(path.parent.iterdir()) == []


def test_a_file_of_the_program_that_cannot_be_read_is_a_sentence(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder in its place, as even root cannot read that."""
    tiny_wheels(tmp_path / "wheels")
    let_pip_find(monkeypatch, tmp_path / "wheels")
    monkeypatch.setattr(packing, "program_files", lambda: [("app.py", tmp_path)])
    with pytest.raises(PackError, match="cannot be read, so the program cannot come along: "):
        pack(path, wheels=True)
    assert list(path.parent.iterdir()) == []


def test_the_program_is_what_the_repository_holds() -> None:
    names = [name for name, _ in program_files()]
    assert len(names) == len(set(names))
    assert {"app.py", "pages/train.py", "esc10/datasets/esc10.sha256", "LICENSE"} < set(names)
    assert {"esc10/ui/player/player.js", ".streamlit/config.toml"} < set(names)
    assert not [name for name in names if "__pycache__" in name or name.startswith("tests/")]
    known = subprocess.run(
        ["git", "ls-files", "esc10", "pages", "assets"],
        cwd=program.ROOT,
        capture_output=True,
        text=True,
    )
    if known.returncode == 0:  # else it is no clone
        assert set(known.stdout.split()) <= set(names)


def test_keys_and_secrets_that_lie_beside_it_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, file in program_files():
        if "/" not in name or name in (".streamlit/config.toml", "pages/train.py"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(file.read_bytes())
    monkeypatch.setattr(program, "ROOT", tmp_path)
    with pytest.raises(PackError, match="lacks esc10, so the program cannot come along"):
        list(program_files())
    for name in ("esc10", "assets", "data", "pages/__pycache__"):
        (tmp_path / name).mkdir()
    for name in (
        *("lab.pem", "key.pem", ".streamlit/secrets.toml", "esc10/__init__.py", "data/x.wav"),
        *("pages/__pycache__/train.pyc", "pages/.DS_Store"),
    ):
        (tmp_path / name).write_bytes(b"x")
    assert sorted(name for name, _ in program_files()) == [
        *(".streamlit/config.toml", "LICENSE", "README.md", "app.py", "constraints.txt"),
        *("esc10/__init__.py", "pages/train.py", "pyproject.toml", "requirements.txt"),
    ]


def test_packages_for_another_machine_are_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_own(zip_of(sounds(numbered(("dog", "rain"), 3))), "Mine")
    pack(path)
    other = Platform("Darwin", "arm64", "3.13")
    far = changed(path, {"pack/pack.json": manifest_of(other)})
    assert unpack(far, lambda *_: None).wheels == other
    assert str(other) == "macOS (arm64) and Python 3.13"


def test_how_to_begin_is_told_as_the_system_wants_it() -> None:
    windows = start_text("lab.zip", Platform("Windows", "AMD64", "3.12")).decode()
    assert 'py -3.12 -m zipfile -e "lab.zip" lab' in windows
    assert ".venv\\Scripts\\activate" in windows
    linux = start_text("lab.zip", Platform("Linux", "x86_64", "3.12")).decode()
    assert "python3.12 -m venv .venv\n    . .venv/bin/activate\n" in linux
