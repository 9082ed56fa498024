"""A finished run that errs on practice sounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from esc10.datasets import SOURCES
from esc10.datasets.practice.plan import filenames
from esc10.runs.run import Run
from tests.support.made_runs import made_config
from tests.support.tested_runs import run_with

TEST_CLIPS = 12
WRONG = (0, 3, 7, 11)


@pytest.fixture
def make_run(home: object) -> Callable[..., Run]:
    """Makes a finished run on practice sounds that errs on some of its twelve test clips."""

    def make(wrong: tuple[int, ...] = WRONG, number: int = 1, **train: object) -> Run:
        source = SOURCES["practice"]
        made = made_config(number)
        named = {
            target: [name for name in filenames() if name.endswith(f"-{target}.wav")]
            for target in source.targets
        }
        clips = {
            part: tuple(
                [name for name in named[source.targets[place % 10]] if name.startswith(fold)][
                    place // 10
                ]
                for place in range(count)
            )
            for part, fold, count in (
                ("train", "1", 20),
                ("validation", "4", 10),
                ("test", "5", TEST_CLIPS),
            )
        }
        config = replace(
            made, clips=clips, classes=source.classes, train=replace(made.train, **train)
        )
        right = np.ones((3, TEST_CLIPS), bool)
        right[:, list(wrong)] = False
        return run_with(config, right)

    return make
