"""A process that is no more."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import Any

import psutil


def dead_process() -> dict[str, Any]:
    """A process of this machine that really was, and is no more."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        started = psutil.Process(process.pid).create_time()
        process.communicate(b"\n")
    return {"host": socket.gethostname(), "pid": process.pid, "started": started}
