"""A page of feedback for each hand-in, to give back: what was found, and nothing of anyone else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Template

from esc10.errors import LessonError, reason_of
from esc10.evaluation.intervals import percent
from esc10.lesson.checking.checked import STATES, Checked
from esc10.lesson.checking.folder import FEEDBACK
from esc10.lesson.checking.judging import TOLERANCE
from esc10.lesson.report.writing import page_from
from esc10.lesson.words import share
from esc10.storage import write_whole


def write_feedback(hand_ins: Sequence[Checked], folder: Path) -> None:
    """Write a page for each hand-in, under its own name and `.feedback.html`, in folders alike.

    Args:
        hand_ins: what was checked.
        folder: where the pages go; it is made where it is missing.

    Raises:
        LessonError: a page cannot be written; those before it are there.
    """
    for one in hand_ins:
        path = folder / f"{one.file}{FEEDBACK}"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, feedback_page(one))
        except OSError as cause:
            raise LessonError(
                f"{path} cannot be written: {reason_of(cause)}. Name a folder you may write to."
            ) from cause


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
