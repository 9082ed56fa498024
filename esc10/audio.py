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

_SPARE_SECONDS = 1.0
"""Read beyond a clip's length, so that resampling does not feel the cut."""

MAX_AMPLITUDE = 1000.0
"""Full scale is 1. Beyond 60 dB above it a float file holds no sound, but some other numbers."""

SILENCE = 1e-5
"""-100 dBFS: below the smallest step of 16-bit audio (3.05e-5), so nothing was recorded."""


@dataclass(frozen=True)
class Sound:
    """A decoded sound, fixed to the length of a clip.

    Attributes:
        samples: mono, at `SAMPLE_RATE`, shape (CLIP_SAMPLES,); full scale is 1.
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
    samples, rate, seconds = _decoded(source, name)  # (samples, channels)
    remarks = []
    channels = samples.shape[1]
    mono = samples.mean(axis=1)
    if channels > 1:
        remarks.append(f"{channels} channels were mixed to one")
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


def _is_empty(source: Path | bytes, name: str) -> bool:
    if isinstance(source, bytes):
        return not source
    try:
        with source.open("rb") as file:
            return not file.read(1)
    except OSError as cause:
        reason = (cause.strerror or str(cause)).lower()
        raise AudioError(f"{name} cannot be read: {reason}. Check the path.") from cause


def _decoded(source: Path | bytes, name: str) -> tuple[NDArray[np.float32], int, float]:
    """The first samples, shape (samples, channels), their rate in hertz, all the seconds."""
    if _is_empty(source, name):
        raise AudioError(f"{name} is empty. Record or choose it again.")
    try:
        # A file by its path: what is read through Python makes threads wait for one another.
        opened = source if isinstance(source, Path) else io.BytesIO(source)
        with soundfile.SoundFile(opened) as file:
            rate = int(file.samplerate)
            wanted = int((CLIP_SECONDS + _SPARE_SECONDS) * rate)
            samples = file.read(wanted, dtype="float32", always_2d=True)
            # A file that ended early may still claim more; one that did not has at least these.
            seconds = max(len(samples), file.frames if len(samples) == wanted else 0) / rate
    except (soundfile.LibsndfileError, RuntimeError, ValueError) as cause:
        raise AudioError(
            f"{name} is not a sound this program can read. Use WAV, FLAC, OGG, MP3 or AIFF."
        ) from cause
    if len(samples) == 0:
        raise AudioError(f"{name} holds no samples. Record or choose it again.")
    if not np.isfinite(samples).all():
        raise AudioError(f"{name} holds samples that are not numbers. Export it again.")
    if np.abs(samples).max() > MAX_AMPLITUDE:
        raise AudioError(f"{name} holds samples that are no sound: too large. Export it again.")
    return samples, rate, seconds
