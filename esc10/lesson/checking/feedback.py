"""A page of feedback for each hand-in, to give back: what was found, and nothing of anyone else."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from esc10.archives.trees import shown
from esc10.errors import LessonError, reason_of
from esc10.evaluation.intervals import percent
from esc10.lesson.checking.checked import STATES, Checked
from esc10.lesson.checking.folder import FEEDBACK
from esc10.lesson.checking.judging import TOLERANCE
from esc10.lesson.report.writing import page_from
from esc10.lesson.words import share
from esc10.storage import write_whole

if TYPE_CHECKING:
    from jinja2 import Template

_LONGEST = 200
"""Bytes of a page's name: systems take 255, and while it is written it has some more."""

_DIGITS = 12
"""Hexadecimal digits that tell two long names apart which begin alike."""


def make_feedback_folder(folder: Path) -> None:
    """Make the folder for the pages, before minutes of work are done for them.

    Raises:
        LessonError: it cannot be made, or nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as cause:
        raise LessonError(
            f"{folder} can hold no pages of feedback: {reason_of(cause)}. Name a folder you may "
            "write to."
        ) from cause


def write_feedback(hand_ins: Sequence[Checked], folder: Path) -> None:
    """Write a page for each hand-in, under its own name and `.feedback.html`, in folders alike.

    Args:
        hand_ins: what was checked.
        folder: where the pages go; it is made where it is missing.

    Raises:
        LessonError: pages cannot be written; all others are there.
    """
    failed = []
    for one in hand_ins:
        path = folder / page_path(one.file)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, feedback_page(one))
        except OSError as cause:
            failed.append(f"{shown(one.file)} ({reason_of(cause)})")
    if failed:
        raise LessonError(
            f"{len(failed)} of {len(hand_ins)} pages of feedback cannot be written to {folder}, "
            f"those on {', '.join(failed)}. Make room there, or name another folder."
        )


def feedback_zip(hand_ins: Sequence[Checked]) -> bytes:
    """The same pages as one zip."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as pages:
        for one in hand_ins:
            # A file's name may have bytes that are no characters, which a zip cannot have.
            path = page_path(one.file).encode("utf-8", "replace").decode()
            pages.writestr(path, feedback_page(one))
    return content.getvalue()


def page_path(file: str) -> str:
    """Where a page lies below the folder of all, with forward slashes.

    It has the hand-in's name, of which a long one is cut and gets a part of its SHA-256.

    Args:
        file: the hand-in's, likewise.
    """
    folder, slash, name = file.rpartition("/")
    encoded = os.fsencode(name)
    room = _LONGEST - len(FEEDBACK)
    if len(encoded) > room:
        digest = hashlib.sha256(encoded).hexdigest()[:_DIGITS]
        # No half of a character is left at its end.
        name = f"{encoded[: room - _DIGITS - 1].decode('utf-8', 'ignore')}-{digest}"
    return f"{folder}{slash}{name}{FEEDBACK}"


def feedback_page(one: Checked) -> bytes:
    """What was found of a hand-in, as an HTML file that asks no host for anything."""
    accuracy = None
    if one.accuracy is not None and one.interval is not None:
        accuracy = share(one.accuracy, one.interval)
    said = {
        "one": one,
        "state": STATES[one.state],
        "claimed": None if one.claimed is None else f"{percent(one.claimed)}%",
        "accuracy": accuracy,
        "difference": None if one.difference is None else f"{one.difference:.6f}",
        "tolerance": f"{TOLERANCE:g}",
    }
    return _page().render(said).encode("utf-8", "replace")


@cache
def _page() -> Template:
    return page_from(Path(__file__).parent, "feedback.html")
