"""Tables of files and classes, as people export them: delimiters and columns of many kinds."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from esc10.archives.trees import Tree, shown
from esc10.datasets.own.found import (
    FoundSound,
    Reading,
    describe_split,
    fold_of,
    folds_of_five,
    is_sound,
    named,
    part_in,
    part_of,
)
from esc10.errors import DatasetError

_MAX_TABLE_BYTES = 4 * 2**20
_MOST_TABLES = 20
_ENDINGS = (".csv", ".tsv", ".txt")
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
    used = []
    paths = [name for name in tree.names if _may_be_table(PurePosixPath(name))]
    for path in paths[:_MOST_TABLES]:
        listed = _listed(tree, path)
        used += [path] if listed else []
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
    understood = f"The classes are those of the table {tables}." + describe_split(sounds)
    return [Reading("table", understood, tuple(sounds), tuple(aside), tuple(used))]


def _may_be_table(path: PurePosixPath) -> bool:
    """Whether a table may be read; Kaggle's example of an answer has made up classes in it."""
    return path.suffix.lower() in _ENDINGS and "submission" not in path.stem.lower()


def _listed(tree: Tree, path: str) -> list[FoundSound]:
    """The sounds that a table lists; none where it lists none of this tree's."""
    rows = _rows(tree, path)
    finder = _Finder(tree, path)
    columns = _columns_of(rows[0], finder) if rows else {}
    if "file" not in columns or "class" not in columns:
        return []
    headed = not finder.find(rows[0][columns["file"]])
    rows = [row for row in rows[headed:] if len(row) > max(columns["file"], columns["class"])]
    known = any(finder.find(row[columns["file"]]) for row in rows)
    if not known and PurePosixPath(path).parent.name not in ("meta", "metadata"):
        return []
    numbers = folds_of_five(_number(_cell(row, columns, "fold")) for row in rows)
    default = part_in(PurePosixPath(path).stem)
    return [_sound(row, columns, finder, numbers, default) for row in rows]


def _sound(
    row: Sequence[str],
    columns: Mapping[str, int],
    finder: _Finder,
    folds: Mapping[int, int],
    default: str | None,
) -> FoundSound:
    """What a row tells, and the file's name where the row does not."""
    cell = row[columns["file"]]
    name = finder.find(cell) or finder.beside(cell)
    by_name = named(name, row[columns["class"]].strip())
    word, source = _cell(row, columns, "fold"), _cell(row, columns, "recording")
    number = _number(word)
    fold = by_name.fold if number is None else folds.get(number)
    return FoundSound(
        name=name,
        category=by_name.category,
        recording=f"source {source}" if source else by_name.recording,
        fold=fold,
        part=part_of(word) or default or part_in("/".join(PurePosixPath(name).parts[:-1])),
    )


def _cell(row: Sequence[str], columns: Mapping[str, int], column: str) -> str:
    index = columns.get(column, len(row))
    return row[index].strip() if index < len(row) else ""


def _number(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdigit() else fold_of(word)


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
