"""Where datasets are on this machine, and which of them are whole."""

from __future__ import annotations

from pathlib import Path

from esc10.errors import DatasetError, refusal
from esc10.storage import home

MARKER = "complete.json"
"""Written last: a dataset's folder without it is not one."""


def datasets_folder() -> Path:
    """Where all datasets live."""
    return home() / "datasets"


def dataset_folder(key: str) -> Path:
    """Where the dataset with that key lives once it is whole."""
    return datasets_folder() / key


def is_whole(key: str) -> bool:
    """Whether that dataset has been fetched and verified, or made.

    Raises:
        DatasetError: its folder cannot be looked into.
    """
    folder = dataset_folder(key)
    try:
        return (folder / MARKER).is_file()
    except OSError as cause:
        raise unreadable(folder, cause) from cause


def unreadable(folder: Path, cause: OSError) -> DatasetError:
    """The error that says why a dataset cannot be read, which may well be whole."""
    return DatasetError(f"The dataset in {folder} cannot be read: {refusal(cause)}.")
