"""The runs on this machine: listed, and found by their names."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter

from esc10.errors import RunError
from esc10.runs.run import Run, damaged
from esc10.storage import ReadOnce, home
from esc10.training.plan import RunConfig

RUN_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
"""What a run may be called: on every system the name of a folder, and of nothing beyond it."""

STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
"""How JSON becomes an object of ours: the types as declared, no other field, finite numbers."""

# The union carries STRICT into the dataclasses, which by themselves know no Pydantic.
_CONFIG: TypeAdapter[RunConfig | None] = TypeAdapter(RunConfig | None, config=STRICT)


def runs_folder() -> Path:
    """Where all runs live."""
    return home() / "runs"


def load_run(run_id: str) -> Run:
    """The run of that name.

    Raises:
        RunError: there is none, or its configuration is damaged.
    """
    folder = runs_folder() / run_id
    if not RUN_ID.fullmatch(run_id) or not folder.is_dir():
        raise RunError(f"There is no run '{run_id}'. `python -m esc10 runs` lists them.")
    try:
        return Run(folder, _read_config(folder / "config.json"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as cause:
        raise damaged(run_id, "config.json") from cause


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


_read_config = ReadOnce(lambda path: read_config(path.read_bytes()))


def list_runs() -> tuple[list[Run], list[str]]:
    """All runs, the newest first, and a sentence for each folder that cannot be read."""
    runs, complaints = [], []
    folders = runs_folder().iterdir() if runs_folder().is_dir() else ()
    for folder in sorted(folders, reverse=True):
        if folder.name.startswith(".") or not folder.is_dir():
            continue
        try:
            run = load_run(folder.name)
            run.history()
            run.state  # noqa: B018  (reads outcome.json, and complains if it is damaged)
        except RunError as error:
            complaints.append(str(error))
        else:
            runs.append(run)
    return runs, complaints


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
