"""A system that refuses to read: what an ordinary user meets, and an administrator never does."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def refuse_to_read(monkeypatch: pytest.MonkeyPatch, path: Path, number: int = errno.EACCES) -> None:
    """Have the system refuse to open a file, which can be looked at all the same."""
    _refuse(monkeypatch, "open", lambda other: other == path, number)


def lock(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Have the system let nobody into a folder; its names can be listed."""
    for look in ("open", "stat", "iterdir", "rename"):
        _refuse(monkeypatch, look, lambda other: folder in other.parents, errno.EACCES)


def _refuse(
    monkeypatch: pytest.MonkeyPatch, look: str, refused: Callable[[Path], bool], number: int
) -> None:
    before = getattr(Path, look)

    def refusing(path: Path, *arguments: Any, **named: Any) -> Any:
        if refused(path):
            raise OSError(number, os.strerror(number), str(path))
        return before(path, *arguments, **named)

    monkeypatch.setattr(Path, look, refusing)
