"""A stranger's zip as files by their paths; nothing is unpacked by the paths it claims."""

from __future__ import annotations

import io
import os
import stat
import struct
import threading
import zipfile
from pathlib import Path
from typing import BinaryIO

from esc10.datasets.suppliers import MAX_ARCHIVE_BYTES, MAX_ARCHIVE_MEMBERS
from esc10.datasets.trees import MAX_TEXT_BYTES, is_clutter, shown
from esc10.errors import DatasetError

MAX_SOUND_BYTES = 100 * 2**20
"""Of one sound, unpacked: ten minutes of CD stereo."""

_END = struct.Struct("<4s4H2LH")
"""A zip's last bytes: signature, disks, entries, the directory's size and place, the comment's."""

_LONGEST_COMMENT = 2**16
_ZIP64_LOCATOR_BYTES = 20
_MAX_DIRECTORY_BYTES = 8 * 2**20
_ENCRYPTED = 0x1


class ZipTree:
    """A zip, on this machine or uploaded."""

    def __init__(self, source: Path | bytes) -> None:
        """Open the zip and check what it claims to hold.

        Raises:
            DatasetError: it is no zip, is truncated, or looks hostile.
        """
        self.title = shown(source.name) if isinstance(source, Path) else "The zip"
        # Threads may not share a ZipFile: under Python 3.13 two reads at once find damage.
        self._lock = threading.Lock()
        self._file: BinaryIO = _opened(source, self.title)
        try:
            self._zip = self._checked_zip()
        except DatasetError:
            self._file.close()
            raise
        self._members = {
            path: member
            for member in self._zip.infolist()
            if not member.is_dir() and not is_clutter(path := _path_of(member))
        }
        self.names = tuple(sorted(self._members))

    def _checked_zip(self) -> zipfile.ZipFile:
        try:
            _refuse_long_directory(self._file, self.title)
            archive = zipfile.ZipFile(self._file)
        except DatasetError:
            raise
        except Exception as cause:  # zipfile, struct and zlib each have their own for damage
            raise DatasetError(
                f"{self.title} is not a whole zip archive. Pack or copy it again."
            ) from cause
        members = archive.infolist()
        for member in members:
            _refuse_hostile(member, self.title)
        size = sum(member.file_size for member in members)
        if len(members) > MAX_ARCHIVE_MEMBERS or size > MAX_ARCHIVE_BYTES:
            raise DatasetError(
                f"{self.title} is refused: it claims {len(members):,} files of {size:,} bytes, "
                f"and {MAX_ARCHIVE_MEMBERS:,} of {MAX_ARCHIVE_BYTES:,} are the most."
            )
        return archive

    def sound(self, name: str) -> bytes:
        """The bytes of a sound.

        Raises:
            DatasetError: it is absent, damaged or very large.
        """
        return self._read(name, MAX_SOUND_BYTES)

    def text(self, name: str) -> bytes:
        """The bytes of a small file.

        Raises:
            DatasetError: it is absent, damaged or large.
        """
        return self._read(name, MAX_TEXT_BYTES)

    def _read(self, name: str, limit: int) -> bytes:
        member = self._members.get(name)
        if member is None:
            raise DatasetError(f"{shown(name)} is not in the zip.")
        if member.file_size > limit:
            raise DatasetError(
                f"{shown(name)} claims {member.file_size:,} bytes, and {limit:,} are the most."
            )
        try:
            # Unpacked no further than this, however much the packed bytes would give.
            with self._lock, self._zip.open(member) as file:
                return file.read(member.file_size)
        except Exception as cause:  # zipfile, struct and zlib each have their own for damage
            raise DatasetError(f"{shown(name)} is damaged inside the zip.") from cause

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()
        self._file.close()


def _opened(source: Path | bytes, title: str) -> BinaryIO:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    try:
        return source.open("rb")
    except OSError as cause:
        reason = (cause.strerror or str(cause)).lower()
        raise DatasetError(f"{title} cannot be read: {reason}. Check the path.") from cause


def _path_of(member: zipfile.ZipInfo) -> str:
    return member.filename.replace("\\", "/")


def _refuse_long_directory(file: BinaryIO, title: str) -> None:
    """Before `zipfile` reads a list of files, which may have millions and fill the memory."""
    size = file.seek(0, os.SEEK_END)
    length = min(size, _END.size + _LONGEST_COMMENT + _ZIP64_LOCATOR_BYTES)
    file.seek(size - length)
    tail = file.read(length)
    place = tail.rfind(b"PK\5\6")
    # As `zipfile` looks for it: first where it is if there is no comment.
    bare = len(tail) - _END.size
    if bare >= 0 and tail.startswith(b"PK\5\6", bare) and tail.endswith(b"\0\0"):
        place = bare
    if place < 0 or len(tail) - place < _END.size:
        raise DatasetError(f"{title} is not a whole zip archive. Pack or copy it again.")
    directory_bytes = _END.unpack_from(tail, place)[5]
    locator = tail[max(0, place - _ZIP64_LOCATOR_BYTES) : place]
    if directory_bytes > _MAX_DIRECTORY_BYTES or locator.startswith(b"PK\6\7"):
        raise DatasetError(
            f"{title} is refused: its list of files is longer than any dataset's. "
            "Pack the sounds alone."
        )


def _refuse_hostile(member: zipfile.ZipInfo, title: str) -> None:
    parts = _path_of(member).split("/")
    if ".." in parts or parts[0] == "" or parts[0][1:2] == ":":
        raise DatasetError(
            f"{title} is refused: it holds the path '{shown(member.filename)}', which leads "
            "outside the archive. Pack the sounds again."
        )
    mode = stat.S_IFMT(member.external_attr >> 16)  # 0 where the system that packed it has none
    if mode not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise DatasetError(
            f"{title} is refused: {shown(member.filename)} is a link or a device. "
            "Pack the sounds themselves."
        )
    if member.flag_bits & _ENCRYPTED:
        raise DatasetError(
            f"{title} is encrypted ({shown(member.filename)} for one). Pack it without a password."
        )
