"""The command line: a lab packed into one zip, and unpacked elsewhere."""

from __future__ import annotations

from pathlib import Path

from esc10.datasets import fetch, load_dataset
from esc10.datasets.own.build import make_own
from esc10.lesson.lab_pack import pack
from esc10.lesson.lab_pack.layout import Platform, manifest_of
from esc10.runs.captions import set_caption
from esc10.runs.store import load_run
from tests.support.command_line import Json, answer, esc10, refusal
from tests.support.copies import animal_folder
from tests.support.lab_packs import changed
from tests.support.own_sounds import numbered, sounds, zip_of


def test_a_lab_travels_by_the_command_line(
    trained: tuple[Path, Json, Json], read_lab: Path, home: Path, tmp_path: Path
) -> None:
    there, cnn, td_cnn = trained
    path = tmp_path / "lab.zip"
    set_caption(load_run(cnn["run_id"]).folder, "The first", "")
    try:
        told = answer(there, "pack", "-o", path, "--dataset", "esc10")
    finally:
        set_caption(load_run(cnn["run_id"]).folder, "", "")
    assert told == {
        "file": str(path),
        "datasets": ["esc10"],
        "runs": [td_cnn["run_id"], cnn["run_id"]],
        "left_out": [],
        "wheels": None,
        "size": path.stat().st_size,
    }
    done = esc10(home, "unpack", path)
    assert done.stdout == "Came in: esc10, 2 runs\n"
    assert "400/400 files" in done.stderr
    command = ("evaluate", cnn["run_id"])
    assert answer(home, *command) == answer(there, *command)
    hashes = load_dataset("esc10").sha256
    with_home = answer(home, "unpack", path)
    assert (with_home["datasets"], with_home["datasets_here"]) == ([], ["esc10"])
    assert sorted(with_home["runs_here"]) == sorted(told["runs"])
    assert esc10(home, "unpack", path).stdout == (
        "Came in: nothing\nHere already, and left as it is: esc10, 2 runs\n"
    )
    assert len(hashes) == 400


def test_what_a_pack_is_for_is_said(home: Path, tmp_path: Path) -> None:
    key = _own("Mine")
    path = tmp_path / "lab.zip"
    words = esc10(home, "pack", "-o", path, "--run").stdout
    assert words == f"{path}, {path.stat().st_size / 1e6:.1f} MB: {key}\n"
    other = changed(path, {"pack/pack.json": manifest_of(Platform("Windows", "AMD64", "3.9"))})
    wheels = answer(tmp_path / "far", "unpack", other)["wheels"]
    assert wheels == {"system": "Windows", "machine": "AMD64", "python": "3.9", "fit": False}
    assert "are for Windows (AMD64) and Python 3.9, and do not fit this machine" in (
        esc10(tmp_path / "other", "unpack", other).stdout
    )


def test_that_nobody_could_know_the_sounds_is_said(home: Path, tmp_path: Path) -> None:
    fetch("animals", animal_folder(tmp_path / "ESC-50-master"))
    path = tmp_path / "lab.zip"
    pack(path)
    assert esc10(tmp_path / "far", "unpack", path).stdout == (
        "Came in: animals\nNobody publishes hashes of ESC-50 animals: names, sizes and that each "
        "is a sound were checked, not which sounds they are.\n"
    )


def test_what_is_left_out_is_said_on_stderr(home: Path, tmp_path: Path) -> None:
    first, second = _own("One"), _own("Two")
    path = tmp_path / "lab.zip"
    esc10(home, "pack", "--output", path)
    marker = f"pack/datasets/{first}/complete.json"
    done = esc10(tmp_path / "far", "unpack", changed(path, {marker: b"{"}), status=2)
    assert done.stdout == f"Came in: {second}\n"
    assert done.stderr.splitlines()[-1] == (
        f"{first} was left out: The dataset is refused: source.json or complete.json is damaged. "
        "Ask for a fresh copy of it."
    )


def test_what_cannot_be_packed_or_unpacked_is_a_sentence(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "lab.zip"
    assert "There is nothing to pack" in refusal(home, "pack", "-o", path, "--json")
    assert "There is no dataset 'moon'" in refusal(home, "pack", "-o", path, "--dataset", "moon")
    assert "cannot be read: no such file" in refusal(home, "unpack", path, "--json")
    assert "-o" in esc10(home, "pack", status=2).stderr


def _own(title: str) -> str:
    names = [f"{title} {name}" for name in ("dog", "rain")]
    return make_own(zip_of(sounds(numbered(names, 3))), title)
