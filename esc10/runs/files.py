"""Reading a run's files: each as often as it changes, and a sentence for one that is damaged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from esc10.errors import RunError
from esc10.training.results import EpochRow

KEPT_FILES = 512
"""How many files of one kind are remembered."""

Read = TypeVar("Read")


def read_once(read: Callable[[Path, int, int], Read], path: Path) -> Read:
    """What a cached function reads in a file as it is now: pages ask once a second.

    Args:
        read: called with the path and, so that a change is another call, its size in bytes and its
            time of change in nanoseconds.
        path: the file.

    Raises:
        OSError: the file cannot be read.
    """
    state = path.stat()
    return read(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=KEPT_FILES)
def events_in(
    path: Path, size: int, changed: int
) -> tuple[tuple[dict[str, Any], ...], tuple[EpochRow, ...]]:
    """A file's events, and the epochs among them."""
    del size, changed
    text = path.read_text("utf-8")
    whole_lines = text[: text.rfind("\n") + 1].splitlines()
    events = tuple(json.loads(line) for line in whole_lines)
    return events, tuple(rows_of(events))


def rows_of(events: Iterable[dict[str, Any]]) -> list[EpochRow]:
    """The epochs among events."""
    names = [field.name for field in fields(EpochRow)]
    return [
        EpochRow(**{name: event[name] for name in names})
        for event in events
        if event["kind"] == "epoch"
    ]


def damaged(run_id: str, file: str) -> RunError:
    """The error that says a file of a run is missing or cut off."""
    return RunError(
        f"Run {run_id} is damaged: {file} is missing or cut off. Other runs are not affected; "
        f"to be rid of this one, delete the folder runs/{run_id} in the data folder."
    )
