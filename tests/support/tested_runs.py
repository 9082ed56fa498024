"""Finished runs that are right on chosen test clips: to be compared with one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from esc10.runs.outcome import Outcome
from esc10.runs.run import Run
from esc10.runs.writing import add_epoch, add_event, create_run, end_run, finish_run
from esc10.training.plan import RunConfig
from esc10.training.results import PARTS
from tests.support.made_runs import answering, made_config, made_result

TEST_CLIPS = 40


def config(number: int, model: str = "cnn", clips: int = TEST_CLIPS) -> RunConfig:
    """A run's configuration with more test clips than the made one."""
    made = made_config(number, model)
    test = tuple(f"5-{200 + place}-A-{place % 10}.wav" for place in range(clips))
    return replace(made, clips={**made.clips, "test": test})


def right_on(right: Sequence[int]) -> NDArray[np.float32]:
    """Probabilities of a run that is right on these test clips, and one class off on the others."""
    answers = np.full((TEST_CLIPS, 10), 0.02, np.float32)
    for clip in range(TEST_CLIPS):
        answers[clip, clip % 10 if clip in right else (clip + 1) % 10] = 0.82
    return answers


def finished(number: int, right: Sequence[int] = range(30), epochs: int = 3) -> Run:
    """A finished run that answers so many test clips rightly."""
    run = create_run(config(number))
    result = made_result(epochs)
    add_event(run, "started")
    for row in result.history:
        add_epoch(run, row)
    labels = {"validation": np.arange(8), "test": np.arange(TEST_CLIPS) % 10}
    finish_run(run, answering(result, right_on(right)), labels)
    return run


def without_weights(number: int, state: str, reason: str) -> Run:
    """A run that ended without weights."""
    run = create_run(config(number, "td_cnn"))
    if state != "cancelled":
        add_event(run, "started")
    end_run(run, Outcome(state, reason, {}))
    return run


def run_with(config: RunConfig, right: NDArray[np.bool_], parameters: int = 47_018) -> Run:
    """A finished run that was right about these test clips after each epoch.

    Of its best epochs the last is it by accuracy, the one before it by loss. `right` has the shape
    (epochs, test clips).
    """
    sizes = {part: len(config.clips[part]) for part in PARTS}
    labels = {part: np.arange(clips, dtype=np.int64) % 10 for part, clips in sizes.items()}
    said = (labels["test"] + ~right) % 10  # (epochs, clips): one class off where it errs
    test = np.where(np.eye(10, dtype=bool)[said], 0.82, 0.02).astype(np.float32)
    validation = np.full((len(right), sizes["validation"], 10), 0.1, np.float32)
    result = made_result(len(right))
    best = {
        name: replace(each, validation=validation[0], test=test[each.epoch - 1])
        for name, each in result.best.items()
    }
    run = create_run(config)
    add_event(run, "started")
    for row in result.history:
        add_epoch(run, row)
    by_epoch = {"validation": validation, "test": test}
    told = replace(result, best=best, by_epoch=by_epoch, parameters=parameters)
    finish_run(run, told, labels)
    return run
