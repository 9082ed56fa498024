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

CAPTION_FILE = "label.json"

MAX_TITLE = 60
MAX_NOTE = 2000
"""In characters."""


@dataclass(frozen=True, slots=True)
class Caption:
    """What a person calls a run, and says of it.

    Attributes:
        title: one line of at most `MAX_TITLE` characters; empty for none.
        note: at most `MAX_NOTE` characters; empty for none.
    """

    title: str = ""
    note: str = ""


def set_caption(folder: Path, title: str, note: str) -> Caption:
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
    caption = Caption(title.strip(), note.strip().replace("\r\n", "\n"))
    _refuse_long("title", caption.title, MAX_TITLE)
    _refuse_long("note", caption.note, MAX_NOTE)
    if len(caption.title.splitlines()) > 1:
        raise RunError("The title has more than one line. Put what does not fit into the note.")
    _refuse_control_characters("title", caption.title)
    _refuse_control_characters("note", caption.note.replace("\n", "").replace("\t", ""))
    if not folder.is_dir():  # writing would make a folder that holds a caption and no run
        raise RunError(f"There is no run '{folder.name}' any more, so it cannot get a title.")
    with disk_trouble(f"Storing the title of run {folder.name}", RunError):
        write_whole(folder / CAPTION_FILE, json.dumps(asdict(caption)).encode())
    _read_once.forget(folder / CAPTION_FILE)
    return caption


def caption_of(folder: Path) -> Caption:
    """What somebody called the run in a folder; empty where nobody did.

    Raises:
        OSError: the file cannot be read.
        ValueError: it holds no caption.
        KeyError: likewise.
        TypeError: likewise.
    """
    path = folder / CAPTION_FILE
    return _read_once(path) if path.exists() else Caption()


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


def _caption_in(path: Path) -> Caption:
    stored = json.loads(path.read_text("utf-8"))
    caption = Caption(stored["title"], stored["note"])
    if not isinstance(caption.title, str) or not isinstance(caption.note, str):
        raise ValueError(f"{path} holds a title or a note that is no text")
    return caption


_read_once = ReadOnce(_caption_in)
