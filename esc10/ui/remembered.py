"""What one browser session has read, heard and been told, so that a click does none of it again.

It lies in `st.session_state`: it goes when its session does, and no session pushes out what another
one has. Each kind has a bound in bytes, and what was used least recently goes first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Literal, TypeVar

import numpy as np
import streamlit as st

Thing = TypeVar("Thing")
Kind = Literal["sounds", "players", "answers", "words"]

_MEBIBYTE = 2**20

BOUNDS: dict[Kind, int] = {
    "sounds": 160 * _MEBIBYTE,
    "players": 32 * _MEBIBYTE,
    "answers": 32 * _MEBIBYTE,
    "words": 8 * _MEBIBYTE,
}
"""In bytes. Sounds are samples and spectrograms: the longest, of ten minutes, counts 145 MB, and
sixty of ten seconds 80. Players are what a browser is sent of a sound, ten minutes in 7 MB. Answers
are a network's: one to ten minutes has 1.3 MB. Words are what is left when all else is gone,
sentences and verdicts: some hundred sounds are a table of which nothing is needed again, however
long they are, even if six networks judge each."""

_SMALL = 2**10
"""Counted for each thing and its key beside what it holds, in bytes."""

_NUMBER = 8

_STATE = "remembered"


class Memory:
    """Things by their keys, no more than so many bytes of them.

    Attributes:
        bytes: how many there are.
    """

    def __init__(self, bound: int) -> None:
        """Remember nothing yet, and never more than `bound` bytes."""
        self.bytes = 0
        self._bound = bound
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()

    def __contains__(self, key: Hashable) -> bool:
        """Whether the thing is remembered."""
        return key in self._kept

    def recall(self, key: Hashable, make: Callable[[], Thing]) -> Thing:
        """The thing; made where it is not remembered. One beyond the bound is not kept."""
        if key in self._kept:
            self._kept.move_to_end(key)
        else:
            thing = make()
            size = bytes_of(thing)
            if size > self._bound:
                return thing
            self._kept[key] = thing, size
            self.bytes += size
            while self.bytes > self._bound:
                _, (_, gone) = self._kept.popitem(last=False)
                self.bytes -= gone
        kept: Thing = self._kept[key][0]
        return kept


def bytes_of(thing: object) -> int:
    """How much room a thing takes: all that it holds, and a little."""
    return _SMALL + _content(thing)


def _content(thing: object) -> int:
    match thing:
        case np.ndarray():
            return thing.nbytes
        case str():
            return len(thing)
        case dict():
            return sum(map(_content, thing.values()))
        case list() | tuple():
            return sum(map(_content, thing))
        case _:
            return sum(map(_content, getattr(thing, "__dict__", {}).values())) or _NUMBER


def remembered(kind: Kind, key: Hashable, make: Callable[[], Thing]) -> Thing:
    """What `make` gives, made once in a browser session as long as there is room for it.

    The key says all that it is made of.
    """
    return _memory(kind).recall(key, make)


def is_remembered(kind: Kind, key: Hashable) -> bool:
    """Whether it need not be made."""
    return key in _memory(kind)


def _memory(kind: Kind) -> Memory:
    memories: dict[Kind, Memory] = st.session_state.setdefault(_STATE, {})
    return memories.setdefault(kind, Memory(BOUNDS[kind]))
