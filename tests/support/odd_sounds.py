"""Odd sound files, made from a seed: what people bring, and what they should not have brought."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

SEED = 1234

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Odd:
    """A file, and what shall come of it.

    Attributes:
        path: the file.
        trouble: a part of the sentence it is refused with, or None where it is a sound.
        seconds: how long the sound is; None where a damaged file may end anywhere.
        rate: its sampling rate in hertz.
        channels: its channels.
        fault: a part of the sentence on what is wrong with it.
    """

    path: Path
    trouble: str | None = None
    seconds: float | None = None
    rate: int = 44_100
    channels: int = 1
    fault: str | None = None


FORMATS = [
    *(("WAV", kind) for kind in ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE")),
    *(("WAV", kind) for kind in ("ULAW", "ALAW")),
    *(("AIFF", kind) for kind in ("PCM_S8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE")),
    *(("FLAC", kind) for kind in ("PCM_S8", "PCM_16", "PCM_24")),
    ("OGG", "VORBIS"),
    ("MP3", "MPEG_LAYER_III"),
]
RATES = {
    "WAV": (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 48_000, 96_000, 192_000),
    "FLAC": (8_000, 48_000, 192_000),
    "OGG": (8_000, 16_000, 48_000),
    "MP3": (8_000, 16_000, 22_050, 48_000),
}
SECONDS = (0.02, 0.05, 0.3, 1.0, 5.0, 7.26, 9.99, 10.01, 61.7)


def hiss(seconds: float, rate: int = 44_100, channels: int = 1) -> Array:
    """White noise, the same for the same arguments, shape (samples, channels)."""
    rng = np.random.default_rng([SEED, rate, channels])
    return rng.uniform(-0.3, 0.3, (round(seconds * rate), channels))


def encoded(
    samples: Array, rate: int = 44_100, kind: str = "WAV", subtype: str | None = None
) -> bytes:
    """A file's bytes; without a subtype, of the format's usual one."""
    content = io.BytesIO()
    soundfile.write(content, samples, rate, format=kind, subtype=subtype)
    return content.getvalue()


def odd_sounds(folder: Path) -> list[Odd]:
    """All of them, written into a folder."""
    makers: list[Callable[[Path], Iterator[Odd]]] = [
        _formats,
        _rates,
        _channels,
        _lengths,
        _levels,
        _no_sounds,
        _broken_off,
        _false_headers,
    ]
    return [odd for make in makers for odd in make(folder)]


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _formats(folder: Path) -> Iterator[Odd]:
    for kind, subtype in FORMATS:
        path = folder / f"format {subtype}.{kind.lower()}"
        yield Odd(_written(path, encoded(hiss(1), 44_100, kind, subtype)), seconds=1)
    opus = encoded(hiss(1, 48_000), 48_000, "OGG", "OPUS")
    yield Odd(_written(folder / "format OPUS.ogg", opus), seconds=1, rate=48_000)


def _rates(folder: Path) -> Iterator[Odd]:
    for kind, rates in RATES.items():
        for rate in rates:
            path = folder / f"rate {rate}.{kind.lower()}"
            soundfile.write(path, hiss(1, rate), rate)
            yield Odd(path, seconds=1, rate=rate)


def _channels(folder: Path) -> Iterator[Odd]:
    for channels in range(1, 9):
        path = folder / f"{channels} channels.wav"
        soundfile.write(path, hiss(1, 44_100, channels), 44_100)
        yield Odd(path, seconds=1, channels=channels)
    for name in ("8 channels.flac", "6 channels.ogg", "2 channels.mp3"):
        channels = int(name[0])
        soundfile.write(folder / name, hiss(1, 44_100, channels), 44_100)
        yield Odd(folder / name, seconds=1, channels=channels)


def _lengths(folder: Path) -> Iterator[Odd]:
    for seconds in SECONDS:
        path = folder / f"{seconds} s.wav"
        soundfile.write(path, hiss(seconds), 44_100)
        yield Odd(path, seconds=round(seconds * 44_100) / 44_100)
    for minutes in (10, 12):
        path = folder / f"{minutes} min.wav"
        soundfile.write(path, hiss(60 * minutes, 8000), 8000, "PCM_U8")
        fault = "shortened to its first 10 minutes" if minutes > 10 else None
        yield Odd(path, seconds=600, rate=8000, fault=fault)


def _levels(folder: Path) -> Iterator[Odd]:
    sounds = {
        "clipped": np.clip(8 * hiss(1), -1, 1),
        "faint": hiss(1) * 1e-3,
        "shifted": hiss(1) + 0.4,
        "late": np.concatenate([np.zeros((6 * 44_100, 1)), hiss(1)]),
        "beyond full scale": hiss(1) * 10,
    }
    for name, samples in sounds.items():
        content = encoded(samples, subtype="FLOAT")
        seconds = len(samples) / 44_100
        yield Odd(_written(folder / f"{name}.wav", content), seconds=seconds)


def _no_sounds(folder: Path) -> Iterator[Odd]:
    text = b"This is a letter.\n" * 1000
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("hiss.wav", encoded(hiss(1)))
    broken = {"NaN": np.nan, "infinity": np.inf, "huge": 1e20}
    m4a = struct.pack(">I", 32) + b"ftypM4A \0\0\0\0M4A mp42isom" + bytes(4) + b"mdat" + text
    unreadable = (
        "holds no sound that can be decoded. Choose another file: a sound (WAV, FLAC, OGG, MP3, "
        "M4A) or a film."
    )
    contents = {
        "empty.wav": (b"", "is empty"),
        "text.wav": (text, unreadable),
        "text.mp3": (text, unreadable),
        "text.raw": (text, unreadable),
        "zip.wav": (zipped.getvalue(), unreadable),
        "picture.ogg": (b"\x89PNG\r\n\x1a\n" + bytes(5000), unreadable),
        "voice memo.m4a": (m4a, "is not whole: the list of what is in it"),
        "half a header.wav": (encoded(hiss(1))[:20], unreadable),
        "half a header.flac": (encoded(hiss(1), kind="FLAC")[:30], unreadable),
        "only a header.wav": (encoded(hiss(1))[:44], "holds no samples"),
        "no samples.wav": (encoded(hiss(0)), "holds no samples"),
        "silent.wav": (encoded(0 * hiss(1)), "is silent throughout"),
        "silent.flac": (encoded(0 * hiss(12), kind="FLAC"), "is silent throughout"),
        "nearly silent.wav": (encoded(hiss(1) * 1e-5, subtype="FLOAT"), "is silent throughout"),
    }
    for name, value in broken.items():
        samples = hiss(12)
        samples[-100] = value
        contents[f"{name}.wav"] = (encoded(samples, subtype="FLOAT"), "Export it again.")
    for name, (content, trouble) in contents.items():
        yield Odd(_written(folder / name, content), trouble)


def _broken_off(folder: Path) -> Iterator[Odd]:
    fault = "The file breaks off before its end"
    for kind in ("WAV", "AIFF", "FLAC", "MP3", "OGG"):
        path = folder / f"broken off.{kind.lower()}"
        soundfile.write(path, hiss(12, channels=2), 44_100)
        content = path.read_bytes()
        _written(path, content[: int(0.6 * len(content))])
        yield Odd(path, channels=2, fault=fault)
    damaged = bytearray(encoded(hiss(12), kind="FLAC"))
    damaged[len(damaged) // 2 : len(damaged) // 2 + 4000] = bytes(4000)
    yield Odd(_written(folder / "damaged.flac", bytes(damaged)))


def _false_headers(folder: Path) -> Iterator[Odd]:
    """Sounds whose headers claim what they do not hold."""
    wav = encoded(hiss(1))
    for name, claim, fault in (
        ("1 GB", 10**9, "breaks off before its end"),
        ("no size, as in a pipe", 2**32 - 1, None),
    ):
        header = wav[:4] + struct.pack("<I", claim) + wav[8:40] + struct.pack("<I", claim)
        path = _written(folder / f"claims {name}.wav", header + wav[44:])
        yield Odd(path, seconds=1, fault=fault)
    flac = bytearray(encoded(hiss(1), kind="FLAC"))
    for name, frames, fault in (
        ("many", 2**36 - 1, "breaks off before its end"),
        ("an unknown number of", 0, None),
    ):
        # The last 36 bits of the 64 that begin with the rate (RFC 9639, section 8.2).
        flac[21] = flac[21] & 0xF0 | frames >> 32
        flac[22:26] = struct.pack(">I", frames & 0xFFFFFFFF)
        path = _written(folder / f"claims {name} frames.flac", bytes(flac))
        yield Odd(path, seconds=1, fault=fault)
    yield Odd(_written(folder / "junk at the end.wav", wav + bytes(1000)), seconds=1)
    yield Odd(_written(folder / "ein Geräusch, 音.WAV", wav), seconds=1)
    yield Odd(_written(folder / "named wrongly.mp3", wav), seconds=1)


def large_flac(path: Path, seconds: int) -> None:
    """Six channels at 192,000 Hz, a beep every second: 4.6 MB for each as float32."""
    rate, channels = 192_000, 6
    second = np.zeros((rate, channels), np.int16)
    beep = np.sin(2 * np.pi * 1000 * np.arange(rate // 20) / rate)
    second[: len(beep)] = (9000 * beep)[:, np.newaxis]
    with soundfile.SoundFile(path, "w", rate, channels, format="FLAC", subtype="PCM_16") as file:
        for _ in range(seconds):
            file.write(second)
