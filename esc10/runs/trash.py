"""Runs deleted, and brought back: a deleted run waits in `runs/.deleted` until it is purged.

Its folder is renamed, so a run is here or there, and whole in either place; `esc10.runs.store`
lists no name that begins with a full stop. The folder's own time of change says when it was
deleted.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from esc10.errors import RunError, disk_trouble, refusal, was_gone
from esc10.runs.run import Run
from esc10.runs.store import RUN_ID, read_config, runs_folder
from esc10.runs.writer import WRITER, is_there
from esc10.storage import is_gone


def deleted_folder() -> Path:
    """Where deleted runs wait."""
    return runs_folder() / ".deleted"


def delete_run(run_id: str) -> None:
    """Take a run out of the list; `restore_run` brings it back. A damaged one can be deleted too.

    Raises:
        RunError: there is no such run, it has not ended and its program still runs, a deleted run
            has its name, or the disk refused; nothing is changed then.
    """
    folder = runs_folder() / run_id
    if not RUN_ID.fullmatch(run_id) or is_gone(folder):
        raise RunError(f"There is no run '{run_id}'. `python -m esc10 runs` lists them.")
    kept = deleted_folder() / run_id
    with disk_trouble(f"Deleting run {run_id}", RunError):
        # Whatever else is damaged or cannot be read: the outcome is written last.
        if not (folder / "outcome.json").exists() and is_there(folder / WRITER):
            raise RunError(f"Run {run_id} has not ended yet. Stop it first, then delete it.")
        if kept.exists():
            raise RunError(
                f"A run {run_id} was deleted before and is still kept. Delete that one for good, "
                "then try again."
            )
        kept.parent.mkdir(exist_ok=True)
        os.utime(folder)
        folder.rename(kept)


def deleted_runs() -> list[Run]:
    """The deleted runs, the newest deletion first; those that cannot be read are left out.

    Raises:
        RunError: their folder cannot be listed.
    """
    try:
        folders = [*deleted_folder().iterdir()]
    except OSError as cause:
        if was_gone(cause):
            return []
        raise RunError(f"The deleted runs cannot be listed: {refusal(cause)}.") from cause
    found = []
    for folder in folders:
        if not RUN_ID.fullmatch(folder.name):
            continue
        # Whatever is wrong with it: it is damaged, or another page restores it just now.
        with suppress(OSError, ValueError, RunError):
            run = Run(folder, read_config((folder / "config.json").read_bytes()))
            found.append((folder.stat().st_mtime_ns, run))
    found.sort(key=lambda pair: (pair[0], pair[1].run_id), reverse=True)
    return [run for _, run in found]


def restore_run(run_id: str) -> None:
    """Bring a deleted run back, as it was.

    Raises:
        RunError: there is no such deleted run, another run has its name by now, or the disk
            refused; nothing is changed then.
    """
    kept = _kept(run_id)
    folder = runs_folder() / run_id
    with disk_trouble(f"Restoring run {run_id}", RunError):
        if folder.exists():
            raise RunError(
                f"Run {run_id} cannot be restored: there is a run of that name again. Delete the "
                "deleted one for good, or leave it where it is."
            )
        for part in kept.glob(".*.part"):  # of a file that was being written when it was deleted
            part.unlink()
        kept.rename(folder)


def purge_run(run_id: str) -> None:
    """Delete a deleted run for good.

    Raises:
        RunError: there is no such deleted run, or the disk refused; the run is then still whole.
    """
    kept = _kept(run_id)
    with disk_trouble(f"Deleting run {run_id} for good", RunError):
        # First of all its name: where a file is in use, Windows refuses here, and not halfway.
        kept.rename(kept.with_name(f".{run_id}.part"))
    # What cannot be removed now goes with the next one.
    for part in deleted_folder().glob(".*.part"):
        shutil.rmtree(part, ignore_errors=True)


def _kept(run_id: str) -> Path:
    """The folder of a deleted run.

    Raises:
        RunError: there is none.
    """
    folder = deleted_folder() / run_id
    if not RUN_ID.fullmatch(run_id) or is_gone(folder):
        raise RunError(
            f"There is no deleted run '{run_id}'. It may have been restored or deleted for good."
        )
    return folder
