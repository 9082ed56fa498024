"""What somebody brings is found, bounded, never unpacked, and gone afterwards."""

from __future__ import annotations

import gc
import io
import os
import zipfile
from pathlib import Path

import pytest

from esc10.errors import DamagedRunError, LessonError, RunError
from esc10.lesson.checking import Brought, brought, folder
from tests.support.refusals import full_disk

ADA = "Ada Lovelace_7_assignsubmission_file_/run.html"
GEORGE = "George Boole_8_assignsubmission_file_/run.zip"
ASIDE = "Ada Lovelace_7_assignsubmission_onlinetext_/onlinetext.html"


def zipped(files: dict[str, bytes]) -> io.BytesIO:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, inside in files.items():
            archive.writestr(name, inside)
    return content


def uploaded(*files: tuple[str, bytes]) -> Brought:
    """Files that were uploaded at once."""
    found = Brought()
    found.add_uploads([(name, io.BytesIO(content)) for name, content in files])
    return found


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in which uploads are put aside."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    return tmp_path / "temporary"


def test_one_zip_holds_a_class_and_stays_packed(temporary: Path, tmp_path: Path) -> None:
    content = zipped({ADA: b"a page", GEORGE: b"a run", ASIDE: b"", "paper.pdf": b"%PDF"})
    path = tmp_path / "all.zip"
    path.write_bytes(content.getvalue())
    for given in (uploaded(("all.zip", content.getvalue())), Brought()):
        if not given.found:
            given.add_path(path)
        assert [(one.name, one.read()) for one in given.found] == [
            (ADA, b"a page"),
            (GEORGE, b"a run"),
        ]
        assert [one.sender.name for one in given.found if one.sender] == [
            "Ada Lovelace",
            "George Boole",
        ]
        assert given.aside == [ASIDE, "paper.pdf"]
        assert len([each for each in temporary.rglob("*") if each.is_file()]) <= 1
        given.close()
    assert list(temporary.iterdir()) == []
    assert path.exists()


def test_a_zip_that_holds_no_hand_in_is_one() -> None:
    run = zipped({"20260101-120000-001-cnn-ab12/config.json": b"{}"}).getvalue()
    given = uploaded(("boolegeorge_17_4711_run.zip", run))
    (one,) = given.found
    assert one.read() == run
    assert one.sender is not None
    assert one.sender.id == "17"


def test_of_several_none_is_looked_into() -> None:
    """A hand-in could name others in itself, and so speak for them."""
    posing = zipped({ADA: b"not Ada's"}).getvalue()
    given = uploaded(("eve.zip", posing), ("..\\up/run.html", b"1"), ("run.html", b"2"))
    assert {one.name: one.read() for one in given.found} == {
        "eve.zip": posing,
        "run.html": b"1",
        "2/run.html": b"2",
    }
    given.add_uploads([("run.html", io.BytesIO(b"3")), ("notes.txt", io.BytesIO(b""))])
    assert (given.found[-1].name, given.found[-1].read()) == ("3/run.html", b"3")
    assert given.aside == ["notes.txt"]


def test_a_folder_or_a_report_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "run.html").write_bytes(b"a page")
    for path in (tmp_path / "class", tmp_path / "class" / "run.html"):
        given = Brought()
        given.add_path(path)
        assert [(one.name, one.read()) for one in given.found] == [("run.html", b"a page")]
        given.close()
    assert (tmp_path / "class" / "run.html").exists()


def test_what_was_put_aside_goes_with_whoever_knew_it(temporary: Path) -> None:
    given = uploaded(("run.html", b"a page"))
    assert list(temporary.iterdir()) != []
    del given
    gc.collect()
    assert list(temporary.iterdir()) == []


def test_what_is_refused_leaves_nothing_and_counts_for_nothing(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brought, "MOST_MEGABYTES", 1)
    monkeypatch.setattr(brought, "MOST_HAND_INS", 1)
    large = os.urandom(600_000)
    two = zipped({ADA: b"a page", GEORGE: b"a run", "paper.pdf": large}).getvalue()
    given = Brought()
    for refused, why in (
        ([("notes.txt", large)], "no hand-in among that"),
        ([("all.zip", large)], "not a whole zip archive"),
        ([("all.zip", two)], "more than 1 hand-ins"),
        ([("1.html", large), ("2.html", b"")], "more than 1 hand-ins"),
    ):
        with pytest.raises(LessonError, match=why):
            given.add_uploads([(name, io.BytesIO(content)) for name, content in refused])
        assert [each for each in temporary.rglob("*") if each.is_file()] == []
    with full_disk(), pytest.raises(LessonError, match="cannot be put aside"):
        given.add_uploads([("run.html", io.BytesIO(large))])
    given.add_uploads([("run.html", io.BytesIO(large))])
    assert [(one.name, one.read()) for one in given.found] == [("run.html", large)]
    with pytest.raises(LessonError, match="more than 1 MB"):
        given.add_uploads([("2.html", io.BytesIO(large))])


def test_what_is_damaged_in_a_zip_or_too_large_is_that_hand_in_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = zipped({"bad.html": b"a page", "good.html": b"another", "large.html": b"1" * 9})
    packed = content.getvalue().replace(b"a page", b"a rage")
    monkeypatch.setattr(folder, "MAX_ZIP_BYTES", 8)
    given = uploaded(("all.zip", packed))
    bad, good, large = given.found
    with pytest.raises(DamagedRunError, match=r"^It is damaged inside all\.zip\.$"):
        bad.read()
    assert good.read() == b"another"
    with pytest.raises(RunError, match="larger than any run"):
        large.read()


def test_what_cannot_be_checked_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(LessonError, match=r"^all\.zip is not a whole zip archive"):
        uploaded(("all.zip", b"no zip"))
    with pytest.raises(LessonError, match=r"leads outside the archive\. Pack the files again"):
        uploaded(("all.zip", zipped({"../up.html": b""}).getvalue()))
    with pytest.raises(LessonError, match="no hand-in among that"):
        uploaded(("notes.txt", b""))
    with pytest.raises(LessonError, match="cannot be looked into"):
        Brought().add_path(tmp_path / "missing")
    with full_disk(), pytest.raises(LessonError, match=r"cannot be put aside: no space left"):
        uploaded(("run.html", b"a page"))
    monkeypatch.setattr(brought, "MOST_HAND_INS", 2)
    with pytest.raises(LessonError, match="more than 2 hand-ins"):
        uploaded(*((f"{number}.html", b"") for number in range(3)))
    monkeypatch.setattr(brought, "MOST_MEGABYTES", 1)
    given = uploaded(("1.html", os.urandom(2**19)))
    with pytest.raises(LessonError, match="more than 1 MB"):
        given.add_uploads([("2.html", io.BytesIO(os.urandom(2**19 + 1)))])
    assert [one.name for one in given.found] == ["1.html"]
