"""The run and the answers out of a report, which is a stranger's: found, bounded, and compared.

Nothing of the page is parsed. The two blocks stand between tags that the page has once, and so do
the figures that it names, as whatever people wrote in it is escaped; a browser that saves the page
leaves them as they are.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path

from esc10.errors import DamagedReportError, LessonError
from esc10.lesson.answers import Answered, read_answers
from esc10.lesson.words import CRITERION_PHRASES
from esc10.runs.exchange.importing import MAX_ZIP_BYTES, bytes_of

_RUN = b'<script type="application/zip" id="run">'
_ANSWERS = b'<script type="application/json" id="answers">'
_LIST = "The list of answers inside the report"
_END = b"</script>"
_SEAL = re.compile(rb'<code id="seal">([0-9a-f]{64})</code>')
_TITLE = re.compile(rb"<title>[^<]* \xc2\xb7 Machines that hear</title>")
_ACCURACY = re.compile(rb"<dt>Test accuracy</dt>\s*<dd>(\d{1,3})% ")
_WEIGHTS = re.compile(rb"<p>With the weights ([a-z ]+), epoch ")

_ASK = "Ask for the HTML file as it was written, or for a fresh one."

_LOOKED_AT = 2000
"""Bytes at a file's beginning that tell a page from a zip, and a report from another page."""


@dataclass(frozen=True)
class ReportParts:
    """What a report carries, and what of it the page says.

    Attributes:
        zipped: the run's zip.
        seal: what the page shows as its seal; None where it shows none.
        answers: what was answered to the exercises.
        accuracy: the test accuracy that the page names, in whole percent; None where it names none,
            or not exactly one, at the place where a report has it.
        weights: a key of `esc10.lesson.words.CRITERION_PHRASES`: those that this is said of; None
            likewise.
    """

    zipped: bytes
    seal: str | None
    answers: tuple[Answered, ...]
    accuracy: int | None
    weights: str | None


def read_report(content: bytes) -> tuple[bytes, tuple[Answered, ...]]:
    """The run's zip and the answers, out of the bytes of a report's HTML file.

    The zip has the seal that the page shows. That says that nothing was damaged on the way, not who
    made it: what the zip holds, `esc10.runs.exchange.import_run` checks.

    Args:
        content: the file, in memory; it is refused where it is larger than any run's zip may be.

    Raises:
        DamagedReportError: it is only a part of a report, or damaged.
        LessonError: it is no report, or was changed.
    """
    parts = parts_of(content)
    if parts.seal != seal_of(parts.zipped):
        raise _refused("the run inside is not the one whose seal it shows")
    return parts.zipped, parts.answers


def parts_of(content: bytes) -> ReportParts:
    """The same whatever seal the page shows, and with what the page says of the run.

    Raises:
        DamagedReportError: it is only a part of a report, or damaged.
        LessonError: it is no report.
    """
    if len(content) > MAX_ZIP_BYTES:
        raise _refused(f"it has more than {MAX_ZIP_BYTES:,} bytes")
    block = _block(content, _RUN)
    try:
        zipped = b64decode(block, validate=True)
    except binascii.Error as cause:
        raise _damaged("the run inside is damaged") from cause
    seal, accuracy, weights = (_said(content, what) for what in (_SEAL, _ACCURACY, _WEIGHTS))
    phrases = {phrase: criterion for criterion, phrase in CRITERION_PHRASES.items()}
    return ReportParts(
        zipped=zipped,
        seal=seal,
        answers=read_answers(_block(content, _ANSWERS), _LIST),
        accuracy=None if accuracy is None else int(accuracy),
        weights=None if weights is None else phrases.get(weights),
    )


def _said(content: bytes, what: re.Pattern[bytes]) -> str | None:
    """What the page says in such a place; None where there is none, or more than one."""
    found = what.findall(content)
    return found[0].decode("ascii") if len(found) == 1 else None


def seal_of(zipped: bytes) -> str:
    """What a report shows of the run's zip: its SHA-256, as 64 hexadecimal digits."""
    return hashlib.sha256(zipped).hexdigest()


def run_in(content: bytes | Path) -> bytes:
    """The run's zip, out of a report or out of itself: whatever somebody brings to be imported.

    Args:
        content: the file, or where it is.

    Raises:
        RunError: it cannot be read, or is larger than any run.
        LessonError: it is a page, and no report or not a whole one.
    """
    found = bytes_of(content)
    return read_report(found)[0] if is_page(found) else found


def is_page(content: bytes) -> bool:
    """Whether a file is a page, as a report is; else it may be a zip."""
    # A browser may have put a comment or a sign for its encoding before it.
    return b"<html" in content[:_LOOKED_AT].lower()


def _block(content: bytes, tag: bytes) -> bytes:
    """What stands after a tag that is there once, without the space around it."""
    if content.count(tag) != 1:
        cut_off = tag not in content and (not content or _TITLE.search(content[:_LOOKED_AT]))
        error = _damaged if cut_off else _refused
        raise error("it is no report of this lab, or only a part of one")
    begin = content.index(tag) + len(tag)
    end = content.find(_END, begin)
    if end < 0:
        raise _damaged("it breaks off")
    return content[begin:end].strip()


def _refused(reason: str) -> LessonError:
    return LessonError(f"The report is refused: {reason}. {_ASK}")


def _damaged(reason: str) -> DamagedReportError:
    return DamagedReportError(f"The report cannot be read: {reason}. {_ASK}")
