"""A finished run that errs on practice sounds, and was never trained."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from esc10.datasets import SOURCES
from esc10.datasets.practice.plan import filenames
from esc10.runs.run import Run
from tests.support.made_runs import made_config
from tests.support.tested_runs import run_with

TEST_CLIPS = 12
WRONG = (0, 3, 7, 11)

_PARTS = {"train": (1, 20), "validation": (4, 10), "test": (5, TEST_CLIPS)}
"""For each part of the split its fold, and how many clips of it there are."""


def erring_run(wrong: tuple[int, ...] = WRONG) -> Run:
    """A run that takes some of its twelve test clips for the next class."""
    source = SOURCES["practice"]

    def clips(fold: int, count: int) -> tuple[str, ...]:
        by_class = [
            [
                name
                for name in filenames()
                if name[0] == str(fold) and name.endswith(f"-{target}.wav")
            ]
            for target in source.targets
        ]
        return tuple(by_class[place % 10][place // 10] for place in range(count))

    config = replace(
        made_config(),
        classes=source.classes,
        clips={part: clips(*what) for part, what in _PARTS.items()},
    )
    right = np.ones((3, TEST_CLIPS), bool)
    right[:, list(wrong)] = False
    return run_with(config, right)
