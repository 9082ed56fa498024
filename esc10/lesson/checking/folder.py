"""The hand-ins in a folder, by their paths; links are not followed, and nothing is read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from esc10.errors import LessonError, reason_of
from esc10.lesson.checking.senders import Sender, is_online_text, sender_of

ZIP = ".zip"
KINDS = (".html", ".htm", ZIP)
"""What a file's name ends with, if it is a hand-in: a report, or a run's zip."""

FEEDBACK = ".feedback.html"
"""What is added to the name of a hand-in for its page of feedback."""

MAX_FILES = 20_000


@dataclass(frozen=True)
class Found:
    """A hand-in that nobody has read yet.

    Attributes:
        path: where it is.
        name: the same below the folder of all, with forward slashes.
        sender: who sent it, where a course server named it.
    """

    path: Path
    name: str
    sender: Sender | None


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
                if _is_hand_in(path) and not is_online_text(name):
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


def _raise(cause: OSError) -> None:
    raise cause


def _is_hand_in(path: Path) -> bool:
    name = path.name.lower()
    if not name.endswith(KINDS) or name.endswith(FEEDBACK) or name.startswith("."):
        return False
    return path.is_file() and not path.is_symlink()
