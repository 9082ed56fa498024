"""A zip on a web address, whose files are had as they arrive.

So they are verified, and whatever is then made of them, while the rest is still on its way.
"""

from __future__ import annotations

import threading
import zlib
from pathlib import Path

from esc10.archives.arriving import ArrivedMember, member_at, unpacked
from esc10.archives.zips import MAX_ARCHIVE_MEMBERS
from esc10.datasets.download import download
from esc10.datasets.source import MAX_CLIP_BYTES, ExpectedFile, LocalCopy, Supply
from esc10.errors import Cancelled, DatasetError
from esc10.progress import Tally

DOWNLOADED_ARCHIVE = "archive.zip"


def remote_archive(url: str, stage: Path, tally: Tally) -> Supply:
    """The files of a zip on a web address; a download that was cut off is gone on with.

    Args:
        url: the public address.
        stage: the folder in which it gathers.
        tally: counts the bytes, and hears the wish to stop.
    """
    path = stage / DOWNLOADED_ARCHIVE
    if path.exists():
        try:
            return LocalCopy(path)
        except DatasetError:
            pass  # It was cut off; the download goes on where it ended.
    return _ArrivingArchive(url, path, tally)


class _ArrivingArchive:
    """Files of a zip under way; whoever asks for one waits until it is there."""

    def __init__(self, url: str, path: Path, tally: Tally) -> None:
        self._url, self._path, self._tally = url, path, tally
        self._members: dict[str, ArrivedMember] = {}  # by the last part of their paths
        self._walked = 0
        self._changed = threading.Condition()
        self._over, self._unwanted = False, False
        self._asked, self._written = 0, 0
        self._trouble: Exception | None = None
        self._whole: LocalCopy | None = None
        self._thread = threading.Thread(target=self._download, name=f"download {url}")
        self._thread.start()

    def write(self, expected: ExpectedFile, aside: Path) -> None:
        """Copy the file once it has arrived.

        Raises:
            DatasetError: the host has nothing usable, or the file is absent or damaged.
            Cancelled: the tally's owner wished it.
        """
        with self._changed:
            self._asked += 1
            self._changed.wait_for(
                lambda: expected.basename in self._members or self._over or self._unwanted
            )
            member = self._members.get(expected.basename)
            if member is None and self._unwanted:
                raise Cancelled("Nobody waits for the archive any more. What has arrived is kept.")
            if member is None and self._trouble is None and self._whole is None:
                self._open_whole()
        if member is not None:
            aside.write_bytes(self._content(member, expected))
        elif self._trouble is not None:
            raise self._trouble
        elif self._whole is not None:
            self._whole.write(expected, aside)
        with self._changed:
            self._written += 1

    def close(self) -> None:
        """Let go of the zip; a download whose files were not all had is ended, another ends."""
        with self._changed:
            self._unwanted = self._written < self._asked
            self._changed.notify_all()
        self._thread.join()
        if self._whole is not None:
            self._whole.close()

    def _download(self) -> None:
        try:
            # What an earlier try left is looked through with the first bytes that come: a host may
            # send all of it anew.
            download(self._url, self._path, self._tally, self._walk)
        except Exception as trouble:  # told to whoever waits for a file
            self._trouble = trouble
        with self._changed:
            self._over = True
            self._changed.notify_all()

    def _walk(self) -> None:
        """Note the members that have arrived since the last look; no more than a zip may have."""
        if self._unwanted:
            raise Cancelled("Nobody waits for the archive any more. What has arrived is kept.")
        with self._path.open("rb") as file:
            arrived = self._path.stat().st_size
            while len(self._members) < MAX_ARCHIVE_MEMBERS:
                member = member_at(file, self._walked)
                if member is None or member.end > arrived:
                    break
                self._walked = member.end
                with self._changed:
                    self._members[member.path.rpartition("/")[2]] = member
                    self._changed.notify_all()

    def _content(self, member: ArrivedMember, expected: ExpectedFile) -> bytes:
        try:
            with self._path.open("rb") as file:
                return unpacked(file, member, MAX_CLIP_BYTES)
        except zlib.error as cause:
            raise DatasetError(
                f"{expected.basename} is damaged inside the downloaded archive. Fetch again."
            ) from cause

    def _open_whole(self) -> None:
        try:
            self._whole = LocalCopy(self._path)
        except DatasetError as trouble:  # told to all who wait, where the first one deletes it
            self._trouble = trouble
