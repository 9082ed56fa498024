"""Where the bytes of an expected file can come from: a host, a zip, a folder, or synthesis.

Each supply has one method, `write(expected, aside)`, which puts that file's bytes at the path
`aside`. Nothing is checked here but what only a supply can know; `esc10.datasets.fetch` checks
every file afterwards, the same way for all supplies.
"""

from __future__ import annotations

import io
import lzma
import os
import struct
import threading
import zipfile
import zlib
from pathlib import Path
from typing import Protocol

import soundfile

from esc10.datasets.sources import ExpectedFile
from esc10.errors import DatasetError

MAX_ARCHIVE_MEMBERS = 20_000
MAX_ARCHIVE_BYTES = 4 * 2**30
"""ESC-50's whole archive unpacks to about 900 MB; what claims far more is not one of ours."""

MAX_CLIP_BYTES = 2 * 2**20
"""The largest clip of any source has 441,044 bytes."""

MAX_FOLDER_ENTRIES = 50_000

_DAMAGED_ZIP = (
    OSError,  # a seek to nowhere, a bad bzip2 stream
    EOFError,
    RuntimeError,  # encrypted, or (NotImplementedError) a compression or version unknown to Python
    ValueError,  # a name that does not decode
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
)
"""What `zipfile` raises on an archive that is not as it should be."""


class Supply(Protocol):
    """Anything that can write an expected file's bytes."""

    def write(self, expected: ExpectedFile, aside: Path) -> None:
        """Put the file's bytes at `aside`; raise `DatasetError` when they are not to be had."""


class Archive:
    """A zip, read member by member and never unpacked by the paths it claims."""

    def __init__(self, path: Path) -> None:
        """Open the archive and check what it claims to hold.

        Raises:
            DatasetError: it is no zip, is truncated, or looks hostile.
        """
        self._name = path.name
        # Threads may not share a ZipFile: under Python 3.13 two reads at once find damage.
        self._lock = threading.Lock()
        try:
            self._zip = zipfile.ZipFile(path)
        except _DAMAGED_ZIP as cause:
            raise DatasetError(
                f"{path.name} is not a whole zip archive. Copy or fetch it again."
            ) from cause
        members = self._zip.infolist()
        try:
            self._refuse_hostile(members)
        except DatasetError:
            self.close()
            raise
        self._members = {member.filename.rpartition("/")[2]: member for member in members}

    def _refuse_hostile(self, members: list[zipfile.ZipInfo]) -> None:
        for member in members:
            parts = member.filename.replace("\\", "/").split("/")
            if ".." in parts or parts[0] == "" or ":" in parts[0]:
                raise DatasetError(
                    f"{self._name} is refused: it holds the path '{member.filename}', "
                    "which leads outside the archive. Get the archive from its source."
                )
        size = sum(member.file_size for member in members)
        if len(members) > MAX_ARCHIVE_MEMBERS or size > MAX_ARCHIVE_BYTES:
            raise DatasetError(
                f"{self._name} is refused: it claims {len(members)} files of {size:,} bytes, far "
                "more than any of our datasets. Get the archive from its source."
            )

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def names(self) -> set[str]:
        """The base names of all members."""
        return set(self._members)

    def read(self, basename: str) -> bytes:
        """The bytes of a member.

        Raises:
            DatasetError: it is absent, damaged or absurdly large.
        """
        member = self._members.get(basename)
        if member is None:
            raise DatasetError(f"{self._name} has no file {basename}. Is it the whole archive?")
        if member.file_size > MAX_CLIP_BYTES:
            raise DatasetError(
                f"{self._name} is refused: {basename} claims {member.file_size:,} bytes, "
                "and no clip is that large."
            )
        try:
            with self._lock:
                return self._zip.read(member)
        except _DAMAGED_ZIP as cause:
            raise DatasetError(
                f"{basename} is damaged inside {self._name}. Copy or fetch the archive again."
            ) from cause

    def write(self, expected: ExpectedFile, aside: Path) -> None:
        """Copy the member out of the archive."""
        aside.write_bytes(self.read(expected.basename))


class Folder:
    """A folder on a disk or a USB stick, in the archive's layout or any other."""

    def __init__(self, path: Path) -> None:
        """Look through the folder once.

        Raises:
            DatasetError: it holds far more than a dataset would.
        """
        self._path = path
        self._files: dict[str, Path] = {}
        for parent, _, basenames in os.walk(path):
            self._files.update({name: Path(parent) / name for name in basenames})
            if len(self._files) > MAX_FOLDER_ENTRIES:
                raise DatasetError(
                    f"{path} holds more than {MAX_FOLDER_ENTRIES:,} files. "
                    "Name the folder of the dataset itself."
                )

    def names(self) -> set[str]:
        """The base names of all files below the folder."""
        return set(self._files)

    def read(self, basename: str) -> bytes:
        """The bytes of a file.

        Raises:
            DatasetError: it is absent, or absurdly large.
        """
        path = self._files.get(basename)
        if path is None:
            raise DatasetError(f"{self._path} has no file {basename}. Is it the whole dataset?")
        try:
            size = path.stat().st_size
            if size > MAX_CLIP_BYTES:
                raise DatasetError(f"{path} is no clip: it has {size:,} bytes.")
            return path.read_bytes()
        except OSError as cause:
            # Said here, or it would be taken for trouble with the disk that is written to.
            reason = (cause.strerror or str(cause)).lower()
            raise DatasetError(
                f"{path} cannot be read: {reason}. Check the stick or disk it is on."
            ) from cause

    def write(self, expected: ExpectedFile, aside: Path) -> None:
        """Copy the file."""
        aside.write_bytes(self.read(expected.basename))


class Synthesis:
    """The practice sounds, computed here."""

    def write(self, expected: ExpectedFile, aside: Path) -> None:
        """Compute the clip and write it as 16-bit PCM."""
        from esc10.datasets.practice import (
            plan as practice,  # loads SciPy's signal processing, which pages do without
        )

        samples = practice.waveform(expected.filename)
        # Through memory: libsndfile calls a full disk a "system error", Python says what it was.
        content = io.BytesIO()
        soundfile.write(content, samples, practice.SAMPLE_RATE, subtype="PCM_16", format="WAV")
        aside.write_bytes(content.getvalue())
