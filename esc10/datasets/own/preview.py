"""How a folder or a zip can be understood, before anything is made of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from esc10.archives.trees import Tree
from esc10.archives.zips import ZipTree, open_tree
from esc10.datasets.names import class_names
from esc10.datasets.own.classes import classes_of
from esc10.datasets.own.folds import describe_split
from esc10.datasets.own.found import TEST, TRAINING, VALIDATION, FoundSound, Reading
from esc10.datasets.own.layouts import readings_of
from esc10.datasets.own.left_out import (
    archives_inside,
    describe_left_out,
    describe_others,
    not_placed,
)
from esc10.errors import DatasetError

_NOT_YET_HEARD = "Whether each file can be read is found out when the dataset is made."


@dataclass(frozen=True, slots=True)
class ClassPreview:
    """What a class would have.

    Attributes:
        name: its name; empty where none could be made of its folder's.
        sounds: how many files.
        recordings: how many recordings their names or table tell; 0 where they tell none.
        folds: in words, the folds or the parts of a split they come with.
    """

    name: str
    sounds: int
    recordings: int
    folds: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What would come of one reading.

    Attributes:
        key: by which it is chosen.
        understood: in sentences, where the classes are taken from, and what becomes of the folds
            or parts they come with.
        classes: the classes, by their names.
        aside: in sentences, what would be left out, before any file is listened to.
        refusal: in sentences, why nothing can be made of it; empty where something can.
    """

    key: str
    understood: str
    classes: tuple[ClassPreview, ...]
    aside: str
    refusal: str


def previews_of(source: Path | bytes) -> tuple[Preview, ...]:
    """What would come of each reading of a folder or a zip, the likeliest first.

    Raises:
        DatasetError: there is nothing to read, or no way to understand it.
    """
    tree = open_tree(source) if isinstance(source, Path) else ZipTree(source)
    try:
        return tuple(_preview(tree, reading) for reading in readings_of(tree))
    finally:
        tree.close()


def _preview(tree: Tree, reading: Reading) -> Preview:
    names = class_names(sound.category for sound in reading.sounds)
    of_class: dict[str, list[FoundSound]] = defaultdict(list)
    for sound in reading.sounds:
        of_class[names[sound.category]].append(sound)
    left_out = [*not_placed(reading), *archives_inside(tree)]
    aside = describe_left_out(left_out) if left_out else ""
    refusal = ""
    try:
        classes_of(tree, reading.sounds)
    except DatasetError as error:
        refusal = str(error)
    return Preview(
        reading.key,
        reading.understood + describe_split(reading.sounds, names),
        tuple(_class(name, of_class[name]) for name in sorted(of_class, key=str.casefold)),
        f"{aside}{describe_others(tree, reading.tables)} {_NOT_YET_HEARD}".strip(),
        refusal,
    )


def _class(name: str, sounds: list[FoundSound]) -> ClassPreview:
    told = {sound.recording for sound in sounds if sound.recording is not None}
    folds = sorted({sound.fold for sound in sounds if sound.fold is not None})
    parts = {sound.part for sound in sounds if sound.fold is None}
    places = [*map(str, folds), *(part for part in (TRAINING, VALIDATION, TEST) if part in parts)]
    return ClassPreview(name, len(sounds), len(told), ", ".join(places))
