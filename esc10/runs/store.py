"""The runs on this machine: listed, and found by their names."""

from __future__ import annotations

import logging
import re
from itertools import chain
from pathlib import Path

from pydantic import TypeAdapter

from esc10.datasets import SOURCES
from esc10.datasets.clips import categories_of, clip_from_name
from esc10.datasets.names import is_own
from esc10.errors import DatasetError, RunError, refusal, was_gone
from esc10.runs.outcome import ALL_PARTS
from esc10.runs.run import Run, unreadable
from esc10.storage import STRICT, ReadOnce, home, is_gone, time_of
from esc10.training.plan import RunConfig

RUN_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
"""What a run may be called: on every system the name of a folder, and of nothing beyond it."""

_log = logging.getLogger(__name__)

_SHIPPED = Path(__file__).resolve().parents[2] / "assets" / "runs"

# The union carries STRICT into the dataclasses, which by themselves know no Pydantic.
_CONFIG: TypeAdapter[RunConfig | None] = TypeAdapter(RunConfig | None, config=STRICT)


def runs_folder() -> Path:
    """Where all runs live."""
    return home() / "runs"


def load_run(run_id: str) -> Run:
    """The run of that name.

    Raises:
        RunError: there is none, or its configuration cannot be read.
    """
    folder = runs_folder() / run_id
    if not RUN_ID.fullmatch(run_id) or is_gone(folder):
        raise RunError(f"There is no run '{run_id}'. `python -m esc10 runs` lists them.")
    return _run_in(folder)


def _run_in(folder: Path) -> Run:
    try:
        return Run(folder, _read_config(folder / "config.json"))
    except (OSError, ValueError) as cause:
        raise unreadable(folder, "config.json", cause) from cause
    except RunError as cause:
        raise RunError(f"Run {folder.name} is of another version of this lab: {cause}") from cause


def read_config(content: bytes) -> RunConfig:
    """A run's configuration, from the bytes of its config.json.

    Raises:
        ValueError: it is no configuration.
        RunError: one of its settings is out of range.
    """
    config = _CONFIG.validate_json(content)
    if config is None:
        raise ValueError("null is no configuration")
    return config


def _own_config(path: Path) -> RunConfig:
    """The configuration of the run in a folder, if it is that run's and a run can have it."""
    config = read_config(path.read_bytes())
    if config.run_id != path.parent.name:
        raise ValueError("it is of another run")
    if config.train.dataset not in SOURCES and not is_own(config.train.dataset):
        raise RunError(f"it learned from {config.train.dataset!a}, which nobody here knows.")
    if not all(config.clips.get(part) for part in ALL_PARTS) or not config.classes:
        raise ValueError("it lacks clips or classes")
    time_of(config.created)
    categories = categories_of(config.train.dataset, config.classes)
    try:
        for name in chain(*config.clips.values()):
            clip_from_name(name, path, categories)
    except DatasetError as cause:
        raise ValueError(str(cause)) from cause
    return config


_read_config = ReadOnce(_own_config)


def list_runs() -> tuple[list[Run], list[str]]:
    """All runs, the newest first, and a sentence for each folder that cannot be read."""
    runs, complaints = [], []
    try:
        folders = sorted(runs_folder().iterdir(), reverse=True)
    except OSError as cause:
        return [], [] if was_gone(cause) else [f"The runs cannot be listed: {refusal(cause)}."]
    for folder in folders:
        if folder.name.startswith(".") or is_gone(folder):
            continue
        try:
            run = load_run(folder.name)
            run.history()
            run.state  # noqa: B018  (reads outcome.json, and complains if it is damaged)
        except RunError as error:
            if not is_gone(folder):  # else somebody has just deleted it
                complaints.append(str(error))
        else:
            runs.append(run)
    return runs, complaints


def shipped_runs() -> list[Run]:
    """The trained networks that come with the lab, in `assets/`; `assets.ship` made them.

    They are runs as any other, but nobody's on this machine: they are not listed, and stay as they
    are. There are none where the lab was installed without its assets; a damaged one is left out.
    """
    runs = []
    for folder in sorted(_SHIPPED.iterdir()) if _SHIPPED.is_dir() else []:
        if folder.name.startswith(".") or not folder.is_dir():
            continue
        try:
            run = _run_in(folder)
            run.state  # noqa: B018  (reads outcome.json)
        except RunError:
            _log.exception("%s, which comes with the lab, cannot be read", folder)
        else:
            runs.append(run)
    return runs


def is_shipped(run: Run) -> bool:
    """Whether a run is one of those that come with the lab."""
    return run.folder.parent == _SHIPPED


def find_run(name: str) -> Run:
    """The run of that name; `latest` is the newest one that has weights.

    Raises:
        RunError: there is none.
    """
    if name != "latest":
        return load_run(name)
    runs, _ = list_runs()
    for run in runs:
        outcome = run.outcome
        if outcome is not None and outcome.best:
            return run
    raise RunError(
        "There is no trained run yet. Train one on the Train page, or with: "
        "python -m esc10 train --dataset practice --model cnn"
    )
