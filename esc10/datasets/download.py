"""Downloads that can be watched, cancelled, and gone on with where they ended.

pooch does the transfer; this module gives it a file that counts and can refuse, and asks the host
for the missing bytes only.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import pooch
import requests

from esc10.datasets.source import ExpectedFile
from esc10.errors import DatasetError, HostError
from esc10.progress import Tally

_WHOLE_CONTENT = 200
_RANGE_NOT_SATISFIABLE = 416
_CHUNK_BYTES = 64 * 1024
_TIMEOUT_SECONDS = 20
_ASKED_SECONDS = 5


def mirrored(url: str) -> str:
    """The address to ask: `url` itself, or the same path on `ESC10_MIRROR` where that is set.

    Raises:
        DatasetError: `ESC10_MIRROR` is not an http address.
    """
    mirror = os.environ.get("ESC10_MIRROR")
    if not mirror:
        return url
    try:
        parts = urlsplit(mirror)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # half an IPv6 address, or a port that is no number
        usable = False
    if not usable:
        raise DatasetError(
            f"ESC10_MIRROR is '{mirror}', which is not an address. "
            "Write it as http://host:port, or unset it to use the public hosts."
        )
    return mirror.rstrip("/") + urlsplit(url).path


def ask_host(url: str) -> None:
    """See whether the host of `url` (or its mirror) would send it; what it sends is not read.

    Raises:
        DatasetError: `ESC10_MIRROR` is not an http address.
        HostError: the host cannot be reached within some seconds, or refuses.
    """
    address = mirrored(url)
    host = urlsplit(address).netloc
    try:
        # Not HEAD: a mirror may be a server that knows GET alone.
        with requests.get(address, timeout=_ASKED_SECONDS, stream=True) as response:
            if not response.ok:
                raise HostError(f"{host} answered {response.status_code} ({response.reason}).")
    except requests.RequestException as cause:
        raise HostError(f"{host} cannot be reached.") from cause


class _Tap:
    """A file that counts what is written to it, and refuses to go on once told to stop."""

    def __init__(self, file: IO[bytes], tally: Tally, on_arrival: Callable[[], None]) -> None:
        self._file, self._tally, self._on_arrival = file, tally, on_arrival

    def write(self, chunk: bytes) -> int:
        self._tally.raise_if_stopped()
        written = self._file.write(chunk)
        self._tally.add(fetched_bytes=written)
        self._file.flush()
        self._on_arrival()
        return written

    def flush(self) -> None:
        self._file.flush()


def download(
    url: str, path: Path, tally: Tally, on_arrival: Callable[[], None] = lambda: None
) -> None:
    """Download `url` (or its mirror) to `path`, going on where an earlier try ended.

    A server that honours byte ranges sends what is missing; from any other the file is fetched
    anew.

    Args:
        url: the public address.
        path: where the bytes go; what an earlier try left there is kept.
        tally: counts the bytes, and hears the wish to stop.
        on_arrival: called whenever more has arrived and can be read at `path`; what it raises ends
            the download.

    Raises:
        HostError: the host cannot be reached, refuses, or breaks off.
        Cancelled: the tally's owner wished it; what arrived stays at `path`.
    """
    address = mirrored(url)
    present = path.stat().st_size if path.exists() else 0
    tally.add(fetched_bytes=present)
    try:
        _fetch_rest(address, path, present, tally, on_arrival)
        return
    except requests.HTTPError as cause:
        if not present or cause.response.status_code != _RANGE_NOT_SATISFIABLE:
            raise HostError(
                f"{address} answered {cause.response.status_code} ({cause.response.reason}). "
                "Try again later, or load the dataset from a local copy."
            ) from cause
    except requests.RequestException as cause:
        raise HostError(
            f"{urlsplit(address).netloc} cannot be reached, or the connection broke off. "
            "Check the internet connection and fetch again: what has arrived is kept. Without the "
            "internet, load a local copy or use the practice sounds."
        ) from cause
    # The partial file was longer than the whole one, and has been dropped.
    download(url, path, tally, on_arrival)


def _fetch_rest(
    address: str, path: Path, present: int, tally: Tally, on_arrival: Callable[[], None]
) -> None:
    """Append to the file what follows its bytes that are present, or write it anew.

    Raises:
        requests.RequestException: the host cannot be reached, refuses, or breaks off.
    """
    # Compressed on the way, the bytes counted and the bytes on disk would differ.
    headers = {"Accept-Encoding": "identity"}
    if present:
        headers["Range"] = f"bytes={present}-"
    with path.open("ab") as file, ExitStack() as connections:

        def on_response(response: requests.Response, *_: Any, **__: Any) -> None:
            # pooch leaves a transfer open that did not come to its end.
            connections.callback(response.close)
            if present and response.status_code in (_WHOLE_CONTENT, _RANGE_NOT_SATISFIABLE):
                file.truncate(0)
                tally.add(fetched_bytes=-present)

        downloader = pooch.HTTPDownloader(
            headers=headers,
            hooks={"response": on_response},
            timeout=_TIMEOUT_SECONDS,
            chunk_size=_CHUNK_BYTES,
        )
        downloader(address, _Tap(file, tally, on_arrival), None)


class RemoteFiles:
    """Single files below a web address."""

    def __init__(self, base_url: str, tally: Tally) -> None:
        """Files `base_url/<path>`, their bytes counted by `tally`."""
        self._base_url, self._tally = base_url, tally

    def write(self, expected: ExpectedFile, aside: Path) -> None:
        """Download the file; see `download`."""
        download(f"{self._base_url}/{expected.path}", aside, self._tally)

    def close(self) -> None:
        """Nothing is held open."""
