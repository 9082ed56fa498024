"""What an own dataset and its classes may be called: plain words that no page takes for more.

Titles and class names come from strangers' folders and zips, and are shown in Markdown, in figures
and in spreadsheets. They are made of letters, digits, spaces and a few signs that none of these
obeys, so that no page has to ask where a name comes from.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

MAX_NAME = 40
"""Characters in a title or a class name."""

MIN_CLASSES, MAX_CLASSES = 2, 50
"""Of an own dataset; ESC-50 has fifty."""

_OWN = "own-"
_KEY = re.compile(rf"{_OWN}[a-z0-9]+(?:-[a-z0-9]+)*")
_MAX_KEY = 60
_SLUG = 24
_SIGNS = " -'_,+()"

_TAKEN = {"accuracy", "micro avg", "macro avg", "weighted avg", "filename", "part", "true"}
"""What reports and tables call their own rows and columns."""


def is_own(key: str) -> bool:
    """Whether a key is of the kind that own datasets have: a folder's name on every system."""
    return len(key) <= _MAX_KEY and _KEY.fullmatch(key) is not None


def own_key(title: str, digest: str) -> str:
    """A key out of a title and a few hexadecimal digits of what the dataset holds.

    With them, a run knows its dataset again on another machine, and takes no other for it.
    """
    letters = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub("[^a-z0-9]+", "-", letters).strip("-")[:_SLUG].strip("-")
    return f"{_OWN}{slug or 'sounds'}-{digest}"


def plain_words(text: str) -> str:
    """A stranger's text as plain words: at most 40 characters, beginning with a letter or digit.

    What is neither a letter nor a digit nor one of a few signs becomes a space. Empty where nothing
    is left.
    """
    normal = unicodedata.normalize("NFC", text)
    words = " ".join("".join(sign if _is_plain(sign) else " " for sign in normal).split())
    while words and unicodedata.category(words[0])[0] not in "LN":
        words = words[1:]
    return words[:MAX_NAME].rstrip(_SIGNS.replace(")", ""))


def _is_plain(sign: str) -> bool:
    return sign in _SIGNS or unicodedata.category(sign)[0] in "LMN"


def class_name(text: str) -> str:
    """A stranger's class as plain words that are no number and no heading of a report.

    Figures would put "1" and "2" on an axis of numbers, so these become "class 1" and "class 2".
    """
    name = plain_words(text)
    if name and (_describe(name) in _TAKEN or _reads_as_number(name)):
        name = plain_words(f"class {name}")
    return name


def _reads_as_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return not any(sign.isalpha() for sign in name)
    return True


def _describe(name: str) -> str:
    # "sea_waves" and "Sea waves" look the same to whoever reads them.
    return name.replace("_", " ").casefold()


def class_names(texts: Iterable[str]) -> dict[str, str]:
    """For each class as its folder or table calls it, a name.

    Texts that differ only in case, spaces or Unicode form are one class, named as most of them are;
    of others no two names read the same. Empty names stay empty.

    Args:
        texts: one for each sound.
    """
    names: dict[str, str] = {}
    of_meaning: dict[str, str] = {}
    spellings = Counter(texts)
    for text in sorted(spellings, key=lambda text: (-spellings[text], text)):
        meaning = " ".join(_describe(unicodedata.normalize("NFKC", text)).split())
        if meaning not in of_meaning:
            name = plain = class_name(text)
            number = 2
            while name and _describe(name) in map(_describe, of_meaning.values()):
                name = f"{plain[: MAX_NAME - 4]} {number}"
                number += 1
            of_meaning[meaning] = name
        names[text] = of_meaning[meaning]
    return names


def are_class_names(names: Iterable[str]) -> bool:
    """Whether an own dataset could have these classes: 2 to 50, and all of them plain words."""
    listed = list(names)
    different = {_describe(name) for name in listed}
    return (
        MIN_CLASSES <= len(listed) <= MAX_CLASSES
        and len(different) == len(listed)
        and all(name and class_name(name) == name for name in listed)
    )
