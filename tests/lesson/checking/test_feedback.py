"""A page of feedback says what was found, and obeys nobody."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from esc10.errors import LessonError
from esc10.lesson.checking import STATES, feedback_zip, make_feedback_folder, write_feedback
from esc10.lesson.checking.feedback import feedback_page, page_path
from tests.support.html_pages import Page
from tests.support.made_hand_ins import ADA, BROKEN, CLASS
from tests.support.refusals import full_disk

HOSTILE = "<script>alert(1)</script>\"'><img src=x>{{ 7 * 7 }}"


def test_a_page_says_what_was_found() -> None:
    words = Page(feedback_page(ADA)).words
    for said in (ADA.sentence, STATES["checked"], "50% (9 to 91%)", "3 of 7", "0.000002", "0.01"):
        assert said in words
    found, details = Page(feedback_page(ADA)).words.split("Details", 1)
    assert "xercises accepted" not in found
    assert "Exercises accepted, as it says3 of 7" in details
    broken = Page(feedback_page(BROKEN)).words
    assert "It breaks off. Hand it in again, as the lab wrote it." in broken
    assert "accuracy" not in broken
    assert "the page does not show it" in Page(feedback_page(replace(ADA, sealed=False))).words


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
    with full_disk(), pytest.raises(LessonError, match=r"3 of 3 pages .*\(no space left") as caught:
        write_feedback(CLASS, tmp_path)
    assert all(one.file in str(caught.value) for one in CLASS)


def test_a_zip_has_the_same_pages() -> None:
    odd = replace(ADA, file="\udcff.zip")  # of bytes that are no characters
    with zipfile.ZipFile(io.BytesIO(feedback_zip([*CLASS, odd]))) as pages:
        found = {name: pages.read(name) for name in pages.namelist()}
    named = {f"{one.file}.feedback.html": feedback_page(one) for one in CLASS}
    assert found == {**named, "?.zip.feedback.html": feedback_page(odd)}


def test_a_page_that_cannot_be_written_costs_no_other(tmp_path: Path) -> None:
    _, second, *_ = CLASS
    (tmp_path / f"{second.file}.feedback.html").mkdir()
    with pytest.raises(LessonError, match="1 of 3 pages of feedback cannot be written") as caught:
        write_feedback(CLASS, tmp_path)
    for one in CLASS:
        assert (tmp_path / f"{one.file}.feedback.html").is_file() == (one is not second)
        assert (one.file in str(caught.value)) == (one is second)


@pytest.mark.parametrize("sign", ["ü", "音"])
def test_a_long_name_is_shortened_and_stays_its_own(sign: str, tmp_path: Path) -> None:
    length = 245 // len(sign.encode())
    names = [f"in/{sign * length}{end}.zip" for end in ("1", "2")]
    write_feedback([replace(ADA, file=name) for name in names], tmp_path)
    pages = sorted((tmp_path / "in").iterdir())
    assert sorted(tmp_path / page_path(name) for name in names) == pages
    assert len(pages) == 2
    for page in pages:
        assert len(page.name.encode()) <= 200
        assert page.name.startswith(sign * (len(page.name) - 27))
    digest = hashlib.sha256(names[0].removeprefix("in/").encode()).hexdigest()
    assert page_path(names[0]).endswith(f"{sign}-{digest[:12]}.feedback.html")
    assert page_path(f"in/{'a' * 186}") == f"in/{'a' * 186}.feedback.html"


def test_the_folder_is_refused_before_any_work(tmp_path: Path) -> None:
    make_feedback_folder(tmp_path / "new" / "feedback")
    make_feedback_folder(tmp_path / "new" / "feedback")
    assert not list((tmp_path / "new" / "feedback").iterdir())
    (tmp_path / "file").touch()
    for refused in (tmp_path / "file", tmp_path / "file" / "feedback"):
        with pytest.raises(LessonError, match="can hold no pages of feedback"):
            make_feedback_folder(refused)
