"""The hand-ins in a folder or in a zip, by their paths; links are not followed.

Nothing is read before it is asked for, and no zip is unpacked.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from esc10.archives.zips import ZipTree
from esc10.errors import DamagedRunError, DatasetError, LessonError, reason_of
from esc10.lesson.checking.senders import Sender, is_online_text, sender_of
from esc10.runs.exchange.importing import MAX_ZIP_BYTES, bytes_of
from esc10.runs.exchange.members import refused

ZIP = ".zip"
KINDS = (".html", ".htm", ZIP)
"""What a file's name ends with, if it is a hand-in: a report, or a run's zip."""

FEEDBACK = ".feedback.html"
"""What is added to the name of a hand-in for its page of feedback."""

MAX_FILES = 20_000


@dataclass(frozen=True)
class InZip:
    """Where a file is in a zip.

    Attributes:
        tree: the zip, open.
        name: the file's path in it.
    """

    tree: ZipTree
    name: str

    def read(self) -> bytes:
        """As for `Found.read`."""
        if self.tree.size(self.name) > MAX_ZIP_BYTES:
            raise refused("it is larger than any run")
        try:
            return self.tree.read(self.name, MAX_ZIP_BYTES, "It")
        except DatasetError as cause:
            raise DamagedRunError(str(cause)) from cause


@dataclass(frozen=True)
class Found:
    """A hand-in that nobody has read yet.

    Attributes:
        place: where it is.
        name: what it is called: its path below the folder of all, with forward slashes.
        sender: who sent it, where a course server named it.
    """

    place: Path | InZip
    name: str
    sender: Sender | None

    def read(self) -> bytes:
        """Its content, if it is no larger than any run's zip.

        Raises:
            DamagedRunError: the zip that it is in is damaged there.
            RunError: it is larger, or cannot be read.
        """
        return self.place.read() if isinstance(self.place, InZip) else bytes_of(self.place)


def hand_ins_in(folder: Path) -> tuple[list[Found], list[str]]:
    """The hand-ins in a folder and the folders in it, and what was left aside.

    Args:
        folder: where all of a class are.

    Returns:
        The hand-ins, by name, and the names of all other files, as of online texts and links.

    Raises:
        LessonError: it is no folder, cannot be looked into, holds no hand-in, or far too many
            files.
    """
    found, aside = [], []
    try:
        for here, folders, names in os.walk(folder, onerror=_raise):
            links = [name for name in folders if (Path(here) / name).is_symlink()]
            for path in (Path(here) / name for name in (*names, *links)):
                name = path.relative_to(folder).as_posix()
                if is_hand_in(name) and path.is_file() and not path.is_symlink():
                    found.append(Found(path, name, sender_of(name)))
                else:
                    aside.append(name)
            if len(found) + len(aside) > MAX_FILES:
                raise LessonError(
                    f"{folder} holds more than {MAX_FILES:,} files. Name the folder of the "
                    "hand-ins themselves."
                )
    except OSError as cause:
        reason = reason_of(cause)
        raise LessonError(f"{folder} cannot be looked into: {reason}. Check the path.") from cause
    if not found:
        raise LessonError(
            f"{folder} holds no hand-in: no file whose name ends with {', '.join(KINDS)}."
        )
    return sorted(found, key=lambda each: each.name), sorted(aside)


def hand_ins_in_zip(tree: ZipTree) -> tuple[list[Found], list[str]]:
    """The same of a zip, which stays open as long as they are read.

    What an operating system hides in a zip is not named.

    Args:
        tree: all of a class in one zip.

    Returns:
        The hand-ins, none where it is a zip of something else, and the names of all other files.
    """
    found, aside = [], []
    for name in tree.names:
        if is_hand_in(name):
            found.append(Found(InZip(tree, name), name, sender_of(name)))
        else:
            aside.append(name)
    return found, aside


def is_hand_in(name: str) -> bool:
    """Whether a file is one, by its path below the folder of all, with forward slashes."""
    last = name.rpartition("/")[2].lower()
    if not last.endswith(KINDS) or last.endswith(FEEDBACK) or last.startswith("."):
        return False
    return not is_online_text(name)


def _raise(cause: OSError) -> None:
    raise cause
