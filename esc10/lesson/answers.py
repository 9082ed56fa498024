"""What a student has answered in the guided lab: what a hand-in carries beside its run.

As a file it is JSON: {"answers": [{"exercise": …, "question": …, "given": …, "right": …}, …]}.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from esc10.errors import LessonError, reason_of
from esc10.storage import STRICT

MAX_ANSWERS = 200
MAX_KEY = 100
MAX_TEXT = 5000
"""In characters, of a question and of an answer."""

_MAX_BYTES = 4 * 2**20
"""Of a file; 200 answers with their questions in two bytes a character have as many."""


@dataclass(frozen=True)
class Answered:
    """An exercise's question and what somebody answered to it last.

    Attributes:
        exercise: its key.
        question: as it was asked, plain text.
        given: the answer as it was typed or chosen, plain text.
        right: whether the exercise's check accepted it.
    """

    exercise: str
    question: str
    given: str
    right: bool


@dataclass(frozen=True)
class _Stored:
    answers: tuple[Answered, ...]


# The union carries STRICT into the dataclasses, which by themselves know no Pydantic.
_STORED: TypeAdapter[_Stored | None] = TypeAdapter(_Stored | None, config=STRICT)


def stored_form(answers: Sequence[Answered]) -> dict[str, Any]:
    """Answers as they are stored in JSON, which `read_answers` reads."""
    return asdict(_Stored(tuple(answers)))


def answers_json(answers: Sequence[Answered]) -> bytes:
    """Answers as a file of JSON."""
    return json.dumps(stored_form(answers), indent=1, ensure_ascii=False).encode() + b"\n"


def load_answers(path: Path) -> tuple[Answered, ...]:
    """The answers in a file of JSON.

    Raises:
        LessonError: it cannot be read, or holds something else.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as cause:
        reason = reason_of(cause)
        raise LessonError(f"{path} cannot be read: {reason}. Check the path.") from cause
    return read_answers(content, str(path))


def read_answers(content: bytes, name: str) -> tuple[Answered, ...]:
    """The answers in a file's bytes, which are a stranger's.

    Args:
        content: JSON.
        name: what a sentence calls the file.

    Raises:
        LessonError: it is none, too long, answers an exercise twice, or holds what cannot be shown.
    """
    if len(content) > _MAX_BYTES:
        raise _refused(name, f"it has more than {_MAX_BYTES:,} bytes")
    no_answers = _refused(name, "it is no JSON of exercises, questions and answers")
    try:
        stored = _STORED.validate_json(content)
    except ValueError as cause:
        raise no_answers from cause
    if stored is None:
        raise no_answers
    answers = stored.answers
    if len(answers) > MAX_ANSWERS:
        raise _refused(name, f"it holds more than {MAX_ANSWERS} answers")
    keys = [answer.exercise for answer in answers]
    for place, answer in enumerate(answers, 1):
        if answer.exercise in keys[: place - 1]:
            raise _refused(name, f"answer {place} is to an exercise that has one already")
        if not _can_be_shown(answer):
            raise _refused(name, f"answer {place} is too long, or holds control characters")
    return answers


def _can_be_shown(answer: Answered) -> bool:
    texts = (answer.exercise, answer.question, answer.given)
    lengths = zip(texts, (MAX_KEY, MAX_TEXT, MAX_TEXT), strict=True)
    signs = "".join(texts).translate(dict.fromkeys(map(ord, "\n\r\t")))
    return all(len(text) <= longest for text, longest in lengths) and not any(
        unicodedata.category(sign) in ("Cc", "Cs") for sign in signs
    )


def _refused(name: str, reason: str) -> LessonError:
    return LessonError(f"{name} is refused: {reason}. Save the answers from the lab again.")
