"""Any sound comes in whole, or as one sentence; a clip comes in as it does in evaluation."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import librosa
import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from esc10 import datasets
from esc10.audio.decoding import opened
from esc10.audio.loading import SAMPLE_RATE, fixed_length, load_clip
from esc10.audio.recording import Recording, load_recording
from esc10.errors import AudioError
from esc10.features.cache import feature_set
from esc10.features.mel import MelConfig, mel_power
from tests.support import ROOT
from tests.support.odd_sounds import Odd, encoded, hiss, large_flac, odd_sounds


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> list[Odd]:
    return odd_sounds(tmp_path_factory.mktemp("odd"))


def problem(odd: Odd, source: Path | bytes) -> str | None:
    """What came of an odd sound that should not have."""
    try:
        recording = load_recording(source, odd.path.name)
    except AudioError as error:
        sentence = str(error)
        if odd.trouble is None or odd.trouble not in sentence:
            return sentence
        one = sentence.startswith(f"{odd.path.name} ") and "\n" not in sentence
        return None if one else sentence
    if odd.trouble is not None:
        return f"came in, and should not: {odd.trouble}"
    faults = " ".join(fault.sentence for fault in recording.faults)
    expected = {
        "rate": recording.rate == odd.rate,
        "channels": recording.channels == odd.channels,
        "seconds": odd.seconds is None or recording.seconds == pytest.approx(odd.seconds),
        "length": len(recording.samples) == np.ceil(recording.seconds * SAMPLE_RATE - 1e-6),
        "type": recording.samples.dtype == np.float32 and recording.samples.ndim == 1,
        "finite": bool(np.isfinite(recording.samples).all()),
        "fault": odd.fault in faults if odd.fault else not faults,
    }
    wrong = [name for name, right in expected.items() if not right]
    # Of a damaged file nobody can say what comes of it.
    return f"{wrong}: {recording}" if wrong and "damaged" not in odd.path.name else None


def test_odd_sounds_come_in_or_are_one_sentence(odd: list[Odd]) -> None:
    assert len(odd) >= 60
    assert len({one.path for one in odd}) == len(odd)
    problems = {one.path.name: problem(one, one.path) for one in odd}
    assert {name: wrong for name, wrong in problems.items() if wrong} == {}


def test_bytes_are_as_good_as_files(odd: list[Odd]) -> None:
    small = [one for one in odd if one.path.stat().st_size < 2_000_000]
    assert len(small) > 80
    problems = {one.path.name: problem(one, one.path.read_bytes()) for one in small}
    assert {name: wrong for name, wrong in problems.items() if wrong} == {}


UNCOUNTED = ("claims an unknown number of frames.flac",)
"""What libsndfile cannot read without counting, and no dataset has."""


def test_the_first_five_seconds_are_those_of_a_datasets_clip(odd: list[Odd]) -> None:
    whole = [one for one in odd if one.trouble is None and one.fault is None]
    compared = 0
    for one in whole:
        try:
            clip = load_clip(one.path)
        except AudioError:
            assert one.path.name in {"late.wav", "damaged.flac", *UNCOUNTED}
            continue
        recording = load_recording(one.path, one.path.name)
        # Two decoders round otherwise, and a lossy file more than others.
        close = 1e-4 if one.path.suffix in {".mp3", ".ogg"} else 1e-6
        assert np.allclose(fixed_length(recording.samples), clip.samples, atol=close), one.path.name
        compared += 1
    assert compared > 60


def test_practice_clips_come_in_as_in_evaluation(practice_home: Path) -> None:
    dataset = datasets.load_dataset("practice")
    features = feature_set(dataset, MelConfig())
    for place in range(0, 400, 40):
        clip = dataset.clips[place]
        recording = load_recording(clip.path.read_bytes(), clip.filename)
        power = mel_power(fixed_length(recording.samples), MelConfig())
        assert np.allclose(power, features.power[place], rtol=1e-5)


def test_real_clips_come_in_as_in_evaluation(real_archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(real_archive) as archive:
        for name in [name for name in archive.namelist() if name.endswith(".ogg")][::10]:
            path = Path(archive.extract(name, tmp_path))
            samples = fixed_length(load_recording(path.read_bytes(), name).samples)
            assert np.abs(samples - load_clip(path).samples).max() <= 2e-6


@pytest.mark.parametrize("kind", ["MP3", "OGG", "FLAC"])
@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100])
def test_blocks_are_what_libsndfile_reads_at_once(kind: str, rate: int) -> None:
    content = encoded(hiss(3, rate), rate, kind)
    at_once, _ = soundfile.read(io.BytesIO(content), dtype="float32")
    with opened(content, "sound") as file:
        blocks = np.concatenate(list(file.blocks()))
    assert blocks.shape == (len(at_once), 1)
    # Another decoder rounds otherwise.
    assert np.abs(blocks[:, 0] - at_once).max() <= (1e-6 if kind == "FLAC" else 1e-4)


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000, 192_000])
def test_a_stream_resamples_as_librosa_does(rate: int) -> None:
    samples = hiss(12.34, rate)[:, 0]
    recording = load_recording(encoded(samples, rate, subtype="FLOAT"), "long.wav")
    at_once = librosa.resample(samples.astype(np.float32), orig_sr=rate, target_sr=SAMPLE_RATE)
    assert recording.samples.shape == at_once.shape
    assert np.abs(recording.samples - at_once).max() <= 1e-6


def sine(seconds: float, rate: int, hertz: float = 1000, level: float = 0.5) -> NDArray[np.float64]:
    """A sine, shape (samples,)."""
    return level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


@pytest.mark.parametrize("seconds", [3, 9.999, 10, 10.001, 30])
def test_a_sine_stays_a_sine_without_a_seam(seconds: float) -> None:
    recording = load_recording(encoded(sine(seconds, 48_000), 48_000, subtype="FLOAT"), "sine.wav")
    expected = sine(seconds, SAMPLE_RATE)
    count = min(len(expected), len(recording.samples))
    assert count >= len(expected) - 1
    error = np.abs(recording.samples[:count] - expected[:count])
    assert error[1000:-1000].max() < 1e-4  # its ends are rounded off by the filter


@pytest.mark.parametrize("rate", [1, 100, 999_983, 2_000_000_000])
@pytest.mark.parametrize("samples", [1, 2, 20_000])
def test_absurd_rates_come_in_or_are_sentences(rate: int, samples: int) -> None:
    content = encoded(hiss(samples / 44_100), rate)
    try:
        recording = load_recording(content, "odd.wav")
    except AudioError as error:
        assert str(error).startswith("odd.wav ")
    else:
        assert np.isfinite(recording.samples).all()
        assert len(recording.samples) <= 600 * SAMPLE_RATE


def test_a_sound_that_begins_late_is_no_silence() -> None:
    late = np.concatenate([np.zeros((7 * SAMPLE_RATE, 1)), hiss(1, SAMPLE_RATE)])
    recording = load_recording(encoded(late, SAMPLE_RATE), "late.wav")
    assert recording.seconds == 8
    assert recording.remarks == ()
    assert not recording.samples[: 7 * SAMPLE_RATE].any()


def measured(samples: NDArray[np.float64]) -> Recording:
    return load_recording(encoded(samples, subtype="FLOAT"), "sound.wav")


def test_runs_at_full_scale_are_counted_before_anything_is_mixed() -> None:
    samples = np.full((20_000, 2), 0.1)
    samples[100:103, 1] = 1.0  # a run of three
    samples[200:202, 1] = 1.0  # too short
    samples[300:310, 1] = -0.99  # a run of ten, below zero
    samples[400:407, 1] = 0.975  # just below
    samples[500:503, 0] = 1.0  # another channel has less
    measures = measured(samples).measures
    assert measures.peak == 1
    assert measures.clipped == pytest.approx(13 / 20_000)
    assert measures.below == pytest.approx(7 / 20_000)


def test_a_short_run_in_a_short_sound_is_no_trouble() -> None:
    assert measured(np.full((2, 1), 1.0)).measures.clipped == 0
    assert measured(np.full((3, 1), 1.0)).measures.clipped == 1


def test_the_same_sound_with_more_channels_has_the_same_measures() -> None:
    one = measured(np.clip(8 * hiss(2), -1, 1)).measures
    six = measured(np.tile(np.clip(8 * hiss(2), -1, 1), 6)).measures
    assert one == six
    assert one.clipped > 0.1


MEMORY = """
import sys, threading
from pathlib import Path
import numpy, psutil, scipy.fft, soxr
from esc10.audio.recording import load_recording
from esc10.audio.quality import diagnose
from esc10.features.mel import MelConfig, mel_power
from esc10.features.windows import window_powers

# Libraries load parts of themselves when they are first used; those are not meant.
warm = numpy.ones(9000, numpy.float32)
mel_power(warm, MelConfig())

process, most, done = psutil.Process(), 0, threading.Event()

def watch():
    global most
    while not done.wait(0.005):
        most = max(most, process.memory_info().rss)

before = process.memory_info().rss
watcher = threading.Thread(target=watch)
watcher.start()
recording = load_recording(Path(sys.argv[1]), "large")
diagnose(recording)
mel_power(recording.samples, MelConfig())
window_powers(recording.samples, MelConfig())
done.set()
watcher.join()
print((most - before) / 2**20, recording.seconds)
"""


def megabytes_and_seconds(path: Path) -> list[float]:
    """What a file's samples, findings and spectrograms take at most in a process of their own.

    And how long it found the sound to be.
    """
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, str(path)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return [float(figure) for figure in done.stdout.split()]


def test_six_channels_take_little_memory(tmp_path: Path) -> None:
    """A minute at 192,000 Hz: 276 MB if it was decoded at once."""
    path = tmp_path / "large.flac"
    large_flac(path, 60)
    megabytes, seconds = megabytes_and_seconds(path)
    assert seconds == 60
    assert megabytes < 120


def test_ten_minutes_take_little_memory(odd: list[Odd]) -> None:
    """13 million samples in two copies for a moment are 106 MB."""
    path = next(one.path for one in odd if one.path.name == "10 min.wav")
    megabytes, seconds = megabytes_and_seconds(path)
    assert seconds == 600
    assert megabytes < 250


def test_ten_minutes_are_not_shortened_and_a_sample_more_is(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    for frames, shortened in ((600 * 8000, False), (600 * 8000 + 1, True)):
        soundfile.write(path, hiss(frames / 8000, 8000), 8000, "PCM_U8")
        recording = load_recording(path, path.name)
        assert recording.seconds == 600
        assert len(recording.samples) == 600 * SAMPLE_RATE
        assert [fault.key for fault in recording.faults] == ["longer"] * shortened


def test_silence_for_ten_minutes_is_no_silence_throughout(tmp_path: Path) -> None:
    path = tmp_path / "long.flac"
    silence = np.zeros(600 * 8000, np.int16)
    soundfile.write(path, np.concatenate([silence, np.full(800, 9999, np.int16)]), 8000)
    with pytest.raises(AudioError, match=r"^long\.flac is silent in its first 10 minutes: "):
        load_recording(path, path.name)


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"^gone\.wav cannot be read: no such file"):
        load_recording(tmp_path / "gone.wav", "gone.wav")
