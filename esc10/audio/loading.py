"""The clips of datasets, and the length, the rate and the resampling that all sounds share.

Clips are read by libsndfile, which is quick and was made for the few formats that datasets have;
what else people bring is read by `esc10.audio.recording`. Both are mixed and resampled alike, so a
clip gives the same samples whichever way it comes in, but for the rounding of its decoder.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
import soxr  # type: ignore[import-untyped]
from numpy.typing import NDArray

from esc10.errors import AudioError

SAMPLE_RATE = 22_050
"""What librosa resamples to by default, and so the lab's rate, in hertz."""

CLIP_SECONDS = 5.0
CLIP_SAMPLES = int(SAMPLE_RATE * CLIP_SECONDS)

BEGINNING_SECONDS = CLIP_SECONDS + 1.0
"""Read beyond a clip's length, so that resampling does not feel the cut."""

SILENCE = 1e-5
"""-100 dBFS: below the smallest step of 16-bit audio (3.05e-5), so nothing was recorded."""

_STREAM_SECONDS = 10.0
"""Longer sounds are resampled as a stream, shorter ones as a clip is."""


@dataclass(frozen=True)
class Sound:
    """A dataset's clip, fixed to its length.

    Attributes:
        samples: mono, at `SAMPLE_RATE`, shape (CLIP_SAMPLES,); full scale is 1.
        seconds: how long its file is.
    """

    samples: NDArray[np.float32]
    seconds: float


class Header(NamedTuple):
    """What a sound file says of itself.

    Attributes:
        kind: the format, as libsndfile calls it.
        subtype: how samples are written, as libsndfile calls it.
        channels: how many.
        rate: in hertz.
        frames: how many samples each channel has.
    """

    kind: str
    subtype: str
    channels: int
    rate: int
    frames: int


def header_of(content: bytes) -> Header | None:
    """What a file says of itself, from its bytes, before any is decoded; None if it is no sound."""
    try:
        found = soundfile.info(io.BytesIO(content))
    except soundfile.LibsndfileError:
        return None
    return Header(found.format, found.subtype, found.channels, found.samplerate, found.frames)


def fixed_length(samples: NDArray[np.float32], length: int = CLIP_SAMPLES) -> NDArray[np.float32]:
    """The first `length` samples, padded with silence at the end where there are fewer."""
    return np.pad(samples[:length], (0, max(0, length - len(samples))))


def load_clip(path: Path) -> Sound:
    """A clip of a dataset, mixed to mono, resampled to 22,050 Hz and fixed to five seconds.

    Raises:
        AudioError: it is missing, damaged, or silent.
    """
    try:
        with soundfile.SoundFile(path) as file:
            rate, frames = int(file.samplerate), int(file.frames)
            wanted = min(frames, int(BEGINNING_SECONDS * rate))
            samples: NDArray[np.float32] = file.read(wanted, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError, ValueError, TypeError) as cause:
        if not path.is_file():
            raise AudioError(f"{path.name} is missing.") from cause
        raise AudioError(f"{path.name} is damaged, or not a sound.") from cause
    if not len(samples):
        raise AudioError(f"{path.name} holds no samples.")
    if not np.isfinite(samples).all():
        raise AudioError(f"{path.name} holds samples that are not numbers.")
    mono = samples[:, 0] if samples.shape[1] == 1 else samples.mean(axis=1)
    fixed = fixed_length(resampled(mono, rate))
    if np.abs(fixed).max() < SILENCE:
        raise AudioError(f"{path.name} is silent.")
    return Sound(fixed, frames / rate)


def resampled(mono: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """Samples at a rate in hertz, at `SAMPLE_RATE`, as `librosa.resample` does it by default.

    It calls soxr as well, at high quality; but librosa takes two seconds to import.
    """
    if rate == SAMPLE_RATE:
        return mono
    at_our_rate: NDArray[np.float32] = soxr.resample(mono, rate, SAMPLE_RATE, quality="HQ")
    return fixed_length(at_our_rate, ceil(len(mono) * SAMPLE_RATE / rate))


def all_resampled(blocks: Iterator[NDArray[np.float32]], rate: int) -> NDArray[np.float32]:
    """Blocks of samples at a rate in hertz, as one array at `SAMPLE_RATE`; empty if there are none.

    The stream's numbers are those of `resampled`.
    """
    head: list[NDArray[np.float32]] = []
    frames = 0
    for block in blocks:
        head.append(block)
        frames += len(block)
        if frames > _STREAM_SECONDS * rate:
            break
    if not head:
        return np.empty(0, np.float32)
    start = np.concatenate(head)
    if frames <= _STREAM_SECONDS * rate:
        return resampled(start, rate)
    if rate == SAMPLE_RATE:
        return np.concatenate([start, *blocks])
    stream = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32", quality="HQ")
    pieces = [stream.resample_chunk(start)]
    pieces += [stream.resample_chunk(block) for block in blocks]
    pieces.append(stream.resample_chunk(np.empty(0, np.float32), last=True))
    return np.concatenate(pieces)
