"""FFmpeg's frames of samples: all alike, none beyond the end, and as arrays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

_PLANES = 7
"""The most planes that PyAV can tell the number of: it counts up to an empty pointer, and behind
the eighth there is none. What stands there instead takes the whole process down (PyAV 18.1)."""


def in_few_planes(frame: AudioFrame) -> list[AudioFrame]:
    """The same samples, with those of all channels side by side where a plane each is too many."""
    if not frame.format.is_planar or frame.layout.nb_channels <= _PLANES:
        return [frame]
    return AudioResampler(frame.format.packed, frame.layout, frame.sample_rate).resample(frame)


def samples_of(frame: AudioFrame) -> NDArray[np.float32]:
    """A frame's samples, shape (frames, channels); full scale is 1.

    A channel lies in one piece of memory, where a mean over channels takes a tenth of the time.
    """
    raw: NDArray[Any] = frame.to_ndarray()  # (channels, frames), or (1, frames * channels)
    samples = raw.T if frame.format.is_planar else raw.reshape(-1, frame.layout.nb_channels)
    floats: NDArray[np.float32] = samples.astype(np.float32, order="F", copy=False)
    if samples.dtype == np.uint8:
        floats = (floats - 128) / np.float32(128)
    elif samples.dtype.kind == "i":
        floats = floats / np.float32(2 ** (8 * samples.itemsize - 1))
    return floats


class Alike:
    """Brings frames to the rate and the channels of the first one; most are so already.

    Attributes:
        left_out: whether a frame was left out, as its channels are none that can be mixed to these:
            damaged files claim such.
    """

    def __init__(self, first: AudioFrame) -> None:
        """Make others like this one."""
        self.left_out = False
        self._rate, self._layout = first.sample_rate, first.layout
        self._other: tuple[int, int, str] | None = None
        self._resampler: AudioResampler | None = None

    def all(self, frames: Iterator[AudioFrame]) -> Iterator[AudioFrame]:
        """The frames; to be called once."""
        for frame in frames:
            kind = (frame.sample_rate, frame.layout.nb_channels, frame.format.name)
            if kind[:2] == (self._rate, self._layout.nb_channels):
                yield from self._rest()
                yield frame
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
        except av.FFmpegError:
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
    cut = AudioFrame.from_ndarray(raw, frame.format.name, frame.layout.name)
    cut.sample_rate = frame.sample_rate
    return cut
