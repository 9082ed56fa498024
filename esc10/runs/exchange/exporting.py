"""A run as the bytes of one zip."""

from __future__ import annotations

import io
import json
import zipfile

from esc10.runs.captions import CAPTION_FILE, Caption
from esc10.runs.outcome import WEIGHTS
from esc10.runs.run import Run, unreadable
from esc10.runs.writing import TAKEN_FOR_GONE, history_csv
from esc10.training.results import CRITERIA

MEBIBYTE = 2**20
TABLE = "history.csv"
"""The epochs once more, for whoever opens the zip in a spreadsheet."""

FILES: dict[str, int] = {
    "config.json": MEBIBYTE // 4,
    "events.jsonl": 8 * MEBIBYTE,
    TABLE: 4 * MEBIBYTE,
    **dict.fromkeys(WEIGHTS.values(), 24 * MEBIBYTE),
    "probabilities.npz": 168 * MEBIBYTE,
    "outcome.json": MEBIBYTE // 4,
    CAPTION_FILE: MEBIBYTE // 4,
}
"""The files of a run that mean something elsewhere, and the most bytes each may have.

Together they stay below 256 MiB. The answers of 10,000 epochs on 400 clips, which no run exceeds,
have 153 MiB, and the largest of our networks' weights 0.8.
"""


def run_zip(run: Run) -> bytes:
    """The bytes of a zip with one folder, named after the run, and its files in it.

    Which process wrote the run stays behind, and which worker trained it: that is about this
    machine.

    Args:
        run: a run with weights.

    Raises:
        RunError: the run has no weights, or its folder is damaged.
    """
    # Read here as a page would read them, so that damage is noticed where it can be mended.
    for criterion in run.criteria or CRITERIA:
        run.weights(criterion)
        run.answers(criterion)
    texts = {TABLE: history_csv(run.history()), "events.jsonl": _events(run)}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in FILES:
            if name == CAPTION_FILE and run.caption == Caption():
                continue
            if name in WEIGHTS.values() and name not in run.weight_files.values():
                continue
            # With the date every ZipInfo has: a run gives the same bytes whenever it is asked.
            archive.writestr(
                zipfile.ZipInfo(f"{run.run_id}/{name}"),
                texts.get(name) or _content(run, name),
                zipfile.ZIP_STORED if name.endswith(".npz") else zipfile.ZIP_DEFLATED,
            )
    return content.getvalue()


def _events(run: Run) -> bytes:
    """The events as lines.

    Without the address of the worker that some runs noted, and without what others on this machine
    thought of its process.
    """
    events = [
        {name: event[name] for name in event if name != "worker"}
        for event in run.events()
        if event.get("reason") != TAKEN_FOR_GONE.reason
    ]
    return "".join(json.dumps(event) + "\n" for event in events).encode()


def _content(run: Run, name: str) -> bytes:
    try:
        return (run.folder / name).read_bytes()
    except OSError as cause:
        raise unreadable(run.folder, name, cause) from cause
