"""The runs on this machine: created, listed, found, and closed where their process died."""

from __future__ import annotations

import json
import logging
import os
import re
import socket
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

import psutil
from pydantic import ConfigDict, TypeAdapter

from esc10.errors import RunError, disk_trouble
from esc10.runs.files import damaged, read_once
from esc10.runs.recorder import RunRecorder
from esc10.runs.run import UNFINISHED, Outcome, Run
from esc10.storage import home, write_whole
from esc10.training.plan import RunConfig

RUN_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
"""What a run may be called: on every system the name of a folder, and of nothing beyond it."""

STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
"""How JSON becomes an object of ours: the types as declared, no other field, finite numbers."""

# The union carries STRICT into the dataclasses, which by themselves know no Pydantic.
_CONFIG: TypeAdapter[RunConfig | None] = TypeAdapter(RunConfig | None, config=STRICT)
_KEPT_CONFIGS = 512

_log = logging.getLogger(__name__)


def runs_folder() -> Path:
    """Where all runs live."""
    return home() / "runs"


def create_run(config: RunConfig) -> RunRecorder:
    """A new run's folder, complete with its configuration before it gets its name.

    Raises:
        RunError: the disk refused.
    """
    folder = runs_folder() / config.run_id
    aside = folder.with_name(f".{config.run_id}.part")
    process = psutil.Process()
    writer = {"host": socket.gethostname(), "pid": os.getpid(), "started": process.create_time()}
    with disk_trouble(f"Storing run {config.run_id}", RunError):
        write_whole(aside / "config.json", json.dumps(asdict(config), indent=1).encode())
        write_whole(aside / "process.json", json.dumps(writer).encode())
        aside.rename(folder)
    run = RunRecorder(folder, config)
    run.add_event("queued")
    return run


def load_run(run_id: str) -> Run:
    """The run of that name.

    Raises:
        RunError: there is none, or its configuration is damaged.
    """
    folder = runs_folder() / run_id
    if not RUN_ID.fullmatch(run_id) or not folder.is_dir():
        raise RunError(f"There is no run '{run_id}'. `python -m esc10 runs` lists them.")
    try:
        return Run(folder, read_once(_config_in, folder / "config.json"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as cause:
        raise damaged(run_id, "config.json") from cause


@lru_cache(maxsize=_KEPT_CONFIGS)
def _config_in(path: Path, size: int, changed: int) -> RunConfig:
    del size, changed
    return read_config(path.read_bytes())


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


def close_interrupted() -> None:
    """Mark the unfinished runs of processes that are gone; their epochs so far stay readable."""
    runs, _ = list_runs()
    for run in runs:
        if run.state in UNFINISHED and not run.writer_lives:
            reason = "the program was closed or the machine went down while it was unfinished"
            try:
                RunRecorder(run.folder, run.config).end(Outcome("interrupted", reason, {}))
            except RunError:
                # A full disk must not keep anybody from reading what is there.
                _log.exception("run %s could not be closed", run.run_id)
