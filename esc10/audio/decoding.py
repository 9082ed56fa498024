"""Sound files as blocks of samples: checked and measured on the way, every trouble one sentence.

Reading in blocks bounds memory: ten minutes of six channels at 192 kHz are 2.8 GB at once.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from esc10.errors import AudioError, reason_of

MAX_AMPLITUDE = 1000.0
"""Full scale is 1. Beyond 60 dB above it a float file holds no sound, but some other numbers."""

CEILING = 0.985
"""From here on a sample is at full scale: 0.13 dB below it, and the highest of 8 bits (127/128)."""

_BELOW_CEILING = 2 * CEILING - 1
"""As wide a band of amplitudes just below `CEILING`, to compare with: 0.97 to 0.985."""

_RUN = 3
"""Samples in a row that make a flat top; a wave that just reaches full scale has one or two."""

_BLOCK_FRAMES = 8192
"""A damaged block is lost whole: this is 0.2 s at 44,100 Hz."""

_CLAIM = re.compile(r": (\d+) \(should be (\d+)\)")
"""What libsndfile notes where a chunk's size in a WAV or AIFF header is not what the file has."""

_UNKNOWN_SIZE = 2**31 - 2**16
"""Programs that write WAV into a pipe claim 2 or 4 GB in its header, as they cannot know."""

_UNKNOWN_FRAMES = 2**63 - 1
"""What libsndfile says of a FLAC file that was written into a pipe."""

_OGG_PAGE_BYTES = 27 + 255 + 255 * 255
"""The most an Ogg page can have: header, segment table, segments (RFC 3533, section 6)."""

_OGG_LAST_PAGE = 4
"""The bit of an Ogg page's header type that says: the stream ends here (RFC 3533, section 6)."""

_TROUBLES = (soundfile.LibsndfileError, RuntimeError, ValueError, TypeError)
"""What soundfile raises; TypeError for a name that ends in .raw, as it wants to be told a rate."""


@dataclass(frozen=True)
class Measures:
    """What can be measured only before channels are mixed and the rate is changed.

    Attributes:
        peak: the largest amplitude of any channel; full scale is 1.
        clipped: the share of samples at full scale, three or more in a row, 0 to 1; of the
            channel that has most.
        below: the share of that channel's samples in a band of amplitudes just below full scale
            that is as wide, 0 to 1. A summit has about as many there, a wall has few.
    """

    peak: float
    clipped: float
    below: float


class Decoder(soundfile.SoundFile):  # type: ignore[misc]  # soundfile has no types
    """A sound file that is read from its beginning to its end."""

    def seekable(self) -> bool:
        """No: soundfile would seek after every block, to where the file is already.

        An MP3's decoder forgets by that what the next block begins with, and clicks; a FLAC that
        breaks off has no such place, which is an error.
        """
        return False

    @property
    def claimed_frames(self) -> int:
        """The frames its header claims, or 0 where it was written into a pipe and cannot know."""
        return 0 if self.frames == _UNKNOWN_FRAMES else int(self.frames)


class Blocks:
    """The blocks of an open sound, up to a limit, measured as they go by; to iterate over once."""

    def __init__(self, file: Decoder, name: str, limit: int) -> None:
        """Nothing is read yet.

        Args:
            file: as `opened` gives it.
            name: what to call it in a sentence.
            limit: the most frames to read; a frame has one sample of every channel.
        """
        self.taken = 0
        """Frames read so far."""
        self._file = file
        self._name = name
        self._limit = limit
        self._broken = False
        self._peak = 0.0
        self._clipped = np.zeros(file.channels, np.int64)
        self._below = np.zeros(file.channels, np.int64)

    def __iter__(self) -> Iterator[NDArray[np.float32]]:
        """Blocks of shape (frames, channels); where a file breaks off, those before.

        Raises:
            AudioError: nothing can be decoded, or samples are no sound.
        """
        while self.taken < self._limit:
            try:
                wanted = min(_BLOCK_FRAMES, self._limit - self.taken)
                block = read_frames(self._file, wanted, self._name)
            except Undecodable:
                if not self.taken:
                    raise
                self._broken = True
                return
            if not len(block):
                return
            self.taken += len(block)
            self._measure(block)
            yield block

    def _measure(self, block: NDArray[np.float32]) -> None:
        amplitude = np.abs(block)
        peak = float(amplitude.max())
        self._peak = max(self._peak, peak)
        if peak < _BELOW_CEILING:
            return
        high = amplitude >= CEILING
        # A run across two blocks counts as two: too rare to matter.
        starts = np.logical_and.reduce(
            [high[index : len(high) - _RUN + 1 + index] for index in range(_RUN)]
        )
        in_a_run = np.zeros_like(high)
        for index in range(_RUN):
            in_a_run[index : index + len(starts)] |= starts
        self._clipped += in_a_run.sum(axis=0)
        self._below += ((amplitude >= _BELOW_CEILING) & ~high).sum(axis=0)

    def measures(self) -> Measures:
        """The measures of all that was read, one block at least."""
        worst = int(self._clipped.argmax())
        clipped, below = self._clipped[worst] / self.taken, self._below[worst] / self.taken
        return Measures(self._peak, float(clipped), float(below))

    def broke_off(self) -> bool:
        """Whether the file ended before it should have, by what its header or a block says."""
        if self._broken or self.taken < min(self._limit, self._file.claimed_frames):
            return True
        claims = [(int(a), int(b)) for a, b in _CLAIM.findall(self._file.extra_info)]
        return any(found < claimed < _UNKNOWN_SIZE for claimed, found in claims)


class Undecodable(AudioError):
    """The decoder gave up."""

    def __init__(self, name: str) -> None:
        """The sentence about the sound of that name."""
        super().__init__(
            f"{name} is not a sound this program can read. Use WAV, FLAC, OGG, MP3 or AIFF."
        )


@contextmanager
def opened(source: Path | bytes, name: str) -> Iterator[Decoder]:
    """A sound file that is open.

    Args:
        source: a file, or a file's bytes.
        name: what to call it in a sentence.

    Raises:
        AudioError: it is missing, empty, or no sound.
    """
    if _is_empty(source, name):
        raise AudioError(f"{name} is empty. Record or choose it again.")
    try:
        # A file by its path: what is read through Python makes threads wait for one another.
        file = Decoder(source if isinstance(source, Path) else io.BytesIO(source))
    except _TROUBLES as cause:
        raise Undecodable(name) from cause
    with file:
        yield file


def _is_empty(source: Path | bytes, name: str) -> bool:
    if isinstance(source, bytes):
        return not source
    try:
        with source.open("rb") as file:
            return not file.read(1)
    except OSError as cause:
        reason = reason_of(cause)
        raise AudioError(f"{name} cannot be read: {reason}. Check the path.") from cause


def read_frames(file: Decoder, frames: int, name: str) -> NDArray[np.float32]:
    """The next samples, shape (frames, channels); fewer frames, or none, at the end.

    Raises:
        AudioError: they cannot be decoded, are not finite, or too large to be sound.
    """
    # A header's claim bounds what is asked for, as a header's rate may be absurd.
    most = min(frames, file.claimed_frames or frames)
    try:
        samples: NDArray[np.float32] = file.read(most, dtype="float32", always_2d=True)
    except _TROUBLES as cause:
        raise Undecodable(name) from cause
    if not np.isfinite(samples).all():
        raise AudioError(f"{name} holds samples that are not numbers. Export it again.")
    if np.abs(samples).max(initial=0) > MAX_AMPLITUDE:
        raise AudioError(f"{name} holds samples that are no sound: too large. Export it again.")
    return samples


def ogg_broke_off(source: Path | bytes) -> bool:
    """Whether the source is an Ogg file without its last page, or with half of it.

    An Ogg file names its length nowhere; its last page is marked instead (RFC 3533, section 6).
    """
    if isinstance(source, bytes):
        start, end = source[:4], source[-_OGG_PAGE_BYTES:]
    else:
        with source.open("rb") as file:
            start = file.read(4)
            size = file.seek(0, io.SEEK_END)
            file.seek(max(0, size - _OGG_PAGE_BYTES))
            end = file.read()
    if start != b"OggS":
        return False
    page = end[end.rfind(b"OggS") :]
    if len(page) < 27:  # not even a header
        return True
    segments = page[26]
    whole = 27 + segments + sum(page[27 : 27 + segments])
    return len(page) < whole or not page[5] & _OGG_LAST_PAGE
