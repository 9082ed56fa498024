"""How far a run had come after so many seconds."""

from __future__ import annotations

from dataclasses import replace

from esc10.runs.replay import epochs_after
from tests.support.made_runs import made_row


def test_epochs_count_once_they_have_ended() -> None:
    history = [replace(made_row(epoch), seconds=float(epoch)) for epoch in (1, 2, 3)]
    ended = [epochs_after(history, seconds) for seconds in (0, 0.9, 1, 2.9, 3, 5.9, 6, 60)]
    assert ended == [0, 0, 1, 1, 2, 2, 3, 3]
    assert epochs_after([], 1) == 0
