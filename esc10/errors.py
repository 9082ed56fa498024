"""The errors a user can meet, each of them one plain sentence.

A page shows the sentence in a red box, the command line prints it on stderr and exits with
status 2. Anything that is not an `Esc10Error` is a fault of ours and keeps its traceback.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Esc10Error(Exception):
    """Something a user can understand and mend: what was wrong, with what, what to do."""


class DatasetError(Esc10Error):
    """A dataset could not be fetched, verified or read."""


class AudioError(Esc10Error):
    """A sound could not be decoded, or holds nothing to classify."""


class RunError(Esc10Error):
    """A run could not be configured, trained, stored or read back."""


class Cancelled(Esc10Error):
    """A long operation ended because somebody asked it to; what it had finished is kept."""


MAKE_ROOM = (
    "Make room or check the folder's permissions (ESC10_HOME says where it is), then try again; "
    "what was finished is kept."
)


@contextmanager
def disk_trouble(doing: str, error: type[Esc10Error], advice: str = MAKE_ROOM) -> Iterator[None]:
    """A context in which the disk's own complaints become one sentence.

    Args:
        doing: what is being done, to go in the sentence: "Storing the clip 1-100032-A.ogg".
        error: the class to raise.
        advice: what to do.

    Raises:
        Esc10Error: of the class `error`, when an `OSError` leaves the block.
    """
    try:
        yield
    except OSError as cause:
        raise error(f"{doing} failed: {reason_of(cause)}. {advice}") from cause


def reason_of(cause: OSError) -> str:
    """What the system says went wrong, as part of a sentence."""
    return (cause.strerror or str(cause)).lower()
