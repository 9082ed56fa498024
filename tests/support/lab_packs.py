"""Lab packs, packed here and changed as strangers would; tiny packages for pip to find."""

from __future__ import annotations

import io
import json
import os
import shutil
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from esc10.lesson.lab_pack.program import ROOT
from esc10.runs.run import Run
from esc10.runs.store import load_run, runs_folder, shipped_runs


def trained_before(number: int) -> Run:
    """The network that comes with the lab, as a run of this home: no test has to train one."""
    (shipped,) = shipped_runs()
    run_id = f"{shipped.run_id}-{number}"
    folder = shutil.copytree(shipped.folder, runs_folder() / run_id)
    config = json.loads((folder / "config.json").read_bytes())
    (folder / "config.json").write_text(json.dumps({**config, "run_id": run_id}, indent=1), "utf-8")
    return load_run(run_id)


def changed(path: Path, changes: Mapping[str, bytes | None]) -> Path:
    """The pack with some files of other bytes, or without them; checksums are right."""
    with zipfile.ZipFile(path) as archive:
        files: dict[str, bytes | None] = {name: archive.read(name) for name in archive.namelist()}
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in (files | changes).items():
            if content is not None:
                archive.writestr(name, content)
    return target


def cut_behind(path: Path, name: str, more: int = 0) -> Path:
    """The pack as a broken copy has it: what comes behind a file, and some bytes more, is gone."""
    content = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        member = archive.getinfo(name)
    begin = member.header_offset
    lengths = struct.unpack_from("<2H", content, begin + 26)
    target = path.with_name("cut.zip")
    target.write_bytes(content[: begin + 30 + sum(lengths) + member.compress_size + more])
    return target


def names_in(path: Path) -> list[str]:
    """The files of a zip, in order."""
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def tiny_wheels(folder: Path) -> list[str]:
    """A package without content for each that the program needs, in the version that is pinned."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").split()
    pins = [line.split("==") for line in lines if "==" in line]
    versions = {name.lower().replace("_", "-"): version for name, version in pins}
    wanted = [
        line.partition(">=")[0]
        for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines()
        if line[:1].isalpha()
    ]
    folder.mkdir()
    names = []
    for name in wanted:
        stem = f"{name.replace('-', '_')}-{versions[name]}"
        names.append(f"{stem}-py3-none-any.whl")
        said = f"Metadata-Version: 2.1\nName: {name}\nVersion: {versions[name]}\n"
        with zipfile.ZipFile(folder / names[-1], "w") as wheel:
            wheel.writestr(f"{stem}.dist-info/METADATA", said)
            wheel.writestr(
                f"{stem}.dist-info/WHEEL",
                "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            )
            wheel.writestr(f"{stem}.dist-info/RECORD", "")
    return sorted(names)


def let_pip_find(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Have pip look in a folder, and nowhere else."""
    for name, value in (
        ("PIP_NO_INDEX", "1"),
        ("PIP_FIND_LINKS", str(folder)),
        ("PIP_CONFIG_FILE", os.devnull),
    ):
        monkeypatch.setenv(name, value)
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_CONSTRAINT"):
        monkeypatch.delenv(name, raising=False)
