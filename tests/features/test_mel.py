"""Mel spectrograms: librosa's own numbers, scaled by training clips alone, and cached."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import replace
from pathlib import Path
from threading import get_ident

import librosa
import numpy as np
import pytest

from esc10 import datasets
from esc10.datasets import Dataset
from esc10.datasets.splits import fold_split
from esc10.errors import Cancelled, DatasetError
from esc10.features import cache
from esc10.features.cache import FeatureSet, cache_path, feature_key, feature_set
from esc10.features.inputs import network_input, scaling_of
from esc10.features.mel import (
    MelConfig,
    _window_and_filters,
    band_peaks,
    decibels,
    mel_filters,
    mel_power,
)
from esc10.progress import Progress
from esc10.training.config import TrainConfig
from esc10.training.plan import plan_run, training_data
from tests.conftest import link_tree

pytestmark = pytest.mark.filterwarnings(
    # librosa.load, which only the tests call, brings in audioread, and that what Python drops.
    "ignore:'?(aifc|audioop|sunau)'? (is deprecated|was removed):DeprecationWarning"
)

FEW = 12


@pytest.fixture
def practice(practice_home: Path) -> Dataset:
    """All of the practice sounds, their mel spectrograms cached."""
    return datasets.load_dataset("practice")


@pytest.fixture
def few(practice: Dataset) -> Dataset:
    """The first practice sounds, not cached: another dataset has another cache."""
    return replace(practice, clips=practice.clips[:FEW], sha256=practice.sha256[:FEW])


def cached(dataset: Dataset, config: MelConfig | None = None) -> FeatureSet:
    """The mel spectrograms, which must not be computed for it."""
    return feature_set(dataset, config or MelConfig(), lambda _: pytest.fail("computed"))


def librosa_power(path: Path) -> np.ndarray:
    mono, rate = librosa.load(path)
    mono = librosa.util.fix_length(mono, size=110_250)
    return librosa.feature.melspectrogram(y=mono, sr=rate, n_fft=2048, hop_length=512, n_mels=128)


def test_all_clips_have_a_spectrogram(practice: Dataset) -> None:
    features = cached(practice)
    assert features.power.shape == (400, 128, 216)
    assert features.power.dtype == np.float32
    assert features.config.frames == 216
    assert (features.power >= 0).all()
    assert (features.power.max(axis=(1, 2)) > 0).all()


@pytest.mark.parametrize("config", [MelConfig(), MelConfig(44_100, n_mels=40), MelConfig(8000)])
def test_windows_filters_and_bands_are_librosas(config: MelConfig) -> None:
    rate, bands = config.sample_rate, config.n_mels
    expected = librosa.filters.mel(sr=rate, n_fft=config.n_fft, n_mels=bands)
    window, _ = _window_and_filters(config)
    np.testing.assert_allclose(mel_filters(config).T, expected, rtol=0, atol=1e-6 * expected.max())
    hann = librosa.filters.get_window("hann", config.n_fft)
    np.testing.assert_array_equal(window, hann.astype(np.float32))
    peaks = librosa.mel_frequencies(bands + 2, fmin=0, fmax=rate / 2)[1:-1]
    np.testing.assert_allclose(band_peaks(config), peaks, rtol=1e-12)


@pytest.mark.filterwarnings("ignore:n_fft=")  # there are fewer samples
@pytest.mark.parametrize("samples", [1, 500, 2048, 110_250, 512 * 1024, 512 * 1024 - 1, 1_200_001])
def test_sounds_of_any_length_have_librosas_power(samples: int) -> None:
    sound = np.random.default_rng(1).normal(0, 0.1, samples).astype(np.float32)
    for config in (MelConfig(), MelConfig(n_fft=1024, hop_length=300, n_mels=64)):
        expected = librosa.feature.melspectrogram(
            y=sound,
            sr=config.sample_rate,
            n_fft=config.n_fft,
            hop_length=config.hop_length,
            n_mels=config.n_mels,
            pad_mode="constant",
        )
        power = mel_power(sound, config)
        assert power.shape == expected.shape
        np.testing.assert_allclose(power, expected, rtol=1e-4, atol=1e-6 * expected.max())


def assert_librosas(power: np.ndarray, path: Path) -> None:
    """Equal to rounding: of the loudest point, and within the 80 dB that are looked at."""
    expected = librosa_power(path)
    np.testing.assert_allclose(power, expected, rtol=0, atol=1e-6 * expected.max())
    level, expected_level = decibels(power), decibels(expected)
    np.testing.assert_allclose(level, expected_level, rtol=0, atol=0.05)


def test_power_and_decibels_are_librosas(practice: Dataset) -> None:
    power = cached(practice).power
    level = decibels(power)
    assert level.dtype == np.float32
    for index in range(0, 400, 37):
        assert_librosas(power[index], practice.clips[index].path)
        expected_level = librosa.power_to_db(power[index], ref=1.0, top_db=80)
        np.testing.assert_allclose(level[index], expected_level, rtol=0, atol=1e-4)


def test_real_clips_have_librosas_power(esc10_master: Path, home: Path) -> None:
    link_tree(esc10_master / "datasets", home / "datasets")
    dataset = datasets.load_dataset("esc10")
    some = replace(dataset, clips=dataset.clips[::40], sha256=dataset.sha256[::40])
    power = feature_set(some, MelConfig()).power
    for index, clip in enumerate(some.clips):
        assert_librosas(power[index], clip.path)


def test_a_clips_decibels_do_not_depend_on_its_neighbours(practice: Dataset) -> None:
    power = cached(practice).power[:3].copy()
    before = decibels(power)
    power[0] *= 1e6
    after = decibels(power)
    np.testing.assert_array_equal(after[1:], before[1:])
    np.testing.assert_allclose(after[0].max() - after[0].min(), 80, atol=1e-3)


def test_logmel_is_standardised_on_the_training_clips(practice: Dataset) -> None:
    power = cached(practice).power
    split = fold_split(practice, 4, 5)
    scaling = scaling_of(power, split.train)
    train = network_input(power[split.train], "logmel", scaling)
    assert train.shape == (240, 216, 128)
    assert train.dtype == np.float32
    assert train.mean(dtype=np.float64) == pytest.approx(0, abs=1e-4)
    assert train.std(dtype=np.float64) == pytest.approx(1, abs=1e-4)
    test = network_input(power[split.test], "logmel", scaling)
    restored = test.transpose(0, 2, 1) * scaling.deviation + scaling.mean
    np.testing.assert_allclose(restored, decibels(power[split.test]), rtol=0, atol=1e-3)
    assert abs(test.mean(dtype=np.float64)) > 1e-3, "test clips are not standardised themselves"


def test_logmel_without_a_scaling_is_a_mistake_of_ours(practice: Dataset) -> None:
    with pytest.raises(ValueError, match="scaling"):
        network_input(cached(practice).power[:1], "logmel", None)


def test_mel_is_the_power_itself(practice: Dataset) -> None:
    power = cached(practice).power[:5]
    np.testing.assert_array_equal(network_input(power, "mel", None), power.transpose(0, 2, 1))


@pytest.mark.parametrize("part", ["validation", "test"])
def test_training_clips_do_not_depend_on_the_others(practice: Dataset, part: str) -> None:
    config = TrainConfig("practice", "cnn")
    before_run = plan_run(config)
    before = training_data(before_run)
    power = cached(practice).power.copy()
    power[fold_split(practice, 4, 5).parts[part][0]] *= 1000
    path = cache_path(practice, MelConfig())
    path.unlink()
    np.save(path, power)
    after_run = plan_run(config)
    after = training_data(after_run)
    assert after_run.scaling == before_run.scaling
    np.testing.assert_array_equal(after.x["train"], before.x["train"])
    assert not np.array_equal(after.x[part], before.x[part])


def test_the_cache_is_used(few: Dataset) -> None:
    seen: list[Progress] = []
    computed = feature_set(few, MelConfig(), seen.append).power
    assert [progress.files for progress in seen] == list(range(FEW + 1))
    shutil.rmtree(few.clips[0].path.parent)
    np.testing.assert_array_equal(cached(few).power, computed)


def test_another_config_has_another_cache(few: Dataset) -> None:
    config = MelConfig()
    others = [
        replace(config, n_mels=64),
        replace(config, hop_length=256),
        replace(config, n_fft=1024),
    ]
    keys = {feature_key(few, other) for other in (config, *others)}
    assert len(keys) == 4
    assert feature_set(few, config).power.shape == (FEW, 128, 216)
    assert feature_set(few, others[0]).power.shape == (FEW, 64, 216)
    assert feature_set(few, others[1]).power.shape == (FEW, 128, 431)
    assert cached(few).power.shape == (FEW, 128, 216)


def test_other_clips_have_another_cache(few: Dataset) -> None:
    key = feature_key(few, MelConfig())
    changed = replace(few, sha256=("0" * 64, *few.sha256[1:]))
    fewer = replace(few, clips=few.clips[1:], sha256=few.sha256[1:])
    assert len({key, feature_key(changed, MelConfig()), feature_key(fewer, MelConfig())}) == 3
    assert feature_key(replace(few), MelConfig()) == key


@pytest.mark.parametrize("damage", ["cut off", "empty", "text", "a zip's start", "other shape"])
def test_a_damaged_cache_is_computed_anew(few: Dataset, damage: str) -> None:
    computed = feature_set(few, MelConfig()).power
    path = cache_path(few, MelConfig())
    content = path.read_bytes()
    match damage:
        case "cut off":
            path.write_bytes(content[: len(content) // 2])
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_text("This is no array.")
        case "a zip's start":
            path.write_bytes(b"PK\x03\x04" + content)
        case _:
            path.unlink()
            np.save(path, computed[1:])
    np.testing.assert_array_equal(feature_set(few, MelConfig()).power, computed)
    assert path.read_bytes() == content
    assert [file.suffix for file in path.parent.iterdir()] == [".npy", ".npy"]


@pytest.mark.parametrize("damage", ["deleted", "text", "silent"])
def test_a_damaged_clip_is_one_sentence_and_mended_by_fetching(few: Dataset, damage: str) -> None:
    path = few.clips[5].path
    content = path.read_bytes()
    path.unlink()
    if damage == "text":
        path.write_text("This is no sound.")
    elif damage == "silent":
        path.write_bytes(content[:44] + bytes(len(content) - 44))
    with pytest.raises(DatasetError, match=f"^{path.name} .*Fetch the dataset again") as caught:
        feature_set(few, MelConfig())
    assert "\n" not in str(caught.value)
    assert not cache_path(few, MelConfig()).exists()
    datasets.fetch("practice")
    assert path.read_bytes() == content
    assert feature_set(few, MelConfig()).power.shape[0] == FEW


def test_what_was_used_longest_ago_makes_room(
    few: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    configs = [replace(MelConfig(), n_mels=bands) for bands in (40, 41, 42)]
    used, unused, latest = (cache_path(few, config) for config in configs)
    for hours_ago, config in zip((3, 2), configs[:2], strict=True):
        path = cache_path(few, config)
        feature_set(few, config)
        before = time.time() - 3600 * hours_ago
        os.utime(path, (before, before))
    cached(few, configs[0])
    monkeypatch.setattr(cache, "MOST_BYTES", sum(map(_size, used.parent.iterdir())))
    feature_set(few, configs[2])
    assert used.exists()
    assert latest.exists()
    assert not unused.exists()


def test_what_cannot_be_deleted_stays_and_the_latest_always_does(
    few: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = cache_path(few, MelConfig())
    stuck = path.with_name("a-folder.npy")
    stuck.mkdir()
    monkeypatch.setattr(cache, "MOST_BYTES", 0)
    computed = feature_set(few, MelConfig()).power
    assert set(path.parent.iterdir()) == {path, stuck}
    np.testing.assert_array_equal(cached(few).power, computed)


def test_clips_are_computed_on_as_many_threads_as_a_container_allows(
    few: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")  # joblib's own word for such a limit
    threads = set()
    feature_set(few, MelConfig(), lambda progress: threads.add((progress.files > 0, get_ident())))
    assert len([thread for counted, thread in threads if counted]) == 1


def _size(path: Path) -> int:
    return path.stat().st_size


def test_cancelling_leaves_no_cache(practice: Dataset, home: Path) -> None:
    cache_path(practice, MelConfig()).unlink()
    seen: list[Progress] = []
    with pytest.raises(Cancelled, match=r"Mel spectrograms of Practice sounds .*: cancelled"):
        feature_set(practice, MelConfig(), seen.append, lambda: seen[-1].files >= 10)
    assert 10 <= seen[-1].files < 20
    assert list((home / "features").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_one_sentence(few: Dataset, home: Path) -> None:
    shutil.rmtree(home / "features")
    (home / "features").write_text("a file where the folder should be")
    with pytest.raises(DatasetError, match=r"^Caching the mel spectrograms failed: ") as caught:
        feature_set(few, MelConfig())
    assert "\n" not in str(caught.value)
