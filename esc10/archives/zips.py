"""A zip as a tree of files: read member by member, and never unpacked by the paths it claims."""

from __future__ import annotations

import io
import os
import stat
import struct
import sys
import threading
import zipfile
from pathlib import Path
from typing import BinaryIO

from esc10.archives.trees import FolderTree, Tree, is_clutter, shown
from esc10.errors import DatasetError, reason_of

MAX_ARCHIVE_MEMBERS = 20_000
MAX_ARCHIVE_BYTES = 4 * 2**30
"""ESC-50's whole archive unpacks to about 900 MB; what claims far more is no dataset."""

MAX_SOUND_BYTES = 100 * 2**20
"""Of one sound in a zip, unpacked: ten minutes of CD stereo."""

_MAX_DIRECTORY_BYTES = 8 * 2**20
"""Of a zip's list of files."""

_END = struct.Struct("<4s4H2LH")
"""A zip's last bytes: signature, disks, entries, the directory's size and offset, the comment's."""

_LONGEST_COMMENT = 2**16
_ZIP64_LOCATOR_BYTES = 20
_ZIP64_END = struct.Struct("<4sQ2H2L4Q")
"""The same with 64 bits: signature, its own size, versions, disks, entries, the directory's size
and offset. Some programs write it however small the zip is."""

ENCRYPTED = 0x1
"""The bit of a member's flags that says so."""

_UTF_8 = 0x800
_UNIX = 3
"""As the system that packed a member; macOS says so too."""


class CutOff(DatasetError):
    """A file is no zip, or only a part of one."""


def open_tree(path: Path, links: bool = False) -> Tree:
    """The files of a folder, or of a zip.

    Args:
        path: where it is.
        links: whether links in a folder are followed; they may lead anywhere.

    Raises:
        DatasetError: there is nothing, far too much, no zip, or one that looks hostile.
    """
    if not path.exists():
        raise DatasetError(f"{path} does not exist. Check the path, or plug the stick in.")
    return FolderTree(path, links) if path.is_dir() else ZipTree(path)


class ZipTree:
    """A zip, on this machine or uploaded."""

    def __init__(self, source: Path | bytes, title: str = "") -> None:
        """Open the zip and check what it claims to hold.

        Args:
            source: where it is, or its bytes.
            title: what a sentence calls it, if not by its name.

        Raises:
            CutOff: it is no zip, or truncated.
            DatasetError: it cannot be read, or looks hostile.
        """
        named = title or ("" if isinstance(source, bytes) else source.name)
        self.title = shown(named) or "The zip"
        self._inside = shown(named) or "the zip"
        # Threads may not share a ZipFile: under Python 3.13 two reads at once find damage.
        self._lock = threading.Lock()
        self._file = _opened(source, self.title)
        try:
            self._zip = self._checked_zip()
        except DatasetError:
            self._file.close()
            raise
        self._members = {
            path: member
            for member in self._zip.infolist()
            if not member.is_dir() and (path := _path_of(member)).strip("/")
            if not is_clutter(path)
        }
        self.names = tuple(sorted(self._members))
        self.links = 0  # a zip with one is refused

    def _checked_zip(self) -> zipfile.ZipFile:
        not_whole = CutOff(
            f"{self.title} is not a whole zip archive. Pack, copy or fetch it again."
        )
        directory_bytes = directory_size(self._file)
        if directory_bytes is None:
            raise not_whole
        if directory_bytes > _MAX_DIRECTORY_BYTES:
            raise DatasetError(
                f"{self.title} is refused: its list of files is longer than any class's or "
                "dataset's. Pack the files alone."
            )
        try:
            archive = zipfile.ZipFile(self._file)
        except Exception as cause:  # zipfile, struct and zlib each have their own for damage
            raise not_whole from cause
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

    def size(self, name: str) -> int:
        """How many bytes one of its files claims to have, unpacked."""
        return self._members[name].file_size

    def sound(self, name: str) -> bytes:
        """The bytes of a sound."""
        return self.read(name, MAX_SOUND_BYTES)

    def read(self, name: str, limit: int, called: str = "") -> bytes:
        """See `Tree.read`."""
        member, called = self._members.get(name), called or shown(name)
        if member is None:
            raise DatasetError(f"{called} is not in {self._inside}.")
        if member.file_size > limit:
            raise DatasetError(
                f"{called} claims {member.file_size:,} bytes in {self._inside}, and {limit:,} are "
                "the most."
            )
        try:
            with self._lock:
                return read_member(self._zip, member)
        except Exception as cause:  # zipfile, struct and zlib each have their own for damage
            raise DatasetError(f"{called} is damaged inside {self._inside}.") from cause

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()
        self._file.close()


def directory_size(file: BinaryIO) -> int | None:
    """How many bytes a zip's list of files has, as its end says; None where there is no such end.

    To be asked before `zipfile` reads the list, which may have millions of files and fill the
    memory. Where another kind of end, Zip64, is announced and not found, it counts as endless:
    Python looks for it elsewhere too.
    """
    size = file.seek(0, os.SEEK_END)
    length = min(size, _END.size + _LONGEST_COMMENT + _ZIP64_LOCATOR_BYTES + _ZIP64_END.size)
    file.seek(size - length)
    tail = file.read(length)
    start = tail.rfind(b"PK\5\6")
    # As `zipfile` looks for it: first where it is if there is no comment.
    bare = len(tail) - _END.size
    if bare >= 0 and tail.startswith(b"PK\5\6", bare) and tail.endswith(b"\0\0"):
        start = bare
    if start < 0 or len(tail) - start < _END.size:
        return None
    locator = start - _ZIP64_LOCATOR_BYTES
    if not tail.startswith(b"PK\6\7", max(0, locator)):
        return int(_END.unpack_from(tail, start)[5])
    end = locator - _ZIP64_END.size
    if end < 0 or not tail.startswith(b"PK\6\6", end):
        return sys.maxsize
    return int(_ZIP64_END.unpack_from(tail, end)[8])


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """The bytes of a file in a zip, however much more the packed bytes would give."""
    with archive.open(member) as file:
        return file.read(member.file_size)


def is_special(member: zipfile.ZipInfo, *allowed: int) -> bool:
    """Whether it is no file, but a link or a device; or a folder, unless `S_IFDIR` is allowed."""
    mode = stat.S_IFMT(member.external_attr >> 16)  # 0 where the system that packed it has none
    return mode not in (0, stat.S_IFREG, *allowed)


def _opened(source: Path | bytes, title: str) -> BinaryIO:
    try:
        return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    except OSError as cause:
        raise DatasetError(
            f"{title} cannot be read: {reason_of(cause)}. Check the path."
        ) from cause


def _path_of(member: zipfile.ZipInfo) -> str:
    """A member's path with forward slashes, without './', and one slash where there are several.

    An absolute path still begins with a slash; that of the root, which some programs list, is '/'.
    """
    path = _spelled(member).replace("\\", "/")
    below = "/".join(part for part in path.split("/") if part not in ("", "."))
    return f"/{below}" if path.startswith("/") else below


def _spelled(member: zipfile.ZipInfo) -> str:
    """A member's name, which Python reads as the first IBM PC's where nothing says UTF-8.

    Many programs write UTF-8 and do not say so; of other bytes those that do not come from Windows
    are taken for Windows-1252, the common superset of Latin-1.
    """
    if member.flag_bits & _UTF_8:
        return member.filename
    content = member.filename.encode("cp437")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        unix = member.create_system == _UNIX
        return content.decode("cp1252", "replace") if unix else member.filename


def _refuse_hostile(member: zipfile.ZipInfo, title: str) -> None:
    path = _path_of(member)
    parts = path.split("/")
    if path in ("", "/") and member.filename:  # the root, which is no file
        return
    if ".." in parts or parts[0] == "" or parts[0][1:2] == ":":
        raise DatasetError(
            f"{title} is refused: it holds the path '{shown(member.filename)}', which leads "
            "outside the archive. Pack the files again, or get the archive from its source."
        )
    if is_special(member, stat.S_IFDIR):
        raise DatasetError(
            f"{title} is refused: {shown(member.filename)} is a link or a device. "
            "Pack the files themselves."
        )
    if member.flag_bits & ENCRYPTED:
        raise DatasetError(
            f"{title} is encrypted ({shown(member.filename)} for one). Pack it without a password."
        )
