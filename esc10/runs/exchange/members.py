"""A stranger's zip: which files it holds, and their bytes, each read no further than its bound."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Collection, Mapping

from esc10.archives.trees import is_clutter
from esc10.archives.zips import ENCRYPTED, directory_size, is_special, read_member
from esc10.errors import DamagedRunError, RunError

_MAX_DIRECTORY_BYTES = 8192
"""Of a zip's list of files; that of a run has fewer than 2,000."""

_BEGINNING = b"PK"
"""Of every zip."""

_ASK = "Ask for a fresh export."
_SHOWN_CHARACTERS = 60


def refused(reason: str) -> RunError:
    """The error that says why a zip is not imported, and what to do."""
    return RunError(f"The zip is refused: {reason}. {_ASK}")


def damaged(reason: str) -> DamagedRunError:
    """The same of a zip that nobody made so: it broke on the way."""
    return DamagedRunError(f"The zip cannot be read: {reason}. {_ASK}")


def shown(text: str) -> str:
    """A stranger's text as part of a sentence: in quotes, of ordinary characters, short."""
    return ascii(text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}...")


class Members:
    """The files of a zip that lies in memory; nothing is unpacked by the paths it claims."""

    def __init__(self, content: bytes, name: str) -> None:
        """Read the zip's list of files.

        Args:
            content: the zip.
            name: what a sentence calls it.

        Raises:
            DamagedRunError: it is only a part of a zip.
            RunError: it is no zip, or lists far too many files.
        """
        self._name = name
        file = io.BytesIO(content)
        directory_bytes = directory_size(file)
        # Ours are too small for the other kind of end, which Python reads too.
        if directory_bytes is None or directory_bytes == sys.maxsize:
            raise _not_whole(name, content)
        if directory_bytes > _MAX_DIRECTORY_BYTES:
            raise refused(f"{name} lists more files than a run has")
        try:
            self._zip = zipfile.ZipFile(file)
        except Exception as cause:  # zipfile, struct and zlib each have their own for damage
            raise _not_whole(name, content) from cause
        # Whoever unpacks a zip and packs it again adds folders, and on a Mac what it hides there.
        self._members = [member for member in self._zip.infolist() if not _adds_nothing(member)]

    @property
    def names(self) -> list[str]:
        """All names, as the zip spells them."""
        # Of `filename` Python has cut off what follows a zero byte, and on Windows turned '\'.
        return [member.orig_filename for member in self._members]

    def read(self, limits: Mapping[str, int], optional: Collection[str] = ()) -> dict[str, bytes]:
        """The bytes of all files, if they are those expected.

        Args:
            limits: the name of every file that may be there, and the most bytes it may have.
            optional: which of them may be missing.

        Raises:
            DamagedRunError: a file is damaged.
            RunError: one is unknown, there twice, missing, too large, encrypted, or no ordinary
                file.
        """
        names = self.names
        for index, (name, member) in enumerate(zip(names, self._members, strict=True)):
            if name not in limits:
                raise refused(f"{self._name} holds {shown(name)}, which is no file of a run")
            if name in names[:index]:
                raise refused(f"{self._name} holds {name} twice")
            _refuse_unusual(name, member, limits[name])
        missing = [name for name in limits if name not in names and name not in optional]
        if missing:
            raise refused(f"{self._name} lacks {missing[0]}")
        return {
            name: self._read(name, member)
            for name, member in zip(names, self._members, strict=True)
        }

    def _read(self, name: str, member: zipfile.ZipInfo) -> bytes:
        try:
            content = read_member(self._zip, member)
        except Exception as cause:  # zipfile, struct and zlib each have their own for damage
            raise damaged(f"{name} is damaged inside {self._name}") from cause
        if len(content) != member.file_size:
            raise damaged(f"{name} is shorter than {self._name} says")
        return content


def _adds_nothing(member: zipfile.ZipInfo) -> bool:
    """Whether it is an empty folder, or something that an operating system keeps for itself."""
    name = member.orig_filename
    return (name.endswith("/") and not member.file_size) or is_clutter(name.replace("\\", "/"))


def _not_whole(name: str, content: bytes) -> RunError:
    error = damaged if not content or content.startswith(_BEGINNING) else refused
    return error(f"{name} is no zip archive, or only a part of one")


def _refuse_unusual(name: str, member: zipfile.ZipInfo, limit: int) -> None:
    if is_special(member):
        raise refused(f"{name} is a link or a device")
    if member.flag_bits & ENCRYPTED:
        raise refused(f"{name} is encrypted")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise refused(f"{name} is packed in a way that no export uses")
    if member.file_size > limit:
        raise refused(f"{name} claims {member.file_size:,} bytes, more than any run's has")
