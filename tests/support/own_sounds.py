"""Small real sounds in folders and zips, as somebody would bring them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import soundfile

RATE = 22_050


def sound(seed: int, seconds: float = 0.4, rate: int = RATE, **how: str) -> bytes:
    """A burst of noise around a tone, as a sound file's bytes."""
    rng = np.random.default_rng(seed)
    times = np.arange(int(seconds * rate)) / rate
    samples = 0.3 * np.sin(2 * np.pi * 300 * (1 + seed % 7) * times) + rng.normal(
        0, 0.02, len(times)
    )
    content = io.BytesIO()
    soundfile.write(content, samples, rate, **{"format": "WAV", **how})
    return content.getvalue()


def sounds(names: Iterable[str]) -> dict[str, bytes]:
    """A sound of its own for each name."""
    return {name: sound(seed) for seed, name in enumerate(names)}


def numbered(classes: Sequence[str], clips: int) -> list[str]:
    """`class/place.wav`, so many of each class."""
    return [f"{name}/{place}.wav" for name in classes for place in range(clips)]


def folder_of(files: Mapping[str, bytes], folder: Path) -> Path:
    """A folder with these files."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """A zip with these files, whatever their names."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            # Set apart: a ZipInfo made from a name changes it on some systems.
            info = zipfile.ZipInfo("x")
            info.filename = name
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return content.getvalue()
