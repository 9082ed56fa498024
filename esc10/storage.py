"""Where everything lives on disk, and how a file is written so that it is whole or absent.

ESC10_HOME/            ./data unless the environment says otherwise
    datasets/<key>/    a verified dataset; complete.json is written last
    datasets/own-*/    a dataset of own sounds, described by its source.json
    kept/              recordings that somebody kept, see `esc10.datasets.own.recordings`
    features/          cached mel spectrograms, one file per key
    runs/<run id>/     one folder per training run, see `esc10.runs.store`
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def home() -> Path:
    """The folder that holds datasets, features and runs: `ESC10_HOME`, or `./data`."""
    return Path(os.environ.get("ESC10_HOME") or "data").expanduser().resolve()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file aside and rename it, so that a reader sees all of it or none of it.

    Args:
        path: the file to write; its folder is made where it is missing.
        content: what the file shall hold.

    Raises:
        OSError: the disk refused; nothing is left behind.
    """
    with whole_file(path) as file:
        file.write(content)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """The same for what should not lie in memory as bytes: a file that gets its name at the end.

    Args:
        path: the file to write; its folder is made where it is missing.

    Raises:
        OSError: the disk refused; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        with aside.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
