"""A class's hand-ins are checked by the worker, and seen by whoever had them checked alone."""

from __future__ import annotations

import io
import threading
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.testing.v1 import AppTest

from esc10.engine.cluster import Cluster
from esc10.errors import NoWorkerError, RunError
from esc10.lesson.answers import Answered
from esc10.lesson.checking import Brought, Checked, Checker
from esc10.lesson.checking.brought import MOST_MEGABYTES
from esc10.lesson.checking.folder import Found
from esc10.lesson.checking.senders import sender_of
from esc10.lesson.report import report_of
from esc10.lesson.words import right_of
from esc10.runs.exchange import run_zip
from esc10.runs.run import Run
from esc10.runs.store import list_runs
from esc10.ui import local_paths, server
from esc10.ui.hand_ins import class_checks, results
from esc10.ui.hand_ins.class_checks import ClassCheck
from tests.support import ROOT
from tests.support.pages import PAGE_SECONDS, drawn, open_page, plain, says
from tests.support.waiting import wait_for

ADA = "Ada Lovelace_7_assignsubmission_file_/run.html"
BROKEN = "Kurt Gödel_9_assignsubmission_file_/run.html"
GEORGE = "boolegeorge_17_4711_run.zip"
FORM = "#### Bring what was handed in"


def network() -> Run:
    """The one that everybody handed in."""
    return next(run for run in list_runs()[0] if run.config.train.model == "cnn")


@pytest.fixture(scope="module")
def of_class(trained_master: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a report, the same one cut off, the same run by somebody else, and a letter."""
    folder = tmp_path_factory.mktemp("class")
    answered = [Answered("spectrogram", "How long is a hop?", "23 ms", True)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ESC10_HOME", str(trained_master))
        page, zipped = report_of(network(), "val_loss", answered).content, run_zip(network())
    files = {ADA: page, BROKEN: page[:-5000], GEORGE: zipped, "letter.pdf": b"%PDF"}
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def begun(folder: Path) -> AppTest:
    """The page after a folder was named and the button pressed."""
    page = drawn(open_page("pages/hand_ins.py"))
    page.text_input(key="hand-ins path").set_value(str(folder))
    page.button(key="check hand-ins").click()
    return drawn(page)


def checks() -> list[ClassCheck]:
    return [*class_checks._checks().values()]


def ended(page: AppTest) -> AppTest:
    """The page when the check has ended."""
    for check in checks():
        check.job.wait(PAGE_SECONDS)
        assert not check.job.running
    return drawn(page)


def table(page: AppTest) -> dict[str, dict[str, str]]:
    """The rows by their senders."""
    (found,) = page.dataframe
    return {row["sender"]: row for row in found.value.to_dict("records")}


def states(page: AppTest) -> list[str]:
    """What each hand-in is, in the order of their files."""
    return [row["state"] for row in table(page).values()]


def test_the_worker_judges_a_class(
    trained_master: Path, of_class: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESC10_HOME", str(trained_master))
    downloads: dict[str, Callable[[], bytes]] = {}
    monkeypatch.setattr(
        results, "_download", lambda name, _, content: downloads.update({name: content})
    )
    page = ended(begun(of_class))
    assert not page.error
    judged = server.verdict(network(), "val_loss").parts["test"]
    ada, broken, george = (
        table(page)[name] for name in ("Ada Lovelace", "Kurt Gödel", "boolegeorge")
    )
    assert (ada["state"], broken["state"], george["state"]) == ("checked", "damaged", "checked")
    assert ada["test accuracy"] in right_of(judged)
    assert (ada["exercises"], broken["test accuracy"]) == ("1 of 1", "")
    for said in (
        ":green-badge[2 checked] its weights were judged anew",
        ":red-badge[damaged] **Kurt Gödel**: ",
        ":orange-badge[same weights] **Ada Lovelace, boolegeorge**: A copy, or the same settings",
        "- letter.pdf",
    ):
        assert says(page, said)
    (check,) = checks()
    assert all(one.difference is not None for one in check.hand_ins if one.state == "checked")
    assert list(downloads) == ["grades.csv", "grades.canvas.csv", "feedback.zip"]
    assert downloads["grades.csv"]().count(b"\n") == 4
    assert b"boolegeorge" in downloads["grades.canvas.csv"]()
    with zipfile.ZipFile(io.BytesIO(downloads["feedback.zip"]())) as pages:
        assert f"{ADA}.feedback.html" in pages.namelist()


def test_nobody_else_sees_it(of_class: Path) -> None:
    mine, other = begun(of_class), drawn(open_page("pages/hand_ins.py"))
    assert says(other, FORM)
    ended(mine)
    assert "Ada Lovelace" in table(mine)
    assert says(mine, "#### Look at these first")
    drawn(other)
    assert says(other, FORM)
    assert not says(other, "Ada Lovelace")
    assert server.jobs().named("") == {}  # which any page may show
    mine.button(key="forget check").click()
    assert not says(drawn(mine), "Ada Lovelace")
    assert checks() == []


class Waiting(Checker):
    """Checks one hand-in, and then waits before the next until it is told to go on."""

    go_on, waits = threading.Event(), threading.Event()

    def check(self, found: Found) -> Checked:
        if found.name != ADA:
            self.waits.set()
            assert self.go_on.wait(PAGE_SECONDS)
        return super().check(found)


def test_stop_keeps_what_is_done(of_class: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(class_checks, "Checker", Waiting)
    page = begun(of_class)
    assert Waiting.waits.wait(PAGE_SECONDS)
    drawn(page)
    assert says(page, ":gray-badge[1 read]")
    page.button(key="cancel hand-ins").click()
    drawn(page)
    Waiting.go_on.set()
    page = ended(page)
    assert says(page, "Stopped: 2 of 3 hand-ins were checked.")
    assert set(table(page)) == {"Ada Lovelace", "Kurt Gödel"}


def test_uploads_are_put_aside_and_gone_when_they_were_checked(
    of_class: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in of_class.rglob("*.*"):
            if path.is_file():
                archive.write(path, path.relative_to(of_class))
    forgotten: list[object] = []
    monkeypatch.setattr(
        MemoryUploadedFileManager, "remove_file", lambda *_, **named: forgotten.append(named)
    )
    page = drawn(open_page("pages/hand_ins.py"))
    page.file_uploader[0].upload("all.zip", content.getvalue(), "application/zip")
    drawn(page)
    assert says(page, "**3 hand-ins** uploaded.")
    assert not page.file_uploader[0].value
    assert len(forgotten) == 1  # the server has it in its memory no more
    assert list(temporary.iterdir())
    page.button(key="check hand-ins").click()
    page = ended(drawn(page))
    assert states(page) == ["read", "damaged", "read"]  # without sounds none is judged
    assert list(temporary.iterdir()) == []


def test_uploads_can_be_removed_and_trouble_with_them_is_a_sentence() -> None:
    page = drawn(open_page("pages/hand_ins.py"))
    page.file_uploader[0].upload("run.html", b"a page", "text/html")
    assert says(drawn(page), "**1 hand-in** uploaded.")
    page.file_uploader[0].upload("all.zip", b"no zip", "application/zip")
    (error,) = drawn(page).error
    assert "is not a whole zip archive" in error.value
    assert says(page, "**1 hand-in** uploaded.")
    page.button(key="remove uploads").click()
    assert not says(drawn(page), "uploaded.")
    page.button(key="check hand-ins").click()
    assert [text.value for text in drawn(page).warning] == [
        "Name a folder or a zip, or upload what was handed in."
    ]


def test_the_server_takes_no_more_than_the_page_does() -> None:
    """And that is what anybody may send: a box's own bound is the browser's to keep."""
    page = drawn(open_page("pages/hand_ins.py"))
    server_takes = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["server"]
    box = page.file_uploader[0].proto
    assert box.max_upload_size_mb == server_takes["maxUploadSize"] == MOST_MEGABYTES < 512
    assert "At most 500 MB. Where there is more, name the zip" in box.help


def test_a_worker_that_does_not_answer_is_not_laid_to_a_hand_in(
    of_class: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, asked = Cluster.ask, []

    def once_in_vain(self: Cluster, *question: object) -> object:
        asked.append(question)
        if len(asked) == 1:
            raise RunError("The worker gave no answer.")
        return really(self, *question)

    monkeypatch.setattr(Cluster, "ask", once_in_vain)
    page = ended(begun(of_class))
    assert states(page) == ["read", "damaged", "read"]
    first, again, *_ = asked
    assert again[:3] == first[:3]

    def in_vain(*_: object) -> None:
        raise NoWorkerError("The worker gave no answer.")

    monkeypatch.setattr(Cluster, "ask", in_vain)
    page.button(key="check hand-ins").click()
    page.text_input(key="hand-ins path").set_value(str(of_class))
    page = ended(drawn(page))
    assert [error.value for error in page.error] == ["The worker gave no answer\\."]
    assert says(page, "0 of 3 hand-ins were checked before.")


def test_a_dataset_that_is_not_here_is_said_with_a_way_to_it(of_class: Path) -> None:
    page = ended(begun(of_class))
    assert says(page, ":gray-badge[2 read] it is whole, but was not judged anew")
    assert "**Dataset**" in [link.proto.label for link in page.get("page_link")]


def test_a_path_is_for_who_sits_at_this_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(local_paths, "is_here", lambda: False)
    monkeypatch.setenv("ESC10_IMPORT", str(tmp_path))
    page = drawn(open_page("pages/hand_ins.py"))
    assert not page.text_input
    assert len(page.file_uploader) == 1


def test_a_browser_that_checks_begins_no_second_one(
    of_class: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(class_checks, "this_browser", lambda: "mine")
    with class_checks._turn:
        begun(of_class)
        (check,) = checks()
        wait_for(lambda: check.job.progress, PAGE_SECONDS, "the check to wait")
        waits = drawn(open_page("pages/hand_ins.py"))
        (bar,) = waits.get("progress")
        assert bar.proto.text == "Another class is checked first …"
        assert says(waits, "Only in this browser will the results be seen")
        second = Brought()
        second.add_path(of_class)
        class_checks.begin_check(second)
        assert checks() == [check]
        other = drawn(open_page("pages/hand_ins.py"))
        assert [button.label for button in other.button if button.key == "cancel hand-ins"] == [
            "Stop"
        ]
        check.job.cancel()
        check.job.wait(PAGE_SECONDS)
    assert says(drawn(other), "Stopped: 0 of 3 hand-ins were checked.")


def checked_by(
    monkeypatch: pytest.MonkeyPatch, browser: str, hand_ins: int, file: Path, name: str = "{}.html"
) -> ClassCheck:
    """What came of one file, handed in so many times, in a browser that is this one from now on."""
    monkeypatch.setattr(class_checks, "this_browser", lambda: browser)
    brought = Brought()
    names = [name.format(number) for number in range(hand_ins)]
    brought.found += [Found(file, each, sender_of(each)) for each in names]
    brought.aside.append("\udcff.pdf")
    with class_checks._turn:  # it has not ended before those that have are looked through
        class_checks.begin_check(brought)
    check = class_checks.own_check()
    assert check is not None
    check.job.wait(PAGE_SECONDS)
    return check


def test_many_small_checks_of_others_take_nobodys_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty.html").touch()
    mine = checked_by(monkeypatch, "mine", 3, tmp_path / "empty.html")
    others = [
        checked_by(monkeypatch, f"other {number}", 1, tmp_path / "empty.html")
        for number in range(25)
    ]
    assert checks() == [mine, *others]
    # Of all together no more is kept than there is room for, and the oldest goes first.
    monkeypatch.setattr(class_checks, "_KEPT", sum(check.size for check in others))
    last = checked_by(monkeypatch, "mine", 1, tmp_path / "empty.html")
    assert checks() == [*others, last]
    another = checked_by(monkeypatch, "another", 1, tmp_path / "empty.html")
    assert checks() == [*others[1:], last, another]


def test_new_results_take_the_place_of_these_and_that_is_said_before(
    of_class: Path, tmp_path: Path
) -> None:
    page = drawn(open_page("pages/hand_ins.py"))
    assert says(page, "until you forget them, check others or quit the browser, and no longer than")
    assert not says(page, "New results take the place of these")
    page = ended(begun(of_class))
    assert says(page, "New results take the place of these: save the files below first.")
    page.text_input(key="hand-ins path").set_value(str(tmp_path))
    page.button(key="check hand-ins").click()
    assert "Ada Lovelace" in table(drawn(page))  # nothing took their place
    (tmp_path / "run.html").touch()
    page.button(key="check hand-ins").click()
    assert list(table(ended(drawn(page)))) == ["run.html"]


def test_a_name_of_bytes_that_are_no_characters_can_be_shown(
    of_class: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "Kurt G\udcf6del_{}_assignsubmission_file_/r\udcfcn.html"
    (tmp_path / "empty.html").touch()
    check = checked_by(monkeypatch, "mine", 2, tmp_path / "empty.html", name)
    page = drawn(open_page("pages/hand_ins.py"))
    assert says(page, ":red-badge[damaged] **Kurt G?del**: ")
    assert says(page, "- ?.pdf")
    assert list(table(page)) == ["Kurt G?del"]
    assert [one.file for one in check.hand_ins] == [name.format(0), name.format(1)]
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    checked_by(monkeypatch, "mine", 1, of_class / ADA, name)
    (error,) = drawn(open_page("pages/hand_ins.py")).error
    assert plain(error.value).startswith("Kurt G?del_0_assignsubmission_file_/r?n.html cannot be ")
