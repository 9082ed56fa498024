"""Computing mel spectrograms one at a time, and what programs that were killed at it have left."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from esc10.datasets import Dataset
from esc10.errors import Cancelled
from esc10.features import cache
from esc10.features.cache import cache_path, cached_power, feature_set
from esc10.features.mel import MelConfig
from esc10.progress import Progress
from tests.support import ROOT
from tests.support.own_datasets import THREE, made
from tests.support.own_sounds import numbered, sounds

SECONDS = 60

ASKING = """
import sys
from esc10.datasets import load_dataset
from esc10.features.cache import feature_set
from esc10.features.mel import MelConfig
feature_set(load_dataset(sys.argv[1]), MelConfig(), lambda now: print(now.doing, flush=True))
"""


@pytest.fixture
def own(home: Path) -> Dataset:
    """Nine short sounds."""
    dataset, _ = made(sounds(numbered(THREE, 3)))
    return dataset


@contextmanager
def computing(dataset: Dataset) -> Iterator[None]:
    """While its spectrograms are being computed, and not ready before the end."""
    begun, go_on = threading.Event(), threading.Event()

    def on_progress(_: Progress) -> None:
        begun.set()
        assert go_on.wait(SECONDS)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(feature_set, dataset, MelConfig(), on_progress)
        try:
            assert begun.wait(SECONDS)
            yield
        finally:
            go_on.set()
        first.result(SECONDS)


def test_who_waits_for_other_spectrograms_says_so_and_can_be_cancelled(own: Dataset) -> None:
    seen: list[Progress] = []
    other = replace(MelConfig(), n_mels=40)
    with ThreadPoolExecutor(1) as pool, computing(own):
        waiting = pool.submit(feature_set, own, other, seen.append, lambda: bool(seen))
        with pytest.raises(Cancelled, match=r"Mel spectrograms of Mine, waiting .*: cancelled"):
            waiting.result(SECONDS)
    assert "waiting" in seen[0].doing
    assert cached_power(own, other) is None


def test_another_program_waits_and_computes_nothing_twice(own: Dataset) -> None:
    with computing(own):
        second = subprocess.Popen(
            [sys.executable, "-c", ASKING, own.source.key],
            cwd=ROOT,
            env=dict(os.environ),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert second.stdout is not None
        said = second.stdout.readline()
    said += second.communicate(timeout=SECONDS)[0]
    assert second.returncode == 0
    assert all("waiting" in line for line in said.splitlines()), said


def test_what_is_cached_is_read_where_nothing_can_be_written(own: Dataset, home: Path) -> None:
    computed = feature_set(own, MelConfig()).power
    for path in (home / "locks").iterdir():
        path.unlink()
    (home / "locks").rmdir()
    (home / "locks").write_text("a file where the folder should be")
    np.testing.assert_array_equal(feature_set(own, MelConfig()).power, computed)


def test_what_a_killed_program_left_half_written_is_deleted(own: Dataset) -> None:
    path = cache_path(own, MelConfig())
    path.parent.mkdir()
    path.with_name(f".{path.name}.4711-4711.part").write_bytes(b"x")
    feature_set(own, MelConfig())
    assert list(path.parent.iterdir()) == [path]


def test_a_cache_that_cannot_be_looked_at_is_passed_over(
    own: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows refuses it for a file that is about to go; a link to itself is refused anywhere."""
    path = cache_path(own, MelConfig())
    path.parent.mkdir()
    stuck = path.with_name("stuck.npy")
    stuck.symlink_to(stuck)
    monkeypatch.setattr(cache, "MOST_BYTES", 0)
    feature_set(own, MelConfig())
    assert set(path.parent.iterdir()) == {path, stuck}
