"""The errors a user can meet, each of them one plain sentence.

A page shows the sentence in a red box, the command line prints it on stderr and exits with
status 2. Anything that is not an `Esc10Error` is a fault of ours and keeps its traceback.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager


class Esc10Error(Exception):
    """Something a user can understand and mend: what was wrong, with what, what to do."""


class DatasetError(Esc10Error):
    """A dataset could not be fetched, verified or read."""


class HostError(DatasetError):
    """A host cannot be reached, refuses or breaks off; what it has sent is good."""


class AudioError(Esc10Error):
    """A sound could not be decoded, or holds nothing to classify."""


class RunError(Esc10Error):
    """A run could not be configured, trained, stored or read back."""


class DamagedRunError(RunError):
    """A run's zip is damaged, or only a part of one: whoever has it whole can send it again."""


class MisfitError(RunError):
    """Weights are damaged, or belong to another network."""


class NoWorkerError(RunError):
    """No worker is there to be asked, yet or just now. A page waits for one by itself."""


class UnansweredError(Esc10Error):
    """Long work asked a worker, and none answered: what was being asked of is not to blame."""


class LessonError(Esc10Error):
    """A lesson's answers, or what was handed in, could not be read; or a vote does not count."""


class DamagedReportError(LessonError):
    """A report is damaged, or only a part of one: likewise."""


class PackError(Esc10Error):
    """A lab pack could not be made, or is none."""


class Cancelled(Esc10Error):
    """A long operation ended because somebody asked it to; what it had finished is kept."""


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_GONE = (errno.ENOENT, errno.ENOTDIR)
_REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)


@contextmanager
def disk_trouble(doing: str, error: type[Esc10Error]) -> Iterator[None]:
    """A context in which the disk's own complaints become one sentence.

    Args:
        doing: what is being done, to go in the sentence: "Storing the clip 1-100032-A.ogg".
        error: the class to raise.

    Raises:
        Esc10Error: of the class `error`, when an `OSError` leaves the block.
    """
    try:
        yield
    except OSError as cause:
        raise error(f"{doing} failed: {refusal(cause)}; what was finished is kept.") from cause


def reason_of(cause: OSError) -> str:
    """What the system says went wrong, as part of a sentence."""
    return (cause.strerror or str(cause)).lower()


def refusal(cause: OSError) -> str:
    """Why the data folder's disk refused, and what helps, as a sentence goes on after a colon."""
    return f"{reason_of(cause)}. {_advice_on(cause)}, then try again"


def _advice_on(cause: OSError) -> str:
    where = " (ESC10_HOME says where it is)"
    if cause.errno in _FULL:
        return f"Make room on the disk of the data folder{where}"
    if cause.errno in _REFUSED:  # Windows says the same of a file that is in use
        return f"Close what has its files open, or check the permissions of the data folder{where}"
    if was_gone(cause):
        return f"Look whether it was moved or deleted meanwhile, in the data folder{where}"
    return f"Check the data folder{where} and its disk"


def was_gone(cause: BaseException) -> bool:
    """Whether the system found no such file or folder."""
    return isinstance(cause, OSError) and cause.errno in _GONE
