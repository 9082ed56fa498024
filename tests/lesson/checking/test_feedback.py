"""A page of feedback says what was found, and obeys nobody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from esc10.errors import LessonError
from esc10.lesson.checking import STATES, write_feedback
from esc10.lesson.checking.feedback import feedback_page
from tests.support.html_pages import Page
from tests.support.made_hand_ins import ADA, BROKEN, CLASS
from tests.support.refusals import full_disk

HOSTILE = "<script>alert(1)</script>\"'><img src=x>{{ 7 * 7 }}"


def test_a_page_says_what_was_found() -> None:
    words = Page(feedback_page(ADA)).words
    for said in (ADA.sentence, STATES["checked"], "50% (9 to 91%)", "3 of 7", "0.000002", "0.01"):
        assert said in words
    broken = Page(feedback_page(BROKEN)).words
    assert "It breaks off. Hand it in again, as the lab wrote it." in broken
    assert "accuracy" not in broken
    assert "the page shows another one" in Page(feedback_page(replace(ADA, sealed=False))).words


def test_a_page_obeys_nobody() -> None:
    one = replace(ADA, title=HOSTILE, owner=HOSTILE, file=HOSTILE, sentence=HOSTILE)
    page = Page(feedback_page(one))
    assert page.words.count(HOSTILE) == 4
    assert not [each.tag for each in page.elements if each.tag in ("script", "img", "link")]
    assert not any(name.startswith("on") for each in page.elements for name in each.attributes)


def test_pages_lie_as_the_hand_ins_do(tmp_path: Path) -> None:
    write_feedback(CLASS, tmp_path / "new" / "feedback")
    pages = {
        path.relative_to(tmp_path / "new" / "feedback").as_posix(): path.read_bytes()
        for path in tmp_path.rglob("*.html")
    }
    assert pages == {f"{one.file}.feedback.html": feedback_page(one) for one in CLASS}
    with full_disk(), pytest.raises(LessonError, match="cannot be written: no space left"):
        write_feedback(CLASS, tmp_path)
