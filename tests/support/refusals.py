"""A system that refuses to read, as an ordinary user meets it, or to write: its disk is full."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


def refuse_to_read(monkeypatch: pytest.MonkeyPatch, path: Path, number: int = errno.EACCES) -> None:
    """Have the system refuse to open a file, which can be looked at all the same."""
    _refuse(monkeypatch, "open", lambda other, *_, **__: other == path, number)


def lock(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Have the system let nobody into a folder; its names can be listed."""
    for look in ("open", "stat", "iterdir", "rename"):
        _refuse(monkeypatch, look, lambda other, *_, **__: folder in other.parents, errno.EACCES)


@contextmanager
def full_disk(refused: str = "wax+") -> Iterator[None]:
    """Have the system refuse to open files in these modes, in every thread of this process."""

    def needs_room(_: Path, mode: str = "r", *__: Any, **___: Any) -> bool:
        return bool(set(mode) & set(refused))

    with pytest.MonkeyPatch.context() as patch:
        _refuse(patch, "open", needs_room, errno.ENOSPC)
        yield


@contextmanager
def in_use() -> Iterator[None]:
    """Have the system delete no file, as Windows does where somebody has it open."""

    def busy(path: object, *_: Any, **__: Any) -> None:
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(path))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "unlink", busy)
        yield


def _refuse(
    monkeypatch: pytest.MonkeyPatch, look: str, refused: Callable[..., bool], number: int
) -> None:
    before = getattr(Path, look)

    def refusing(path: Path, *arguments: Any, **named: Any) -> Any:
        if refused(path, *arguments, **named):
            raise OSError(number, os.strerror(number), str(path))
        return before(path, *arguments, **named)

    monkeypatch.setattr(Path, look, refusing)
