"""Five folds for clips that have none: by recording where that can be told, else at random.

Clips that came with folds keep them, where all of them did, and those of a split stay in its parts.
Under the folds, 1 to 3 train, 4 validates and 5 tests. So every class must be in 4, in 5 and in one
of the others; that goes before keeping a recording together, and where it comes to that, the pages
count the clips that leak.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from esc10.datasets.own.found import TEST, TRAINING, VALIDATION, FoundSound, Reading

AS_GIVEN = "as given"
AS_SPLIT = "within the split"
BY_RECORDING = "by recording"
AT_RANDOM = "at random"

MIN_CLIPS = 3
"""A class needs one clip to train, one to validate and one to test."""

SEED = 1234
_FIVE = 5
_TRAINING = (1, 2, 3)
_HELD_OUT = (4, 5)
_FOLD_OF_PART = {VALIDATION: 4, TEST: 5}

Label = TypeVar("Label", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Folds:
    """Five folds, and how they came about.

    Attributes:
        folds: of each clip, 1 to 5.
        how: `AS_GIVEN`, `AS_SPLIT`, `BY_RECORDING` or `AT_RANDOM`.
        parted: the labels of the classes whose recordings had to be parted.
    """

    folds: tuple[int, ...]
    how: str
    parted: tuple[int, ...] = ()


def with_five_folds(reading: Reading) -> Reading:
    """The same reading with folds of 1 to 5, or with none, which is said.

    Folds counted from 0 are counted from 1, and then ten become five two by two, so that none is
    parted. More than ten are not kept.
    """
    known = {sound.fold for sound in reading.sounds if sound.fold is not None}
    if not known:
        return reading
    first, last = min(known), max(known)
    step = 1 if last - min(first, 1) < _FIVE else 2
    five = {number: (number - min(first, 1)) // step + 1 for number in known}
    if max(five.values()) > _FIVE:
        five = {}
    sounds = [
        replace(s, fold=five.get(s.fold)) if s.fold is not None else s for s in reading.sounds
    ]
    said = "" if five else f" The folds {first} to {last} are not kept: ten are the most."
    return replace(reading, sounds=tuple(sounds), understood=reading.understood + said)


def describe_split(sounds: Sequence[FoundSound], names: Mapping[str, str]) -> str:
    """What becomes of the folds and parts that sounds come with, as sentences to follow another.

    Args:
        sounds: the sounds, their folds 1 to 5.
        names: for each class as its folder calls it, its name.
    """
    folds = [sound.fold for sound in sounds if sound.fold is not None]
    without, text = len(sounds) - len(folds), ""
    if folds and without:
        have = "has" if without == 1 else "have"
        text = f" Their folds are not kept: {without} of {len(sounds)} sounds {have} none."
    elif folds:
        unserved = _badly_served([names[sound.category] for sound in sounds], folds)
        if not unserved:
            return " Each sound's fold is told."
        lacks = f"under them {min(unserved)} lacks clips to train, validate or test"
        text = f" Their folds are not kept: {lacks}."
    counts = Counter(sound.part for sound in sounds)
    apart = counts.pop(None, 0)
    if len(counts) < 2:
        return text
    if apart:
        are = "is" if apart == 1 else "are"
        return f"{text} Their split is not kept: {apart} of {len(sounds)} sounds {are} in no part."
    told = ", ".join(f"{counts[p]} {p}" for p in (TRAINING, VALIDATION, TEST) if counts[p])
    return f"{text} Their split is kept ({told})."


def make_folds(
    labels: Sequence[int],
    recordings: Sequence[str | None],
    given: Sequence[int | None],
    parts: Sequence[str | None] = (),
) -> Folds:
    """Folds under which every class is trained on, validated and tested.

    Args:
        labels: the class of each clip, from 0; at least `MIN_CLIPS` clips of each.
        recordings: what each clip was cut from, where that is known.
        given: the fold each clip came with, where it came with one. They are taken if all did, and
            if they serve every class.
        parts: the part of a split each clip came with; taken if all did. Where a split has no
            validation or no test, its training clips serve for that too.
    """
    known = [fold for fold in given if fold is not None]
    if len(known) == len(labels) and not _badly_served(labels, known):
        return Folds(tuple(known), AS_GIVEN)
    told = [name is not None for name in recordings]
    # One that is not told apart is a recording of its own; the place makes its name.
    names = [name if name is not None else f"\0{index}" for index, name in enumerate(recordings)]
    split = None not in parts and len(set(parts)) > 1
    allowed = _allowed(parts) if split else {}
    folds = _by_recording(labels, names, [allowed.get(part) for part in parts or told])
    parted = tuple(sorted(_badly_served(labels, folds)))
    for label in parted:
        clips = [index for index, other in enumerate(labels) if other == label]
        for turn, index in enumerate(np.random.default_rng(SEED + label).permutation(clips)):
            order = _order(label)
            folds[index] = order[turn % len(order)]
    how = BY_RECORDING if any(told) else AT_RANDOM
    return Folds(tuple(folds), AS_SPLIT if split else how, parted)


def _allowed(parts: Sequence[str | None]) -> dict[str | bool | None, tuple[int, ...]]:
    """For each part of a split the folds its clips may come into."""
    held_out = {part: fold for part, fold in _FOLD_OF_PART.items() if part in parts}
    rest = tuple(fold for fold in (*_TRAINING, *_HELD_OUT) if fold not in held_out.values())
    return {TRAINING: rest, **{part: (fold,) for part, fold in held_out.items()}}


def _badly_served(labels: Sequence[Label], folds: Sequence[int]) -> set[Label]:
    """The classes that are not trained on, not validated, or not tested."""
    present = set(zip(labels, folds, strict=True))
    trained = {label for label, fold in present if fold in _TRAINING}
    return {
        label
        for label in set(labels)
        if label not in trained or any((label, fold) not in present for fold in _HELD_OUT)
    }


def _order(label: int) -> tuple[int, ...]:
    """In which order folds get a class's first clips; training begins elsewhere for each class."""
    first, *others = (_TRAINING[(label + step) % len(_TRAINING)] for step in range(len(_TRAINING)))
    return (first, *_HELD_OUT, *others)


def _by_recording(
    labels: Sequence[int], names: Sequence[str], allowed: Sequence[tuple[int, ...] | None]
) -> list[int]:
    """Each recording in the fold that has the fewest clips of its class, the largest first.

    `allowed`: the folds a clip may come into, None for any. A recording that a split has parted
    stays so.
    """
    names = [
        f"{name}\0{folds}" if folds else name for name, folds in zip(names, allowed, strict=True)
    ]
    clips_of: dict[str, list[int]] = defaultdict(list)
    for index in np.random.default_rng(SEED).permutation(len(labels)):
        clips_of[names[index]].append(int(index))
    of_class: dict[int, list[str]] = defaultdict(list)
    for name, clips in clips_of.items():
        for label in {labels[index] for index in clips}:
            of_class[label].append(name)
    folds = [0] * len(labels)
    # The class with the fewest recordings first: it has the least choice.
    for label in sorted(of_class, key=lambda label: (len(of_class[label]), label)):
        counts = Counter(folds[index] for index in range(len(labels)) if labels[index] == label)
        for name in sorted(of_class[label], key=lambda name: -len(clips_of[name])):
            if folds[clips_of[name][0]]:
                continue  # it also holds clips of a class that had its turn
            order = _order(label)
            may = allowed[clips_of[name][0]] or order
            fold = min((fold for fold in order if fold in may), key=lambda fold: counts[fold])
            for index in clips_of[name]:
                folds[index] = fold
                counts[fold] += labels[index] == label
    return folds
