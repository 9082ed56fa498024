"""A person's own title and note for a run, in `label.json` in its folder.

It is the one file there that anybody may write, at any time, whoever trains: nothing else depends
on it.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path

from esc10.errors import RunError, disk_trouble
from esc10.storage import ReadOnce, write_whole

LABEL_FILE = "label.json"

MAX_TITLE = 60
MAX_NOTE = 2000
"""In characters."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a person calls a run, and says of it.

    Attributes:
        title: one line of at most `MAX_TITLE` characters; empty for none.
        note: at most `MAX_NOTE` characters; empty for none.
    """

    title: str = ""
    note: str = ""


def set_label(folder: Path, title: str, note: str) -> Label:
    """Give a run a title and a note, instead of those it had; space around them is left out.

    Args:
        folder: the run's, in whatever state.
        title: empty for none.
        note: empty for none.

    Raises:
        RunError: a text is too long or holds what cannot be shown, the run is gone, or the disk
            refused; the run then keeps what it had.
    """
    # A form on Windows, or a file from there, may end its lines with both.
    label = Label(title.strip(), note.strip().replace("\r\n", "\n"))
    _refuse_long("title", label.title, MAX_TITLE)
    _refuse_long("note", label.note, MAX_NOTE)
    if len(label.title.splitlines()) > 1:
        raise RunError("The title has more than one line. Put what does not fit into the note.")
    _refuse_control_characters("title", label.title)
    _refuse_control_characters("note", label.note.replace("\n", "").replace("\t", ""))
    if not folder.is_dir():  # writing would make a folder that holds a label and no run
        raise RunError(f"There is no run '{folder.name}' any more, so it cannot get a title.")
    with disk_trouble(f"Storing the title of run {folder.name}", RunError):
        write_whole(folder / LABEL_FILE, json.dumps(asdict(label)).encode())
    _read_once.forget(folder / LABEL_FILE)
    return label


def label_of(folder: Path) -> Label:
    """What somebody called the run in a folder; empty where nobody did.

    Raises:
        OSError: the file cannot be read.
        ValueError: it holds no label.
        KeyError: likewise.
        TypeError: likewise.
    """
    path = folder / LABEL_FILE
    return _read_once(path) if path.exists() else Label()


def _refuse_long(name: str, text: str, longest: int) -> None:
    if len(text) > longest:
        raise RunError(f"The {name} has {len(text):,} characters. Use {longest:,} at most.")


def _refuse_control_characters(name: str, text: str) -> None:
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs"):
            raise RunError(
                f"The {name} holds a control character (U+{ord(character):04X}), which cannot be "
                "shown. Leave it out."
            )


def _label_in(path: Path) -> Label:
    stored = json.loads(path.read_text("utf-8"))
    label = Label(stored["title"], stored["note"])
    if not isinstance(label.title, str) or not isinstance(label.note, str):
        raise ValueError(f"{path} holds a title or a note that is no text")
    return label


_read_once = ReadOnce(_label_in)
