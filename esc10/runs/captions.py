"""A person's own title and note for a run, in `label.json` in its folder.

It is the one file there that anybody may write, at any time, whoever trains: nothing else depends
on it.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

from esc10.errors import RunError, disk_trouble, was_gone
from esc10.storage import STRICT, ReadOnce, write_whole

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
    with disk_trouble(f"Storing the title of run {folder.name}", RunError):
        try:
            write_whole(folder / CAPTION_FILE, json.dumps(asdict(caption)).encode())
        except OSError as cause:
            if not was_gone(cause):
                raise
            raise RunError(
                f"There is no run '{folder.name}' any more, so it cannot get a title."
            ) from cause
    _read_once.forget(folder / CAPTION_FILE)
    return caption


def caption_of(folder: Path) -> Caption:
    """What somebody called the run in a folder; empty where nobody did.

    Raises:
        OSError: the file cannot be read.
        ValueError: it holds no caption.
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


_CAPTION: TypeAdapter[Caption | None] = TypeAdapter(Caption | None, config=STRICT)


def read_caption(content: bytes) -> Caption:
    """A caption, from the bytes of a run's label.json.

    Raises:
        ValueError: it is none.
    """
    caption = _CAPTION.validate_json(content)
    if caption is None:
        raise ValueError("null is no caption")
    return caption


_read_once = ReadOnce(lambda path: read_caption(path.read_bytes()))
