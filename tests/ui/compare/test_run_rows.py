"""The runs as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
import streamlit as st

from esc10.runs.captions import set_caption
from esc10.runs.store import list_runs
from esc10.ui.compare.run_rows import runs_table
from esc10.ui.csv_files import csv_of
from tests.support.tested_runs import finished, without_weights


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Runs of different tests have the same names."""
    yield
    st.cache_resource.clear()


def test_the_file_has_numbers_and_nothing_a_spreadsheet_would_compute() -> None:
    run = finished(1)
    without_weights(2, "stopped", "somebody pressed stop")
    set_caption(run.folder, "=HYPERLINK(1)", "")
    content = csv_of(runs_table(list_runs()[0], "val_accuracy", {})).decode()
    stopped, row = csv.DictReader(io.StringIO(content))
    assert (stopped["state"], stopped["reason"]) == ("no weights", "somebody pressed stop")
    assert row["name"] == "'=HYPERLINK(1)"
    assert float(row["test"]) == 0.75
    assert float(row["test_low"]) == pytest.approx(0.5981, abs=1e-4)
    assert int(row["parameters"]) == 47_018
