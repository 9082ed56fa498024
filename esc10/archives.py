"""A stranger's files by their paths: in a folder, or in a zip, which is read and never unpacked.

Each file is read no further than the bound that the reader names. What only one kind of reader can
know, such as which names there should be, is checked by it.
"""

from __future__ import annotations

import io
import os
import stat
import struct
import sys
import threading
import zipfile
from pathlib import Path
from typing import BinaryIO, Protocol

from esc10.errors import DatasetError

MAX_ARCHIVE_MEMBERS = 20_000
MAX_ARCHIVE_BYTES = 4 * 2**30
"""ESC-50's whole archive unpacks to about 900 MB; what claims far more is no dataset."""

MAX_FOLDER_ENTRIES = 50_000

MAX_SOUND_BYTES = 100 * 2**20
"""Of one sound in a zip, unpacked: ten minutes of CD stereo."""

_MAX_DIRECTORY_BYTES = 8 * 2**20
"""Of a zip's list of files."""

_CLUTTER = ("__MACOSX", "$RECYCLE.BIN", "System Volume Information")
_SHOWN = 80

_END = struct.Struct("<4s4H2LH")
"""A zip's last bytes: signature, disks, entries, the directory's size and offset, the comment's."""

_LONGEST_COMMENT = 2**16
_ZIP64_LOCATOR_BYTES = 20
_ENCRYPTED = 0x1


class Tree(Protocol):
    """Files by their paths, which have forward slashes and begin below the root."""

    title: str
    names: tuple[str, ...]

    def sound(self, name: str) -> Path | bytes:
        """What `esc10.audio.loading.load_sound` reads; `DatasetError` where there is none."""

    def read(self, name: str, limit: int, called: str = "") -> bytes:
        """The bytes of a file, at most `limit`; `DatasetError` where there is none, or more of it.

        Its sentence calls the file by its path, or as `called` says.
        """

    def close(self) -> None:
        """Let go of the files."""


def shown(text: str) -> str:
    """A stranger's path as part of a sentence: printable, and its end where it is long."""
    printable = "".join(sign if sign.isprintable() else "?" for sign in text)
    return printable if len(printable) <= _SHOWN else f"…{printable[-_SHOWN:]}"


def is_clutter(path: str) -> bool:
    """Whether an operating system put it there, or somebody hid it."""
    return any(part.startswith(".") or part in _CLUTTER for part in path.split("/"))


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


class FolderTree:
    """A folder on this machine."""

    def __init__(self, path: Path, links: bool = False) -> None:
        """Look through the folder once; without `links`, files that are links are left aside.

        Raises:
            DatasetError: it holds far more than a dataset would.
        """
        self.title, self._path = path.name or str(path), path
        found: list[str] = []
        for parent, folders, basenames in os.walk(path):
            folders[:] = [name for name in folders if not is_clutter(name)]
            here = Path(parent)
            found += [
                (here / name).relative_to(path).as_posix()
                for name in basenames
                if not is_clutter(name) and (links or not (here / name).is_symlink())
            ]
            if len(found) > MAX_FOLDER_ENTRIES:
                raise DatasetError(
                    f"{path} holds more than {MAX_FOLDER_ENTRIES:,} files. "
                    "Name the folder of the sounds themselves."
                )
        self.names = tuple(sorted(found))
        self._known = frozenset(found)

    def sound(self, name: str) -> Path:
        """Where the sound is.

        Raises:
            DatasetError: the folder has none of that name.
        """
        if name not in self._known:
            raise DatasetError(f"{shown(name)} is not in the folder.")
        return self._path / name

    def read(self, name: str, limit: int, called: str = "") -> bytes:
        """The bytes of a file; see `Tree.read`.

        Raises:
            DatasetError: it is absent, cannot be read, or has more bytes than `limit`.
        """
        path, called = self.sound(name), called or shown(name)
        try:
            with path.open("rb") as file:
                content = file.read(limit + 1)
        except OSError as cause:
            # Said here, or it would be taken for trouble with the disk that is written to.
            reason = (cause.strerror or str(cause)).lower()
            raise DatasetError(
                f"{called} cannot be read: {reason}. Check the stick or disk it is on."
            ) from cause
        if len(content) > limit:
            raise DatasetError(f"{called} has more than {limit:,} bytes, which are the most.")
        return content

    def close(self) -> None:
        """Nothing is held open."""


class ZipTree:
    """A zip, on this machine or uploaded."""

    def __init__(self, source: Path | bytes) -> None:
        """Open the zip and check what it claims to hold.

        Raises:
            DatasetError: it is no zip, is truncated, or looks hostile.
        """
        named = isinstance(source, Path)
        self.title = shown(source.name) if isinstance(source, Path) else "The zip"
        self._inside = self.title if named else "the zip"
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
            if not member.is_dir() and not is_clutter(path := _path_of(member))
        }
        self.names = tuple(sorted(self._members))

    def _checked_zip(self) -> zipfile.ZipFile:
        not_whole = DatasetError(
            f"{self.title} is not a whole zip archive. Pack, copy or fetch it again."
        )
        directory_bytes = directory_size(self._file)
        if directory_bytes is None:
            raise not_whole
        if directory_bytes > _MAX_DIRECTORY_BYTES:
            raise DatasetError(
                f"{self.title} is refused: its list of files is longer than any dataset's. "
                "Pack the sounds alone."
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

    def sound(self, name: str) -> bytes:
        """The bytes of a sound.

        Raises:
            DatasetError: it is absent, damaged or very large.
        """
        return self.read(name, MAX_SOUND_BYTES)

    def read(self, name: str, limit: int, called: str = "") -> bytes:
        """The bytes of a file; see `Tree.read`.

        Raises:
            DatasetError: it is absent, damaged, or claims more bytes than `limit`.
        """
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
    memory. The other kind of end, Zip64, counts as endless: Python reads it too.
    """
    size = file.seek(0, os.SEEK_END)
    length = min(size, _END.size + _LONGEST_COMMENT + _ZIP64_LOCATOR_BYTES)
    file.seek(size - length)
    tail = file.read(length)
    start = tail.rfind(b"PK\5\6")
    # As `zipfile` looks for it: first where it is if there is no comment.
    bare = len(tail) - _END.size
    if bare >= 0 and tail.startswith(b"PK\5\6", bare) and tail.endswith(b"\0\0"):
        start = bare
    if start < 0 or len(tail) - start < _END.size:
        return None
    if tail[max(0, start - _ZIP64_LOCATOR_BYTES) : start].startswith(b"PK\6\7"):
        return sys.maxsize
    return int(_END.unpack_from(tail, start)[5])


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """The bytes of a file in a zip, however much more the packed bytes would give."""
    with archive.open(member) as file:
        return file.read(member.file_size)


def is_special(member: zipfile.ZipInfo, *allowed: int) -> bool:
    """Whether it is no file, but a link or a device; or a folder, unless `S_IFDIR` is allowed."""
    mode = stat.S_IFMT(member.external_attr >> 16)  # 0 where the system that packed it has none
    return mode not in (0, stat.S_IFREG, *allowed)


def is_encrypted(member: zipfile.ZipInfo) -> bool:
    """Whether a password is needed to read it."""
    return bool(member.flag_bits & _ENCRYPTED)


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


def _refuse_hostile(member: zipfile.ZipInfo, title: str) -> None:
    parts = _path_of(member).split("/")
    if ".." in parts or parts[0] == "" or parts[0][1:2] == ":":
        raise DatasetError(
            f"{title} is refused: it holds the path '{shown(member.filename)}', which leads "
            "outside the archive. Pack the sounds again, or get the archive from its source."
        )
    if is_special(member, stat.S_IFDIR):
        raise DatasetError(
            f"{title} is refused: {shown(member.filename)} is a link or a device. "
            "Pack the sounds themselves."
        )
    if is_encrypted(member):
        raise DatasetError(
            f"{title} is encrypted ({shown(member.filename)} for one). Pack it without a password."
        )
