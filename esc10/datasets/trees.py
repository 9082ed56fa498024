"""A stranger's files by their paths, and a folder of them; a zip is `esc10.datasets.zip_trees`.

Unlike `esc10.datasets.suppliers`, which looks for files whose names are known, a tree goes by whole
paths: every class may have its `1.wav`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from esc10.datasets.suppliers import MAX_FOLDER_ENTRIES
from esc10.errors import DatasetError

MAX_TEXT_BYTES = 4 * 2**20

_CLUTTER = ("__MACOSX", "$RECYCLE.BIN", "System Volume Information")
_SHOWN = 80


class Tree(Protocol):
    """Files by their paths, which have forward slashes and begin below the root."""

    title: str
    names: tuple[str, ...]

    def sound(self, name: str) -> Path | bytes:
        """What `esc10.audio.loading.load_sound` reads; `DatasetError` where there is none."""

    def text(self, name: str) -> bytes:
        """The bytes of a small file; `DatasetError` where there is none, or a large one."""

    def close(self) -> None:
        """Let go of the files."""


def shown(text: str) -> str:
    """A stranger's path as part of a sentence: printable, and its end where it is long."""
    printable = "".join(sign if sign.isprintable() else "?" for sign in text)
    return printable if len(printable) <= _SHOWN else f"…{printable[-_SHOWN:]}"


def is_clutter(path: str) -> bool:
    """Whether an operating system put it there, or somebody hid it."""
    return any(part.startswith(".") or part in _CLUTTER for part in path.split("/"))


class FolderTree:
    """A folder on this machine. Links are left aside: they may lead anywhere."""

    def __init__(self, path: Path) -> None:
        """Look through the folder once.

        Raises:
            DatasetError: it holds far more than a dataset would.
        """
        self.title, self._path = path.name or str(path), path
        found: list[str] = []
        for parent, folders, basenames in os.walk(path):
            folders[:] = [name for name in folders if not is_clutter(name)]
            here = Path(parent)
            found += [
                (here / name).relative_to(path).as_posix()
                for name in basenames
                if not is_clutter(name) and not (here / name).is_symlink()
            ]
            if len(found) > MAX_FOLDER_ENTRIES:
                raise DatasetError(
                    f"{path} holds more than {MAX_FOLDER_ENTRIES:,} files. "
                    "Name the folder of the sounds themselves."
                )
        self.names = tuple(sorted(found))
        self._known = frozenset(found)

    def sound(self, name: str) -> Path:
        """Where the sound is.

        Raises:
            DatasetError: the folder has none of that name.
        """
        if name not in self._known:
            raise DatasetError(f"{shown(name)} is not in the folder.")
        return self._path / name

    def text(self, name: str) -> bytes:
        """The bytes of a small file.

        Raises:
            DatasetError: it cannot be read, or is large.
        """
        try:
            with (self._path / name).open("rb") as file:
                content = file.read(MAX_TEXT_BYTES + 1)
        except OSError as cause:
            reason = (cause.strerror or str(cause)).lower()
            raise DatasetError(f"{shown(name)} cannot be read: {reason}.") from cause
        if len(content) > MAX_TEXT_BYTES:
            raise DatasetError(f"{shown(name)} is too large for a table of sounds.")
        return content

    def close(self) -> None:
        """Nothing is held open."""
