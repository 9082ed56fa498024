"""FFmpeg's frames of samples: all alike, none beyond the end, and as arrays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.layout import AudioLayout
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

_PLANES = 7
"""The most planes that PyAV can tell the number of: it counts up to an empty pointer, and behind
the eighth there is none. What stands there instead takes the whole process down (PyAV 18.1)."""

_FRAME_SECONDS = 10.0
"""Longer than any encoder's frame. One of some hertz would be gigabytes at another's rate."""


def plain_name(layout: AudioLayout) -> str:
    """A layout's name without the order of its channels, where that is no usual one."""
    return layout.name.partition(" (")[0]


def in_plain_order(context: AudioCodecContext) -> None:
    """Let a decoder that decodes nothing yet take its channels as they come.

    An order that a file makes up itself takes the whole process down: PyAV frees it twice (18.1).
    """
    told = context.layout
    if told.nb_channels:
        context.layout = plain_name(told)


def readable(frame: AudioFrame) -> list[AudioFrame]:
    """The same samples as NumPy can have them, in 32 bits and in few planes."""
    long = frame.format.name.startswith("s64")
    many = frame.format.is_planar and frame.layout.nb_channels > _PLANES
    if not (long or many):
        return [frame]
    packed = "s32" if long else frame.format.packed
    return AudioResampler(packed, frame.layout, frame.sample_rate).resample(frame)


def samples_of(frame: AudioFrame) -> NDArray[np.float32]:
    """A frame's samples, shape (frames, channels); full scale is 1.

    A channel lies in one piece of memory, where a mean over channels takes a tenth of the time.
    """
    raw: NDArray[Any] = frame.to_ndarray()  # (channels, frames), or (1, frames * channels)
    samples = raw.T if frame.format.is_planar else raw.reshape(-1, frame.layout.nb_channels)
    with np.errstate(over="ignore"):  # what is too large becomes infinite
        floats: NDArray[np.float32] = samples.astype(np.float32, order="F", copy=False)
    if samples.dtype == np.uint8:
        floats = (floats - 128) / np.float32(128)
    elif samples.dtype.kind == "i":
        floats = floats / np.float32(2 ** (8 * samples.itemsize - 1))
    return floats


class Alike:
    """Brings frames to the rate and the channels of the first one; most are so already.

    Attributes:
        left_out: whether a frame was left out, as its channels are none that can be mixed to these,
            or its rate makes it endless: damaged files claim such.
    """

    def __init__(self, first: AudioFrame) -> None:
        """Make others like this one."""
        self.left_out = False
        self._rate, self._layout = first.sample_rate, first.layout
        self._other: tuple[int, str, str] | None = None
        self._resampler: AudioResampler | None = None

    def all(self, frames: Iterator[AudioFrame]) -> Iterator[AudioFrame]:
        """The frames; to be called once."""
        for frame in frames:
            alike = frame.layout.nb_channels == self._layout.nb_channels
            if alike and frame.sample_rate == self._rate:
                yield from self._rest()
                yield frame
                continue
            kind = (frame.sample_rate, frame.layout.name, frame.format.name)
            if frame.samples > _FRAME_SECONDS * frame.sample_rate:
                self.left_out = True
                continue
            if kind != self._other:
                yield from self._rest()
                self._resampler = AudioResampler("flt", self._layout, self._rate)
                self._other = kind
            frame.pts = None
            yield from self._resampled(frame)
        yield from self._rest()

    def _resampled(self, frame: AudioFrame | None) -> list[AudioFrame]:
        if self._resampler is None:
            return []
        try:
            return self._resampler.resample(frame)
        except (av.FFmpegError, ValueError):
            self.left_out = True
            self._resampler = self._other = None
            return []

    def _rest(self) -> list[AudioFrame]:
        rest = self._resampled(None)
        self._resampler = self._other = None
        return rest


def without_padding(frames: Iterator[AudioFrame], seconds: float) -> Iterator[AudioFrame]:
    """An Ogg's frames up to the end that its last page names: FFmpeg cuts its last packet only.

    `seconds`: where that is; 0 where no page names it.
    """
    taken, beyond = 0, list[AudioFrame]()
    for frame in frames:
        end = round(seconds * frame.sample_rate)
        if not end or taken + frame.samples <= end:
            yield frame
        elif taken > end + frame.sample_rate / 10:  # that is no padding: the page is wrong
            yield from (*beyond, frame)
            beyond.clear()
        else:
            beyond.append(frame)
        taken += frame.samples
    if beyond:
        begin = taken - sum(frame.samples for frame in beyond)
        rest = cut(beyond[0], 0, end - begin)
        if rest is not None:
            yield rest


def cut(frame: AudioFrame, begin: int, end: int) -> AudioFrame | None:
    """A frame's samples from `begin` up to `end`; None where there are none."""
    if begin >= min(end, frame.samples):
        return None
    if begin == 0 and end >= frame.samples:
        return frame
    width = 1 if frame.format.is_planar else frame.layout.nb_channels
    raw: Any = np.ascontiguousarray(frame.to_ndarray()[:, begin * width : end * width])
    cut = AudioFrame.from_ndarray(raw, frame.format.name, plain_name(frame.layout))
    cut.sample_rate = frame.sample_rate
    return cut
