"""Where everything lives on disk, and how a file is written so that it is whole or absent.

ESC10_HOME/            ./data unless the environment says otherwise
    datasets/<key>/    a verified dataset; complete.json is written last
    datasets/own-*/    a dataset of own sounds, described by its source.json
    kept/              recordings that somebody kept, see `esc10.datasets.own.recordings`
    features/          cached mel spectrograms, one file per key, 1 GiB of them at most
    runs/<run id>/     one folder per training run, see `esc10.runs.run`
    crossvals/         what cross-validations are made of, see `esc10.runs.cross_validation`
    locks/             by which programs take turns, see `taking_turns`
"""

from __future__ import annotations

import os
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar

from filelock import FileLock, Timeout
from pydantic import ConfigDict

Content = TypeVar("Content")

STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
"""How JSON becomes an object of ours: the types as declared, no other field, finite numbers."""

State = tuple[int, int, int] | None

_YEARS = range(2000, 2101)
_KEPT_FILES = 512
_LOOK_SECONDS = 0.3


def home() -> Path:
    """The folder that holds datasets, features and runs: `ESC10_HOME`, or `./data`."""
    return Path(os.environ.get("ESC10_HOME") or "data").expanduser().resolve()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file aside and rename it, so that a reader sees all of it or none of it.

    Args:
        path: the file to write, in a folder that is there: one that was deleted meanwhile does not
            come back.
        content: what the file shall hold.

    Raises:
        OSError: the disk refused; nothing is left behind, unless the folder was renamed meanwhile.
    """
    with whole_file(path) as file:
        file.write(content)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """The same for what should not lie in memory as bytes: a file that gets its name at the end.

    Args:
        path: the file to write, in a folder that is there.

    Raises:
        OSError: as for `write_whole`.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        with aside.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def free_bytes(folder: Path) -> int:
    """How much room there is on the disk of a folder, which need not be there yet.

    Raises:
        OSError: the disk cannot be asked.
    """
    there = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(there).free


def time_of(text: str) -> datetime:
    """A time that a file says, on this machine's clock.

    Raises:
        ValueError: it is none, or so early or late that it cannot be shown here.
    """
    try:
        time = datetime.fromisoformat(text).astimezone()
        time.astimezone(UTC)
    except (OverflowError, OSError) as cause:
        raise ValueError(f"no clock shows {text}") from cause
    return time


def is_likely_time(text: str) -> bool:
    """Whether a stranger's text is a time of the years 2000 to 2100, and says its time zone."""
    try:
        zone = datetime.fromisoformat(text).tzinfo
        return zone is not None and time_of(text).astimezone(UTC).year in _YEARS
    except ValueError:
        return False


@contextmanager
def taking_turns(name: str, while_waiting: Callable[[], None]) -> Iterator[None]:
    """A context in which one thread of one program is at a time; the system ends a dead one's turn.

    Args:
        name: of what they take turns at, as a file may be called.
        while_waiting: called some times a second until it is our turn; what it raises is passed on.

    Raises:
        OSError: the disk refused.
    """
    folder = home() / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"{name}.lock")
    while not lock.is_locked:
        try:
            lock.acquire(timeout=_LOOK_SECONDS)
        except Timeout:
            while_waiting()
    try:
        yield
    finally:
        lock.release()


def is_gone(folder: Path) -> bool:
    """Whether there is no such folder; one that cannot be looked at is not known to be gone."""
    try:
        return not folder.is_dir()
    except OSError:
        return False


def state_of(path: Path) -> State:
    """What tells a file from what it was before, or from another of its name; None for no file."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


class ReadOnce(Generic[Content]):
    """What a function reads in files, each of them read again when it has changed.

    Pages ask once a second. Of each file its latest content is kept; the files that were asked for
    last have room.
    """

    def __init__(self, read: Callable[[Path], Content]) -> None:
        """Remember what `read` gives; what it raises is passed on and not remembered."""
        self._read = read
        self._kept: OrderedDict[Path, tuple[State, Content]] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, path: Path) -> Content:
        """The content of the file as it is now.

        Raises:
            OSError: the file cannot be read.
        """
        state = state_of(path)
        with self._lock:
            kept = self._kept.get(path)
        content = kept[1] if kept and state and kept[0] == state else self._read(path)
        with self._lock:
            self._kept[path] = (state, content)
            self._kept.move_to_end(path)
            if len(self._kept) > _KEPT_FILES:
                self._kept.popitem(last=False)
        return content

    def forget(self, path: Path) -> None:
        """Read it again: two contents of one length may be written within a tick of the clock."""
        with self._lock:
            self._kept.pop(path, None)
