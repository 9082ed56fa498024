"""The tables have the columns that course servers look for, and compute nothing."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from esc10.lesson.checking import (
    Checked,
    Doubles,
    canvas_csv,
    doubles_among,
    grades_csv,
    sets_that_share,
)
from esc10.lesson.checking.senders import Sender
from tests.support.made_hand_ins import ADA, BROKEN, CLASS, GEORGE, INTERVAL


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_all_that_is_known_of_a_hand_in_is_in_its_row() -> None:
    ada, george, broken = rows_of(grades_csv(CLASS, doubles_among(CLASS)))
    low, high = INTERVAL
    assert ada == {
        "Identifier": "Participant 7",
        "Full name": "Ada Lovelace",
        "Grade": "",
        "Last modified (grade)": "",
        "Feedback comments": "Judged anew, and fine.",
        "File": "ada/run.html",
        "State": "checked",
        "Canvas ID": "",
        "Late": "",
        "Whose": "Ada",
        "Title": "My run",
        "Run": "run-1",
        "Test accuracy claimed": "0.5000",
        "Test accuracy": "0.5000",
        "95 % from": f"{low:.4f}",
        "95 % to": f"{high:.4f}",
        "Largest difference": "0.000002",
        "Exercises accepted, as it says": "3",
        "Exercises answered, as it says": "7",
        "Seal": "ab" * 32,
        "Seal on the page": "the same",
        "Same weights as": "boolegeorge_LATE_17_4711_run.zip",
        "Same answers as": "",
    }
    assert (george["Identifier"], george["Canvas ID"], george["Late"]) == ("", "17", "late")
    assert george["Same weights as"] == "ada/run.html"
    known = {name for name, cell in broken.items() if cell}
    assert known == {"Feedback comments", "File", "State"}


def test_a_spreadsheet_reads_the_table_as_text() -> None:
    hostile = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r\n=1+1", '=HYPERLINK("http://x")')
    hostile += ("＝1+1", "＋1", "－1", "＠SUM(A1)")
    hand_ins = [Checked(f"{n}.zip", "read", "", title=text) for n, text in enumerate(hostile)]
    content = grades_csv(hand_ins, doubles_among(hand_ins))
    assert content.startswith(b"\xef\xbb\xbf")
    titles = [row["Title"] for row in rows_of(content)]
    assert titles == [f"'{text.strip()}" for text in hostile]
    assert all(line.startswith(b'"') for line in content.splitlines()[1:])
    header, *_ = content.splitlines()
    assert header.startswith(b"\xef\xbb\xbfIdentifier,")  # Canvas takes no quote after that sign
    odd = Checked("\udcff\u202e\n.zip", "read", "two\nlines; and, commas")
    (row,) = rows_of(grades_csv([odd], doubles_among([odd])))
    assert row["Feedback comments"] == "two lines; and, commas"
    assert row["File"] == ".zip"


@pytest.mark.parametrize("split", [";", ",", "|", "\t", "\r\n", "; ", ' ;"', ";\u200b"])
def test_a_cell_that_is_split_is_text_too(split: str) -> None:
    hand_ins = [
        Checked(f"{n}.zip", "read", "", title=f"a{split}{sign}1+1; b-1 = c")
        for n, sign in enumerate("=+-@＝＋－＠")
    ]
    rows = rows_of(grades_csv(hand_ins, doubles_among(hand_ins)))
    for row, sign in zip(rows, "=+-@＝＋－＠", strict=True):
        assert row["Title"].endswith(f"'{sign}1+1; b-1 = c")


def test_numbers_stay_numbers() -> None:
    one = replace(ADA, accuracy=0.0, difference=0.0, sentence="Judged: 1 of 2, 50% (9 to 91%).")
    (row,) = rows_of(grades_csv([one], doubles_among([one])))
    for name, cell in row.items():
        assert "'" not in cell, name
    assert (row["Test accuracy"], row["Largest difference"]) == ("0.0000", "0.000000")


def test_canvas_gets_its_own_columns_and_a_person_once() -> None:
    hidden = Checked("anon_abcde_1_x.zip", "read", "", sender=Sender("Canvas", "abcde", ""))
    content = canvas_csv([ADA, GEORGE, GEORGE, BROKEN, hidden])
    assert content is not None
    first, *rest = content.decode("utf-8-sig").splitlines()
    assert first == "Student,ID,SIS User ID,SIS Login ID,Section,Machines that hear"
    assert rest == ['"boolegeorge","17","","","",""']
    assert canvas_csv([ADA, BROKEN, hidden]) is None


def test_doubles_share_one_of_their_weights_or_all_answers() -> None:
    copy = Checked("copy", "checked", "", weights_digests=frozenset({"w1"}), answers_digest="a1")
    doubles = doubles_among([*CLASS, copy])
    assert doubles["ada/run.html"].weights == ("boolegeorge_LATE_17_4711_run.zip", "copy")
    assert doubles["copy"] == Doubles(("ada/run.html",), ("ada/run.html",))
    assert doubles["broken.zip"] == Doubles()


def test_who_shares_is_named_once() -> None:
    both = [Checked(f"{n}.zip", "read", "", answers_digest="a2") for n in range(3)]
    again = replace(ADA, file="ada/again.html")
    hand_ins = [*CLASS, *both, again]
    doubles = doubles_among(hand_ins)
    weights = sets_that_share(hand_ins, doubles, "weights")
    assert weights == [("ada/run.html", "boolegeorge_LATE_17_4711_run.zip", "ada/again.html")]
    assert sets_that_share(hand_ins, doubles, "answers") == [("0.zip", "1.zip", "2.zip")]
    assert sets_that_share([BROKEN], doubles_among([BROKEN]), "weights") == []


def test_nobody_shares_with_themselves() -> None:
    again = replace(ADA, file="ada/again.html", sender=Sender("Moodle", "7", "Ada L", late=True))
    other = replace(ADA, file="other.html", sender=Sender("Canvas", "7", "Ada Lovelace"))
    unnamed = [replace(ADA, file=f"{n}.html", sender=None) for n in range(2)]
    doubles = doubles_among([ADA, again, other, *unnamed])
    for one in (ADA, again):
        assert doubles[one.file].weights == ("0.html", "1.html", "other.html")
        assert doubles[one.file].answers == ("0.html", "1.html", "other.html")
    assert doubles["0.html"].answers == ("1.html", "ada/again.html", "ada/run.html", "other.html")
