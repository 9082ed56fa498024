"""A home in which the command line has fetched sounds and trained two networks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import link_tree
from tests.support.command_line import Json, answer


@pytest.fixture(scope="package")
def lab(
    real_archive: Path,
    practice_master: Path,
    esc10_master: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, Json]:
    """A home with both datasets, and the answer to fetching the official one."""
    home = tmp_path_factory.mktemp("lab") / "home"
    link_tree(practice_master, home)
    link_tree(esc10_master / "features", home / "features")
    return home, answer(home, "fetch", "esc10", "--from", real_archive)


@pytest.fixture(scope="package")
def trained(lab: tuple[Path, Json]) -> tuple[Path, Json, Json]:
    """The home with two runs, and the answers to training them: the 1D-CNN, the frames' one."""
    home, _ = lab
    cnn = answer(home, "train", "--dataset", "esc10", "--model", "cnn", "--epochs", 3)
    td_cnn = answer(home, "train", "--dataset", "practice", "--model", "td_cnn", "--epochs", 1)
    return home, cnn, td_cnn


@pytest.fixture
def read_lab(trained: tuple[Path, Json, Json], monkeypatch: pytest.MonkeyPatch) -> Path:
    """This process looks into the home of `trained`, and writes nothing there."""
    monkeypatch.setenv("ESC10_HOME", str(trained[0]))
    return trained[0]
