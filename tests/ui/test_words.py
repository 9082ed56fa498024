"""What pages say of runs and shares, in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from esc10.evaluation.intervals import percent
from esc10.lesson.words import share
from esc10.runs.outcome import Outcome
from esc10.runs.run import Run
from esc10.runs.writing import add_epoch, add_event, create_run, end_run
from esc10.training.config import TrainConfig
from esc10.ui.plots.confusion import ChosenCells, matrix_columns
from esc10.ui.progress import describe_end
from esc10.ui.words import long_names, network_title
from tests.support.made_runs import made_config, made_row
from tests.support.stored_runs import stored


@pytest.mark.parametrize("clips", [8, 40, 80, 400])
def test_shares_are_rounded_half_upwards(clips: int) -> None:
    for right in range(clips + 1):
        exact = (200 * right + clips) // (2 * clips)
        value = right / clips
        assert percent(value) == percent(np.float32(value)) == exact
        assert share(value, (value, value)) == f"{exact}% ({exact} to {exact}%)"
        confusion = np.array([[right, clips - right], [0, clips]])
        cells = matrix_columns(
            confusion, ("a", "b"), ChosenCells(None, None), "#000000", shares=True
        )
        assert cells["percent"][0] == exact


def ended(state: str, reason: str, epochs: int) -> Run:
    """A run that ended without weights."""
    run = create_run(made_config())
    add_event(run, "started")
    for epoch in range(1, epochs + 1):
        add_epoch(run, made_row(epoch))
    end_run(run, Outcome(state, reason, {}))
    return run


def test_a_run_that_was_stopped_says_what_is_kept(home: object) -> None:
    run = stored(epochs=3, ended="stopped")
    line = describe_end(run, run.state)
    assert line.startswith("stopped after 3 epochs; best validation accuracy ")
    assert line.endswith(" in epoch 3; its best weights are kept")


ENDS = [
    (("stopped", "somebody pressed stop", 0), "stopped before its first epoch ended; no weights"),
    (
        ("finished", "the loss became infinite", 1),
        "finished after 1 epoch; no weights: the loss became infinite",
    ),
    (
        ("failed", "the process was killed; the log says more", 2),
        "failed after 2 epochs: the process was killed; the log says more. Train it again.",
    ),
    (
        ("failed", "It is gone. Fetch it.", 0),
        "failed before its first epoch ended: It is gone. Fetch it.",
    ),
    (
        ("interrupted", "the app ended", 0),
        "interrupted before its first epoch ended: the app ended. Train it again.",
    ),
    (("cancelled", "it was taken out of the queue", 0), "taken out of the queue"),
]


@pytest.mark.parametrize(("end", "said"), ENDS)
def test_a_run_without_weights_says_why(home: object, end: tuple[str, str, int], said: str) -> None:
    run = ended(*end)
    assert describe_end(run, run.state).replace("\\", "") == said


def test_of_runs_to_choose_from_what_differs_comes_first(home: object) -> None:
    one, other = (
        create_run(made_config(number, model)) for number, model in [(1, "cnn"), (2, "td_cnn")]
    )
    linear = create_run(made_config(3, "cnn", "mel"))
    first, second, third = long_names([one, other, linear]).values()
    assert first.startswith("1D-CNN · Practice sounds · by fold · ")
    assert second.startswith("Time-distributed 1D-CNN · Practice sounds · ")
    assert third.startswith("1D-CNN · mel · Practice sounds · ")
    # To the minute, as they have different names without the seconds.
    assert first.count(":") == 1


def test_runs_of_one_minute_and_one_kind_have_their_seconds(home: object) -> None:
    runs = [
        create_run(replace(made_config(number), created=f"2026-01-01T12:00:{number:02}+00:00"))
        for number in (1, 2)
    ]
    first, second = long_names(runs).values()
    assert first.startswith("1D-CNN · 01 Jan ")
    assert ":00:01 · Practice sounds" in first
    assert ":00:02 · Practice sounds" in second


def test_runs_of_one_second_have_their_seeds_and_else_their_ids(home: object) -> None:
    configs = [made_config(number) for number in (1, 2, 3)]
    train = configs[0].train
    runs = [
        create_run(replace(config, train=replace(train, seed=seed)))
        for config, seed in zip(configs, (1, 2, 2), strict=True)
    ]
    first, second, third = long_names(runs).values()
    assert first.endswith(" · seed 1")
    assert second.endswith(f" · seed 2 · {runs[1].run_id}")
    assert third.endswith(f" · seed 2 · {runs[2].run_id}")


def test_a_network_of_another_width_is_told_so() -> None:
    usual = TrainConfig("practice", "td_cnn")
    assert network_title(usual) == "Time-distributed 1D-CNN"
    assert network_title(replace(usual, width=4.0)).endswith(" 1D-CNN, 4 times as wide")
    assert network_title(replace(usual, width=0.25)).endswith(" 1D-CNN, 0.25 times as wide")
