"""A run's events.jsonl: one line per event, read as it grows.

Pages ask for a run's epochs once a second while it trains. Of each file only what was appended
since the last question is read and parsed, and only its epochs are kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from esc10.storage import State, state_of
from esc10.training.results import EpochRow

_KEPT_LOGS = 512

_EPOCH_FIELDS = [field.name for field in fields(EpochRow)]


@dataclass
class _Log:
    """What has been read of one file.

    Attributes:
        state: what tells the file from what it was before.
        end: where the last whole line ends, in bytes.
        last_line: that line; a file that no longer has it there is another one.
        started: whether the worker had begun to train.
        history: the epochs.
    """

    state: State = None
    end: int = 0
    last_line: bytes = b""
    started: bool = False
    history: list[EpochRow] = field(default_factory=list)

    def add(self, lines: bytes) -> None:
        events = _events_of(lines)
        self.history.extend(rows_of(events))
        self.started = self.started or any(event["kind"] == "started" for event in events)
        self.end += len(lines)
        self.last_line = lines[lines.rfind(b"\n", 0, -1) + 1 :] or self.last_line


_logs: OrderedDict[Path, _Log] = OrderedDict()
_lock = threading.Lock()


def read_events(path: Path) -> list[dict[str, Any]]:
    """All events of a file, exactly as they came; a last line that was cut off is left out.

    Raises:
        OSError: the file cannot be read.
        ValueError: a line holds no event.
    """
    return _events_of(_whole_lines(path.read_bytes()))


def read_history(path: Path) -> tuple[bool, list[EpochRow]]:
    """Whether training has begun, and the epochs so far.

    Raises:
        OSError: the file cannot be read.
        ValueError: a line holds no event.
    """
    with _lock:
        log = _logs.pop(path, None) or _Log()
        state = state_of(path)
        if state is None or state != log.state:
            log = _read_on(path, log)
            log.state = state
        _logs[path] = log
        if len(_logs) > _KEPT_LOGS:
            _logs.popitem(last=False)
        return log.started, log.history.copy()


def _read_on(path: Path, log: _Log) -> _Log:
    """What was read before with what was appended since; all anew if it is another file by now."""
    with path.open("rb") as file:
        file.seek(log.end - len(log.last_line))
        if file.read(len(log.last_line)) != log.last_line:
            log = _Log()
            file.seek(0)
        log.add(_whole_lines(file.read()))
    return log


def rows_of(events: Iterable[dict[str, Any]]) -> list[EpochRow]:
    """The epochs among events.

    Raises:
        ValueError: one has no figures.
    """
    return [_row_of(event) for event in events if event["kind"] == "epoch"]


def _row_of(event: dict[str, Any]) -> EpochRow:
    values: dict[str, Any] = {name: event.get(name) for name in _EPOCH_FIELDS}
    # A loss may be infinite, or no number at all: so it is in the run.
    if type(values["epoch"]) is not int or not all(
        type(value) in (int, float) for value in values.values()
    ):
        raise ValueError("an epoch has no figures")
    return EpochRow(**values)


def _events_of(lines: bytes) -> list[dict[str, Any]]:
    events = [from_json(line) for line in lines.splitlines()]
    if not all(isinstance(event, dict) and isinstance(event.get("kind"), str) for event in events):
        raise ValueError("a line holds no event")
    return events


def _whole_lines(content: bytes) -> bytes:
    return content[: content.rfind(b"\n") + 1]
