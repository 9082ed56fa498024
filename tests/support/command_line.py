"""Commands run in this process, and as people run them; what they said and how they ended."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from esc10.cli.parser import main

Json = dict[str, Any]

CLIP = {"filename", "true", "predicted", "probability"}
INTERVAL = re.compile(r"accuracy [01]\.\d{3} \(95 % interval [01]\.\d{3} to [01]\.\d{3}\)")
FIGURES = {"precision", "recall", "f1-score", "support"}


@dataclass
class Finished:
    """What a command said, and how it ended."""

    returncode: int
    stdout: str
    stderr: str


def esc10(home: Path, *arguments: object, status: int = 0) -> Finished:
    """Run a command in this process; its exit status must be the given one."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setenv("ESC10_HOME", str(home))
        try:
            code = main(list(map(str, arguments)))
        except SystemExit as stop:  # argparse
            code = int(stop.code or 0)
    done = Finished(code, out.getvalue(), err.getvalue())
    assert done.returncode == status, done.stderr
    return done


def answer(home: Path, *arguments: object, status: int = 0) -> Json:
    """The one JSON object on stdout."""
    done = esc10(home, *arguments, "--json", status=status)
    found = json.loads(done.stdout, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))
    assert isinstance(found, dict)
    assert done.stdout.count("\n") == 1
    return found


def refusal(home: Path, *arguments: object) -> str:
    """The one line on stderr of a command that exits with 2 and prints nothing else."""
    done = esc10(home, *arguments, status=2)
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


def program(home: Path, *arguments: object) -> Finished:
    """Run a command as people do."""
    done = subprocess.run(
        [sys.executable, "-m", "esc10", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "ESC10_HOME": str(home)},
    )
    return Finished(done.returncode, done.stdout, done.stderr)
