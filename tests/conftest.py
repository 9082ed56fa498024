"""What tests share: a home of their own, and small real data."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest

from esc10 import datasets
from esc10.datasets.esc10 import ESC10_ARCHIVE_URL
from esc10.datasets.folders import MARKER
from esc10.features.cache import feature_set
from esc10.features.inputs import Scaling
from esc10.features.mel import MelConfig
from esc10.training.config import TrainConfig
from esc10.training.plan import TrainingData
from tests.support.serving import Host, serve
from tests.support.waiting import wait_for

ARCHIVE_VARIABLE = "ESC10_ARCHIVE"
MAKING_SECONDS = 300

LONG_WAYS = {
    "browser": ("browser",),
    "engine": (
        *("benchmarks", "cli", "engine/test_queue.py", "engine/test_scheduler.py", "pages"),
        *("datasets/test_official.py", "datasets/test_trained_own.py", "runs/exchange"),
        *("training/test_layers.py", "training/test_learner.py", "training/test_loop.py"),
        *("inference/test_classifier.py", "training/test_networks.py"),
        *("lesson/test_notebook.py", "lesson/test_snippets.py"),
    ),
}
"""For each marker the folders and files that carry it: a browser with a server; Keras, and with it
seconds of importing, tracing and training, here or in a worker."""


TOGETHER = ("browser", "pages")
"""Folders whose files share a server or an engine."""

OWN_WORKER = (
    *("engine/test_queue.py", "engine/test_scheduler.py"),
    "datasets/test_official.py",
)
"""What loads Keras in processes of its own; all else that loads it does so in one process."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import what `-m "not browser and not engine"` leaves out: Keras takes seconds."""
    chosen = config.getoption("markexpr").split(" and ")
    left_out = {marker for marker in LONG_WAYS if f"not {marker}" in chosen}
    return True if left_out & _markers(collection_path) else None


def _markers(path: Path) -> set[str]:
    """The markers that a file or a folder of tests carries, for where it is."""
    here = path.relative_to(Path(__file__).parent)
    return {
        marker
        for marker, places in LONG_WAYS.items()
        if any(here.is_relative_to(place) for place in places)
    }


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what takes long, and share it out: file by file, the longest first.

    Three processes keep two cores busy, as each often waits for a browser or a worker.
    """
    here = Path(__file__).parent
    for item in items:
        for marker in _markers(item.path):
            item.add_marker(marker)
        item.add_marker(pytest.mark.xdist_group(_together(item, item.path.relative_to(here))))
    order = ("browser", "pages", *OWN_WORKER, "keras")
    items.sort(key=lambda item: _index(item.get_closest_marker("xdist_group").args[0], order))


def _together(item: pytest.Item, path: Path) -> str:
    """What is run in one process, one after the other."""
    if path.parts[0] in TOGETHER:
        return path.parts[0]
    own = path.as_posix() in OWN_WORKER or not item.get_closest_marker("engine")
    return path.as_posix() if own else "keras"


def _index(group: str, order: tuple[str, ...]) -> int:
    return order.index(group) if group in order else len(order)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty ESC10_HOME, and no setting of the person who runs the tests."""
    for name in ("ESC10_MIRROR", "ESC10_SCHEDULER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ESC10_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="session")
def real_archive() -> Path:
    """The official ESC-10 archive; in CI it must be there."""
    path = os.environ.get(ARCHIVE_VARIABLE)
    if path and Path(path).is_file():
        return Path(path).resolve()
    reason = f"{ARCHIVE_VARIABLE} does not name the official ESC-10 archive"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def made_once(
    name: str, make: Callable[[], None], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A home of that name, filled by the first process of a test run that asks for it.

    Nobody may write there: `link_tree` gives a test its own.
    """
    root = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        root = root.parent  # all processes share it
    master, aside = root / name, root / f"{name}.aside"
    if not master.exists():
        try:
            aside.mkdir()
        except FileExistsError:
            wait_for(master.exists, MAKING_SECONDS, f"another process to make {name}")
        else:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("ESC10_HOME", str(aside))
                make()
            aside.rename(master)
    return master


@pytest.fixture(scope="session")
def practice_master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the practice sounds and their mel spectrograms."""

    def make() -> None:
        datasets.fetch("practice")
        feature_set(datasets.load_dataset("practice"), MelConfig())

    return made_once("practice", make, tmp_path_factory)


@pytest.fixture(scope="session")
def esc10_master(real_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the official ESC-10 and its mel spectrograms."""

    def make() -> None:
        datasets.fetch("esc10", real_archive)
        feature_set(datasets.load_dataset("esc10"), MelConfig())

    return made_once("esc10", make, tmp_path_factory)


@pytest.fixture
def esc10_host(monkeypatch: pytest.MonkeyPatch, real_archive: Path) -> Iterator[Host]:
    """A server that has the official ESC-10, asked instead of the public one."""
    with serve(Host({urlsplit(ESC10_ARCHIVE_URL).path: real_archive.read_bytes()})) as host:
        monkeypatch.setenv("ESC10_MIRROR", host.url)
        yield host


@pytest.fixture
def practice_home(practice_master: Path, home: Path) -> Path:
    """This test's home with the practice sounds in it, as hard links to the master's files."""
    link_tree(practice_master, home)
    return home


def link_tree(source: Path, target: Path) -> None:
    """Copy a folder by hard links."""
    shutil.copytree(source, target, copy_function=os.link, dirs_exist_ok=True)


def begin_practice(practice_master: Path, home: Path) -> None:
    """Leave ten practice sounds to be made: making all takes long, and shows no more."""
    stage = home / "datasets" / "practice.partial"
    link_tree(practice_master / "datasets" / "practice", stage)
    (stage / MARKER).unlink()
    for path in sorted((stage / "audio").iterdir())[::40]:
        path.unlink()


@pytest.fixture(scope="session")
def tiny_data() -> TrainingData:
    """Three classes that differ in their loud band; small enough to train in a second."""
    rng = np.random.default_rng(7)
    sizes = {"train": 24, "validation": 9, "test": 6}
    x, y = {}, {}
    for part, clips in sizes.items():
        y[part] = np.arange(clips, dtype=np.int64) % 3
        x[part] = rng.normal(size=(clips, 40, 128)).astype(np.float32)
        for index, label in enumerate(y[part]):
            x[part][index, :, 40 * label : 40 * label + 20] += 2
    scaling = Scaling(-30.0, 3.0)
    power = 10 ** ((x["train"] * scaling.deviation + scaling.mean) / 10)
    return TrainingData(x, y, 3, power.astype(np.float32), scaling)


@pytest.fixture
def tiny_config() -> TrainConfig:
    """Settings for `tiny_data`."""
    return TrainConfig(dataset="practice", model="cnn", epochs=3, batch_size=8)


CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "chrome")
"""The first is the same without a window, which takes two fifths less of a processor."""


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium."""
    path = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed")
        pytest.skip("Chromium is not installed")
    return path
