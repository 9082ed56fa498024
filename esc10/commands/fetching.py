"""Bringing in a dataset."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any

from esc10 import datasets
from esc10.progress import Progress


def show(progress: Progress) -> None:
    """Say on stderr how far a long operation is."""
    if progress.files == progress.total_files or progress.files % 50 == 0:
        # Back to the start of the line, so that an error's sentence has it to itself.
        print(
            f"{progress.doing}: {progress.files}/{progress.total_files} files",
            end="\n" if progress.files == progress.total_files else "\r",
            file=sys.stderr,
            flush=True,
        )


def fetch(options: Namespace) -> dict[str, Any]:
    """Bring in a dataset and verify every clip."""
    datasets.fetch(options.dataset, options.from_path, show)
    dataset = datasets.load_dataset(options.dataset)
    return {
        "dataset": options.dataset,
        "synthetic": dataset.source.synthetic,
        "clips": len(dataset.clips),
        "classes": list(dataset.classes),
        "folder": str(datasets.dataset_folder(options.dataset)),
    }


def fetch_in_words(answer: dict[str, Any]) -> str:
    """One line."""
    return f"{answer['dataset']}: {answer['clips']} clips, verified, in {answer['folder']}"
