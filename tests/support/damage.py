"""JSON with one thing wrong in it, and the question whether that gives a sentence."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

from esc10.errors import Esc10Error

WRONG_JSON = ("null", "3", '"text"', "[]", "{}", '[{"at": 1}]', "{", "\ufeff{}", "[" * 2000)
OTHER_TYPES: tuple[Any, ...] = (None, [1], "text", -1.5)


def asked(what: str, question: Callable[[], object]) -> bool:
    """Whether there was an answer; anything but that or a sentence is a fault."""
    try:
        question()
    except Esc10Error as error:
        assert str(error).endswith("."), f"{what}: {error}"
        return False
    except Exception as error:
        raise AssertionError(f"{what}: {type(error).__name__}: {error}") from error
    return True


def changed(text: str, lines: bool) -> Iterator[tuple[str, str]]:
    """What was changed, and the text with it: each key left out, then of another type."""
    documents = [json.loads(line) for line in text.splitlines()] if lines else [json.loads(text)]
    for number in sorted({0, len(documents) // 2}):
        for path in keys_of(documents[number]):
            for other in (..., *OTHER_TYPES):
                copies = copy.deepcopy(documents)
                *around, key = path
                holder = copies[number]
                for step in around:
                    holder = holder[step]
                if other is ...:
                    del holder[key]
                elif type(other) is type(holder[key]):
                    continue
                else:
                    holder[key] = other
                yield f"{path} is {other}", "\n".join(map(json.dumps, copies)) + "\n"


def keys_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each key of a document; of a list only to its first item."""
    inside = value.items() if isinstance(value, dict) else enumerate(value[:1])
    for key, item in inside:
        yield (*path, key)
        if isinstance(item, dict | list):
            yield from keys_of(item, (*path, key))
