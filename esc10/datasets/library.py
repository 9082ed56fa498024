"""The datasets that are on this machine, whole, and ready to be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from esc10.datasets.clips import Clip, categories_of, clip_from_name
from esc10.datasets.folders import MARKER, dataset_folder, is_whole, unreadable
from esc10.datasets.source import ExpectedFile, Source
from esc10.datasets.sources import source_of
from esc10.errors import DatasetError, was_gone
from esc10.storage import STRICT


class NotWhole(DatasetError):
    """A dataset's marker is absent or damaged: to fetch it again mends it."""


@dataclass(frozen=True)
class Dataset:
    """A source's clips on this machine.

    Attributes:
        source: where they come from.
        clips: ordered by their ESC-50 file name, so that everyone's splits are the same.
        sha256: the hash of each clip's file, in the same order.
    """

    source: Source
    clips: tuple[Clip, ...]
    sha256: tuple[str, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names, in the order of their targets."""
        return self.source.classes

    @cached_property
    def labels(self) -> NDArray[np.int64]:
        """The place of each clip's class in `classes`, shape (clips,), from 0."""
        label_of = {target: label for label, target in enumerate(self.source.targets)}
        return np.array([label_of[clip.target] for clip in self.clips], dtype=np.int64)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many clips each class has in each fold, shape (classes, 5)."""
        counts = np.zeros((len(self.classes), 5), np.int64)
        folds = np.array([clip.fold for clip in self.clips])
        np.add.at(counts, (self.labels, folds - 1), 1)
        return counts

    def clip(self, filename: str) -> Clip:
        """The clip of that ESC-50 name.

        Raises:
            DatasetError: the dataset has none.
        """
        for clip in self.clips:
            if clip.filename == filename:
                return clip
        raise DatasetError(f"{self.source.title} has no clip {filename}.")

    def places(self, filenames: Sequence[str]) -> NDArray[np.int64]:
        """The places in `clips` of the clips of these ESC-50 names, shape (names,), from 0.

        Raises:
            DatasetError: the dataset lacks one.
        """
        place_of = {clip.filename: place for place, clip in enumerate(self.clips)}
        for name in filenames:
            if name not in place_of:
                self.clip(name)  # raises the sentence that names it
        return np.array([place_of[name] for name in filenames], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Marker:
    files: tuple[ExpectedFile, ...]
    source: str = ""


# The union carries STRICT into the dataclasses, which by themselves know no Pydantic.
_MARKER: TypeAdapter[_Marker | None] = TypeAdapter(_Marker | None, config=STRICT)


def files_of(folder: Path) -> tuple[ExpectedFile, ...]:
    """The files a dataset's marker lists, with their hashes.

    Raises:
        NotWhole: the marker is absent or damaged.
        DatasetError: it cannot be read.
    """
    try:
        return read_marker((folder / MARKER).read_bytes())
    except (OSError, ValueError) as cause:
        if isinstance(cause, OSError) and not was_gone(cause):
            raise unreadable(folder, cause) from cause
        raise _not_whole(folder) from cause


def read_marker(content: bytes) -> tuple[ExpectedFile, ...]:
    """The files that a marker lists, from its bytes.

    Raises:
        ValueError: it is none, or lists nothing.
    """
    marker = _MARKER.validate_json(content)
    if marker is None or not marker.files:
        raise ValueError("no marker without files")
    return marker.files


def _not_whole(folder: Path) -> NotWhole:
    return NotWhole(
        f"The dataset in {folder} is not whole. Fetch it again; what is there is kept. "
        "Own sounds: make it again."
    )


def load_dataset(key: str) -> Dataset:
    """The dataset with that key; only names are read, no audio.

    Raises:
        DatasetError: the key is unknown, or the dataset has not been fetched, or made, or cannot be
            read.
    """
    source = source_of(key)
    whole = is_whole(key)
    if source.own and not source.classes:
        raise DatasetError(
            f"The own dataset {key} is not on this machine: it was deleted, or made elsewhere. "
            "Make it again from its sounds on the Dataset page."
        )
    if not whole:
        raise DatasetError(
            f"{source.title} is not on this machine yet. Fetch it on the Dataset page, "
            f"or with: python -m esc10 fetch {key}"
        )
    folder = dataset_folder(key)
    files = sorted(files_of(folder), key=lambda file: file.filename)
    categories = categories_of(key, source.classes)
    clips = tuple(clip_from_name(file.filename, folder / file.path, categories) for file in files)
    if not {clip.target for clip in clips} <= set(source.targets):
        raise _not_whole(folder)
    return Dataset(
        source=source,
        clips=clips,
        sha256=tuple(file.sha256 or "" for file in files),
    )
