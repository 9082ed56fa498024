"""Two that fetch, or make, at once: they take turns at one source, and get a dataset each."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from esc10 import datasets
from esc10.datasets.description import own_descriptions
from esc10.datasets.own.build import make_own
from esc10.errors import Cancelled
from esc10.progress import Progress
from esc10.storage import taking_turns
from tests.datasets.test_fetch import ARCHIVE, assert_esc10_is_whole, downloaded
from tests.support import ROOT
from tests.support.own_sounds import folder_of, numbered, sounds
from tests.support.serving import Host, serve

SECONDS = 60


def fetching() -> subprocess.Popen[str]:
    """A program of its own that fetches ESC-10."""
    return subprocess.Popen(
        [sys.executable, "-m", "esc10", "fetch", "esc10"],
        cwd=ROOT,
        env=dict(os.environ),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )


def read_until(process: subprocess.Popen[str], word: str) -> None:
    """Wait until the program has said a word on stderr."""
    assert process.stderr is not None
    said = ""
    while word not in said:
        sign = process.stderr.read(1)
        assert sign, f"it ended without saying '{word}': {said}"
        said += sign


def test_two_programs_write_no_file_together_and_the_second_goes_on_where_the_first_ended(
    monkeypatch: pytest.MonkeyPatch, real_archive: Path, home: Path
) -> None:
    archive = real_archive.read_bytes()

    def cut_off_once() -> bytes:
        host.cut_after = len(archive) // 2 if len(host.requests) == 1 else None
        return archive

    with serve(Host({ARCHIVE: cut_off_once}, hold=threading.Event())) as host:
        assert host.hold is not None
        monkeypatch.setenv("ESC10_MIRROR", host.url)
        first = fetching()
        read_until(first, "Fetching ESC-10")
        second = fetching()
        read_until(second, "elsewhere, waiting")
        assert not datasets.is_whole("esc10")
        host.hold.set()
        _, said = first.communicate(timeout=SECONDS)
        assert (first.returncode, "what has arrived is kept" in said) == (2, True), said
        _, said = second.communicate(timeout=SECONDS)
        assert second.returncode == 0, said
    (path, nothing), (again, rest) = host.requests
    assert (path, nothing, again) == (ARCHIVE, None, ARCHIVE)
    assert rest is not None
    assert len(archive) // 4 < int(rest.removeprefix("bytes=").removesuffix("-"))
    assert_esc10_is_whole(home)
    assert not downloaded(home).exists()


def test_who_waits_for_another_can_be_cancelled() -> None:
    seen: list[Progress] = []
    with taking_turns("fetch practice", lambda: None), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(
            datasets.fetch, "practice", None, seen.append, should_stop=lambda: bool(seen)
        )
        with pytest.raises(Cancelled, match=r"Fetching Practice sounds .*: cancelled"):
            waiting.result(SECONDS)
    assert "elsewhere" in seen[0].doing
    assert not datasets.dataset_folder("practice.partial").exists()


def test_two_that_make_datasets_of_one_title_at_once_get_two(tmp_path: Path) -> None:
    source = folder_of(sounds(numbered(("dog", "rain"), 4)), tmp_path / "mine")
    both_begun = threading.Barrier(2, timeout=SECONDS)

    def make() -> str:
        began: list[Callable[[], int]] = [both_begun.wait]

        def on_progress(_: Progress) -> None:
            if began:
                began.pop()()

        return make_own(source, "My kitchen", on_progress)

    with ThreadPoolExecutor(2) as pool:
        first, second = (made.result(SECONDS) for made in [pool.submit(make), pool.submit(make)])
    assert first != second
    found = own_descriptions()
    assert {found[first].title, found[second].title} == {"My kitchen", "My kitchen 2"}
