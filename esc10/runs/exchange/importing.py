"""A run out of another installation's zip: everything is checked before anything is written.

It is stored among the runs, or only looked at, in a folder that is gone afterwards.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from esc10.errors import RunError, disk_trouble, reason_of
from esc10.runs.captions import CAPTION_FILE
from esc10.runs.events import rows_of
from esc10.runs.exchange.arrays import FILE as PROBABILITIES
from esc10.runs.exchange.arrays import check_probabilities
from esc10.runs.exchange.checks import (
    checked_caption,
    checked_config,
    checked_events,
    checked_outcome,
)
from esc10.runs.exchange.exporting import FILES, MEBIBYTE, TABLE
from esc10.runs.exchange.members import Members, refused, shown
from esc10.runs.exchange.weights import check_hdf5
from esc10.runs.outcome import WEIGHTS, weight_files
from esc10.runs.run import Run
from esc10.runs.store import RUN_ID, load_run, runs_folder
from esc10.storage import write_whole
from esc10.training.plan import RunConfig
from esc10.training.results import LAST

MAX_ZIP_BYTES = 256 * MEBIBYTE

CheckWeights = Callable[[RunConfig, bytes], None]


def import_run(content: bytes | Path, check_weights: CheckWeights) -> Run:
    """Store a run that another installation exported.

    The zip is a stranger's. It may hold a run's files and nothing else; what they say is checked
    against what a run can be, and what is text is written anew from what was understood. No layer
    of the stranger's is ever built: the network comes from `esc10.training.networks`, by the name
    in the configuration, and takes nothing but numbers from the zip. A Lambda layer has nowhere to
    be, and a `.keras` file or a full model in place of weights is refused.

    Args:
        content: the zip, or where it is.
        check_weights: called last, with the configuration and the bytes of each `.weights.h5` file;
            raises `RunError` if they do not fit the network of that configuration.

    Raises:
        RunError: the zip is refused, the run is here already, or the disk refused; nothing of it
            is then under runs/.
    """
    files, config = _opened(content)
    run_id = config.run_id
    folder = runs_folder() / run_id
    with disk_trouble(f"Storing run {run_id}", RunError):
        if folder.exists():
            raise _here_already(run_id)
    checked = _checked(files, config)
    for name in sorted(checked.keys() & set(WEIGHTS.values())):
        check_weights(config, checked[name])
    _store(folder, checked)
    return load_run(run_id)


@contextmanager
def run_aside(content: bytes | Path) -> Iterator[Run]:
    """A stranger's run to look at: checked as for `import_run`, but not stored among the runs.

    Nobody has tried its weights on their network yet. Its folder is gone when the context ends, and
    what was not read until then cannot be; what the system does not let go of stays behind among
    its temporary files.

    Args:
        content: the zip, or where it is.

    Raises:
        DamagedRunError: the zip is damaged, or only a part of one.
        RunError: it is refused.
        OSError: there is no room for it among the system's temporary files.
    """
    files, config = _opened(content)
    checked = _checked(files, config)
    del files, content
    with tempfile.TemporaryDirectory(prefix="esc10-", ignore_cleanup_errors=True) as aside:
        folder = Path(aside) / config.run_id
        folder.mkdir()
        while checked:
            name, its_content = checked.popitem()
            (folder / name).write_bytes(its_content)
        yield Run(folder, config)


def _opened(content: bytes | Path) -> tuple[dict[str, bytes], RunConfig]:
    """The files by their names in the run's folder, and the configuration, which is checked."""
    zipped = Members(bytes_of(content), "the zip")
    run_id = _run_id(zipped.names)
    files = _files(zipped, run_id)
    return files, checked_config(files["config.json"], run_id)


def _checked(files: dict[str, bytes], config: RunConfig) -> dict[str, bytes]:
    """What is to be written, when all but the weights' fit has been checked."""
    texts, weights = _checked_texts(files, config)
    for name in weights:
        check_hdf5(files[name], name)
    return {name: files[name] for name in (PROBABILITIES, *weights)} | texts


def bytes_of(content: bytes | Path) -> bytes:
    """What is to be imported, if it is no larger than any run's zip.

    Raises:
        RunError: it is larger, or cannot be read.
    """
    too_large = refused("it is larger than any run")
    if isinstance(content, bytes):
        if len(content) > MAX_ZIP_BYTES:
            raise too_large
        return content
    try:
        if content.stat().st_size > MAX_ZIP_BYTES:
            raise too_large
        return content.read_bytes()
    except OSError as cause:
        reason = reason_of(cause)
        raise RunError(f"{content} cannot be read: {reason}. Check the path.") from cause


def _run_id(names: list[str]) -> str:
    """The name of the one folder, from the first file's path."""
    if not names:
        raise refused("it is empty")
    run_id, slash, _ = names[0].partition("/")
    if not slash or not RUN_ID.fullmatch(run_id):
        raise refused(f"the zip holds {shown(names[0])}, which is no file of a run")
    return run_id


def _files(zipped: Members, run_id: str) -> dict[str, bytes]:
    """The files by their names in the run's folder, but for the table: events say the same."""
    limits = {f"{run_id}/{name}": limit for name, limit in FILES.items()}
    optional = (CAPTION_FILE, TABLE, *(WEIGHTS[name] for name in ("val_loss", LAST)))
    found = zipped.read(limits, optional=[f"{run_id}/{name}" for name in optional])
    files = {path.partition("/")[2]: content for path, content in found.items()}
    return {name: content for name, content in files.items() if name != TABLE}


def _checked_texts(
    files: dict[str, bytes], config: RunConfig
) -> tuple[dict[str, bytes], list[str]]:
    """Check everything but the weights: what is text, written anew, and which weights there are."""
    events = checked_events(files["events.jsonl"], config)
    history = rows_of(events)
    outcome = checked_outcome(files["outcome.json"], history)
    weights = sorted(set(weight_files(outcome.best).values()))
    # Where two chose one epoch, earlier versions had its weights twice.
    usual = {WEIGHTS[criterion] for criterion in outcome.best}
    there = {name for name in WEIGHTS.values() if name in files}
    for name in sorted((set(weights) - there) | (there - usual)):
        raise refused(f"{name} and outcome.json do not agree on which weights there are")
    if LAST in outcome.best and not config.train.follows_schedule:
        raise refused("outcome.json names the last epoch of a schedule, and config.json has none")
    check_probabilities(files[PROBABILITIES], config, len(history), whole=LAST in outcome.best)
    texts = {
        "config.json": json.dumps(asdict(config), indent=1),
        "events.jsonl": "".join(json.dumps(event) + "\n" for event in events),
        "outcome.json": json.dumps(asdict(outcome)),
    }
    if CAPTION_FILE in files:
        texts[CAPTION_FILE] = json.dumps(asdict(checked_caption(files[CAPTION_FILE])))
    return {name: text.encode() for name, text in texts.items()}, weights


def _store(folder: Path, files: dict[str, bytes]) -> None:
    """Write the files aside, and give their folder its name when all are there."""
    run_id = folder.name
    # Of this thread alone: a class may import the same zip at once, and a crash leave one behind.
    aside = folder.with_name(f".{run_id}.{os.getpid()}-{threading.get_ident()}.part")
    with disk_trouble(f"Storing run {run_id}", RunError):
        try:
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir(parents=True)
            for name, content in files.items():
                write_whole(aside / name, content)
            aside.rename(folder)
        except OSError:
            if folder.exists():
                raise _here_already(run_id) from None
            raise
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def _here_already(run_id: str) -> RunError:
    return RunError(
        f"Run {run_id} is here already. To import it again, first delete the folder runs/{run_id} "
        "in the data folder."
    )
