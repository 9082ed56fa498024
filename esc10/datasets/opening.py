"""For a source and an optional local copy: which files to expect, and what supplies them."""

from __future__ import annotations

from pathlib import Path

from esc10.datasets.download import RemoteFiles, download
from esc10.datasets.esc50 import animal_files
from esc10.datasets.sources import (
    ESC10_ARCHIVE_URL,
    ESC50_URL,
    ExpectedFile,
    Source,
    esc10_files,
    practice_files,
)
from esc10.datasets.suppliers import Archive, Folder, Supply, Synthesis
from esc10.errors import DatasetError
from esc10.progress import Tally

DOWNLOADED_ARCHIVE = "archive.zip"
_METADATA = "esc50.csv"

Opened = tuple[tuple[ExpectedFile, ...], Supply]


def open_online(source: Source, stage: Path, tally: Tally) -> Opened:
    """The source's files and the supply that needs no local copy.

    Args:
        source: which dataset.
        stage: the folder in which downloads may gather.
        tally: counts the bytes, and hears the wish to stop.

    Raises:
        DatasetError: the host has nothing usable.
        Cancelled: the tally's owner wished it.
    """
    match source.key:
        case "practice":
            return practice_files(), Synthesis()
        case "esc10":
            return esc10_files(), _downloaded_archive(stage / DOWNLOADED_ARCHIVE, tally)
        case _:
            table = stage / _METADATA
            # Not worth going on with: it is small, and half a table reads like a whole one.
            table.unlink(missing_ok=True)
            download(f"{ESC50_URL}/meta/{_METADATA}", table, tally)
            return animal_files(table.read_bytes()), RemoteFiles(ESC50_URL, tally)


def _downloaded_archive(path: Path, tally: Tally) -> Archive:
    if path.exists():
        try:
            return Archive(path)
        except DatasetError:
            pass  # It was cut off; the download goes on where it ended.
    download(ESC10_ARCHIVE_URL, path, tally)
    try:
        return Archive(path)
    except DatasetError:
        # Hosts build archives on demand: the halves of two builds do not fit together.
        path.unlink()
        raise


def open_local(source: Source, path: Path) -> Opened:
    """The source's files, supplied by a zip or a folder on this machine.

    Raises:
        DatasetError: there is no such path, or it does not hold all of the source's clips.
    """
    if not path.exists():
        raise DatasetError(f"{path} does not exist. Check the path, or plug the stick in.")
    supply = Folder(path) if path.is_dir() else Archive(path)
    match source.key:
        case "practice":
            expected = practice_files()
        case "esc10":
            expected = esc10_files()
        case _:
            expected = _local_animals(supply)
    missing = [file.basename for file in expected if file.basename not in supply.names()]
    if missing:
        raise DatasetError(
            f"{path.name} lacks {len(missing)} of the {len(expected)} clips of {source.title} "
            f"({missing[0]} for one). Is it the right archive or folder?"
        )
    return expected, supply


def _local_animals(supply: Folder | Archive) -> tuple[ExpectedFile, ...]:
    if _METADATA not in supply.names():
        raise DatasetError(
            f"The local copy has no {_METADATA}. Use the whole ESC-50 archive or folder."
        )
    return animal_files(supply.read(_METADATA))
