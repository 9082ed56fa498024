"""Whatever a phone, a messenger, a browser or a recorder writes, as blocks of samples, by FFmpeg.

Files are told by their content, never by their names, and read as open files: FFmpeg is given no
name it could follow, and only those of its readers that look at nothing but the file itself.
Reading in blocks bounds memory: ten minutes of six channels at 192 kHz are 2.8 GB at once.
"""

from __future__ import annotations

import io
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from numpy.typing import NDArray

from esc10.audio.completeness import (
    breaks_off,
    claimed_seconds,
    counted_frames,
    goes_on,
    ogg_links,
    stream_seconds,
)
from esc10.audio.frames import Alike, cut, in_plain_order, readable, samples_of, without_padding
from esc10.errors import AudioError, reason_of

READERS = (
    *("wav", "w64", "aiff", "au", "caf", "flac", "wv", "ogg", "mp3", "aac", "ac3", "eac3", "amr"),
    *("ape", "iff", "ircam", "nistsphere", "tta", "voc"),
    *("mov", "matroska", "asf", "avi", "flv", "mpeg", "mpegts"),
)
"""FFmpeg's readers of sounds, and of films with sound. None for playlists, scripts, session
descriptions, pictures in a row, or devices: those lead to other files, and to other machines."""

_OPTIONS = {
    "format_whitelist": ",".join(READERS),
    "protocol_whitelist": "none",
    "max_streams": "64",
}

_SPARE_SECONDS = 0.15
"""A header may count what encoders put before the first sample and after the last: 50 to 100 ms."""

_DELAY = {"mp3": 576 + 529, "aac": 1024}
"""Samples before a sound where its file does not say how many its encoder put there: LAME's and a
decoder's own, as LAME itself assumes; the block that AAC needs before its first."""

MOST_CHANNELS = 64

MOST_HERTZ = 768_000
"""What the quickest converters take; only false headers claim more, and ten seconds of that are
gigabytes."""

_BLOCK_FRAMES = 8192


class Undecodable(AudioError):
    """FFmpeg finds no sound in it that it could decode."""

    def __init__(
        self,
        name: str,
        reason: str = "holds no sound that can be decoded",
        advice: str = "Choose another file: a sound (WAV, FLAC, OGG, MP3, M4A) or a film.",
    ) -> None:
        """The sentence about the sound of that name."""
        super().__init__(f"{name} {reason}. {advice}")


class Decoder:
    """The sound in an open file, to be read once from its beginning to its end.

    Attributes:
        rate: its sampling rate, in hertz; 0 where it holds no samples.
        channels: its channels; 0 where it holds no samples.
        floating: whether its samples are floating-point numbers, which may exceed full scale.
        damaged: whether something between two samples could not be decoded, so far.
        uncounted: whether it has samples that its header does not count.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        """Decode the first samples, as they alone say what all are like.

        Raises:
            AudioError: there is no sound in it that FFmpeg could decode.
        """
        self.rate = self.channels = 0
        self.damaged = self.uncounted = False
        self._file, self._name = file, name
        self._claimed: float | None = None
        self._frames = self._decoded()
        self._first = next(self._frames, None)
        self.floating = self._first is not None and self._first.format.name.startswith(("fl", "db"))
        if self._first is not None:
            self.rate = self._first.sample_rate
            self.channels = self._first.layout.nb_channels

    def _decoded(self) -> Generator[AudioFrame]:
        """FFmpeg's frames, of one stream after the other where an Ogg has several."""
        first, *others = ogg_links(self._file) or [self._file]
        yield from self._decoded_part(first)
        for other in others:
            try:
                yield from self._decoded_part(other)
            except Undecodable:
                self.damaged = True

    def _decoded_part(self, file: BinaryIO) -> Iterator[AudioFrame]:
        counted, self.uncounted = counted_frames(file), goes_on(file)
        options = {"ignore_length": str(int(self.uncounted))}
        file.seek(0)
        with _container(file, self._name, options) as container:
            stream = container.streams.best("audio")
            if not isinstance(stream, AudioStream):
                raise Undecodable(self._name, "has pictures and no sound", "Choose another file.")
            if stream.codec_context is not None:  # it is where FFmpeg has no decoder
                in_plain_order(stream.codec_context)
            self._claimed = claimed_seconds(container, stream, counted)
            frames = self._decoded_from(container, stream)
            if container.format.name == "ogg":
                frames = without_padding(frames, stream_seconds(stream))
            yield from frames

    def _decoded_from(self, container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
        failed, delay = False, None
        for packet in _packets(container, stream):
            if delay is None:
                delay = _untold_delay(packet, stream)
            try:
                frames = [some for frame in packet.decode() for some in readable(frame)]
            except (av.FFmpegError, ValueError):
                failed = True
                continue
            for frame in frames:
                self.damaged |= failed
                rest = cut(frame, delay, frame.samples)
                delay = max(0, delay - frame.samples)
                if rest is not None:
                    yield rest

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Blocks of shape (frames, channels), one frame at least; full scale is 1."""
        if self._first is None:
            return
        waiting, count = [samples_of(self._first)], self._first.samples
        alike = Alike(self._first)
        for frame in alike.all(self._frames):
            waiting.append(samples_of(frame))
            count += frame.samples
            if count >= _BLOCK_FRAMES:
                yield np.concatenate(waiting)
                waiting, count = [], 0
        self.damaged |= alike.left_out
        if count:
            yield np.concatenate(waiting)

    def close(self) -> None:
        """Let go of what FFmpeg holds open."""
        self._frames.close()

    def broke_off(self, seconds: float) -> bool:
        """Whether the file should have more than it gave, which was this long."""
        if self._claimed is None:
            return breaks_off(self._file)
        return seconds < self._claimed - _SPARE_SECONDS


def _packets(container: InputContainer, stream: AudioStream) -> Generator[Packet[AudioStream]]:
    """A stream's packets, up to the end of what can be read; `broke_off` says if there was more."""
    try:
        yield from container.demux(stream)
    except av.FFmpegError:
        return
    except IndexError:
        # All was read, but another stream began on the way: PyAV counts them at the start (18.1).
        return


def _untold_delay(first: Packet[AudioStream], stream: AudioStream) -> int:
    """How many samples before the sound FFmpeg does not know of, by a stream's first packet."""
    told = first.has_sidedata("skip_samples") or first.is_discard
    context = stream.codec_context  # None where FFmpeg has no decoder
    return 0 if told or context is None else _DELAY.get(context.codec.canonical_name, 0)


@contextmanager
def opened(source: Path | bytes, name: str) -> Iterator[Decoder]:
    """A sound file that is open.

    Args:
        source: a file, or a file's bytes.
        name: what to call it in a sentence.

    Raises:
        AudioError: it is missing, empty, no sound, or has too many channels or samples a second.
    """
    try:
        file = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    except OSError as cause:
        reason = reason_of(cause)
        raise AudioError(f"{name} cannot be read: {reason}. Check the path.") from cause
    with file:
        if not file.read(1):
            raise AudioError(f"{name} is empty. Record or choose it again.")
        file.seek(0)
        decoder = Decoder(file, name)
        if decoder.channels > MOST_CHANNELS:
            raise AudioError(
                f"{name} has {decoder.channels} channels, and {MOST_CHANNELS} are the most. "
                "Export some of them."
            )
        if decoder.rate > MOST_HERTZ:
            raise AudioError(
                f"{name} claims a sampling rate of {decoder.rate:,} Hz, and {MOST_HERTZ:,} are the "
                "most. Export it at 44,100."
            )
        try:
            yield decoder
        finally:
            decoder.close()


def _container(file: BinaryIO, name: str, options: dict[str, str]) -> InputContainer:
    try:
        return av.open(file, "r", options=_OPTIONS | options, metadata_errors="ignore")
    except (av.FFmpegError, ValueError) as cause:
        file.seek(4)
        if file.read(4) == b"ftyp":
            raise Undecodable(
                name,
                "is not whole: the list of what is in it, which is written last, is missing",
                "Record or copy it again.",
            ) from cause
        raise Undecodable(name) from cause
