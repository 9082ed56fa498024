"""Any sound a person may have, as mono float32 at 22,050 Hz.

The same decoder and the same resampling read the dataset's clips and what somebody uploads or
records, so a clip gives the same samples whichever way it comes in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from esc10.audio.decoding import Blocks, Measures, ogg_broke_off, opened, read_frames
from esc10.errors import AudioError

SAMPLE_RATE = 22_050
"""What librosa resamples to by default, and so the lab's rate, in hertz."""

CLIP_SECONDS = 5.0
CLIP_SAMPLES = int(SAMPLE_RATE * CLIP_SECONDS)

RECORDING_SECONDS = 600.0
"""The most that is taken of a recording: 53 MB of samples."""

_SPARE_SECONDS = 1.0
"""Read beyond a clip's length, so that resampling does not feel the cut."""

_STREAM_SECONDS = 10.0
"""Longer recordings are resampled as a stream, shorter ones as a clip is."""

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


@dataclass(frozen=True)
class Recording:
    """A decoded sound in all its length, up to `RECORDING_SECONDS`.

    Attributes:
        name: what to call it in a sentence.
        samples: mono, at `SAMPLE_RATE`, shape (samples,); full scale is 1.
        seconds: how long it is.
        rate: the file's own sampling rate, in hertz.
        channels: the file's own channels.
        remarks: what was done to it, in words for the person who brought it.
        measures: of the file's own samples, before anything was done to them.
    """

    name: str
    samples: NDArray[np.float32]
    seconds: float
    rate: int
    channels: int
    remarks: tuple[str, ...]
    measures: Measures


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
    with opened(source, name) as file:
        rate = int(file.samplerate)
        wanted = int((CLIP_SECONDS + _SPARE_SECONDS) * rate)
        samples = read_frames(file, wanted, name)
        # A file that ended early may still claim more; one that did not has at least these.
        claimed = file.claimed_frames if len(samples) == wanted else 0
        seconds = max(len(samples), claimed) / rate
    if len(samples) == 0:
        raise _no_samples(name)
    mono = _resampled(samples.mean(axis=1), rate)
    remarks = _conversions(samples.shape[1], rate)
    if len(mono) > CLIP_SAMPLES:
        remarks.append(f"shortened from {seconds:.1f} s to its first {CLIP_SECONDS:g} s")
    elif len(mono) < CLIP_SAMPLES:
        remarks.append(f"padded with silence from {seconds:.2f} s to {CLIP_SECONDS:g} s")
    fixed = fixed_length(mono)
    if np.abs(fixed).max() < SILENCE:
        raise _silent(name, f"in its first {CLIP_SECONDS:g} seconds")
    return Sound(fixed, seconds, tuple(remarks))


def load_recording(source: Path | bytes, name: str) -> Recording:
    """Decode all of a sound, mix to mono, resample to 22,050 Hz, and measure on the way.

    Read block by block, so that memory is bounded by what is given back. The first five seconds
    are those of `load_sound`.

    Args:
        source: a file, or a file's bytes.
        name: what to call it in a sentence.

    Raises:
        AudioError: it is empty, no audio, or silent throughout.
    """
    with opened(source, name) as file:
        rate, channels = int(file.samplerate), int(file.channels)
        limit = int(RECORDING_SECONDS * rate)
        blocks = Blocks(file, name, limit)
        samples = _all_resampled((block.mean(axis=1) for block in blocks), rate, name)
        broke_off = blocks.broke_off()
        longer = blocks.taken == limit < file.claimed_frames
    remarks = _conversions(channels, rate)
    minutes = f"its first {RECORDING_SECONDS / 60:g} minutes"
    if longer:
        remarks.append(f"shortened to {minutes}")
    elif broke_off or ogg_broke_off(source):
        remarks.append("taken as far as it goes, for the file breaks off before its end")
    if max(samples.max(), -samples.min()) < SILENCE:  # np.abs would copy all of it
        raise _silent(name, f"in {minutes}" if longer else "throughout")
    return Recording(
        name,
        samples,
        blocks.taken / rate,
        rate,
        channels,
        tuple(remarks),
        blocks.measures(),
    )


def _conversions(channels: int, rate: int) -> list[str]:
    """What is done to every sound, in words."""
    remarks = []
    if channels > 1:
        remarks.append(f"{channels} channels were mixed to one")
    if rate != SAMPLE_RATE:
        remarks.append(f"resampled from {rate:,} Hz to {SAMPLE_RATE:,} Hz")
    return remarks


def _resampled(mono: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """Samples at a rate in hertz, at `SAMPLE_RATE`."""
    if rate == SAMPLE_RATE:
        return mono
    import librosa  # slow to import, and not needed by whoever only wants the constants

    resampled: NDArray[np.float32] = librosa.resample(mono, orig_sr=rate, target_sr=SAMPLE_RATE)
    return resampled


def _all_resampled(
    blocks: Iterator[NDArray[np.float32]], rate: int, name: str
) -> NDArray[np.float32]:
    """Blocks of samples at a rate in hertz, as one array at `SAMPLE_RATE`.

    librosa's resampling is soxr's at high quality; so is the stream's, and its numbers are equal.
    """
    head: list[NDArray[np.float32]] = []
    frames = 0
    for block in blocks:
        head.append(block)
        frames += len(block)
        if frames > _STREAM_SECONDS * rate:
            break
    if not head:
        raise _no_samples(name)
    start = np.concatenate(head)
    if frames <= _STREAM_SECONDS * rate:
        return _resampled(start, rate)
    if rate == SAMPLE_RATE:
        return np.concatenate([start, *blocks])
    import soxr  # type: ignore[import-untyped]

    stream = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32", quality="HQ")
    pieces = [stream.resample_chunk(start)]
    pieces += [stream.resample_chunk(block) for block in blocks]
    pieces.append(stream.resample_chunk(np.empty(0, np.float32), last=True))
    return np.concatenate(pieces)


def _no_samples(name: str) -> AudioError:
    return AudioError(f"{name} holds no samples. Record or choose it again.")


def _silent(name: str, where: str) -> AudioError:
    return AudioError(
        f"{name} is silent {where}: there is nothing to classify. Check the microphone, or "
        "choose another sound."
    )
