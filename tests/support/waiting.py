"""Waiting for an event that nothing announces; a deadline makes it a failure."""

from __future__ import annotations

import time
from collections.abc import Callable

POLL_SECONDS = 0.05

WARM_SECONDS = 300
"""How long a worker may take to import Keras and trace three networks, on a busy machine."""


def wait_for(condition: Callable[[], object], seconds: float, what: str) -> None:
    """Return as soon as the condition holds.

    Raises:
        AssertionError: it did not within that time.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(POLL_SECONDS)
