"""A dataset's clips come in as librosa loads them, bit by bit; what is none is a sentence."""

from __future__ import annotations

import zipfile
from pathlib import Path

import librosa
import numpy as np
import pytest
import soundfile

from esc10 import datasets
from esc10.audio.loading import CLIP_SAMPLES, SAMPLE_RATE, load_clip
from esc10.errors import AudioError
from tests.support.odd_sounds import encoded, hiss

pytestmark = pytest.mark.filterwarnings(
    # librosa.load, which only the tests call, brings in audioread, and that what Python drops.
    "ignore:'?(aifc|audioop|sunau)'? (is deprecated|was removed):DeprecationWarning"
)


def assert_as_librosa(path: Path) -> None:
    mono, _ = librosa.load(path)
    expected = librosa.util.fix_length(mono, size=CLIP_SAMPLES)
    assert np.array_equal(load_clip(path).samples, expected)


def test_practice_clips_load_as_librosa_loads_them(practice_home: Path) -> None:
    for clip in datasets.load_dataset("practice").clips[::40]:
        assert_as_librosa(clip.path)


def test_real_clips_load_as_librosa_loads_them(real_archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(real_archive) as archive:
        names = [name for name in archive.namelist() if name.endswith(".ogg")]
        for name in names[::40]:
            assert_as_librosa(Path(archive.extract(name, tmp_path)))


NO_CLIPS = {
    "empty": (b"", "is damaged, or not a sound"),
    "text": (b"This is a letter.\n" * 1000, "is damaged, or not a sound"),
    "half a header": (encoded(hiss(1))[:20], "is damaged, or not a sound"),
    "no samples": (encoded(hiss(0)), "holds no samples"),
    "silence": (encoded(0 * hiss(1)), "is silent"),
    "sound after 5 s": (
        encoded(np.vstack([np.zeros((6 * SAMPLE_RATE, 1)), hiss(1)]), SAMPLE_RATE),
        "is silent",
    ),
    "NaN": (encoded(hiss(1) * np.nan, subtype="FLOAT"), "holds samples that are not numbers"),
}


@pytest.mark.parametrize("kind", NO_CLIPS)
def test_what_is_no_clip_is_one_sentence(kind: str, tmp_path: Path) -> None:
    content, sentence = NO_CLIPS[kind]
    path = tmp_path / "a clip.wav"
    path.write_bytes(content)
    with pytest.raises(AudioError, match=rf"^a clip\.wav {sentence}"):
        load_clip(path)


def test_a_missing_clip_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"^gone\.wav is missing"):
        load_clip(tmp_path / "gone.wav")


def test_a_clip_has_five_seconds_and_knows_how_long_its_file_is(tmp_path: Path) -> None:
    path = tmp_path / "clip.flac"
    for seconds in (0.5, 5, 7.25):
        soundfile.write(path, hiss(seconds), 44_100)
        clip = load_clip(path)
        assert clip.samples.shape == (CLIP_SAMPLES,)
        assert clip.seconds == seconds
        assert clip.samples[round(min(seconds, 5) * SAMPLE_RATE) :].max(initial=0) < 1e-3
