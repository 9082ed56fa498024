"""Answers as a file: what is written is read, and a stranger's file is bounded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from esc10.errors import LessonError
from esc10.lesson import answers as answers_module
from esc10.lesson.answers import (
    MAX_ANSWERS,
    MAX_KEY,
    MAX_TEXT,
    Answered,
    answers_json,
    load_answers,
    read_answers,
)

ANSWERED = (
    Answered("hop", "How long is a hop, in ms?", "23\nor so: “23,2”", True),
    Answered("leak", "Which clips <b>leak</b>?", "", False),
)


def refusal(content: bytes) -> str:
    with pytest.raises(LessonError) as caught:
        read_answers(content, "answers.json")
    sentence = str(caught.value)
    assert sentence.startswith("answers.json is refused: ")
    assert sentence.endswith(". Save the answers from the lab again.")
    assert sentence.isprintable()
    return sentence


def changed(**values: Any) -> bytes:
    """A file whose one answer has these values."""
    answer = {"exercise": "hop", "question": "?", "given": "23", "right": True}
    return json.dumps({"answers": [answer | values]}).encode()


def test_what_is_written_is_read(tmp_path: Path) -> None:
    for answered in (ANSWERED, ()):
        path = tmp_path / "answers.json"
        path.write_bytes(answers_json(answered))
        assert load_answers(path) == answered


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.json", tmp_path):
        with pytest.raises(LessonError, match=r"cannot be read: .*\. Check the path\."):
            load_answers(path)


NO_ANSWERS = {
    "nothing": b"",
    "no text": b"\xff\xfe",
    "null": b"null",
    "a list": b"[]",
    "an object in place of a list": b'{"answers": {}}',
    "a list in place of an object": b'{"answers": [[]]}',
    "endless": b"[" * 100_000,
    "a number for a truth": changed(right=1),
    "a text for a truth": changed(right="yes"),
    "nothing given": changed(given=None),
    "half a character": changed(given="\ud800"),
    "a field too many": changed(more="text"),
    "a field beside the answers": json.dumps({"answers": [], "run": "x"}).encode(),
}


@pytest.mark.parametrize("content", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_what_holds_no_answers_is_refused(content: bytes) -> None:
    assert "no JSON of exercises, questions and answers" in refusal(content)


@pytest.mark.parametrize(
    "values",
    [
        {"exercise": "k" * (MAX_KEY + 1)},
        {"question": "q" * (MAX_TEXT + 1)},
        {"given": "g" * (MAX_TEXT + 1)},
        {"given": "\x00"},
        {"exercise": "\x1b[2J"},
    ],
)
def test_what_cannot_be_shown_is_refused(values: dict[str, str]) -> None:
    assert "answer 1 is too long, or holds control characters" in refusal(changed(**values))


def test_more_than_a_lab_asks_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [Answered(str(place), "?", "!", True) for place in range(MAX_ANSWERS + 1)]
    assert read_answers(answers_json(many[1:]), "it") == tuple(many[1:])
    assert f"more than {MAX_ANSWERS} answers" in refusal(answers_json(many))
    assert "to an exercise that has one already" in refusal(answers_json([many[0], many[0]]))
    content = answers_json(many)
    monkeypatch.setattr(answers_module, "_MAX_BYTES", len(content) - 1)
    assert "more than" in refusal(content)
