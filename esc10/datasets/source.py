"""What a source of clips is: where they come from, what its licence asks, which files it has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from esc10.archives.trees import Tree
from esc10.archives.zips import open_tree
from esc10.datasets.clips import CATEGORIES, Clip
from esc10.errors import DatasetError
from esc10.progress import Tally

MAX_CLIP_BYTES = 2 * 2**20
"""The largest file of any source is ESC-50's table of clips."""


@dataclass(frozen=True, slots=True)
class ExpectedFile:
    """A file that a complete dataset has.

    Attributes:
        filename: the clip's ESC-50 name.
        path: the file, relative to the dataset's folder, with forward slashes.
        sha256: its hash, where one is known.
        size: its exact size in bytes, where that is known.
    """

    filename: str
    path: str
    sha256: str | None = None
    size: int | None = None

    @property
    def basename(self) -> str:
        """The last part of the path; no two files of a source share one."""
        return self.path.rpartition("/")[2]


class Supply(Protocol):
    """What brings the bytes of expected files: a host, a local copy, or synthesis.

    Nothing is checked here but what only a supply can know; `esc10.datasets.fetch` checks every
    file afterwards, the same way for all.
    """

    def write(self, expected: ExpectedFile, aside: Path) -> None:
        """Put the file's bytes at `aside`; raise `DatasetError` when they are not to be had."""

    def close(self) -> None:
        """Let go of what is open."""


class LocalCopy:
    """A zip or a folder on this machine, in the publisher's layout or any other.

    Attributes:
        title: what a sentence calls it.
    """

    def __init__(self, source: Path | Tree) -> None:
        """Look through it once: where it is, or as a tree of files, which is then closed with it.

        Raises:
            DatasetError: there is no such path, or it looks hostile.
        """
        # Every file is verified, so a folder's links may lead where they like.
        self._tree = open_tree(source, links=True) if isinstance(source, Path) else source
        self.title = self._tree.title
        self._paths = {name.rpartition("/")[2]: name for name in self._tree.names}

    def __contains__(self, basename: str) -> bool:
        """Whether it has a file of that name, in whatever folder."""
        return basename in self._paths

    def read(self, basename: str) -> bytes:
        """The bytes of a file.

        Raises:
            DatasetError: it is absent, damaged or absurdly large.
        """
        if basename not in self:
            raise DatasetError(f"{self.title} has no {basename}. Use the whole dataset.")
        return self._tree.read(self._paths[basename], MAX_CLIP_BYTES, basename)

    def write(self, expected: ExpectedFile, aside: Path) -> None:
        """Copy the file."""
        aside.write_bytes(self.read(expected.basename))

    def close(self) -> None:
        """Let go of the zip."""
        self._tree.close()


Opened = tuple[tuple[ExpectedFile, ...], Supply]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a dataset comes from, in the words its card shows, and how its files are had.

    Attributes:
        key: its name in paths, settings and on the command line.
        title: its name for people.
        summary: one sentence on what it holds.
        targets: the targets of its classes, ascending; of a fixed source they are ESC-50's.
        fetched_bytes: what travels over the internet; 0 where nothing does.
        licence: the licence's short name.
        licence_url: its text.
        credit: whom to credit, in a few words.
        attribution: the same in full.
        homepage: where the dataset is described.
        synthetic: True where the sounds were made by a program.
        hashed: whether the SHA-256 of each file is known beforehand; where it is not, any sound
            of the right name and size passes for the right one.
        recordings_known: whether it is known of every clip which recording it was cut from; False
            for an own dataset that is not on this machine.
        own_classes: the names of an own dataset's classes; empty where it is not on this machine.
        open_online: its files and what brings them without a local copy; called with the folder in
            which downloads may gather, and with what counts bytes and hears the wish to stop. None
            for an own dataset, which somebody here, or elsewhere, made from sounds of their own.
        files_in: its files, for a local copy that may list them.
    """

    key: str
    title: str
    summary: str
    targets: tuple[int, ...]
    fetched_bytes: int
    licence: str
    licence_url: str
    credit: str
    attribution: str
    homepage: str
    synthetic: bool = False
    hashed: bool = False
    recordings_known: bool = True
    own_classes: tuple[str, ...] = ()
    open_online: Callable[[Path, Tally], Opened] | None = None
    files_in: Callable[[LocalCopy], tuple[ExpectedFile, ...]] | None = None

    @property
    def own(self) -> bool:
        """Whether somebody made it from sounds of their own."""
        return self.open_online is None

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names, in the order of their targets."""
        return self.own_classes or tuple(CATEGORIES[target] for target in self.targets)

    def recording_url(self, clip: Clip) -> str | None:
        """The page of the recording a clip was cut from; None for a synthetic or an own one."""
        return None if self.synthetic or self.own else f"https://freesound.org/s/{clip.src_file}/"
