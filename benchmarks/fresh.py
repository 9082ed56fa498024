"""A process of its own for one measurement, which says what it found a line at a time."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any


def answers_of(module: str, *arguments: str) -> Iterator[Any]:
    """Run a module in a fresh Python and give what it says, as it says it.

    Args:
        module: run as `python -m module`; it calls `say`.
        arguments: its command line.

    Yields:
        What it handed to `say`.

    Raises:
        RuntimeError: the process failed; with the last that it said.
    """
    with (
        tempfile.TemporaryFile("w+") as complaints,
        subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            yield json.loads(line)
        if process.wait() != 0:
            complaints.seek(0)
            raise RuntimeError(f"{module} failed: {complaints.read()[-2000:]}")


def say(answer: Any) -> None:
    """Hand an answer to the process that called `answers_of`; the answer has a form in JSON."""
    print(json.dumps(answer), flush=True)
