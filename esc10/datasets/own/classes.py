"""The classes of found sounds, and why nothing can be made of some."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from esc10.archives.trees import Tree, shown
from esc10.datasets.names import MAX_CLASSES, MIN_CLASSES, class_names
from esc10.datasets.own.folds import MIN_CLIPS
from esc10.datasets.own.found import FoundSound
from esc10.errors import DatasetError

MAX_CLIPS = 2000
"""As many as ESC-50 has."""

_CLASSES_NAMED = 3


def classes_of(tree: Tree, found: Sequence[FoundSound]) -> dict[str, str]:
    """For each class as its folder calls it, its name here.

    Raises:
        DatasetError: nothing can be made of these sounds, even if all can be heard: there are too
            many, or too few of a class, or too few or too many classes, or one has no name.
    """
    if len(found) > MAX_CLIPS:
        raise DatasetError(
            f"{tree.title} holds {len(found):,} sounds, and {MAX_CLIPS:,} are the most. "
            "Choose some of each class."
        )
    names = class_names(sound.category for sound in found)
    nameless = [category for category, name in names.items() if not name]
    if nameless:
        raise DatasetError(
            f"{tree.title} has a class called '{shown(nameless[0])}'. "
            "Name it with letters or digits."
        )
    classes = len(set(names.values()))
    if classes < MIN_CLASSES:
        raise DatasetError(
            f"{tree.title} holds sounds of one class ({next(iter(names.values()))}). A network "
            f"learns to tell at least {MIN_CLASSES} apart: put each class into a folder of its own."
        )
    if classes > MAX_CLASSES:
        raise DatasetError(
            f"{tree.title} holds {classes:,} classes, and {MAX_CLASSES} are the most. "
            "Does each class have one folder?"
        )
    check_enough(Counter(names[sound.category] for sound in found))
    return names


def check_enough(counts: Mapping[str, int], complaints: Sequence[str] = ()) -> None:
    """See that each class has enough sounds.

    Args:
        counts: for each class how many of its sounds can be used.
        complaints: a sentence for each file that was left out.

    Raises:
        DatasetError: some have too few.
    """
    short = sorted((name, clips) for name, clips in counts.items() if clips < MIN_CLIPS)
    if not short:
        return
    if len(short) == 1:
        ((name, clips),) = short
        sounds = "sound" if clips == 1 else "sounds"
        said = f"The class {name} has {clips or 'no'} usable {sounds}, and"
        remedy = "Add sounds, or take the class out."
    else:
        named = ", ".join(f"{name} ({clips})" for name, clips in short[:_CLASSES_NAMED])
        others = " and others" if len(short) > _CLASSES_NAMED else ""
        said = f"The classes {named}{others} have too few usable sounds: each"
        remedy = "Add sounds, or take these classes out."
    files = "1 file was" if len(complaints) == 1 else f"{len(complaints)} files were"
    because = f" {files} left out: {complaints[0]}" if complaints else ""
    raise DatasetError(
        f"{said} needs at least {MIN_CLIPS}: one to train, one to validate and one to test."
        f"{because} {remedy}"
    )
