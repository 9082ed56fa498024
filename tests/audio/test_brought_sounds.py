"""What people really bring: phones' formats, odd headers, channels and levels."""

from __future__ import annotations

import struct
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from esc10.audio.loading import SAMPLE_RATE
from esc10.audio.recording import load_recording
from esc10.errors import AudioError
from tests.support.odd_sounds import encoded, hiss
from tests.support.phone_sounds import KINDS, Kind, bursts, envelope, phone_sound

RATE = 44_100
PICTURE = b"ID3\4\0\0\0\1\x7f\x7f" + bytes(2**15 - 1)
"""A tag as large as a small picture, in front of an MP3."""

MP3_KILOBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)


# formats


@pytest.mark.parametrize(
    ("name", "channels"),
    [(name, channels) for name in KINDS for channels in (1, 2)[: KINDS[name].most_channels]],
)
def test_what_phones_and_browsers_write_is_heard_whole(name: str, channels: int) -> None:
    kind = KINDS[name]
    content = phone_sound(bursts(5, kind.rate, channels), kind)
    recording = load_recording(content, f"sound.{kind.ending}")
    assert recording.seconds == pytest.approx(5, abs=0.13)  # what encoders put around a sound
    assert (recording.rate, recording.channels) == (kind.rate, channels)
    assert not recording.faults
    levels, expected = envelope(recording.samples), envelope(bursts(5, SAMPLE_RATE)[:, 0])
    count = min(len(levels), len(expected))
    assert np.corrcoef(levels[:count], expected[:count])[0, 1] > 0.8
    assert levels.max() == pytest.approx(expected.max(), rel=0.15)


def test_a_film_without_sound_is_a_sentence() -> None:
    content = phone_sound(None, KINDS["a phone's film"])
    with pytest.raises(AudioError, match=r"^film\.mov has pictures and no sound"):
        load_recording(content, "film.mov")


def test_a_film_that_lost_its_end_is_told_so() -> None:
    content = phone_sound(bursts(5), KINDS["an iPhone's memo"])
    with pytest.raises(AudioError, match=r"^memo\.m4a is not whole: .* Record or copy it again\.$"):
        load_recording(content[: len(content) // 2], "memo.m4a")


@pytest.mark.parametrize("kind", ["NIST", "VOC", "IRCAM", "SVX", "W64", "RF64", "AU"])
def test_what_laboratories_and_old_machines_wrote_is_heard(kind: str) -> None:
    recording = load_recording(encoded(bursts(2, SAMPLE_RATE), SAMPLE_RATE, kind), "sound")
    np.testing.assert_allclose(recording.samples, bursts(2, SAMPLE_RATE)[:, 0], rtol=0, atol=1e-4)


# lengths


def bare_mp3(samples: NDArray[np.float64]) -> bytes:
    """An MP3 without its first frame, which holds the number of frames."""
    mp3 = encoded(samples, RATE, "MP3")
    assert b"Xing" in mp3[:64] or b"Info" in mp3[:64]
    kilobits, padding = MP3_KILOBITS[mp3[2] >> 4], mp3[2] >> 1 & 1
    return mp3[144_000 * kilobits // RATE + padding :]


@pytest.mark.parametrize("tag", [b"", PICTURE], ids=["bare", "with a picture"])
def test_an_mp3_without_a_count_of_frames_is_heard_whole(tag: bytes) -> None:
    """Its length is guessed from its first frames; those here are silent, and have few bits."""
    samples = np.concatenate([1e-4 * hiss(3), bursts(2)])
    recording = load_recording(tag + bare_mp3(samples), "bare.mp3")
    assert recording.seconds == pytest.approx(5, abs=0.05)
    assert envelope(recording.samples)[-60:].max() > 0.2
    assert not recording.faults


AAC_STREAMS = (Kind("aac", "adts", "aac"), Kind("ts", "mpegts", "aac"), Kind("flv", "flv", "aac"))


def test_what_an_encoder_puts_before_a_sound_is_taken_off_where_no_file_says_so() -> None:
    samples = 0.2 * hiss(2) + bursts(2)
    memo = phone_sound(samples, KINDS["an iPhone's memo"])
    mp3 = encoded(samples, RATE, "MP3")
    untold = [(bare_mp3(samples), mp3), *((phone_sound(samples, k), memo) for k in AAC_STREAMS)]
    untold += [(mp3.replace(b"LAME", b"Mine"), mp3)]
    for content, told in untold:
        sound, expected = (load_recording(file, "sound").samples for file in (content, told))
        count = min(len(sound), len(expected))
        assert np.corrcoef(sound[:count], expected[:count])[0, 1] > 0.9999


def test_joined_mp3s_with_a_tag_each_are_whole() -> None:
    """FFmpeg then guesses how long they are, by the bitrate of the first frame."""
    tag, old_tag = b"ID3\4\0\0\0\0\x27\x08" + bytes(5000), b"TAG" + bytes(125)
    parts = [encoded(bursts(seconds), RATE, "MP3") for seconds in (2, 3)]
    recording = load_recording(tag + (old_tag + tag).join(parts), "joined.mp3")
    assert recording.seconds == pytest.approx(5, abs=0.1)
    assert not recording.faults


def test_an_mp3_with_a_large_picture_that_breaks_off_is_told_so() -> None:
    content = encoded(bursts(10), RATE, "MP3")
    recording = load_recording(PICTURE + content[: len(content) // 2], "half.mp3")
    assert [fault.key for fault in recording.faults] == ["broken"]


@pytest.mark.parametrize("rates", [(RATE, RATE), (RATE, 22_050), (22_050, 48_000)])
@pytest.mark.parametrize("channels", [(1, 1), (1, 2), (2, 1)])
def test_streams_in_a_row_are_all_heard(rates: tuple[int, int], channels: tuple[int, int]) -> None:
    links = [
        encoded(level * hiss(seconds, rate, number), rate, "OGG")
        for seconds, level, rate, number in zip((1.6, 3.4), (0.01, 1), rates, channels, strict=True)
    ]
    recording = load_recording(b"".join(links), "chained.ogg")
    assert recording.seconds == pytest.approx(5, abs=0.1)
    levels = envelope(recording.samples)
    assert levels[5:25].max() < 0.01
    assert levels[40:95].min() > 0.03
    assert not recording.faults


@pytest.mark.parametrize("filler", [0, 4048])
def test_a_recorder_that_crashed_wrote_no_size(filler: int) -> None:
    wav = encoded(bursts(5), RATE)
    junk = b"FLLR" + struct.pack("<I", filler) + bytes(filler) if filler else b""
    content = wav[:36] + junk + b"data" + bytes(4) + wav[44:]
    recording = load_recording(content, "crashed.wav")
    assert recording.seconds == pytest.approx(5, abs=0.01)
    assert not recording.faults


def test_a_recorder_that_crashed_counted_some_of_its_samples() -> None:
    wav = encoded(bursts(5), RATE)
    recording = load_recording(wav[:40] + struct.pack("<I", 2 * RATE) + wav[44:], "crashed.wav")
    assert recording.seconds == 5
    assert [fault.key for fault in recording.faults] == ["uncounted"]


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content


COVER = np.random.default_rng(1).bytes(2**18)
ID3 = b"ID3\3\0\0" + bytes((2**18 >> shift) & 127 for shift in (21, 14, 7, 0)) + COVER
NO_SOUND = {
    "a chunk": chunk(b"LIST", COVER),
    "a chunk with a tag": chunk(b"id3 ", ID3),
    "a tag": ID3,
    "another tag": b"APETAGEX" + COVER,
    "nothing": bytes(700_000),
}


@pytest.mark.parametrize("name", NO_SOUND)
@pytest.mark.parametrize("pad", [b"", b"\0"], ids=["unpadded", "padded"])
def test_what_follows_a_wavs_samples_is_no_sound(name: str, pad: bytes) -> None:
    """Samples of an odd number of bytes want one more before the next chunk; writers forget it."""
    odd = encoded(bursts(3)[:-1], RATE, "WAV", "PCM_U8")[: 44 + 3 * RATE - 1]
    assert odd[36:44] == b"data" + struct.pack("<I", 3 * RATE - 1)
    for wav in (odd + pad, encoded(bursts(3), RATE)):
        recording = load_recording(wav + NO_SOUND[name], "whole.wav")
        assert recording.seconds == pytest.approx(3, abs=1e-4)
        assert not recording.faults


def test_a_flac_that_counts_too_few_samples_is_heard_whole() -> None:
    flac = bytearray(encoded(bursts(5), RATE, "FLAC"))
    # The last 36 bits of the 64 that begin with the rate (RFC 9639, section 8.2).
    flac[22:26] = struct.pack(">I", RATE)
    recording = load_recording(bytes(flac), "few.flac")
    assert recording.seconds == 5
    assert not recording.faults


FILMS = {
    "AAC in Matroska": Kind("mkv", "matroska", "aac"),
    "Opus in Matroska": Kind("mkv", "matroska", "libopus", 48_000, sample_format="flt"),
    "FLAC in Matroska": Kind("mkv", "matroska", "flac", sample_format="s16"),
    "Windows": Kind("wmv", "asf", "wmav2", bit_rate=128_000),
    "QuickTime": Kind("mov", "mov", "aac"),
}


@pytest.mark.parametrize("name", FILMS)
@pytest.mark.parametrize("picture", [True, False])
@pytest.mark.parametrize("begin", [0, 1])
def test_a_whole_film_does_not_break_off(name: str, picture: bool, begin: float) -> None:
    """Its pictures go on when the sound has ended, or the sound does not begin with them."""
    kind = replace(FILMS[name], picture=picture)
    content = phone_sound(bursts(3, kind.rate), kind, begin=begin, film_seconds=5)
    recording = load_recording(content, f"film.{kind.ending}")
    assert recording.seconds == pytest.approx(3, abs=0.05)
    assert not recording.faults


@pytest.mark.parametrize("name", ["AAC in Matroska", "Opus in Matroska", "Windows"])
def test_a_sound_in_a_films_format_that_breaks_off_is_told_so(name: str) -> None:
    content = phone_sound(bursts(3, FILMS[name].rate), FILMS[name])
    faults = load_recording(content[: len(content) // 2], "half").faults
    assert "broken" in {fault.key for fault in faults}


def test_a_film_whose_pictures_begin_late_is_heard() -> None:
    """FFmpeg looks at the first 5 MB for what is in it; whatever begins later is news."""
    sound = phone_sound(bursts(65), Kind("flv", "flv", "pcm_s16le", sample_format="s16"))
    picture = b"\x12" + bytes(50)
    begin = struct.pack(">BBHBHI", 9, 0, len(picture), 0, 65_000, 0)
    film = sound + begin + picture + struct.pack(">I", len(begin) + len(picture))
    recording = load_recording(film, "film.flv")
    assert recording.seconds == pytest.approx(65, abs=0.05)
    assert not recording.faults


# channels


def mixed(*channels: NDArray[np.float64]) -> tuple[NDArray[np.float32], list[str]]:
    """What comes of channels, and what is said of it."""
    content = encoded(np.column_stack(channels), SAMPLE_RATE, subtype="FLOAT")
    recording = load_recording(content, "stereo.wav")
    said = [*(fault.sentence for fault in recording.faults), *recording.remarks]
    return recording.samples, said


LEFT, OTHER = bursts(2, SAMPLE_RATE)[:, 0], hiss(2, SAMPLE_RATE)[:, 0]
CANCEL = "cancel each other when they are mixed, so {} alone was taken."


@pytest.mark.parametrize("share", [1.0, 0.9, 0.7])
@pytest.mark.parametrize("offset", [0.0, 0.2])
def test_opposite_channels_are_not_mixed_to_silence(share: float, offset: float) -> None:
    samples, said = mixed(LEFT + offset, -share * LEFT + offset)
    np.testing.assert_allclose(samples, LEFT + offset, atol=1e-6)
    assert said == [f"Its 2 channels {CANCEL.format('the left one')}"]
    if share == 1:
        return
    samples, said = mixed(-share * LEFT + offset, LEFT + offset)
    np.testing.assert_allclose(samples, LEFT + offset, atol=1e-6)
    assert said == [f"Its 2 channels {CANCEL.format('the right one')}"]


@pytest.mark.parametrize(
    ("kind", "channels"),
    [
        (Kind("m4a", "ipod", "aac"), 16),
        (Kind("wv", "wv", "wavpack", sample_format="fltp"), 12),
        (Kind("caf", "caf", "alac", sample_format="s16p"), 8),
    ],
    ids=["AAC", "WavPack", "Apple's lossless"],
)
def test_a_plane_for_each_of_many_channels(kind: Kind, channels: int) -> None:
    content = phone_sound(bursts(2, kind.rate, channels), kind)
    recording = load_recording(content, "many")
    assert (recording.channels, recording.seconds) == (channels, pytest.approx(2, abs=0.05))
    assert np.quantile(envelope(recording.samples), 0.9) == pytest.approx(0.3, abs=0.02)


def test_six_channels_that_cancel_are_one() -> None:
    samples, said = mixed(LEFT, -LEFT, LEFT, -LEFT, 1.1 * LEFT, -LEFT)
    np.testing.assert_allclose(samples, 1.1 * LEFT, atol=1e-6)
    assert said == [f"Its 6 channels {CANCEL.format('the one of number 5')}"]


@pytest.mark.parametrize(
    "channels",
    [
        (LEFT, LEFT),
        (LEFT, OTHER),
        (LEFT, 0 * LEFT),
        (LEFT, -0.4 * LEFT),
        (0 * LEFT, *[0 * LEFT] * 6, LEFT),
        (LEFT, OTHER, OTHER[::-1]),
    ],
)
def test_other_channels_are_mixed(channels: tuple[NDArray[np.float64], ...]) -> None:
    samples, said = mixed(*channels)
    np.testing.assert_allclose(samples, np.mean(channels, axis=0), atol=1e-6)
    assert said == [f"{len(channels)} channels were mixed to one"]


# levels


@pytest.mark.parametrize("full_scale", [2**15, 2**23, 2**31])
@pytest.mark.parametrize("kind", ["FLOAT", "DOUBLE"])
@pytest.mark.parametrize("seconds", [2, 12])
def test_integers_in_a_file_of_fractions_are_scaled(
    full_scale: int, kind: str, seconds: int
) -> None:
    sound = bursts(seconds, SAMPLE_RATE)
    content = encoded(sound * full_scale, SAMPLE_RATE, subtype=kind)
    recording = load_recording(content, "counts.wav")
    np.testing.assert_allclose(recording.samples, sound[:, 0], atol=1e-6 + 0.5 / full_scale)
    assert recording.measures.peak == pytest.approx(0.4, rel=1e-3)
    assert recording.measures.clipped == 0
    assert recording.remarks == (
        "its numbers are counts far beyond full scale, so they were rounded and divided by "
        f"{full_scale:,}",
    )


def test_counts_in_a_file_of_fractions_are_the_file_of_counts() -> None:
    """Where something was computed with them since, a network would hear less noise."""
    sound = 0.05 * bursts(2, SAMPLE_RATE) + 1e-4 * hiss(2, SAMPLE_RATE)
    fractions = (sound * 2**15).astype(np.float32)
    counts = load_recording(encoded(fractions, SAMPLE_RATE, subtype="FLOAT"), "counts.wav")
    whole = np.round(fractions).astype(np.int16)
    integers = load_recording(encoded(whole, SAMPLE_RATE), "integers.wav")
    np.testing.assert_array_equal(counts.samples, integers.samples)


def test_quiet_counts_are_counts() -> None:
    """At -66 and -50 dBFS: that its numbers are whole says what they are."""
    for peak in (17, 100):
        whole = np.round(peak * hiss(2, SAMPLE_RATE) / 0.3)
        counts = load_recording(encoded(whole, SAMPLE_RATE, subtype="FLOAT"), "counts.wav")
        integers = load_recording(encoded(whole.astype(np.int16), SAMPLE_RATE), "integers.wav")
        np.testing.assert_array_equal(counts.samples, integers.samples)


@pytest.mark.parametrize("peak", [17, 20, 127])
def test_fractions_far_beyond_full_scale_are_not_taken_for_counts(peak: float) -> None:
    """Rounded to whole numbers they would have a few bits each."""
    content = encoded(peak * hiss(2) / 0.3, subtype="FLOAT")
    with pytest.raises(AudioError, match=rf"^loud\.wav peaks at {peak} times full scale: too much"):
        load_recording(content, "loud.wav")


def test_fractions_a_little_beyond_full_scale_stay_as_they_are() -> None:
    sound = 20 * bursts(2, SAMPLE_RATE)
    recording = load_recording(encoded(sound, SAMPLE_RATE, subtype="FLOAT"), "loud.wav")
    np.testing.assert_allclose(recording.samples, sound[:, 0], rtol=1e-6)
    assert recording.remarks == recording.faults == ()


@pytest.mark.parametrize(("hertz", "rate"), [(15_000, 44_100), (30_000, 96_000)])
@pytest.mark.parametrize("kind", ["PCM_16", "FLOAT"])
@pytest.mark.parametrize("seconds", [3, 12])
def test_a_sound_above_all_that_networks_hear_is_told_so(
    hertz: int, rate: int, kind: str, seconds: int
) -> None:
    time = np.arange(seconds * rate) / rate
    swell = np.sin(np.pi * time / seconds) ** 2  # a beginning out of nothing is heard as a click
    tone = 0.5 * swell * np.sin(2 * np.pi * hertz * time)
    content = encoded(tone[:, np.newaxis], rate, "WAV", kind)
    with pytest.raises(AudioError, match=r"^bat\.wav lies above 11,025 Hz, where networks here"):
        load_recording(content, "bat.wav")


def test_a_sound_of_which_networks_hear_little_is_told_so() -> None:
    time = np.arange(3 * RATE) / RATE
    swell = np.sin(np.pi * time / 3) ** 2
    high, low = (np.sin(2 * np.pi * hertz * time)[:, np.newaxis] for hertz in (15_000, 500))
    for share, said in ((0.05, True), (0.2, False)):
        content = encoded(0.5 * swell[:, np.newaxis] * (high + share * low), RATE)
        faults = load_recording(content, "bat.wav").faults
        assert [fault.key for fault in faults] == ["high"] * said
