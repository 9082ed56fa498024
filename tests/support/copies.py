"""Local copies of the three sources, and files like theirs, for tests to fetch from."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import numpy as np
import soundfile

TABLE_HEADER = "filename,fold,target,category,esc10,src_file,take"
ANIMALS = ("dog", "rooster", "pig", "cow", "frog", "cat", "hen", "insects", "sheep", "crow")


def wav(frames: int = 220_500, rate: int = 44_100, channels: int = 1) -> bytes:
    """A quiet tone as 16-bit PCM; with the defaults a file as each of ESC-50's is."""
    tone = 0.1 * np.sin(np.arange(frames) / 20)
    content = io.BytesIO()
    samples = np.tile(tone[:, np.newaxis], channels)
    soundfile.write(content, samples, rate, subtype="PCM_16", format="WAV")
    return content.getvalue()


def animal_rows() -> list[str]:
    """A row for 8 clips of each animal in each fold, as in ESC-50's table."""
    return [
        f"{fold}-{1000 * fold + 10 * target + clip}-A-{target}.wav,{fold},{target},{category},"
        f"{target < 2},{1000 * fold + 10 * target + clip},A"
        for fold in range(1, 6)
        for target, category in enumerate(ANIMALS)
        for clip in range(8)
    ]


def animal_table(rows: list[str] | None = None) -> bytes:
    """ESC-50's table of these rows, and of one row of a class that is no animal's."""
    rows = animal_rows() if rows is None else rows
    return "\n".join([TABLE_HEADER, "1-17367-A-10.wav,1,10,rain,True,17367,A", *rows, ""]).encode()


def animal_names() -> list[str]:
    """The names of the animal clips, sorted."""
    return sorted(row.partition(",")[0] for row in animal_rows())


def animal_folder(folder: Path) -> Path:
    """A folder laid out as ESC-50, all clips hard links to one."""
    names = animal_names()
    for part in ("meta", "audio"):
        (folder / part).mkdir(parents=True)
    (folder / "meta" / "esc50.csv").write_bytes(animal_table())
    first = folder / "audio" / names[0]
    first.write_bytes(wav())
    for name in names[1:]:
        os.link(first, folder / "audio" / name)
    return folder


def zip_flat(folder: Path, path: Path) -> Path:
    """A zip of all files below a folder, without their folders."""
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.rglob("*"):
            if file.is_file():
                archive.write(file, file.name)
    return path


def everything(folder: Path, without: Path) -> dict[Path, int]:
    """Each path below a folder but for those below another, with its size."""
    return {
        path: path.stat().st_size if path.is_file() else 0
        for path in folder.rglob("*")
        if without not in (path, *path.parents)
    }
