"""Hand-ins as tables: one to read, which Moodle imports as it is, and one for Canvas.

Moodle's *Upload grading worksheet* needs the columns `Identifier`, which is "Participant" and a
number, `Grade` and `Last modified (grade)`; it takes `Feedback comments` where those are switched
on, and passes over all other columns. Source: `mod/assign/feedback/offline/importgradeslib.php` of
Moodle. An empty grade is no change, and an empty date is taken for an old one.

Canvas' gradebook import needs `Student`, `ID`, `SIS User ID`, `SIS Login ID` and `Section` first,
and takes each column after them for an assignment: so it has a table of its own, with one. Source:
`lib/gradebook_importer.rb` of Canvas, which finds people by `ID`.

In both the grade is empty, for whoever gives one. Each file has a row: of several for one
participant Moodle takes the first, or the last where its import shall overwrite what is newer; so
keep one of them.

A hand-in's words are a stranger's: what a spreadsheet would compute is written as text, also where
it splits a cell at a semicolon, as Excel does in countries with a decimal comma.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

from esc10.lesson.checking.checked import Checked
from esc10.lesson.checking.doubles import Doubles

ASSIGNMENT = "Machines that hear"
"""The column of Canvas' table that an assignment is chosen for."""

_FORMULA = re.compile(r'(?:^|[;,|\t])[\s"]*(?=[=+\-@＝＋－＠])')
"""What stands before a sign that makes a spreadsheet compute, at a cell's beginning: also before
the full-width ones, which it reads alike, and also where it takes a sign in the cell for its end.
"""

_DIGITS = 4
_OF_A_DIFFERENCE = 6


def grades_csv(hand_ins: Sequence[Checked], doubles: Mapping[str, Doubles]) -> bytes:
    """All hand-ins as a table, a row for each file.

    Args:
        hand_ins: what was checked.
        doubles: for each of their files what it shares with which others.

    Returns:
        CSV in UTF-8, with the sign for it at its beginning: without, Excel takes it for something
        else. Moodle and Canvas pass over that sign.
    """
    return _csv([_row(one, doubles[one.file]) for one in hand_ins])


def canvas_csv(hand_ins: Iterable[Checked]) -> bytes | None:
    """Those that Canvas has named as a table for its gradebook, a row for each person.

    Returns:
        CSV as above; None where Canvas has named none with a number of a person.
    """
    senders = {
        one.sender.id: one.sender
        for one in hand_ins
        if one.sender and one.sender.server == "Canvas" and one.sender.name
    }
    rows = [
        {
            "Student": sender.name,
            "ID": sender.id,
            "SIS User ID": "",
            "SIS Login ID": "",
            "Section": "",
            ASSIGNMENT: "",
        }
        for sender in senders.values()
    ]
    return _csv(rows) if rows else None


def _row(one: Checked, doubles: Doubles) -> dict[str, str]:
    sender = one.sender
    moodle = sender and sender.server == "Moodle"
    low, high = one.interval or (None, None)
    return {
        "Identifier": f"Participant {sender.id}" if sender and moodle else "",
        "Full name": sender.name if sender else "",
        "Grade": "",
        "Last modified (grade)": "",
        "Feedback comments": one.sentence,
        "File": one.file,
        "State": one.state,
        "Canvas ID": sender.id if sender and not moodle else "",
        "Late": "late" if sender and sender.late else "",
        "Whose": one.owner or "",
        "Title": one.title,
        "Run": one.run_id or "",
        "Test accuracy claimed": _number(one.claimed),
        "Test accuracy": _number(one.accuracy),
        "95 % from": _number(low),
        "95 % to": _number(high),
        "Largest difference": _number(one.difference, _OF_A_DIFFERENCE),
        "Exercises accepted, as it says": str(one.accepted) if one.answered else "",
        "Exercises answered, as it says": str(one.answered) if one.answered else "",
        "Seal": one.seal or "",
        "Seal on the page": {True: "the same", False: "not the same", None: ""}[one.sealed],
        "Same weights as": ", ".join(doubles.weights),
        "Same answers as": ", ".join(doubles.answers),
    }


def _number(value: float | None, digits: int = _DIGITS) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    content = io.StringIO(newline="")
    # The columns' names are without quotes: after the sign for UTF-8, Canvas takes none.
    csv.writer(content).writerow(rows[0])
    writer = csv.writer(content, quoting=csv.QUOTE_ALL)
    writer.writerows([_harmless(cell) for cell in row.values()] for row in rows)
    return content.getvalue().encode("utf-8-sig")


def _harmless(text: str) -> str:
    """A cell on one line, of what can be shown, that no spreadsheet computes."""
    shown = "".join(sign if sign.isprintable() else "\t" for sign in text).strip()
    return _FORMULA.sub(r"\g<0>'", shown).replace("\t", " ")
