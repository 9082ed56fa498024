"""Mel spectrograms computed while a source is still being fetched."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from esc10 import datasets
from esc10.errors import DatasetError, HostError
from esc10.features import fetching
from esc10.features.cache import cache_path, cached_power, clip_power
from esc10.features.fetching import fetch_with_features
from esc10.features.mel import MelConfig
from esc10.progress import Progress
from tests.datasets.test_fetch import ARCHIVE
from tests.support.serving import Host

SECONDS = 60


def test_spectrograms_are_computed_while_clips_arrive(
    esc10_host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    esc10_host.hold, esc10_host.hold_after = threading.Event(), 10_000_000
    eighty, computed = threading.Event(), []

    def counted(path: Path, config: MelConfig) -> np.ndarray:
        power = clip_power(path, config)
        computed.append(path.name)
        if len(computed) == 80:
            eighty.set()
        return power

    monkeypatch.setattr(fetching, "clip_power", counted)
    seen: list[Progress] = []
    with ThreadPoolExecutor(1) as pool:
        ready = pool.submit(fetch_with_features, "esc10", on_progress=seen.append)
        try:
            assert eighty.wait(SECONDS)
            assert seen[-1].fetched_bytes <= esc10_host.hold_after
        finally:
            esc10_host.hold.set()
        ready.result(SECONDS)
    assert len(computed) == 400
    dataset = datasets.load_dataset("esc10")
    power = cached_power(dataset, MelConfig())
    assert power is not None
    for index in (0, 250, 399):
        expected = clip_power(dataset.clips[index].path, MelConfig())
        np.testing.assert_array_equal(power[index], expected)
    assert (seen[-1].files, seen[-1].total_files) == (400, 400)


def test_a_mended_clip_is_the_only_one_looked_at(
    esc10_host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch_with_features("esc10")
    dataset = datasets.load_dataset("esc10")
    damaged = dataset.clips[7].path
    damaged.write_bytes(b"This is no sound.")
    computed = []

    def counted(path: Path, config: MelConfig) -> np.ndarray:
        computed.append(path.name)
        return clip_power(path, config)

    monkeypatch.setattr(fetching, "clip_power", counted)
    fetch_with_features("esc10")
    assert computed == [damaged.name]
    assert cached_power(datasets.load_dataset("esc10"), MelConfig()) is not None


def test_what_was_computed_of_a_fetch_that_failed_late_does_not_count(
    esc10_host: Host, home: Path, esc10_master: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host that breaks off, then one whose last clip is damaged, then the right one."""
    whole = esc10_host.files[ARCHIVE]
    assert isinstance(whole, bytes)
    damaged = bytearray(whole)
    last = whole.rindex(b".ogg", 0, whole.index(b"PK\1\2")) + 5000
    damaged[last : last + 8] = bytes(8)
    computed: list[str] = []

    def counted(path: Path, config: MelConfig) -> np.ndarray:
        computed.append(path.name)
        return clip_power(path, config)

    monkeypatch.setattr(fetching, "clip_power", counted)

    def assert_nothing_counts() -> None:
        assert not datasets.is_whole("esc10")
        assert not list((home / "features").glob("*"))

    esc10_host.cut_after = 20_000_000
    with pytest.raises(HostError, match="broke off"):
        fetch_with_features("esc10")
    assert_nothing_counts()
    assert 150 < len(computed) < 250
    esc10_host.cut_after, esc10_host.files[ARCHIVE] = None, bytes(damaged)
    with pytest.raises(DatasetError, match=r"\.ogg is damaged"):
        fetch_with_features("esc10")
    assert_nothing_counts()
    assert len(computed) == len(set(computed)) == 399
    esc10_host.files[ARCHIVE] = whole
    fetch_with_features("esc10")
    assert len(set(computed)) == 400
    dataset = datasets.load_dataset("esc10")
    power = cached_power(dataset, MelConfig())
    assert power is not None
    expected = np.load(esc10_master / "features" / cache_path(dataset, MelConfig()).name)
    np.testing.assert_array_equal(power, expected)
