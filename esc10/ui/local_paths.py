"""Paths on the machine that the app runs on, and who may name them.

A path that is looked at tells whether it exists, a folder can be made a dataset that everybody
hears, and on Windows a path to another machine sends that machine a password. So a path is for
whoever sits at this machine, and for others only below the folder that ESC10_IMPORT names.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath, PureWindowsPath

import streamlit as st

from esc10.errors import DatasetError

_FORWARDED = ("X-Forwarded-For", "X-Real-Ip", "Forwarded")
"""What a proxy adds: behind one everybody seems to sit at this machine."""


def import_folder() -> Path | None:
    """The folder that ESC10_IMPORT names, from which browsers elsewhere may load too."""
    named = os.environ.get("ESC10_IMPORT")
    return Path(named).expanduser() if named else None


def is_here() -> bool:
    """Whether this session's browser runs on the machine that the app runs on."""
    forwarded = any(st.context.headers.get(name) for name in _FORWARDED)
    return st.context.ip_address is None and not forwarded


def choose_path(label: str, key: str, example: str, *, personal: bool = False) -> str:
    """A box for a path; empty, and no box, where this browser may name none.

    What is `personal` is for whoever sits at this machine: anybody may name what is below the
    import folder.
    """
    folder = import_folder()
    if is_here():
        return st.text_input(f"{label} on this machine", key=key, placeholder=example)
    if folder is not None and not personal:
        return st.text_input(f"{label} in the server's import folder", key=key)
    return ""


def local_path(typed: str) -> Path:
    """The path that somebody typed.

    Raises:
        DatasetError: this browser may not name it.
    """
    typed = typed.strip().strip('"')
    if is_here():
        return Path(typed).expanduser()
    folder = import_folder()
    inside = PurePosixPath(typed.replace("\\", "/"))
    outside = PureWindowsPath(typed)
    # Before anything is looked at: asking for a path to another machine is what must not happen.
    leads_out = inside.is_absolute() or outside.drive or outside.root or ".." in inside.parts
    if folder is None or leads_out:
        raise DatasetError(
            "A browser on another machine can only name paths in the server's import folder. "
            "Upload a zip instead."
        )
    path = folder / inside
    if not path.resolve().is_relative_to(folder.resolve()):
        raise DatasetError("That path leads out of the server's import folder. Upload a zip.")
    return path
