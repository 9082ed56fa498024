"""Tests of what holds for all inputs: how many Hypothesis draws, and that it leaves nothing here.

Every run of the tests draws the same, so that a failure can be repeated on any machine.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

# Beside the examples, which it is told not to keep, it caches the constants it finds in our code.
set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "esc10-hypothesis")

drawn = settings(deadline=None, max_examples=60, derandomize=True, database=None)
