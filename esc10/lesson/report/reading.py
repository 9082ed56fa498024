"""The run and the answers out of a report, which is a stranger's: found, bounded, and compared.

Nothing of the page is parsed. The two blocks stand between tags that the page has once, as whatever
people wrote in it is escaped; a browser that saves the page leaves them as they are.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from base64 import b64decode
from pathlib import Path

from esc10.errors import LessonError
from esc10.lesson.answers import Answered, read_answers
from esc10.runs.exchange.importing import MAX_ZIP_BYTES, bytes_of

_RUN = b'<script type="application/zip" id="run">'
_ANSWERS = b'<script type="application/json" id="answers">'
_LIST = "The list of answers inside the report"
_END = b"</script>"
_SEAL = re.compile(rb'<code id="seal">([0-9a-f]{64})</code>')

_LOOKED_AT = 1000
"""Bytes at a file's beginning that tell a page from a zip."""


def read_report(content: bytes) -> tuple[bytes, tuple[Answered, ...]]:
    """The run's zip and the answers, out of the bytes of a report's HTML file.

    The zip has the seal that the page shows. That says that nothing was damaged on the way, not who
    made it: what the zip holds, `esc10.runs.exchange.import_run` checks.

    Args:
        content: the file, in memory; it is refused where it is larger than any run's zip may be.

    Raises:
        LessonError: it is no report, only a part of one, or was changed.
    """
    if len(content) > MAX_ZIP_BYTES:
        raise _refused(f"it has more than {MAX_ZIP_BYTES:,} bytes")
    block = _block(content, _RUN)
    try:
        zipped = b64decode(block, validate=True)
    except binascii.Error as cause:
        raise _refused("the run inside is damaged") from cause
    seals = _SEAL.findall(content)
    if seals != [seal_of(zipped).encode()]:
        raise _refused("the run inside is not the one whose seal it shows")
    return zipped, read_answers(_block(content, _ANSWERS), _LIST)


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
    return read_report(found)[0] if _is_page(found) else found


def _is_page(content: bytes) -> bool:
    # A browser may have put a comment or a sign for its encoding before it.
    return b"<html" in content[:_LOOKED_AT].lower()


def _block(content: bytes, tag: bytes) -> bytes:
    """What stands after a tag that is there once, without the space around it."""
    if content.count(tag) != 1:
        raise _refused("it is no report of this lab, or only a part of one")
    begin = content.index(tag) + len(tag)
    end = content.find(_END, begin)
    if end < 0:
        raise _refused("it breaks off")
    return content[begin:end].strip()


def _refused(reason: str) -> LessonError:
    return LessonError(
        f"The report is refused: {reason}. Ask for the HTML file as it was written, or for a fresh "
        "one."
    )
