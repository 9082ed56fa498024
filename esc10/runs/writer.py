"""Which process writes a run, so that others can tell when it died."""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path

import psutil
from pydantic_core import from_json

WRITER = "process.json"
"""The file in a run's folder that names the process; its time of change is the last heartbeat."""

_CLOCK_SECONDS = 30
"""A process's start is told by the clock of the day, which may have been corrected since."""

_SILENT_SECONDS = 120
"""After so long without a heartbeat, a process that cannot be seen from here is taken for gone."""


def this_process() -> bytes:
    """What stands in the file while this process writes."""
    started = psutil.Process().create_time()
    writer = {"host": socket.gethostname(), "pid": os.getpid(), "started": started}
    return json.dumps(writer).encode()


def is_there(path: Path) -> bool:
    """Whether the process that a file names is still there.

    A process of this host can be looked up; one of another host, or of a host that has another name
    by now, lives as long as its heart beats.
    """
    try:
        writer = from_json(path.read_bytes())
        if writer["host"] != socket.gethostname():
            return time.time() - path.stat().st_mtime < _SILENT_SECONDS
        started = psutil.Process(writer["pid"]).create_time()
        return bool(abs(started - writer["started"]) < _CLOCK_SECONDS)
    except psutil.AccessDenied:
        return True  # there is such a process, and it is somebody else's
    except (OSError, ValueError, KeyError, TypeError, OverflowError, psutil.NoSuchProcess):
        return False
