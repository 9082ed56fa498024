"""Features and a training epoch at 400, 2,000 and 10,000 clips: seconds, and the memory it takes.

The larger datasets are the practice sounds several times over: each clip again under the name of
another recording in the same fold, its file a hard link. Every size has two processes of its own,
one that computes the features and one that trains as the app does, with a worker beside it; both
are watched from outside. Everything is measured once; what else the machine does meanwhile counts.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.fresh import answers_of
from benchmarks.memory import Watch
from benchmarks.report import markdown_table
from benchmarks.scale_side import DATASET
from benchmarks.sounds import home_with
from benchmarks.spread import seconds
from esc10.datasets.folders import MARKER
from esc10.features.mel import MelConfig

SIZES = (400, 2_000, 10_000)
NETWORKS = ("cnn", "td_cnn")
CLIPS = 400
BUDGET_BYTES = 8e9

_RECORDINGS = 1_000
"""More than the practice sounds have; copies of a recording are numbered so far apart."""

Results = dict[str, Any]


def measure(sizes: tuple[int, ...] = SIZES) -> Results:
    """Seconds and memory of every phase at every size.

    Args:
        sizes: numbers of clips, multiples of 400, ascending.
    """
    by_size: dict[int, Results] = {}
    with home_with(DATASET) as origin, tempfile.TemporaryDirectory(dir=origin) as folder:
        for clips in sizes:
            home = Path(folder) / str(clips)
            repeat_dataset(origin, home, clips)
            with _home(home):
                by_size[clips] = {
                    **_watched(["features"]),
                    **_watched(["training", *NETWORKS]),
                }
    return {"sizes": [*sizes], **_growth(by_size), "within_8_gb": _within_budget(by_size)}


def repeat_dataset(origin: Path, home: Path, clips: int) -> None:
    """Lay out a home whose practice sounds are another home's several times over.

    Args:
        origin: a home with the practice sounds.
        home: the new one, on the same disk.
        clips: how many it shall have, a multiple of 400.
    """
    source, target = (path / "datasets" / DATASET for path in (origin, home))
    (target / "audio").mkdir(parents=True)
    listed = json.loads((source / MARKER).read_text("utf-8"))
    files = []
    for copy in range(clips // CLIPS):
        for entry in listed["files"]:
            fold, recording, take, label = entry["filename"].split("-")
            name = f"{fold}-{int(recording) + copy * _RECORDINGS}-{take}-{label}"
            (target / "audio" / name).hardlink_to(source / entry["path"])
            files.append({**entry, "filename": name, "path": f"audio/{name}"})
    (target / MARKER).write_text(json.dumps({**listed, "files": files}), "utf-8")


@contextmanager
def _home(path: Path) -> Iterator[None]:
    before = os.environ["ESC10_HOME"]
    os.environ["ESC10_HOME"] = str(path)
    try:
        yield
    finally:
        os.environ["ESC10_HOME"] = before


def _watched(arguments: list[str]) -> Results:
    """What a process says of each phase, with the memory before it began and the most it held."""
    answers = answers_of("benchmarks.scale_side", *arguments)
    watch = Watch(next(answers)["pid"])
    try:
        idle = watch.now()
        return {
            answer.pop("phase"): {**answer, "idle": asdict(idle), "peak": asdict(watch.lap())}
            for answer in answers
        }
    finally:
        watch.close()


def _growth(by_size: dict[int, Results]) -> Results:
    """Every phase at every size, beside the same phase at the smallest and at the size before."""
    sizes = [*by_size]
    phases: Results = {}
    for phase in by_size[sizes[0]]:
        rows = {clips: by_size[clips][phase] for clips in sizes}
        phases[phase] = {
            clips: {**rows[clips], **compared(rows, clips, sizes[max(0, place - 1)])}
            for place, clips in enumerate(sizes)
        }
    return {"phases": phases}


def compared(rows: dict[int, Results], clips: int, before: int) -> Results:
    """How a phase's needs have grown.

    Args:
        rows: what was measured by number of clips.
        clips: the number in question.
        before: the next smaller number, or the same.

    Returns:
        Seconds and bytes for a clip; both relative to the smallest size, where 1 or less is
        growth no faster than the number of clips; and how often each clip added since `before`
        is in memory at the peak, in units of its spectrogram.
    """
    smallest = min(rows)
    row, first = rows[clips], rows[smallest]
    per_clip = row["seconds"] / clips
    bytes_per_clip = row["peak"]["together"] / clips
    added = row["peak"]["together"] - rows[before]["peak"]["together"]
    return {
        "s_per_clip": per_clip,
        "s_per_clip_of_smallest": per_clip / (first["seconds"] / smallest),
        "bytes_per_clip": bytes_per_clip,
        "bytes_per_clip_of_smallest": bytes_per_clip / (first["peak"]["together"] / smallest),
        "copies_of_an_added_clip": (
            None if clips == before else added / (clips - before) / _clip_bytes()
        ),
    }


def _clip_bytes() -> int:
    """Of a clip's spectrogram, float32."""
    mel = MelConfig()
    return 4 * mel.frames * mel.n_mels


def _within_budget(by_size: dict[int, Results]) -> bool:
    """Whether the largest size stays below 8 GB in all its phases, processes added up."""
    largest = by_size[max(by_size)]
    return bool(max(phase["peak"]["together"] for phase in largest.values()) < BUDGET_BYTES)


def _gigabytes(held: float) -> str:
    return f"{held / 1e9:.2f} GB" if held else "–"


def table(results: Results) -> str:
    """A row for every phase and size."""
    rows = []
    for phase, by_size in results["phases"].items():
        for clips, row in by_size.items():
            copies = row["copies_of_an_added_clip"]
            rows.append(
                [
                    phase,
                    f"{clips:,}",
                    seconds(row["seconds"]),
                    f"{row['s_per_clip_of_smallest']:.2f}",
                    *(_gigabytes(held) for held in row["peak"].values()),
                    f"{row['bytes_per_clip_of_smallest']:.2f}",
                    "–" if copies is None else f"{copies:.1f}",
                ]
            )
    head = [
        "phase",
        "clips",
        "time",
        "time per clip, of the smallest's",
        "server, at most",
        "worker",
    ]
    head += ["together", "memory per clip, of the smallest's", "copies of each further clip"]
    verdict = "within" if results["within_8_gb"] else "**not** within"
    text = f"The largest dataset is trained on {verdict} 8 GB in all."
    return f"{markdown_table(head, rows)}\n\n{text}"
