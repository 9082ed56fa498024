"""Where sound files end: what they say of it themselves, and FFmpeg does not guess."""

from __future__ import annotations

import io
import os
import re
import struct
from collections.abc import Iterator
from typing import BinaryIO

import av
from av.audio.stream import AudioStream
from av.container import InputContainer

_UNKNOWN_SIZE = 2**31 - 2**16
"""Programs that write WAV into a pipe claim 2 or 4 GB in its header, as they cannot know; those
that crash leave 0."""

_OGG_PAGE_BYTES = 27 + 255 + 255 * 255
"""The most an Ogg page can have: header, segment table, segments (RFC 3533, section 6)."""

_OGG_FIRST_PAGE, _OGG_LAST_PAGE = 2, 4
"""The bits of an Ogg page's header type that say: the stream begins, or ends, here (RFC 3533,
section 6)."""

_FRAME_COUNT = re.compile(
    rb"(?:(?:Xing|Info)\0\0\0[\x01\x03\x05\x07\x09\x0b\x0d\x0f]|VBRI.{10})(.{4})", re.DOTALL
)
"""How the first frame of an MP3 is marked that holds the number of frames; Xing's may lack it."""

_LEAST_UNCOUNTED_BYTES = 2**16
"""Fewer bytes after a WAV's samples are what programs leave behind, and no sound."""

_TAGS = (b"ID3", b"APETAGEX")
"""How the tags of MP3s begin, which programs write into other files too."""

_MP3_FRAME_BYTES = 1441
"""The most a frame of layer III has: 144 * 320,000 / 32,000, and a padding byte."""

_TELL_LENGTH = ("aiff", "caf", "flac", "mov", "wv")
"""Formats whose headers say how long they are. Of the others it is guessed from the bitrate."""

_TELL_END = ("matroska", "asf")
"""Formats whose headers say when all that is in them has ended: pictures, and the sound."""

_MPEG_1_RATE = 32_000
"""The lowest of MPEG-1, whose frames of layer III have twice the samples of MPEG-2's."""

_MP3_PADDING_FRAMES = 3
"""What encoders put around a sound at most."""


def breaks_off(file: BinaryIO) -> bool:
    """Whether a WAV has fewer bytes than it claims, or an Ogg no last page; False for all else."""
    file.seek(0)
    match file.read(4):
        case b"RIFF":
            return _wav_breaks_off(file)
        case b"OggS":
            return _ogg_breaks_off(file)
    return False


def counted_frames(file: BinaryIO) -> int | None:
    """How many frames an MP3 says it has; None where it does not, and its length is a guess."""
    file.seek(0)
    head = file.read(10)
    tag = 0
    if head.startswith(b"ID3") and len(head) == 10:
        # Four bytes of seven bits each (ID3v2.4.0, section 3.1).
        tag = 10 + sum(byte << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
    file.seek(tag)
    frame = file.read(_MP3_FRAME_BYTES)
    count = _FRAME_COUNT.search(frame)
    return (int.from_bytes(count[1], "big") or None) if count else None


def claimed_seconds(
    container: InputContainer, stream: AudioStream, counted: int | None
) -> float | None:
    """How long a file says that its sound is; None where it does not, and FFmpeg only guesses.

    `counted`: the frames that an MP3 says it has; FFmpeg disbelieves some of these numbers.
    """
    formats = container.format.name.split(",")
    if "mp3" in formats:
        frame = 1152 if stream.rate >= _MPEG_1_RATE else 576
        return None if counted is None else (counted - _MP3_PADDING_FRAMES) * frame / stream.rate
    if any(name in _TELL_LENGTH for name in formats):
        return stream_seconds(stream)
    if len(container.streams) == 1 and any(name in _TELL_END for name in formats):
        begin = float((stream.start_time or 0) * (stream.time_base or 0))
        return (container.duration or 0) / av.time_base - max(0.0, begin)
    return None


def stream_seconds(stream: AudioStream) -> float:
    """How long FFmpeg says that a sound is; 0 where it does not know."""
    return float((stream.duration or 0) * (stream.time_base or 0))


def goes_on(file: BinaryIO) -> bool:
    """Whether a WAV has samples after those it claims, as a recorder counts them now and then.

    What follows the samples should be another chunk, with a name and no more bytes than there are;
    programs that know no chunks leave a tag there, or zeros, and some forget the byte that makes an
    odd number of bytes even.
    """
    data = _wav_data(file)
    if data is None or not 0 < data[1] < _UNKNOWN_SIZE:
        return False
    return all(_may_be_sound(file, sum(data) + pad) for pad in {0, data[1] % 2})


def _may_be_sound(file: BinaryIO, here: int) -> bool:
    """Whether what lies from here to the end, but for zeros, is much, and neither chunk nor tag."""
    size = file.seek(0, os.SEEK_END)
    file.seek(here)
    while block := file.read(_LEAST_UNCOUNTED_BYTES):
        rest = block.lstrip(b"\0")
        here += len(block) - len(rest)
        if rest:
            break
    if size - here < _LEAST_UNCOUNTED_BYTES:
        return False
    file.seek(here)
    header = file.read(8)
    name, claimed = struct.unpack("<4sI", header)
    is_chunk = name.isascii() and name.decode().isprintable() and claimed <= size - here
    return not (is_chunk or header.startswith(_TAGS))


def ogg_links(file: BinaryIO) -> list[BinaryIO]:
    """The streams that follow one another in an Ogg, each as a file; none where it is but one.

    A stream begins with a page that says so; several side by side do so with several pages in a row
    (RFC 3533, section 4).
    """
    starts, before = [], 0
    for here, kind in _ogg_pages(file):
        if kind & _OGG_FIRST_PAGE and not before & _OGG_FIRST_PAGE:
            starts.append(here)
        before = kind
    if len(starts) < 2:
        return []
    file.seek(0)
    content = file.read()
    ends = [*starts[1:], len(content)]
    return [io.BytesIO(content[here:there]) for here, there in zip(starts, ends, strict=True)]


def _ogg_pages(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Where each page begins, and its kind; up to the first damaged one."""
    here = file.seek(0)
    while len(head := file.read(27)) == 27 and head.startswith(b"OggS"):
        yield here, head[5]
        here = file.seek(here + 27 + head[26] + sum(file.read(head[26])))


def _wav_breaks_off(file: BinaryIO) -> bool:
    """Whether its samples claim more bytes than follow them."""
    size = file.seek(0, os.SEEK_END)
    data = _wav_data(file)
    return data is not None and size - data[0] < data[1] < _UNKNOWN_SIZE


def _wav_data(file: BinaryIO) -> tuple[int, int] | None:
    """Where a WAV's samples begin, and how many bytes they claim (Microsoft's RIFF chunks)."""
    file.seek(0)
    if file.read(4) != b"RIFF":
        return None
    file.seek(12)
    while len(header := file.read(8)) == 8:
        name, claimed = struct.unpack("<4sI", header)
        here = file.tell()
        if name == b"data":
            return here, claimed
        file.seek(here + claimed + claimed % 2)
    return None


def _ogg_breaks_off(file: BinaryIO) -> bool:
    """Whether its last page is missing, or there by half.

    An Ogg file names its length nowhere; its last page is marked instead (RFC 3533, section 6).
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _OGG_PAGE_BYTES))
    end = file.read()
    page = end[end.rfind(b"OggS") :]
    if len(page) < 27:  # not even a header
        return True
    segments = page[26]
    whole = 27 + segments + sum(page[27 : 27 + segments])
    return len(page) < whole or not page[5] & _OGG_LAST_PAGE
