"""A class's hand-ins are checked: each is named rightly, and no honest one is accused."""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from esc10.evaluation.intervals import wilson_interval
from esc10.lesson.answers import Answered
from esc10.lesson.report import report_of
from esc10.lesson.report.reading import seal_of
from esc10.runs.exchange import run_zip
from esc10.runs.exchange.importing import MAX_ZIP_BYTES
from esc10.runs.run import Run
from esc10.runs.store import load_run
from tests.support.command_line import Json, answer, esc10, refusal
from tests.support.html_pages import Page
from tests.support.made_zips import Files, files_of, packed

ANSWERED = (
    Answered("spectrogram", "How long is a hop?", "23 ms", True),
    Answered("split", "What leaks?", "nothing", False),
    Answered("made up", "What did I make up?", "this", True),
)
MOODLE = "Ada Lovelace_1234567_assignsubmission_file_/run.html"
CANVAS = "boolegeorge_LATE_17_4711_run.zip"
PROBABILITIES = "probabilities.npz"

Arrays = dict[str, NDArray[Any]]


@dataclass
class Class:
    """Hand-ins that were checked: where they are, what was said, and each by its file's name."""

    home: Path
    folder: Path
    told: Json
    table: Path
    feedback: Path

    @property
    def hand_ins(self) -> dict[str, Json]:
        return {one["file"]: one for one in self.told["hand_ins"]}


def edited(run: Run, change: Callable[[Arrays], object]) -> bytes:
    """The run's zip with other stored answers."""
    files = files_of(run)
    with np.load(io.BytesIO(files[PROBABILITIES])) as stored:
        arrays = dict(stored)
    change(arrays)
    content = io.BytesIO()
    np.savez(content, **arrays)
    return packed({**files, PROBABILITIES: content.getvalue()}, run.run_id)


def all_right(arrays: Arrays) -> None:
    """Have every epoch know every test clip."""
    labels = arrays["test_labels"]
    for name in [name for name in arrays if name.startswith(("val", "test_by"))]:
        if "test" in name:
            arrays[name][...] = np.where(np.eye(10, dtype=bool)[labels], 0.91, 0.01)


def carrying(page: bytes, zipped: bytes) -> bytes:
    """The report with another run inside, sealed as if it had always been so."""
    inside = re.compile(rb'(<script type="application/zip" id="run">)[^<]*')
    page = inside.sub(lambda match: match[1] + b64encode(zipped), page)
    seal = re.compile(rb'(<code id="seal">)[0-9a-f]{64}')
    return seal.sub(lambda match: match[1] + seal_of(zipped).encode(), page)


def claiming(page: bytes, percent: int) -> bytes:
    found = re.compile(rb"(<dt>Test accuracy</dt><dd>)\d+%")
    page, times = found.subn(lambda match: match[1] + b"%d%%" % percent, page)
    assert times == 1
    return page


def changed(page: bytes, before: bytes, after: bytes) -> bytes:
    assert page.count(before) == 1
    return page.replace(before, after)


def brought(cnn: Run, td_cnn: Run) -> Files:
    """The files of a class, by their names."""
    page = report_of(cnn, "val_loss", ANSWERED).content
    other, zipped = report_of(td_cnn, "val_accuracy", ANSWERED).content, run_zip(td_cnn)
    weights = files_of(cnn)["val_accuracy.weights.h5"]
    figure, best = b"<dt>Test accuracy</dt>", b"the weights of the best loss"
    return {
        MOODLE: page,
        CANVAS: zipped,
        "answers only.html": other,
        "renamed.zip": packed(files_of(cnn), cnn.run_id),
        "stored.html": carrying(other, edited(td_cnn, all_right)),
        "stored.zip": edited(cnn, all_right),
        "claims.html": claiming(page, 99),
        "beside.html": changed(
            page, figure, b"<dt>Test accuracy </dt><dd>100% (95 to 100%)</dd><dt>Or</dt>"
        ),
        "twice.html": changed(page, figure, figure + b"<dd>100% (95 to 100%)</dd>" + figure),
        "guess.html": changed(page, best, b"the weights of a guess"),
        "last.html": changed(page, best, b"the weights of the last epoch"),
        "unsealed.html": page.replace(seal_of(run_zip(cnn)).encode(), b"0" * 64),
        "cut.html": page[: len(page) - 5000],
        "cut at the top.html": page[:3000],
        "cut.zip": zipped[: len(zipped) // 2],
        "empty.html": b"",
        "hostile.zip": packed({**files_of(cnn), "../../evil.py": b"x"}, cnn.run_id),
        "misfit.zip": packed(
            {**files_of(td_cnn), "val_accuracy.weights.h5": weights}, td_cnn.run_id
        ),
        "essay.html": b"<!DOCTYPE html><html><body>An essay</body></html>",
        "text.zip": b"no zip",
        "paper.pdf": b"%PDF",
    }


@pytest.fixture(scope="module")
def checked(trained: tuple[Path, Json, Json], tmp_path_factory: pytest.TempPathFactory) -> Class:
    home, cnn, td_cnn = trained
    root = tmp_path_factory.mktemp("class")
    folder, table, feedback = root / "hand-ins", root / "grades.csv", root / "feedback"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ESC10_HOME", str(home))
        files = brought(load_run(cnn["run_id"]), load_run(td_cnn["run_id"]))
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "huge.html").touch()
    os.truncate(folder / "huge.html", MAX_ZIP_BYTES + 1)
    before = {path: path.stat().st_mtime_ns for path in (home / "runs").rglob("*")}
    told = answer(home, "check", folder, "-o", table, "--feedback", feedback)
    assert {path: path.stat().st_mtime_ns for path in (home / "runs").rglob("*")} == before
    return Class(home, folder, told, table, feedback)


STATES = {
    MOODLE: "checked",
    CANVAS: "checked",
    "answers only.html": "checked",
    "renamed.zip": "checked",
    "unsealed.html": "checked",
    "stored.html": "differs",
    "stored.zip": "differs",
    "claims.html": "differs",
    "beside.html": "differs",
    "twice.html": "differs",
    "guess.html": "differs",
    "last.html": "differs",
    "cut.html": "damaged",
    "cut at the top.html": "damaged",
    "cut.zip": "damaged",
    "empty.html": "damaged",
    "hostile.zip": "refused",
    "misfit.zip": "refused",
    "essay.html": "refused",
    "text.zip": "refused",
    "huge.html": "refused",
}


def test_each_is_named_rightly(checked: Class) -> None:
    assert {file: one["state"] for file, one in checked.hand_ins.items()} == STATES
    counts = {"checked": 5, "differs": 7, "read": 0, "damaged": 4, "refused": 5}
    assert checked.told["states"] == counts
    assert checked.told["left_aside"] == ["paper.pdf"]


def test_an_honest_one_is_what_it_says(checked: Class, trained: tuple[Path, Json, Json]) -> None:
    home, cnn, _ = trained
    for weights, file in (("val_loss", MOODLE), ("val_accuracy", "renamed.zip")):
        one = checked.hand_ins[file]
        judged = answer(home, "evaluate", cnn["run_id"], "--weights", weights)["test"]
        assert one["test_accuracy"] == one["claimed_test_accuracy"] == judged["accuracy"]
        assert one["interval"] == judged["interval"]
        assert 0 <= one["largest_difference"] < 1e-4
        assert one["sentence"].endswith(", as it says.")
    ada = checked.hand_ins[MOODLE]
    assert ada["exercises_as_it_says"] == {"accepted": 1, "answered": 2}
    assert ada["seal_on_page_is_the_same"] is True
    name = {"server": "Moodle", "id": "1234567", "name": "Ada Lovelace", "late": False}
    assert ada["sender"] == name


def test_what_differs_is_said_with_its_figures(checked: Class) -> None:
    claims, stored = checked.hand_ins["claims.html"], checked.hand_ins["stored.zip"]
    assert claims["claimed_test_accuracy"] == 0.99
    assert "The page says 99%, and the answers stored in it give" in claims["sentence"]
    assert stored["claimed_test_accuracy"] == 1
    assert stored["largest_difference"] > 0.3
    assert "A stored probability is off by" in stored["sentence"]
    for one in (claims, stored):
        clips = 80
        right = round(one["test_accuracy"] * clips)
        assert one["interval"] == pytest.approx(wilson_interval(right, clips))
        assert "cheat" not in one["sentence"]
    for file in ("beside.html", "twice.html", "guess.html"):
        said = checked.hand_ins[file]["sentence"]
        assert said.endswith(". The page names no test accuracy that can be read.")
    assert checked.hand_ins["beside.html"]["claimed_test_accuracy"] is None
    assert "of weights that are not in its run" in checked.hand_ins["last.html"]["sentence"]
    both = checked.hand_ins["stored.html"]["sentence"]
    assert "answers stored in it give 100%" in both
    assert "is off by" in both


def test_seals_and_doubles_are_shown(checked: Class) -> None:
    assert checked.hand_ins["unsealed.html"]["seal_on_page_is_the_same"] is False
    unsealed = "The page does not show the seal of the run inside."
    assert {file for file, one in checked.hand_ins.items() if unsealed in one["sentence"]} == {
        "unsealed.html"
    }
    assert checked.hand_ins[CANVAS]["seal_on_page_is_the_same"] is None
    changed = {"claims.html", "unsealed.html", "beside.html", "twice.html", "guess.html"}
    changed |= {"last.html"}
    of_cnn = {MOODLE, "renamed.zip", "stored.zip", *changed}
    of_td_cnn = {CANVAS, "answers only.html", "stored.html"}
    answered = {MOODLE, "answers only.html", "stored.html", *changed}
    for file, one in checked.hand_ins.items():
        for key, groups in (
            ("same_weights_as", (of_cnn, of_td_cnn)),
            ("same_answers_as", (answered,)),
        ):
            others = [sorted(group - {file}) for group in groups if file in group]
            assert one[key] == (others[0] if others else []), file


def test_what_is_broken_says_how(checked: Class) -> None:
    said = {file: one["sentence"] for file, one in checked.hand_ins.items()}
    assert "it breaks off" in said["cut.html"]
    assert "only a part of one" in said["cut.zip"]
    assert not any("refused" in said[file] for file, state in STATES.items() if state == "damaged")
    assert "no file of a run" in said["hostile.zip"]
    assert "belong to another network" in said["misfit.zip"]
    assert "no report of this lab" in said["essay.html"]
    assert "larger than any run" in said["huge.html"]
    assert all(one["test_accuracy"] is None for one in checked.hand_ins.values() if not one["seal"])


def test_the_tables_and_the_pages_say_the_same(checked: Class) -> None:
    rows = list(csv.DictReader(io.StringIO(checked.table.read_text("utf-8-sig"), newline="")))
    assert {row["File"]: row["State"] for row in rows} == STATES
    assert {row["File"]: row["Feedback comments"] for row in rows} == {
        file: one["sentence"] for file, one in checked.hand_ins.items()
    }
    assert [row["Identifier"] for row in rows if row["Identifier"]] == ["Participant 1234567"]
    canvas = Path(checked.told["canvas"])
    assert canvas == checked.table.with_name("grades.canvas.csv")
    (row,) = csv.DictReader(io.StringIO(canvas.read_text("utf-8-sig"), newline=""))
    assert (row["Student"], row["ID"]) == ("boolegeorge", "17")
    for file, one in checked.hand_ins.items():
        page = Page((checked.feedback / f"{file}.feedback.html").read_bytes())
        assert one["sentence"] in page.words
        # A page is given back: who else has the same is for the teacher.
        assert not any(other in page.words for other in one["same_weights_as"])


def test_a_dataset_that_is_not_here_is_said(checked: Class, home: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in (CANVAS, "cut.zip"):
        (tmp_path / "in" / name).write_bytes((checked.folder / name).read_bytes())
    (tmp_path / "in" / "copy.zip").write_bytes((checked.folder / CANVAS).read_bytes())
    words = esc10(home, "check", tmp_path / "in", "-o", tmp_path / "grades.csv")
    first, *lines = words.stdout.splitlines()
    assert first == f"{tmp_path / 'grades.csv'}: 3 hand-ins, 2 read, 1 damaged"
    assert lines[0].startswith(f"{CANVAS}: read. It is whole, but was not judged anew: ")
    assert "is not on this machine yet" in lines[0]
    assert "Same weights as copy.zip." in lines[0]
    assert "Checking 3/3: 'cut.zip'" in words.stderr


def test_a_page_that_is_not_as_its_run_is_told_without_the_dataset(
    checked: Class, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    for name in ("claims.html", "unsealed.html"):
        (tmp_path / "in" / name).write_bytes((checked.folder / name).read_bytes())
    told = answer(home, "check", tmp_path / "in", "-o", tmp_path / "grades.csv")
    claims, unsealed = told["hand_ins"]
    assert claims["state"] == unsealed["state"] == "read"
    assert "The page says 99%" in claims["sentence"]
    assert unsealed["sentence"].endswith("The page does not show the seal of the run inside.")


def test_what_is_done_is_not_lost_with_what_is_not(
    checked: Class, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    for name, file in (("1.html", "empty.html"), ("2.zip", CANVAS), ("3.html", "empty.html")):
        (tmp_path / "in" / name).write_bytes((checked.folder / file).read_bytes())
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    table, feedback = tmp_path / "grades.csv", tmp_path / "feedback"
    done = esc10(home, "check", tmp_path / "in", "-o", table, "--feedback", feedback, status=2)
    *_, only, error = done.stderr.splitlines()
    assert only == f"{table} has only the first 1 of 3."
    assert error.startswith("2.zip cannot be looked at: ")
    (row,) = csv.DictReader(io.StringIO(table.read_text("utf-8-sig"), newline=""))
    assert (row["File"], row["State"]) == ("1.html", "damaged")
    assert [page.name for page in feedback.iterdir()] == ["1.html.feedback.html"]


def test_one_hand_in_is_not_many(home: Path, tmp_path: Path) -> None:
    (tmp_path / "run.html").touch()
    words = esc10(home, "check", tmp_path, "-o", tmp_path / "grades.csv")
    assert words.stdout.startswith(f"{tmp_path / 'grades.csv'}: 1 hand-in, 1 damaged\n")


def test_what_cannot_be_checked_is_a_sentence(home: Path, tmp_path: Path) -> None:
    table = tmp_path / "grades.csv"
    assert "cannot be looked into" in refusal(home, "check", tmp_path / "missing", "-o", table)
    assert "holds no hand-in" in refusal(home, "check", tmp_path, "-o", table)
    nowhere = tmp_path / "missing" / "grades.csv"
    assert "is no folder" in refusal(home, "check", tmp_path, "-o", nowhere)
    (tmp_path / "run.html").touch()  # of which nothing is said: the folder is refused before
    pages = ("--feedback", tmp_path / "run.html")
    assert "can hold no pages" in refusal(home, "check", tmp_path, "-o", table, *pages)
    assert not table.exists()
