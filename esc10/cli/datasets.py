"""Bringing in a dataset, or making one of own sounds."""

from __future__ import annotations

import sys
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from esc10 import datasets
from esc10.cli.figures import Answer
from esc10.datasets.description import description_of
from esc10.datasets.own.build import make_own
from esc10.datasets.own.preview import Preview, previews_of
from esc10.errors import DatasetError
from esc10.features.fetching import fetch_with_features
from esc10.progress import Progress


def show(progress: Progress) -> None:
    """Say on stderr how far a long operation is."""
    if not progress.total_files:
        print(f"{progress.doing}: {progress.files}", end="\r", file=sys.stderr, flush=True)
    elif progress.files == progress.total_files or progress.files % 50 == 0:
        # Back to the start of the line, so that an error's sentence has it to itself.
        print(
            f"{progress.doing}: {progress.files}/{progress.total_files} files",
            end="\n" if progress.files == progress.total_files else "\r",
            file=sys.stderr,
            flush=True,
        )


def fetch(options: Namespace) -> Answer:
    """Bring in a dataset, verify every clip, and compute its mel spectrograms."""
    fetch_with_features(options.dataset, options.from_path, show)
    dataset = datasets.load_dataset(options.dataset)
    folder, clips = datasets.dataset_folder(options.dataset), len(dataset.clips)
    answer = {
        "dataset": options.dataset,
        "synthetic": dataset.source.synthetic,
        "clips": clips,
        "classes": list(dataset.classes),
        "folder": str(folder),
    }
    return answer, f"{options.dataset}: {clips} clips, verified, in {folder}"


def own(options: Namespace) -> Answer:
    """Make a dataset of own sounds, in a folder or a zip."""
    if options.look:
        return _look(options.source.expanduser())
    key = make_own(options.source.expanduser(), options.title, show, reading=options.reading)
    described = description_of(key)
    if described is None:
        raise DatasetError(f"{key} was made, and is gone already. Make it again.")
    folder = datasets.dataset_folder(key)
    answer = {
        "dataset": key,
        "title": described.title,
        "classes": list(described.classes),
        "clips": described.clips,
        "folds": described.folds,
        "summary": described.summary,
        "skipped": list(described.skipped),
        "folder": str(folder),
    }
    left_out = [f"Left out: {sentence}" for sentence in described.skipped]
    lines = [f"{key}: {described.title}, in {folder}", described.summary, *left_out]
    return answer, "\n".join(lines)


def _look(source: Path) -> Answer:
    """How the sounds in a folder or a zip can be understood, the likeliest first."""
    previews = previews_of(source)
    answer = {"readings": [asdict(preview) for preview in previews]}
    return answer, "\n\n".join(map(_in_words, previews))


def _in_words(preview: Preview) -> str:
    rows = [
        f"  {row.name:24}{row.sounds:6} sounds"
        + (f", {row.recordings} recordings" if row.recordings else "")
        for row in preview.classes
    ]
    return "\n".join([f"--reading {preview.key}: {preview.understood}", *rows, preview.aside])
