"""A zip whose end has not arrived yet: its members by the headers that stand before each.

A zip's list of files is its last part. Before each member the same is said of that one (PKWARE's
APPNOTE.TXT, 4.3.7), unless it was packed without knowing its size: then nothing here finds it.
Nothing is checked either; who reads must know what it should be.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO

_HEADER = struct.Struct("<4s5H3L2H")
_SIZES_FOLLOW = 0x8
"""The bit of a member's flags that says its sizes stand behind it."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True, slots=True)
class ArrivedMember:
    """A member of a zip.

    Attributes:
        path: as it is spelled in the zip.
        begin: where its packed bytes begin in the zip.
        end: where they end, and the next member begins.
        method: how it is packed, a constant of `zipfile`.
    """

    path: str
    begin: int
    end: int
    method: int


def member_at(file: BinaryIO, begin: int) -> ArrivedMember | None:
    """The member whose header begins there; None where there is none, or none yet, to be read."""
    file.seek(begin)
    header = file.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    signature, _, flags, method, *_, packed, _, name, extra = _HEADER.unpack(header)
    if signature != b"PK\3\4" or flags & _SIZES_FOLLOW or method not in _METHODS:
        return None
    path = file.read(name).decode("utf-8", "replace")
    start = begin + _HEADER.size + name + extra
    return ArrivedMember(path, start, start + packed, method)


def unpacked(file: BinaryIO, member: ArrivedMember, limit: int) -> bytes:
    """The bytes of a member that has arrived whole; no more than `limit` of them.

    Raises:
        zlib.error: it is damaged.
    """
    file.seek(member.begin)
    packed = file.read(member.end - member.begin)
    if member.method == zipfile.ZIP_STORED:
        return packed[:limit]
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, limit)
