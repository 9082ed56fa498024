"""A zip whose end has not arrived yet: its members by the headers that stand before each.

A zip's list of files is its last part. Before each member the same is said of that one (PKWARE's
APPNOTE.TXT, 4.3.7), unless it was packed without knowing its size: then nothing here finds it, nor
where its path is absurdly long. Nothing is checked either; who reads must know what it should be.
Of a zip that was cut off, what is whole is had the same way, and checked by its checksum.
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from esc10.archives.trees import shown
from esc10.archives.zips import MAX_ARCHIVE_MEMBERS, MAX_SOUND_BYTES
from esc10.errors import DatasetError, reason_of

_HEADER = struct.Struct("<4s5H3L2H")
_SIZES_FOLLOW = 0x8
"""The bit of a member's flags that says its sizes stand behind it."""

_LONGEST_PATH = 1024
"""In bytes; 20,000 of as many as a header can claim would fill the memory."""

_NEVER_PACKED_MORE = 1024
"""With a hundredth of them, by which packing never makes bytes more than they were."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True, slots=True)
class ArrivedMember:
    """A member of a zip.

    Attributes:
        path: as it is spelled in the zip.
        begin: where its packed bytes begin in the zip.
        end: where they end, and the next member begins.
        method: how it is packed, a constant of `zipfile`.
        size: how many bytes it claims to have, unpacked.
        checksum: the CRC-32 of those.
    """

    path: str
    begin: int
    end: int
    method: int
    size: int
    checksum: int


def member_at(file: BinaryIO, begin: int) -> ArrivedMember | None:
    """The member whose header begins there; None where there is none, or none yet, to be read."""
    file.seek(begin)
    header = file.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    signature, _, flags, method, *_, crc, packed, size, name, extra = _HEADER.unpack(header)
    if signature != b"PK\3\4" or flags & _SIZES_FOLLOW or method not in _METHODS:
        return None
    if name > _LONGEST_PATH:
        return None
    path = file.read(name).decode("utf-8", "replace")
    start = begin + _HEADER.size + name + extra
    return ArrivedMember(path, start, start + packed, method, size, crc)


def unpacked(file: BinaryIO, member: ArrivedMember, limit: int) -> bytes:
    """The bytes of a member that has arrived whole; no more than `limit` of them.

    Raises:
        zlib.error: it is damaged.
    """
    file.seek(member.begin)
    packed = file.read(min(member.end - member.begin, limit + limit // 100 + _NEVER_PACKED_MORE))
    if member.method == zipfile.ZIP_STORED:
        return packed[:limit]
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, limit)


class ArrivedTree:
    """The files that are whole in a zip that was cut off; see `esc10.archives.trees.Tree`.

    Of two with one path it is the last one, as in a whole zip.
    """

    def __init__(self, path: Path) -> None:
        """Look through it once.

        Raises:
            DatasetError: it cannot be read.
        """
        self.title, self.links, self._path = shown(path.name), 0, path
        self._members: dict[str, ArrivedMember] = {}
        begin = 0
        with self._opened() as file:
            arrived = file.seek(0, os.SEEK_END)
            for _ in range(MAX_ARCHIVE_MEMBERS):
                member = member_at(file, begin)
                if member is None or member.end > arrived:
                    break
                self._members[member.path] = member
                begin = member.end
        self.names = tuple(self._members)

    def _opened(self) -> BinaryIO:
        try:
            return self._path.open("rb")
        except OSError as cause:
            raise DatasetError(
                f"{self.title} cannot be read: {reason_of(cause)}. Check the path."
            ) from cause

    def size(self, name: str) -> int:
        """How many bytes one of its files claims to have, unpacked."""
        return self._members[name].size

    def sound(self, name: str) -> bytes:
        """The bytes of a sound."""
        return self.read(name, MAX_SOUND_BYTES)

    def read(self, name: str, limit: int, called: str = "") -> bytes:
        """See `esc10.archives.trees.Tree.read`."""
        member, called = self._members.get(name), called or shown(name)
        if member is None:
            raise DatasetError(f"{called} is not in {self.title}.")
        if member.size > limit:
            raise DatasetError(
                f"{called} claims {member.size:,} bytes in {self.title}, and {limit:,} are the "
                "most."
            )
        damaged = DatasetError(f"{called} is damaged inside {self.title}.")
        try:
            with self._opened() as file:
                content = unpacked(file, member, limit)
        except (OSError, zlib.error) as cause:
            raise damaged from cause
        if (len(content), zlib.crc32(content)) != (member.size, member.checksum):
            raise damaged
        return content

    def close(self) -> None:
        """Nothing is held open."""
