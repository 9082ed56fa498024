"""Which process writes a run, so that others can tell when it died."""

from __future__ import annotations

import json
import os
import socket
import time
from functools import cache
from pathlib import Path

import psutil
from pydantic_core import from_json

from esc10.errors import was_gone

WRITER = "process.json"
"""The file in a run's folder that names the process; its time of change is the last heartbeat."""

_CLOCK_SECONDS = 30
"""A process's start is told by the clock of the day, which may have been corrected since."""

_SILENT_SECONDS = 120
"""After so long without a heartbeat, a process that cannot be seen from here is taken for gone."""


def this_process() -> bytes:
    """What stands in the file while this process writes."""
    started = psutil.Process().create_time()
    writer = {
        "host": socket.gethostname(),
        "numbered": _numbered(),
        "pid": os.getpid(),
        "started": started,
    }
    return json.dumps(writer).encode()


def is_there(path: Path) -> bool:
    """Whether the process that a file names is still there.

    A process of this host can be looked up. One of another host, of a host that has another name by
    now, or of another container lives as long as its heart beats, and so does one that cannot be
    looked up just now.
    """
    try:
        writer = from_json(path.read_bytes())
        # Earlier versions did not say how processes were numbered.
        numbered = writer.get("numbered", _numbered())
        if (writer["host"], numbered) != (socket.gethostname(), _numbered()):
            return _beats(path)
        started = psutil.Process(writer["pid"]).create_time()
        return bool(abs(started - writer["started"]) < _CLOCK_SECONDS)
    except psutil.AccessDenied:
        return True  # there is such a process, and it is somebody else's
    except OSError:
        return _beats(path)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, psutil.NoSuchProcess):
        return False


def _beats(path: Path) -> bool:
    """Whether there was a heartbeat lately; a process of which nothing can be told is not dead."""
    try:
        return time.time() - path.stat().st_mtime < _SILENT_SECONDS
    except OSError as cause:
        return not was_gone(cause)


@cache
def _numbered() -> str:
    """Among which processes a number names one; empty on systems without containers.

    Two containers may share the name of their host, and each has a process 1.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""
