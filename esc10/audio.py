"""Any sound a person may have, as mono float32 at 22,050 Hz.

The same function reads the dataset's clips and what somebody uploads or records, so a clip gives
the same samples whichever way it comes in.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from esc10.errors import AudioError

SAMPLE_RATE = 22_050
"""What librosa resamples to by default, and so the lab's rate, in hertz."""

CLIP_SECONDS = 5.0
CLIP_SAMPLES = int(SAMPLE_RATE * CLIP_SECONDS)

MAX_SECONDS = 600.0
"""Longer sounds are read no further than this."""

SILENCE = 1e-5
"""-100 dBFS: below the smallest step of 16-bit audio (3.05e-5), so nothing was recorded."""


@dataclass(frozen=True)
class Sound:
    """A decoded sound, fixed to the length of a clip.

    Attributes:
        samples: mono, at `SAMPLE_RATE`, shape (CLIP_SAMPLES,), within about [-1, 1].
        seconds: how long the sound was before it was fixed to a clip's length.
        remarks: what was done to it, in words for the person who brought it.
    """

    samples: NDArray[np.float32]
    seconds: float
    remarks: tuple[str, ...]


def fixed_length(samples: NDArray[np.float32], length: int = CLIP_SAMPLES) -> NDArray[np.float32]:
    """The first `length` samples, padded with silence at the end where there are fewer."""
    return np.pad(samples[:length], (0, max(0, length - len(samples))))


def load_sound(source: Path | bytes, name: str) -> Sound:
    """Decode, mix to mono, resample to 22,050 Hz and fix to five seconds.

    Args:
        source: a file, or a file's bytes.
        name: what to call it in a sentence.

    Raises:
        AudioError: it is empty, no audio, or silent.
    """
    samples, rate = _decoded(source, name)  # (samples, channels)
    remarks = []
    channels = samples.shape[1]
    mono = samples.mean(axis=1)
    if channels > 1:
        remarks.append(f"{channels} channels were mixed to one")
    seconds = len(mono) / rate
    if rate != SAMPLE_RATE:
        import librosa  # slow to import, and not needed by whoever only wants the constants

        mono = librosa.resample(mono, orig_sr=rate, target_sr=SAMPLE_RATE)
        remarks.append(f"resampled from {rate:,} Hz to {SAMPLE_RATE:,} Hz")
    if len(mono) > CLIP_SAMPLES:
        remarks.append(f"shortened from {seconds:.1f} s to its first {CLIP_SECONDS:g} s")
    elif len(mono) < CLIP_SAMPLES:
        remarks.append(f"padded with silence from {seconds:.2f} s to {CLIP_SECONDS:g} s")
    fixed = fixed_length(mono)
    if np.abs(fixed).max() < SILENCE:
        raise AudioError(
            f"{name} is silent in its first {CLIP_SECONDS:g} seconds: there is nothing to "
            "classify. Check the microphone, or choose another sound."
        )
    return Sound(fixed, seconds, tuple(remarks))


def _decoded(source: Path | bytes, name: str) -> tuple[NDArray[np.float32], int]:
    """The samples, shape (samples, channels), and their rate in hertz."""
    try:
        content = source.read_bytes() if isinstance(source, Path) else source
    except OSError as cause:
        reason = (cause.strerror or str(cause)).lower()
        raise AudioError(f"{name} cannot be read: {reason}. Check the path.") from cause
    if not content:
        raise AudioError(f"{name} is empty. Record or choose it again.")
    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            rate = int(file.samplerate)
            samples = file.read(int(MAX_SECONDS * rate), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError, ValueError) as cause:
        raise AudioError(
            f"{name} is not a sound this program can read. Use WAV, FLAC, OGG, MP3 or AIFF."
        ) from cause
    if len(samples) == 0:
        raise AudioError(f"{name} holds no samples. Record or choose it again.")
    if not np.isfinite(samples).all():
        raise AudioError(f"{name} holds samples that are not numbers. Export it again.")
    return samples, rate
