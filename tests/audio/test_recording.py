"""Any sound a person may have comes in as mono at 22,050 Hz, or as a sentence."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from esc10.audio.loading import CLIP_SAMPLES, SAMPLE_RATE, fixed_length
from esc10.audio.recording import load_recording
from esc10.errors import AudioError

HERTZ = 1000
FORMATS = [
    ("WAV", "PCM_U8"),
    ("WAV", "PCM_16"),
    ("WAV", "PCM_24"),
    ("WAV", "PCM_32"),
    ("WAV", "FLOAT"),
    ("WAV", "DOUBLE"),
    ("FLAC", "PCM_16"),
    ("FLAC", "PCM_24"),
    ("OGG", "VORBIS"),
    ("MP3", "MPEG_LAYER_III"),
    ("AIFF", "PCM_16"),
]
RATES = [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000]


def tone(seconds: float = 5, rate: int = 44_100, channels: int = 1) -> NDArray[np.float64]:
    """1 kHz at half of full scale, shape (samples, channels)."""
    samples = 0.5 * np.sin(2 * np.pi * HERTZ * np.arange(round(seconds * rate)) / rate)
    return np.tile(samples[:, np.newaxis], channels)


def encoded(
    samples: NDArray[np.float64], rate: int = 44_100, kind: str = "WAV", subtype: str = "PCM_16"
) -> bytes:
    content = io.BytesIO()
    soundfile.write(content, samples, rate, format=kind, subtype=subtype)
    return content.getvalue()


def loudest_hertz(samples: NDArray[np.float32]) -> float:
    """The frequency of the highest peak of the spectrum; bins are 0.2 Hz apart."""
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)[power.argmax()])


def assert_is_the_tone(samples: NDArray[np.float32], level: float = 0.5) -> None:
    """Five seconds of mono, 1 kHz, as loud as it was."""
    samples = fixed_length(samples)
    assert samples.shape == (CLIP_SAMPLES,) == (110_250,)
    assert samples.dtype == np.float32
    assert abs(loudest_hertz(samples) - HERTZ) <= 0.2
    middle = samples[CLIP_SAMPLES // 4 : CLIP_SAMPLES // 2]
    assert np.sqrt(2 * np.mean(middle**2)) == pytest.approx(level, rel=0.02)


@pytest.mark.parametrize(("kind", "subtype"), FORMATS)
@pytest.mark.parametrize("channels", [1, 2])
def test_formats_come_in_alike(tmp_path: Path, kind: str, subtype: str, channels: int) -> None:
    path = tmp_path / f"tone.{kind.lower()}"
    path.write_bytes(encoded(tone(channels=channels), 44_100, kind, subtype))
    sound = load_recording(path, path.name)
    assert_is_the_tone(sound.samples)
    assert sound.seconds == 5
    mixed = ("2 channels were mixed to one",) if channels == 2 else ()
    assert sound.remarks == (*mixed, "resampled from 44,100 Hz to 22,050 Hz")


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_keeps_its_pitch_at_every_rate(rate: int) -> None:
    sound = load_recording(encoded(tone(rate=rate), rate), "tone.wav")
    assert_is_the_tone(sound.samples)
    assert sound.seconds == 5
    if rate == SAMPLE_RATE:
        assert sound.remarks == ()
    else:
        assert sound.remarks == (f"resampled from {rate:,} Hz to 22,050 Hz",)


@pytest.mark.parametrize("rate", [1, 3, 100, 999_983, 2_000_000_000])
@pytest.mark.parametrize("samples", [1, 2, 1000])
def test_absurd_rates_come_in_or_are_sentences(rate: int, samples: int) -> None:
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, (samples, 1))
    try:
        sound = load_recording(encoded(noise, rate), "odd.wav")
    except AudioError as error:
        assert str(error).startswith("odd.wav ")
    else:
        assert sound.samples.ndim == 1
        assert np.isfinite(sound.samples).all()


def test_integers_of_64_bits_are_heard() -> None:
    samples = (tone() * 2**63).astype("<i8").tobytes()
    kind = struct.pack("<HHIIHH", 1, 1, 44_100, 8 * 44_100, 8, 64)
    header = struct.pack("<4sI4s4sI", b"RIFF", 36 + len(samples), b"WAVE", b"fmt ", len(kind))
    wav = header + kind + b"data" + struct.pack("<I", len(samples)) + samples
    assert_is_the_tone(load_recording(wav, "long.wav").samples)


@pytest.mark.parametrize("kind", ["WAV", "FLAC"])
def test_six_channels_are_mixed(kind: str) -> None:
    sound = load_recording(encoded(tone(rate=22_050, channels=6), 22_050, kind), "surround")
    assert_is_the_tone(sound.samples)
    assert sound.remarks == ("6 channels were mixed to one",)


def test_mixing_takes_the_mean_of_the_channels() -> None:
    left_only = tone(rate=22_050, channels=2)
    left_only[:, 1] = 0
    sound = load_recording(encoded(left_only, 22_050), "left.wav")
    assert_is_the_tone(sound.samples, level=0.25)


def test_a_single_sample_is_a_sound() -> None:
    sound = load_recording(encoded(np.full((1, 1), 0.5), 22_050), "click.wav")
    assert sound.samples[0] == pytest.approx(0.5, abs=1e-4)
    assert len(sound.samples) == 1


def test_bytes_and_a_file_give_the_same(tmp_path: Path) -> None:
    content = encoded(tone(), kind="OGG", subtype="VORBIS")
    path = tmp_path / "a name with spaces, and ü.ogg"
    path.write_bytes(content)
    from_file, from_bytes = load_recording(path, "x"), load_recording(content, "x")
    assert np.array_equal(from_file.samples, from_bytes.samples)
    assert from_file.remarks == from_bytes.remarks


def a_zip() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("tone.wav", encoded(tone()))
    return content.getvalue()


def with_a(value: float) -> bytes:
    samples = tone(channels=2)
    samples[1000, 1] = value
    return encoded(samples, subtype="FLOAT")


WAV = encoded(tone())
NO_SOUNDS = {
    "empty": (b"", "is empty"),
    "text": (b"This is a letter.\n" * 1000, "holds no sound that can be decoded"),
    "zip": (a_zip(), "holds no sound that can be decoded"),
    "half a header": (WAV[:20], "holds no sound that can be decoded"),
    "no samples": (encoded(np.zeros((0, 1))), "holds no samples"),
    "only a header": (WAV[:44], "holds no samples"),
    "silence": (encoded(np.zeros((220_500, 2))), "is silent throughout"),
    "near silence": (
        encoded(tone() * 1e-5, subtype="FLOAT"),
        "is silent throughout",
    ),
    "huge": (with_a(3e38), "holds samples that are no sound: too large"),
    "huge everywhere": (
        encoded(np.full((44_100, 2), 3e38), subtype="FLOAT"),
        "holds samples that are no sound: too large",
    ),
    "huger than 32 bits have": (
        encoded(np.full((44_100, 2), 1e300), subtype="DOUBLE"),
        "holds samples that are not numbers",
    ),
    "at 2 GHz": (
        encoded(tone(), 2_000_000_000),
        "claims a sampling rate of 2,000,000,000 Hz, and 768,000 are the most",
    ),
    "NaN": (with_a(np.nan), "holds samples that are not numbers"),
    "infinity": (with_a(-np.inf), "holds samples that are not numbers"),
}


@pytest.mark.parametrize("kind", NO_SOUNDS)
@pytest.mark.parametrize("way", ["file", "bytes"])
def test_what_is_no_sound_is_one_sentence(kind: str, way: str, tmp_path: Path) -> None:
    content, sentence = NO_SOUNDS[kind]
    path = tmp_path / "my sound.wav"
    path.write_bytes(content)
    with pytest.raises(AudioError, match=f"^my sound.wav {sentence}") as caught:
        load_recording(path if way == "file" else content, "my sound.wav")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"^gone\.wav cannot be read: no such file"):
        load_recording(tmp_path / "gone.wav", "gone.wav")


def test_a_folder_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"^home cannot be read: "):
        load_recording(tmp_path, "home")


def test_the_faintest_step_of_16_bits_is_no_silence() -> None:
    faint = np.zeros((110_250, 1))
    faint[::2] = 2**-15
    assert np.abs(load_recording(encoded(faint, 22_050), "faint.wav").samples).max() > 0


def test_numbers_that_are_no_sound_are_a_sentence(tmp_path: Path) -> None:
    """A float file may hold anything; 1e20 times full scale would make the spectrogram infinite."""
    path = tmp_path / "numbers.wav"
    soundfile.write(path, np.full(SAMPLE_RATE, 1e20), SAMPLE_RATE, subtype="FLOAT")
    with pytest.raises(AudioError, match=r"^numbers\.wav holds samples that are no sound"):
        load_recording(path, path.name)
