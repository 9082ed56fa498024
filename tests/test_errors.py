"""The advice is that which helps against the cause."""

from __future__ import annotations

import errno
import os
import re

import pytest

from esc10.errors import RunError, disk_trouble


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (errno.ENOSPC, "Make room on the disk"),
        (errno.EFBIG, "Make room on the disk"),
        (errno.EACCES, "check the permissions of the data folder"),
        (errno.EROFS, "check the permissions of the data folder"),
        (errno.ENOENT, "Look whether it was moved or deleted meanwhile"),
        (errno.EIO, "Check the data folder"),
    ],
)
def test_the_advice_is_that_of_the_cause(code: int, advice: str) -> None:
    with pytest.raises(RunError, match=re.escape(advice)) as caught:  # noqa: SIM117
        with disk_trouble("Storing the clip", RunError):
            raise OSError(code, os.strerror(code))
    said = str(caught.value)
    assert said.startswith(f"Storing the clip failed: {os.strerror(code).lower()}. ")
    assert ("permissions" in said, "room" in said) == ("perm" in advice, "room" in advice)
