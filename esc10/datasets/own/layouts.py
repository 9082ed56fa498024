"""How people lay out sounds: where the class of each is to be found, and what else its place tells.

    meta/esc50.csv, audio/         like ESC-50, and any other table of files and classes
    any/depth/dog/bark.wav         a folder for each class
    train/dog/bark.wav             folders of a split around them, or in them: part train
    fold1/dog/bark.wav             the same for folds: fold 1
    dog_001.wav, 002 rain.wav      the class in the file's name, where no folder has it

What can be read in several ways has several readings, the likeliest first; a person may choose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TypeVar

from esc10.archives.trees import Tree, shown
from esc10.datasets.clips import CATEGORIES
from esc10.datasets.names import MAX_CLASSES, MIN_CLASSES, class_name, class_names
from esc10.datasets.own.folds import with_five_folds
from esc10.datasets.own.found import (
    ESC50_NAME,
    URBANSOUND_NAME,
    FoundSound,
    Reading,
    fold_of,
    is_rate,
    is_sound,
    named,
    part_of,
)
from esc10.datasets.own.left_out import archives_inside
from esc10.datasets.own.tables import NOT_LISTED, by_table, describe_unread, likely_tables
from esc10.errors import DatasetError

_URBANSOUND_CLASSES = (
    *("air_conditioner", "car_horn", "children_playing", "dog_bark", "drilling", "engine_idling"),
    *("gun_shot", "jackhammer", "siren", "street_music"),
)
"""By their numbers (J. Salamon et al., "A Dataset and Taxonomy for Urban Sound Research", 2014)."""

_WORDS = r"(?P<class>[^\W\d_]+(?:[ _.-]+[^\W\d_]+)*?)"
_CLASS_FIRST = re.compile(rf"{_WORDS}(?:[ _.-]*take)?[ _.-]*[(\[]?\d.*", re.IGNORECASE)
_CLASS_LAST = re.compile(rf"[\d _.-]*\d[ _.-]+{_WORDS}", re.IGNORECASE)
_MOST_NAMED = 0.8
"""The share of sounds whose names must tell a class before it is believed."""

_FOLDERS_SHOWN = 4

HOW = (
    "Put the sounds of each class into a folder of its own, named after the class, or add a table "
    "(CSV) with the columns filename and category."
)


Found = TypeVar("Found")


def by_folders(tree: Tree) -> list[Reading]:
    """A reading for each depth at which folders may be classes, the likeliest first."""
    parts = {name: PurePosixPath(name).parts for name in tree.names if is_sound(name)}
    depth = _class_depth(list(parts.values()))
    deepest = max((len(part) for part in parts.values()), default=1) - 1
    depths = [depth, *(other for other in reversed(range(deepest)) if other != depth)]
    readings = [_at_depth(parts, other) for other in depths]
    likely = [r for r in readings[1:] if MIN_CLASSES <= len(r.categories) <= MAX_CLASSES]
    return [reading for reading in (readings[0], *likely) if reading.sounds]


def _class_depth(parts: Sequence[tuple[str, ...]]) -> int:
    """How many folders lie around those of the classes: single ones, those of a split, of rates."""
    depth = 0
    while any(len(part) > depth + 2 for part in parts):
        names = {part[depth] for part in parts if len(part) > depth + 1}
        single = len(names) == 1 and all(len(part) > depth + 1 for part in parts)
        if not single and not all(_is_no_class(name) for name in names):
            break
        depth += 1
    return depth


def _is_no_class(folder: str) -> bool:
    """Whether a folder is one of a split, or of copies at a sampling rate."""
    return part_of(folder) is not None or fold_of(folder) is not None or is_rate(folder)


def _at_depth(parts: dict[str, tuple[str, ...]], depth: int) -> Reading:
    inside = {name: part for name, part in parts.items() if len(part) > depth + 1}
    # Such folders that hold the sounds themselves are no classes.
    if inside and all(_is_no_class(part[depth]) for part in inside.values()):
        inside = {}
    around = {name: (*part[:depth], *part[depth + 1 : -1]) for name, part in inside.items()}
    sounds = []
    for name, part in inside.items():
        found = named(name, part[depth])
        fold = _first((*map(fold_of, around[name]), found.fold))
        of_part = _first(map(part_of, around[name]))
        recording = found.recording or _at_every_rate(part)
        sounds.append(FoundSound(name, found.category, recording, fold, of_part))
    folders = sorted({part[depth] for part in inside.values()})
    named_folders = ", ".join(map(shown, folders[:_FOLDERS_SHOWN]))
    more = " and others" if len(folders) > _FOLDERS_SHOWN else ""
    return Reading(
        f"folders-{depth + 1}",
        f"The classes are the folders {named_folders}{more}.",
        tuple(sounds),
        tuple((name, "lies in no folder of a class") for name in parts if name not in inside),
    )


def _at_every_rate(part: tuple[str, ...]) -> str | None:
    """The recording of a file in a folder of a sampling rate, which its copies have too."""
    others = [folder for folder in part[:-1] if not is_rate(folder)]
    return (
        "/".join((*others, PurePosixPath(part[-1]).stem)) if len(others) < len(part) - 1 else None
    )


def by_names(tree: Tree) -> list[Reading]:
    """The reading by the files' own names, where most of them tell a class."""
    names = [name for name in tree.names if is_sound(name)]
    classes = {name: _class_in(PurePosixPath(name).stem) for name in names}
    sounds = []
    for name, category in classes.items():
        if category is not None:
            found = named(name, category)
            fold = _first((*map(fold_of, PurePosixPath(name).parts), found.fold))
            of_part = _first(map(part_of, PurePosixPath(name).parts[:-1]))
            sounds.append(FoundSound(name, category, found.recording, fold, of_part))
    reading = Reading(
        "names",
        "The class is in each file's name.",
        tuple(sounds),
        tuple((name, "has no class in its name") for name, found in classes.items() if not found),
    )
    enough = len(sounds) >= max(_MOST_NAMED * len(names), 2 * len(reading.categories))
    return [reading] if enough and MIN_CLASSES <= len(reading.categories) <= MAX_CLASSES else []


def _class_in(stem: str) -> str | None:
    """The class that a file's name tells."""
    esc50 = ESC50_NAME.fullmatch(stem)
    if esc50:
        target = esc50["target"]
        return CATEGORIES.get(int(target), f"class {target}") if target else None
    urban = URBANSOUND_NAME.fullmatch(stem)
    if urban:
        return _URBANSOUND_CLASSES[int(urban["class"])]
    words = _CLASS_FIRST.fullmatch(stem) or _CLASS_LAST.fullmatch(stem)
    return words["class"] if words else None


def readings_of(tree: Tree) -> tuple[Reading, ...]:
    """The ways in which a tree can be understood, the likeliest first; their folds are 1 to 5.

    Raises:
        DatasetError: there is none, or its table cannot be read.
    """
    tables, folders, names = by_table(tree), by_folders(tree), by_names(tree)
    if tables and folders:
        tables = [_with_folders(tables[0], folders[0])]
    if folders and names and len(folders[0].categories) < MIN_CLASSES:
        folders, names = names, folders
    readings: dict[frozenset[tuple[str, str]], Reading] = {}
    for reading in (*tables, *folders, *names):
        # Two ways that come to the same are no choice.
        classes = {(sound.name, class_name(sound.category)) for sound in reading.sounds}
        readings.setdefault(frozenset(classes), reading)
    if not readings:
        raise DatasetError(f"{tree.title} holds no sounds in folders.{_hint(tree)} {HOW}")
    return tuple(map(with_five_folds, readings.values()))


def _with_folders(table: Reading, folders: Reading) -> Reading:
    """A table's reading, and of sounds in no table those whose folder has one of its classes.

    So it is where somebody lists the test clips alone, as training clips lie in folders.
    """
    unlisted = {name for name, why in table.aside if why == NOT_LISTED}
    names = class_names(sound.category for sound in (*table.sounds, *folders.sounds))
    known = {names[category] for category in table.categories}
    more = [one for one in folders.sounds if one.name in unlisted and names[one.category] in known]
    if not more:
        return table
    added = {one.name for one in more}
    return replace(
        table,
        understood=f"{table.understood} Those of {len(more)} sounds in no table are their folders.",
        sounds=(*table.sounds, *more),
        aside=tuple((name, why) for name, why in table.aside if name not in added),
    )


def _hint(tree: Tree) -> str:
    """What there is instead of sounds in folders, as sentences to follow another; or nothing."""
    text = "".join(f" {one.sentence}" for one in archives_inside(tree)[:1])
    if tree.links:
        text += f" {tree.links} of its files are links, which are not followed: put in the files."
    tables = [name for name in likely_tables(tree) if name.lower().endswith((".csv", ".tsv"))]
    if tables:
        named_tables = ", ".join(map(shown, tables[:_FOLDERS_SHOWN]))
        text += f" No sound here is listed, with a class, in {named_tables}."
    return text + describe_unread(tree)


def chosen_reading(readings: Sequence[Reading], key: str | None) -> Reading:
    """The reading of that key; the first unless one is given.

    Raises:
        DatasetError: there is none.
    """
    for reading in readings:
        if key in (None, reading.key):
            return reading
    raise DatasetError(
        f"The sounds cannot be read by '{key}'. Choose one of: "
        + ", ".join(reading.key for reading in readings)
        + "."
    )


def _first(found: Iterable[Found | None]) -> Found | None:
    """The first that is not None."""
    return next((one for one in found if one is not None), None)
