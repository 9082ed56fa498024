"""A run that was really trained, and what its zip holds."""

from __future__ import annotations

import pytest

from esc10.runs.run import Run
from tests.support.made_zips import Files, files_of, trained_run


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """It lies in a home of its own."""
    return trained_run(tmp_path_factory.mktemp("lab"))


@pytest.fixture(scope="session")
def files(trained: Run) -> Files:
    """Each file by its name in the zip."""
    return files_of(trained)
