"""Is a file the one it should be? The same checks for every supply, at every fetch."""

from __future__ import annotations

import hashlib
from pathlib import Path

import soundfile

from esc10.datasets.sources import ExpectedFile

CLIP_SAMPLE_RATE = 44_100
"""Every clip of every source, as published, in hertz."""


def verified_sha256(path: Path, expected: ExpectedFile) -> str | None:
    """The SHA-256 of the file if it is what was expected, else None.

    A known hash decides alone. Without one the file must have the exact size and decode to one
    channel at 44.1 kHz.
    """
    if not path.is_file():
        return None
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    if expected.sha256 is not None:
        return sha256 if sha256 == expected.sha256 else None
    if expected.size is not None and len(content) != expected.size:
        return None
    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)  # (samples, channels)
    except soundfile.LibsndfileError:
        return None
    decodes = rate == CLIP_SAMPLE_RATE and samples.shape[1] == 1 and samples.size > 0
    return sha256 if decodes else None
