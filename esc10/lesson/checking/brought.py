"""What somebody brings to a page to have it checked: a folder, a zip, or files that they upload.

An upload is put aside among the system's temporary files, under a number for a name; what it is
called counts as a name alone. A zip is read member by member, and never unpacked.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from esc10.archives.zips import ZipTree
from esc10.errors import DatasetError, LessonError, reason_of
from esc10.lesson.checking.folder import (
    KINDS,
    ZIP,
    Found,
    hand_ins_in,
    hand_ins_in_zip,
    is_hand_in,
)
from esc10.lesson.checking.senders import sender_of

MOST_HAND_INS = 1000
"""Of one class. Where all have the same weights, each row of the table names all others."""

MOST_MEGABYTES = 500
"""Of all that is uploaded: 200 hand-ins of 2.5 MB. The server takes no larger file; of 512 MB and
more Streamlit's box would say 1 GB."""


class Brought:
    """Hand-ins that somebody brought. What was put aside of them is gone when it is closed.

    It is also gone when nobody knows it any more, and when the program ends.

    Attributes:
        found: the hand-ins.
        aside: the names of what is none.
    """

    def __init__(self) -> None:
        """Nothing yet."""
        self.found: list[Found] = []
        self.aside: list[str] = []
        self._bytes = self._files = 0
        self._folder: Path | None = None
        self._held = ExitStack()
        self.close = weakref.finalize(self, self._held.close)

    def add_path(self, path: Path) -> None:
        """Add those in a folder, or in a zip.

        Raises:
            LessonError: it cannot be read, holds no hand-in, or too many.
        """
        if path.is_file():
            self._add_files([(path, path.name)])
        else:
            self._add(*hand_ins_in(path))

    def add_uploads(self, uploads: Sequence[tuple[str, BinaryIO]]) -> None:
        """Add files by their names; one zip alone may hold those of a class.

        Of several, none is looked into: a hand-in that is a zip could name others in itself. Where
        they are refused, nothing of them stays put aside.

        Raises:
            LessonError: they are no hand-ins or too many, too large, or cannot be put aside.
        """
        size = sum(file.seek(0, 2) for _, file in uploads)
        if self._bytes + size > MOST_MEGABYTES * 2**20:
            raise LessonError(
                f"That is more than {MOST_MEGABYTES} MB. Name the zip or its folder on the machine "
                "that the lab runs on, or check the folder there on the command line."
            )
        with ExitStack() as undoing:
            placed = [(self._put_aside(file, undoing), _plain(name)) for name, file in uploads]
            self._add_files(placed)
            undoing.pop_all()
        self._bytes += size

    def _add_files(self, placed: Sequence[tuple[Path, str]]) -> None:
        if len(placed) == 1 and placed[0][1].lower().endswith(ZIP):
            self._add_zip(*placed[0])
            return
        found = [Found(path, name, sender_of(name)) for path, name in placed if is_hand_in(name)]
        self._add(found, [name for _, name in placed if not is_hand_in(name)])

    def _put_aside(self, file: BinaryIO, undoing: ExitStack) -> Path:
        try:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="esc10-"))
                self._held.callback(shutil.rmtree, self._folder, ignore_errors=True)
            path = self._folder / str(self._files)
            self._files += 1
            undoing.callback(path.unlink, missing_ok=True)
            file.seek(0)
            with path.open("wb") as copy:
                shutil.copyfileobj(file, copy)
        except OSError as cause:
            raise LessonError(
                f"What was uploaded cannot be put aside: {reason_of(cause)}. Make room in "
                f"{tempfile.gettempdir()}, then try again."
            ) from cause
        return path

    def _add_zip(self, path: Path, name: str) -> None:
        """Those in a zip; a zip that holds none is one."""
        try:
            tree = ZipTree(path, name)
        except DatasetError as error:
            raise LessonError(str(error)) from error
        with ExitStack() as undoing:
            undoing.callback(tree.close)
            found, aside = hand_ins_in_zip(tree)
            if found:
                self._add(found, aside)
                self._held.push(undoing.pop_all())
            else:
                self._add([Found(path, name, sender_of(name))], [])

    def _add(self, found: Sequence[Found], aside: Sequence[str]) -> None:
        if not found and not self.found:
            raise LessonError(
                f"There is no hand-in among that: no file whose name ends with {', '.join(KINDS)}."
            )
        if len(self.found) + len(found) > MOST_HAND_INS:
            raise LessonError(
                f"There are more than {MOST_HAND_INS:,} hand-ins, which are the most that a page "
                "checks. Check them in parts, or on the command line."
            )
        taken = {each.name for each in self.found}
        for each in found:
            name, number = each.name, 1
            while name in taken:
                number += 1
                name = f"{number}/{each.name}"
            taken.add(name)
            self.found.append(Found(each.place, name, each.sender))
        self.aside.extend(aside)


def _plain(name: str) -> str:
    """An upload's name without any folder that it claims to be in."""
    return PurePosixPath(name.replace("\\", "/")).name or "file"
