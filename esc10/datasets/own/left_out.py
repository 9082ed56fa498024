"""What becomes no clip: named one by one, and counted by reason and by the endings of the names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from esc10.archives.trees import Tree, shown
from esc10.datasets.own.found import ARCHIVES, Reading, is_sound
from esc10.datasets.own.tables import describe_unread

UNREADABLE, SILENT, UNPLACED = "cannot be read", "silent", "of no class"
COPY, TWO_CLASSES, ARCHIVE = "copies of others", "of two classes", "archives inside"
"""Reasons, to follow a number."""

_ENDINGS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that was meant and becomes no clip.

    Attributes:
        name: its path in the tree.
        reason: one of those above.
        sentence: what is the matter with it.
    """

    name: str
    reason: str
    sentence: str


def archives_inside(tree: Tree) -> list[LeftOut]:
    """The archives in a tree, which are not looked into."""
    return [
        LeftOut(name, ARCHIVE, f"{shown(name)} is an archive in itself: unpack it first.")
        for name in tree.names
        if PurePosixPath(name).suffix.lower() in ARCHIVES
    ]


def not_placed(reading: Reading) -> list[LeftOut]:
    """The sounds that a reading gives no class, or two."""
    return [
        LeftOut(name, TWO_CLASSES if "classes" in why else UNPLACED, f"{shown(name)} {why}.")
        for name, why in reading.aside
    ]


def describe_left_out(left_out: Sequence[LeftOut]) -> str:
    """How many files were left out, by reason and ending, as a sentence."""
    if not left_out:
        return "No files were left out."
    reasons = Counter(one.reason for one in left_out)
    told = []
    for reason, count in reasons.most_common():
        endings = describe_endings(one.name for one in left_out if one.reason == reason)
        told.append(f"{count} {reason} ({endings})")
    count = len(left_out)
    return f"{count} {'file was' if count == 1 else 'files were'} left out: {'; '.join(told)}."


def describe_others(tree: Tree, used: Iterable[str] = ()) -> str:
    """How many files there are that nobody means as a sound, as a sentence; or nothing."""
    apart = {*used, *(one.name for one in archives_inside(tree))}
    others = [name for name in tree.names if not is_sound(name) and name not in apart]
    text = ""
    if others:
        are = "file is not a sound" if len(others) == 1 else "files are not sounds"
        text = f" {len(others)} other {are} ({describe_endings(others)}).{describe_unread(tree)}"
    if tree.links:
        are = "link is" if tree.links == 1 else "links are"
        text += f" {tree.links} {are} not followed: a link may lead anywhere."
    return text


def describe_endings(names: Iterable[str]) -> str:
    """The endings of some names, the most frequent first, each with its number."""
    endings = Counter(PurePosixPath(name).suffix.lower() or "no ending" for name in names)
    told = [f"{count} {shown(ending)}" for ending, count in endings.most_common(_ENDINGS_SHOWN)]
    return ", ".join(told) + (", …" if len(endings) > _ENDINGS_SHOWN else "")
