"""A person's own title and note for a run, in `label.json` in its folder.

It is the one file there that anybody may write, at any time, whoever trains: nothing else depends
on it.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from esc10.errors import RunError, disk_trouble
from esc10.storage import write_whole

if TYPE_CHECKING:
    from esc10.runs.run import Run

MAX_TITLE = 60
MAX_NOTE = 2000
"""In characters."""

_KEPT_LABELS = 512


@dataclass(frozen=True, slots=True)
class Label:
    """What a person calls a run, and says of it.

    Attributes:
        title: one line of at most `MAX_TITLE` characters; empty for none.
        note: at most `MAX_NOTE` characters; empty for none.
    """

    title: str = ""
    note: str = ""


def set_label(run: Run, title: str, note: str) -> Label:
    """Give a run a title and a note, instead of those it had; space around them is left out.

    Args:
        run: in whatever state.
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
    if not run.folder.is_dir():  # writing would make a folder that holds a label and no run
        raise RunError(f"There is no run '{run.run_id}' any more, so it cannot get a title.")
    with disk_trouble(f"Storing the title of run {run.run_id}", RunError):
        write_whole(run.folder / "label.json", json.dumps(asdict(label)).encode())
    # Two labels of one length may be written within a tick of the disk's clock.
    label_in.cache_clear()
    return label


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


@lru_cache(maxsize=_KEPT_LABELS)
def label_in(path: Path, size: int, changed: int) -> Label:
    """The label in a file, for `esc10.runs.run.read_once`.

    Raises:
        OSError: the file cannot be read.
        ValueError: it holds no label.
        KeyError: likewise.
        TypeError: likewise.
    """
    del size, changed
    stored = json.loads(path.read_text("utf-8"))
    label = Label(stored["title"], stored["note"])
    if not isinstance(label.title, str) or not isinstance(label.note, str):
        raise ValueError(f"{path} holds a title or a note that is no text")
    return label
