"""Tables of files and classes, as people export them: delimiters and columns of many kinds."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from esc10.archives.trees import Tree, shown
from esc10.datasets.own.found import (
    FoundSound,
    Reading,
    fold_of,
    is_sound,
    named,
    part_in,
    part_of,
)
from esc10.errors import DatasetError

_MAX_TABLE_BYTES = 4 * 2**20
_MOST_TABLES = 20
_ENDINGS = (".csv", ".tsv", ".txt")
"""Of tables, the likeliest first."""

_NUMBER = re.compile(r"(\d{1,9})(?:\.0+)?", re.ASCII)
"""Whole, also as pandas writes the numbers of a column with a gap."""

NOT_LISTED = "is in no table"
"""Why a reading by tables leaves a sound aside."""

_DELIMITERS = ",;\t|"

_COLUMNS = {
    "file": (
        *("filename", "file_name", "slice_file_name", "file", "fname", "filepath", "file_path"),
        *("path", "audio", "audio_file", "audio_path", "wav", "wav_file", "sound", "clip", "name"),
        *("fn", "datei", "dateiname", "itemid", "id", "key"),
    ),
    "class": (
        *("category", "class_name", "classname", "label_name", "target_name", "class", "label"),
        *("class_label", "species", "primary_label", "sound", "tag", "labels", "classes", "tags"),
        *("kategorie", "klasse", "y", "target", "classid", "class_id", "label_id"),
    ),
    "fold": ("fold", "split", "subset", "set", "part", "partition", "group"),
    "recording": (
        *("src_file", "fsid", "source", "recording", "recording_id", "freesound_id", "session"),
    ),
}
"""By which names, in lower case, a table's columns are known; the earlier ones go first."""


def by_table(tree: Tree) -> list[Reading]:
    """The reading by all tables that list sounds of the tree; none where there is none.

    Raises:
        DatasetError: a table where ESC-50 has its own cannot be read.
    """
    found: dict[str, list[FoundSound]] = defaultdict(list)
    used, said = [], ""
    for path in likely_tables(tree)[:_MOST_TABLES]:
        listed, not_kept = _listed(tree, path)
        used += [path] if listed else []
        said += not_kept
        for sound in listed:
            found[sound.name].append(sound)
    if not used:
        return []
    sounds, aside = [], []
    for name, rows in found.items():
        labels = sorted({row.category for row in rows} - {""})
        if len(labels) == 1:
            sounds.append(next(row for row in rows if row.category))
        elif not labels:
            aside.append((name, "has no class in its table"))
        else:
            aside.append((name, f"has {len(labels)} classes ({', '.join(labels[:3])})"))
    aside += [(name, NOT_LISTED) for name in tree.names if is_sound(name) and name not in found]
    tables = ", ".join(shown(path) for path in used)
    understood = f"The classes are those of the table {tables}.{said}"
    return [Reading("table", understood, tuple(sounds), tuple(aside), tuple(used))]


def likely_tables(tree: Tree) -> list[str]:
    """The files that may be tables, the likeliest first: people put notes beside their sounds."""
    likely = []
    for name in tree.names:
        path = PurePosixPath(name)
        ending = path.suffix.lower()
        # Kaggle's example of an answer has made up classes in it.
        if ending in _ENDINGS and "submission" not in path.stem.lower():
            likely.append((_ENDINGS.index(ending), len(path.parts), name))
    return [name for *_, name in sorted(likely)]


def describe_unread(tree: Tree) -> str:
    """That not all files that may be tables were looked at, as a sentence; or nothing."""
    count = len(likely_tables(tree))
    if count <= _MOST_TABLES:
        return ""
    return f" Of {count} files that may be tables, {_MOST_TABLES} were looked at."


def _listed(tree: Tree, path: str) -> tuple[list[FoundSound], str]:
    """The sounds that a table lists, none where it lists none of this tree's; what is not kept."""
    rows = _rows(tree, path)
    finder = _Finder(tree, path)
    head = rows[0] if rows else []
    columns = _columns_of(head, finder)
    if "file" not in columns or "class" not in columns:
        return [], ""
    headed = not finder.find(head[columns["file"]])
    rows = [row for row in rows[headed:] if len(row) > max(columns["file"], columns["class"])]
    known = any(finder.find(row[columns["file"]]) for row in rows)
    if not known and PurePosixPath(path).parent.name not in ("meta", "metadata"):
        return [], ""
    default = part_in(PurePosixPath(path).stem)
    sounds = [_sound(row, columns, finder, default) for row in rows]
    words = sorted({_cell(row, columns, "fold") for row in rows} - {""})
    if not words or any(_number(word) is not None or part_of(word) for word in words):
        return sounds, ""
    column = shown(head[columns["fold"]])
    return sounds, f" The column {column} is not kept: '{shown(words[0])}' is no fold and no part."


def _sound(
    row: Sequence[str],
    columns: Mapping[str, int],
    finder: _Finder,
    default: str | None,
) -> FoundSound:
    """What a row tells, and the file's name where the row does not."""
    cell = row[columns["file"]]
    name = finder.find(cell) or finder.beside(cell)
    by_name = named(name, row[columns["class"]].strip())
    word, source = _cell(row, columns, "fold"), _cell(row, columns, "recording")
    number = _number(word)
    return FoundSound(
        name=name,
        category=by_name.category,
        recording=f"source {source}" if source else by_name.recording,
        fold=by_name.fold if number is None else number,
        part=part_of(word) or default or part_in("/".join(PurePosixPath(name).parts[:-1])),
    )


def _cell(row: Sequence[str], columns: Mapping[str, int], column: str) -> str:
    index = columns.get(column, len(row))
    return row[index].strip() if index < len(row) else ""


def _number(word: str) -> int | None:
    found = _NUMBER.fullmatch(word)
    return int(found[1]) if found else fold_of(word)


def _columns_of(head: Sequence[str], finder: _Finder) -> dict[str, int]:
    """Where the columns are, by a table's first row: it names them, or is the first of two."""
    names = [cell.strip().lower().replace(" ", "_") for cell in head]
    columns: dict[str, int] = {}
    for column, known in _COLUMNS.items():
        for name in known:
            if name in names and names.index(name) not in columns.values():
                columns[column] = names.index(name)
                break
    if "file" not in columns and len(head) == 2 and finder.find(head[0]):
        return {"file": 0, "class": 1}
    return columns


class _Finder:
    """Finds the file that a table means: by its path, beside the table, or by its name alone."""

    def __init__(self, tree: Tree, table: str) -> None:
        self._known = frozenset(tree.names)
        folder = PurePosixPath(table).parent
        # As ESC-50 and UrbanSound8K have it: the sounds in a folder beside the table's; and
        # train.csv beside train.
        beside = [folder.parent / "audio", folder / "audio", folder.parent]
        self._folders = [folder, *beside, folder / PurePosixPath(table).stem]
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for name in tree.names:
            if is_sound(name):
                path = PurePosixPath(name)
                self._by_name[_spelled(path.name)].append(name)
                self._by_name[_spelled(path.stem)].append(name)

    def find(self, cell: str) -> str | None:
        """A file's path in the tree; None where there is none, or nobody knows which."""
        path = cell.strip().replace("\\", "/").removeprefix("./")
        if not path or ".." in path.split("/"):
            return None
        for folder in (PurePosixPath(), *self._folders):
            if (folder / path).as_posix() in self._known:
                return (folder / path).as_posix()
        wanted = PurePosixPath(path)  # sounds are converted, and tables not
        same = self._by_name.get(_spelled(wanted.name)) or self._by_name.get(_spelled(wanted.stem))
        # A copy of a dataset may have the same files at several rates, one folder deeper each.
        depths = sorted((len(PurePosixPath(name).parts), name) for name in same or ())
        if len(depths) == 1 or (len(depths) > 1 and depths[0][0] < depths[1][0]):
            return depths[0][1]
        return None

    def beside(self, cell: str) -> str:
        """Where a file that is not there should be."""
        return (self._folders[1] / (cell.strip() or "?")).as_posix()


def _spelled(name: str) -> str:
    """A file's name as it is on all systems: some change capitals, or how an accent is coded."""
    return unicodedata.normalize("NFC", name).casefold()


def _rows(tree: Tree, path: str) -> list[list[str]]:
    """The rows of a table, which are none where it is no table."""
    try:
        text = _text(tree.read(path, _MAX_TABLE_BYTES))
        lines = text.splitlines()
        delimiter = max(_DELIMITERS, key=lambda sign: lines[0].count(sign)) if lines else ","
        rows = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
        return [row for row in rows if row]
    except (UnicodeDecodeError, csv.Error, DatasetError) as cause:
        if PurePosixPath(path).parent.name != "meta":
            return []
        raise DatasetError(
            f"{shown(path)} is no table of sounds: save it as CSV in UTF-8, with the columns "
            "filename and category."
        ) from cause


def _text(content: bytes) -> str:
    """A table's text; spreadsheets write UTF-16 with a mark, or Windows-1252 without one."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")
