"""What a browser session remembers has a bound in bytes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from esc10.ui.remembered import BOUNDS, Memory, bytes_of


@dataclass(frozen=True)
class Sound:
    name: str
    samples: NDArray[np.float32]


def sound(kilobytes: int) -> Sound:
    return Sound("a sound", np.zeros(256 * kilobytes, np.float32))


def test_a_thing_is_made_once() -> None:
    memory, made = Memory(100_000), []
    for _ in range(3):
        assert memory.recall("key", lambda: made.append(1)) is None
    assert made == [1]


def test_arrays_count_and_nothing_is_free() -> None:
    assert bytes_of(sound(40)) - bytes_of(sound(0)) == 40 * 1024
    assert bytes_of("a sentence") > 0


TEXT = "a" * 40_000


@pytest.mark.parametrize(
    "held", [TEXT, [TEXT], {"rows": [{"name": TEXT}]}], ids=["text", "list", "rows"]
)
def test_texts_count_however_deep_they_lie(held: object) -> None:
    assert bytes_of(held) >= len(TEXT)


def test_what_a_long_table_says_is_remembered_whole() -> None:
    """Read row by row again and again, one word too many would push out all of them."""
    memory, made = Memory(BOUNDS["words"]), []
    words = [(sound, word) for sound in range(600) for word in ("digest", "tried", *"ABCDEF")]
    for word in words * 2:
        memory.recall(word, lambda word=word: made.append(word) or "crackling fire 100% ?")
    assert len(made) == len(words)


def test_what_was_used_least_recently_goes_first() -> None:
    memory = Memory(3 * bytes_of(sound(10)))
    for key in "abc":
        memory.recall(key, lambda: sound(10))
    memory.recall("a", lambda: sound(10))
    memory.recall("d", lambda: sound(10))
    assert [key in memory for key in "abcd"] == [True, False, True, True]
    assert memory.bytes == 3 * bytes_of(sound(10))


def test_one_large_thing_takes_the_room_of_many() -> None:
    memory = Memory(100 * 1024)
    for key in range(1000):
        memory.recall(key, lambda size=1 + key % 7: sound(size))
        assert memory.bytes <= 100 * 1024
    memory.recall("large", lambda: sound(98))
    assert [key for key in range(1000) if key in memory] == []
    assert "large" in memory


def test_what_is_beyond_the_bound_is_given_and_not_kept() -> None:
    memory = Memory(100 * 1024)
    memory.recall("small", lambda: sound(10))
    for _ in range(2):
        assert len(memory.recall("huge", lambda: sound(100)).samples) == 25_600
    assert "huge" not in memory
    assert "small" in memory


def test_what_could_not_be_made_is_tried_again() -> None:
    memory = Memory(1024 * 1024)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            memory.recall("key", lambda: 1 / 0)
    assert memory.bytes == 0
