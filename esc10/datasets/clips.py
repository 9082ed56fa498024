"""A clip, with the fields of ESC-50's own `meta/esc50.csv`, and the classes it can be of.

ESC-50 names a clip `fold-source-take-target.wav`. ESC-10 is a part of ESC-50 and keeps fold,
source and take in its names, so every clip here has an ESC-50 name, whatever its file is called.
The clips of an own dataset are named so too: their target is the place of their class in its list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from esc10.datasets.names import is_own
from esc10.errors import DatasetError

CATEGORIES: dict[int, str] = {
    0: "dog",
    1: "rooster",
    2: "pig",
    3: "cow",
    4: "frog",
    5: "cat",
    6: "hen",
    7: "insects",
    8: "sheep",
    9: "crow",
    10: "rain",
    11: "sea_waves",
    12: "crackling_fire",
    20: "crying_baby",
    21: "sneezing",
    38: "clock_tick",
    40: "helicopter",
    41: "chainsaw",
}
"""ESC-50 target -> category, for the classes of ESC-10 and the lab's ten animals."""

ANIMAL_TARGETS = tuple(range(10))
"""The lab's ten classes."""

ESC10_TARGETS = (0, 1, 10, 11, 12, 20, 21, 38, 40, 41)
"""The ESC-50 targets of ESC-10's classes; they are not contiguous."""

_NAME = re.compile(r"(?P<fold>[1-5])-(?P<src_file>\d+)-(?P<take>[A-Z]{1,3})-(?P<target>\d+)\.wav")


@dataclass(frozen=True, slots=True)
class Clip:
    """One labelled sound of about five seconds.

    Attributes:
        filename: its ESC-50 name, `fold-source-take-target.wav`; clips are ordered by it.
        fold: 1 to 5; all clips of one recording are in the same fold.
        target: the ESC-50 class number; in an own dataset the place of its class, from 0.
        category: the class name.
        esc10: whether the class belongs to ESC-10.
        src_file: the number of the recording it was cut from: on Freesound, or in its own dataset.
        take: a letter, or up to three; takes of one `src_file` come from the same recording.
        path: where its audio is.
    """

    filename: str
    fold: int
    target: int
    category: str
    esc10: bool
    src_file: str
    take: str
    path: Path


def class_label(category: str) -> str:
    """A class name as people write it."""
    return category.replace("_", " ")


def recording_of(filename: str) -> str:
    """The number of the recording that a clip with that ESC-50 name was cut from."""
    return filename.split("-")[1]


def categories_of(key: str, classes: Sequence[str]) -> Mapping[int, str]:
    """Target -> class name, for the clips of a dataset.

    Args:
        key: the dataset's.
        classes: its class names; those of an own dataset are known from nothing else.
    """
    return dict(enumerate(classes)) if is_own(key) else CATEGORIES


def clip_from_name(filename: str, path: Path, categories: Mapping[int, str] = CATEGORIES) -> Clip:
    """The clip that an ESC-50 file name describes.

    Args:
        filename: `fold-source-take-target.wav`.
        path: where its audio is.
        categories: target -> class name.

    Raises:
        DatasetError: the name is not `fold-source-take-target.wav` of a known class.
    """
    match = _NAME.fullmatch(filename)
    if match is None or int(match["target"]) not in categories:
        raise DatasetError(
            f"'{filename}' is not the name of an ESC-50 clip (fold-source-take-target.wav)."
        )
    target = int(match["target"])
    return Clip(
        filename=filename,
        fold=int(match["fold"]),
        target=target,
        category=categories[target],
        esc10=categories is CATEGORIES and target in ESC10_TARGETS,
        src_file=match["src_file"],
        take=match["take"],
        path=path,
    )
