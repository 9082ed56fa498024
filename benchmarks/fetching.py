"""ESC-10 from a host to ready for training, at the speed of a good connection.

    download   the archive's bytes alone, to a file
    ready      `esc10.features.fetching.fetch_with_features`: every clip verified and in its place,
               every mel spectrogram computed and cached

A server on this machine sends no faster than the connection would. Each measurement is a process of
its own, which has taken one clip through all of it before its clock starts.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchmarks.fresh import answers_of, say
from benchmarks.report import markdown_table
from benchmarks.sounds import best_dataset
from benchmarks.spread import seconds, spread
from esc10.datasets.download import download
from esc10.datasets.esc10 import ESC10_ARCHIVE_URL
from esc10.features.cache import clip_power
from esc10.features.fetching import fetch_with_features
from esc10.features.mel import MelConfig
from esc10.progress import Progress, Tally, ignore_progress

ROUNDS = 5
MEGABITS = 100
"""A second: a wired connection, or a good wireless one."""

_CHUNK_BYTES = 64 * 1024

Results = dict[str, Any]


@contextmanager
def slow_host(content: bytes, megabits: float) -> Iterator[str]:
    """The address of a server that sends `content` to whoever asks, so many megabits a second."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            began = time.perf_counter()
            for begin in range(0, len(content), _CHUNK_BYTES):
                due = began + begin * 8 / (megabits * 1e6)
                time.sleep(max(0.0, due - time.perf_counter()))
                self.wfile.write(content[begin : begin + _CHUNK_BYTES])

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def only_download(home: Path) -> None:
    """Bring in the archive's bytes and leave them."""
    download(ESC10_ARCHIVE_URL, home / "archive.zip", Tally(Progress("", 0, 1), ignore_progress))


def until_ready(_: Path) -> None:
    """Do what the Dataset page's button does."""
    fetch_with_features("esc10")


SIDES: dict[str, Callable[[Path], None]] = {"download": only_download, "ready": until_ready}


def measure(rounds: int = ROUNDS) -> Results:
    """Seconds of each side, and their ratio.

    Args:
        rounds: how often each side has its turn.

    Raises:
        RuntimeError: `ESC10_ARCHIVE` names no archive.
    """
    if best_dataset() != "esc10":
        raise RuntimeError("ESC10_ARCHIVE must name the official ESC-10 archive.")
    archive = Path(os.environ["ESC10_ARCHIVE"]).read_bytes()
    times: dict[str, list[float]] = {side: [] for side in SIDES}
    with slow_host(archive, MEGABITS) as address:
        for _ in range(rounds):
            for side in SIDES:
                times[side] += answers_of("benchmarks.fetching", side, address)
    spreads = {side: spread(taken) for side, taken in times.items()}
    return {
        "megabits_per_s": MEGABITS,
        "ready_of_download": spreads["ready"]["median"] / spreads["download"]["median"],
        "spread": spreads,
    }


def table(results: Results) -> str:
    """Both sides' seconds, and the ratio."""
    head = ["connection", "the download alone", "ready for training", "ready / download"]
    row = [
        f"{results['megabits_per_s']} Mbit/s",
        *(seconds(results["spread"][side]) for side in SIDES),
        f"**{results['ready_of_download']:.2f}**",
    ]
    return markdown_table(head, [row])


def main() -> None:
    """Take one turn, and say its seconds."""
    side, address = sys.argv[1:]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        os.environ |= {"ESC10_HOME": home, "ESC10_MIRROR": address}
        _warm_up(Path(home, "warm.wav"))
        began = time.perf_counter()
        SIDES[side](Path(home))
        say(time.perf_counter() - began)


def _warm_up(path: Path) -> None:
    """Import and prepare all that a clip needs."""
    import numpy as np
    import soundfile

    soundfile.write(path, np.random.default_rng(1).normal(0, 0.1, 44_100), 44_100)
    clip_power(path, MelConfig())


if __name__ == "__main__":
    main()
