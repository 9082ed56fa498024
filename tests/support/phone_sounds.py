"""Sounds as phones, messengers, browsers and recorders write them, made with FFmpeg's encoders."""

from __future__ import annotations

import io
from dataclasses import dataclass

import av
import numpy as np
from numpy.typing import NDArray

_PICTURE_RATE = 10
"""Pictures in a second."""


@dataclass(frozen=True)
class Kind:
    """A way in which something writes sounds.

    Attributes:
        ending: of the file's name.
        container: FFmpeg's name of the format.
        codec: of its encoder.
        rate: its sampling rate, in hertz.
        picture: whether a film goes with it.
        sample_format: what the encoder takes.
        bit_rate: in bits a second; None for the encoder's own.
        most_channels: what it can hold.
    """

    ending: str
    container: str
    codec: str
    rate: int = 44_100
    picture: bool = False
    sample_format: str = "fltp"
    bit_rate: int | None = None
    most_channels: int = 2


KINDS = {
    "an iPhone's memo": Kind("m4a", "ipod", "aac"),
    "Apple's lossless": Kind("caf", "caf", "alac", sample_format="s16p"),
    "a phone's film": Kind("mov", "mov", "aac", picture=True),
    "an Android recorder": Kind("3gp", "3gp", "aac", 16_000),
    "Chrome's recorder": Kind("webm", "webm", "libopus", 48_000, sample_format="flt"),
    "a messenger": Kind("opus", "ogg", "libopus", 48_000, sample_format="flt"),
    "a Windows recorder": Kind("wma", "asf", "wmav2", bit_rate=128_000),
    "a radio stream": Kind("aac", "adts", "aac"),
    "a camera's film": Kind("avi", "avi", "pcm_s16le", sample_format="s16", picture=True),
    "an old recorder": Kind(
        "amr",
        "amr",
        "libopencore_amrnb",
        8_000,
        sample_format="s16",
        bit_rate=12_200,
        most_channels=1,
    ),
    "an old phone": Kind(
        "3gp",
        "3gp",
        "libopencore_amrnb",
        8_000,
        sample_format="s16",
        bit_rate=12_200,
        most_channels=1,
    ),
}


def phone_sound(
    samples: NDArray[np.floating] | None,
    kind: Kind,
    *,
    begin: float = 0.0,
    film_seconds: float = 0.1,
) -> bytes:
    """A file's bytes.

    Args:
        samples: shape (samples, channels), at the kind's rate; full scale is 1. None for a film
            without sound.
        kind: what writes it.
        begin: when in the film the sound begins, in seconds.
        film_seconds: how long its pictures go on, where it has any.
    """
    content = io.BytesIO()
    exact = {"fflags": "+bitexact"}  # no random numbers in it: the same sound, the same bytes
    with av.open(content, "w", format=kind.container, container_options=exact) as container:
        film = _film(container) if kind.picture else None
        sound = None if samples is None else _stream(container, kind, _layout(samples))
        if film is not None:
            grey = np.full((96, 64), 128, np.uint8)  # in yuv420p colours follow below the picture
            for number in range(round(_PICTURE_RATE * film_seconds)):
                picture = av.VideoFrame.from_ndarray(grey, "yuv420p")
                picture.pts = number
                container.mux(film.encode(picture))
            container.mux(film.encode(None))
        if sound is not None:
            for frame in _frames(samples, kind):
                frame.pts += round(begin * kind.rate)
                container.mux(sound.encode(frame))
            container.mux(sound.encode(None))
    return content.getvalue()


def _layout(samples: NDArray[np.floating]) -> str:
    channels = samples.shape[1]
    names = {1: "mono", 2: "stereo", 8: "7.1(wide)", 16: "hexadecagonal"}
    return names.get(channels, f"{channels} channels")


def _stream(
    container: av.container.OutputContainer, kind: Kind, layout: str
) -> av.audio.stream.AudioStream:
    sound = container.add_stream(kind.codec, rate=kind.rate, layout=layout)
    if kind.bit_rate is not None:
        sound.bit_rate = kind.bit_rate
    return sound


def _frames(samples: NDArray[np.floating], kind: Kind) -> list[av.AudioFrame]:
    """The samples as the encoder takes them."""
    resampler = av.AudioResampler(kind.sample_format, _layout(samples), kind.rate)
    flat = np.ascontiguousarray(samples.astype(np.float32).reshape(1, -1))
    frame = av.AudioFrame.from_ndarray(flat, "flt", _layout(samples))
    frame.sample_rate, frame.pts = kind.rate, 0
    return [*resampler.resample(frame), *resampler.resample(None)]


def _film(container: av.container.OutputContainer) -> av.VideoStream:
    """A picture of 64 x 64 pixels."""
    film = container.add_stream("mpeg4", rate=_PICTURE_RATE)
    film.width, film.height, film.pix_fmt = 64, 64, "yuv420p"
    return film


def bursts(seconds: float, rate: int = 44_100, channels: int = 1) -> NDArray[np.float64]:
    """A tone of 440 Hz in every second half second, shape (samples, channels)."""
    time = np.arange(round(seconds * rate)) / rate
    tone = 0.4 * np.sin(2 * np.pi * 440 * time) * (time % 1 < 0.5)
    return np.tile(tone[:, np.newaxis], channels)


def envelope(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """The level of every 50 ms, full scale is 1."""
    frames = samples[: len(samples) // 1102 * 1102].reshape(-1, 1102)
    return np.sqrt((frames.astype(np.float64) ** 2).mean(axis=1))
