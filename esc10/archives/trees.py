"""A tree of files by their paths, and a folder on this machine as one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from esc10.errors import DatasetError, reason_of

MAX_FOLDER_ENTRIES = 50_000

_CLUTTER = ("__MACOSX", "$RECYCLE.BIN", "System Volume Information")
_SHOWN = 80


class Tree(Protocol):
    """Files by their paths, which have forward slashes and begin below the root.

    Attributes:
        title: what a sentence calls it.
        names: the paths of its files, without what an operating system hides there.
        links: how many links there are that were not followed.
    """

    title: str
    names: tuple[str, ...]
    links: int

    def sound(self, name: str) -> Path | bytes:
        """What `esc10.audio.recording.load_recording` reads.

        Raises:
            DatasetError: there is none, or it is damaged or very large.
        """

    def read(self, name: str, limit: int, called: str = "") -> bytes:
        """The bytes of a file; a sentence calls it by its path, or as `called` says.

        Raises:
            DatasetError: there is none, it is damaged, or has more bytes than `limit`.
        """

    def close(self) -> None:
        """Let go of the files."""


def shown(text: str) -> str:
    """A stranger's path as part of a sentence: printable, and its end where it is long."""
    printable = "".join(sign if sign.isprintable() else "?" for sign in text)
    return printable if len(printable) <= _SHOWN else f"…{printable[-_SHOWN:]}"


def is_clutter(path: str) -> bool:
    """Whether an operating system put it there, or somebody hid it."""
    parts = [part for part in path.split("/") if part not in (".", "..")]
    return any(part.startswith(".") or part in _CLUTTER for part in parts)


class Below:
    """What a tree holds below one of its folders, as a tree; the other one stays open."""

    def __init__(self, tree: Tree, folder: str) -> None:
        """Its files whose paths begin with `folder`, which ends with a slash."""
        self.title, self.links = tree.title, 0
        self._tree, self._folder = tree, folder
        self.names = tuple(
            name.removeprefix(folder) for name in tree.names if name.startswith(folder)
        )

    def sound(self, name: str) -> Path | bytes:
        """See `Tree.sound`."""
        return self._tree.sound(self._folder + name)

    def read(self, name: str, limit: int, called: str = "") -> bytes:
        """See `Tree.read`."""
        return self._tree.read(self._folder + name, limit, called or shown(name))

    def close(self) -> None:
        """Nothing of its own is held open."""


class FolderTree:
    """A folder on this machine."""

    def __init__(self, path: Path, links: bool = False) -> None:
        """Look through the folder once; without `links`, files that are links are left aside.

        Raises:
            DatasetError: it holds far more than a dataset would.
        """
        self.title, self._path = path.name or str(path), path
        self.links = 0
        found: list[str] = []
        for parent, folders, basenames in os.walk(path):
            here = Path(parent)
            folders[:] = [name for name in folders if not is_clutter(name)]
            self.links += 0 if links else sum((here / name).is_symlink() for name in folders)
            for name in basenames:
                if is_clutter(name):
                    continue
                if not links and (here / name).is_symlink():
                    self.links += 1
                else:
                    found.append((here / name).relative_to(path).as_posix())
            if len(found) > MAX_FOLDER_ENTRIES:
                raise DatasetError(
                    f"{path} holds more than {MAX_FOLDER_ENTRIES:,} files. "
                    "Name the folder of the sounds themselves."
                )
        self.names = tuple(sorted(found))
        self._known = frozenset(found)

    def sound(self, name: str) -> Path:
        """Where the sound is."""
        if name not in self._known:
            raise DatasetError(f"{shown(name)} is not in the folder.")
        return self._path / name

    def read(self, name: str, limit: int, called: str = "") -> bytes:
        """See `Tree.read`."""
        path, called = self.sound(name), called or shown(name)
        try:
            with path.open("rb") as file:
                content = file.read(limit + 1)
        except OSError as cause:
            # Said here, or it would be taken for trouble with the disk that is written to.
            raise DatasetError(
                f"{called} cannot be read: {reason_of(cause)}. Check the stick or disk it is on."
            ) from cause
        if len(content) > limit:
            raise DatasetError(f"{called} has more than {limit:,} bytes, which are the most.")
        return content

    def close(self) -> None:
        """Nothing is held open."""
