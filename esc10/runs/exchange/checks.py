"""What a stranger's run says in words and figures, checked against what a run can be."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from esc10.datasets import SOURCES, source_of
from esc10.datasets.clips import categories_of, clip_from_name
from esc10.datasets.names import are_class_names, is_own
from esc10.datasets.own.classes import MAX_CLIPS as MAX_OWN_CLIPS
from esc10.errors import DatasetError, RunError
from esc10.features.mel import MelConfig
from esc10.runs.captions import MAX_NOTE, MAX_TITLE, Caption, read_caption
from esc10.runs.events import rows_of
from esc10.runs.exchange.members import refused, shown
from esc10.runs.outcome import ALL_PARTS, WITH_WEIGHTS, Outcome, read_outcome
from esc10.runs.store import read_config
from esc10.storage import STRICT, is_likely_time
from esc10.training.plan import RunConfig
from esc10.training.results import ENDINGS, LAST, EpochRow, best_epochs

MAX_CLIPS = 400
"""Every fixed source has as many."""

_SHORT = 100
_MAX_VERSIONS = 50
_MAX_PARAMETERS = 10**8
_OTHER_EVENTS = 20
"""Events beside the epochs; a run has three."""


@dataclass(frozen=True)
class _Moment:
    at: float
    kind: Literal["queued", "started", "finished", "stopped"]
    reason: str | None = None


@dataclass(frozen=True)
class _Epoch(EpochRow):
    at: float
    kind: Literal["epoch"]


_EVENT: TypeAdapter[_Moment | _Epoch] = TypeAdapter(_Moment | _Epoch, config=STRICT)


def checked_config(content: bytes, run_id: str) -> RunConfig:
    """The configuration, if a run here could have it.

    Args:
        content: of config.json.
        run_id: the name of the zip's folder.

    Raises:
        RunError: with the first thing that is wrong.
    """
    try:
        config = read_config(content)
    except (ValueError, RunError) as cause:
        raise refused("config.json is no configuration that this version can train") from cause
    for complaint in _complaints(config, run_id):
        raise refused(f"config.json {complaint}")
    return config


def _complaints(config: RunConfig, run_id: str) -> Iterator[str]:
    """What is wrong with a configuration; each relies on those before it not having come."""
    train = config.train
    if config.run_id != run_id:
        yield f"is of another run than its folder {run_id}"
    if train.dataset not in SOURCES and not is_own(train.dataset):
        yield f"names the dataset {shown(train.dataset)}, which this version does not know"
    yield from _complaints_about_classes(config)
    if config.mel != MelConfig():
        yield "asks for other spectrograms than this version makes"
    if (config.scaling is None) != (train.features == "mel"):
        yield f"does not have the scaling that {train.features} features need"
    if config.scaling is not None and config.scaling.deviation <= 0:
        yield "has a scaling whose deviation is not above 0"
    if not {train.validation_fold, train.test_fold} <= set(range(1, 6)):
        yield "names folds outside 1 to 5"
    if len(config.created) > _SHORT or not is_likely_time(config.created):
        yield "does not say when the run was created, with a time zone"
    if train.owner is not None and not _is_plain(train.owner, _SHORT):
        yield "has an owner that is no short line of text"
    if not _are_versions(config.versions):
        yield "lists versions that are no short lines of text"
    yield from _complaints_about_clips(config)


def _complaints_about_classes(config: RunConfig) -> Iterator[str]:
    """What an own dataset's classes are is the run's word alone, unless the dataset is here too."""
    key = config.train.dataset
    if is_own(key) and not are_class_names(config.classes):
        yield "names classes that no own dataset has: 2 to 50 different ones, in plain words"
    known = source_of(key).classes
    if known and config.classes != known:
        yield f"names other classes than the dataset {key} has"


def _complaints_about_clips(config: RunConfig) -> Iterator[str]:
    if set(config.clips) != set(ALL_PARTS) or not all(config.clips.values()):
        yield f"does not have clips for each of {', '.join(ALL_PARTS)}"
    names = [name for part in ALL_PARTS for name in config.clips[part]]
    most = MAX_OWN_CLIPS if is_own(config.train.dataset) else MAX_CLIPS
    if len(names) > most or len(names) != len(set(names)):
        yield f"names a clip twice, or more than {most}"
    categories = categories_of(config.train.dataset, config.classes)
    for name in names:
        if _class_of(name, categories) not in config.classes:
            yield f"names {shown(name)}, which is no clip of the dataset {config.train.dataset}"


def _class_of(name: str, categories: Mapping[int, str]) -> str | None:
    try:
        # A clip's name is short; Python refuses to read numbers of thousands of digits.
        return clip_from_name(name, Path(), categories).category if len(name) <= _SHORT else None
    except DatasetError:
        return None


def _is_plain(text: str, length: int) -> bool:
    """Whether a text is not too long, and without control characters."""
    return len(text) <= length and not any(unicodedata.category(sign) == "Cc" for sign in text)


def _are_versions(versions: dict[str, str] | None) -> bool:
    versions = versions or {}
    texts = (*versions, *versions.values())
    return len(versions) <= _MAX_VERSIONS and all(_is_plain(text, _SHORT) for text in texts)


def checked_events(content: bytes, config: RunConfig) -> list[dict[str, Any]]:
    """The events, if they are those of a training that ended well.

    Args:
        content: of events.jsonl.
        config: the run's configuration.

    Raises:
        RunError: a line is no event the app writes, or the epochs are not one after the other.
    """
    lines = content.splitlines()
    if len(lines) > config.train.epochs + _OTHER_EVENTS:
        raise refused("events.jsonl has more events than the run has epochs")
    try:
        for line in lines:
            _EVENT.validate_json(line)
        events = [json.loads(line) for line in lines]
    except ValueError as cause:
        raise refused("events.jsonl has a line that is no event of a run") from cause
    history = rows_of(events)
    if [row.epoch for row in history] != list(range(1, len(history) + 1)):
        raise refused("events.jsonl does not number the epochs one after the other")
    if not 1 <= len(history) <= config.train.epochs:
        raise refused("events.jsonl has no epoch, or more than the run asked for")
    if not all(0 <= share <= 1 for row in history for share in (row.accuracy, row.val_accuracy)):
        raise refused("events.jsonl has an accuracy that is not between 0 and 1")
    if not all(event.get("reason") in (None, *ENDINGS.values()) for event in events):
        raise refused("events.jsonl gives a reason for the run's end that no run has")
    return events


def checked_outcome(content: bytes, history: list[EpochRow]) -> Outcome:
    """The outcome, if it follows from the epochs.

    Args:
        content: of outcome.json.
        history: the run's epochs.

    Raises:
        RunError: it is no outcome of a run with weights, or names other best epochs.
    """
    try:
        outcome = read_outcome(content)
    except ValueError as cause:
        raise refused("outcome.json is not how a run ends") from cause
    if outcome.state not in WITH_WEIGHTS:
        raise refused("outcome.json is not that of a run that trained to its end or was stopped")
    stopped = outcome.reason == ENDINGS["stopped"]
    if outcome.reason not in ENDINGS.values() or stopped != (outcome.state == "stopped"):
        raise refused("outcome.json gives a reason for the run's end that no run has")
    best = {criterion: row.epoch for criterion, row in best_epochs(history).items()}
    if LAST in outcome.best:
        best[LAST] = len(history)
    if outcome.best != best:
        raise refused("outcome.json names other epochs as the best than events.jsonl shows")
    trainable, parameters = outcome.trainable_parameters, outcome.parameters
    if not 0 < (trainable or 0) <= (parameters or 0) <= _MAX_PARAMETERS:
        raise refused("outcome.json counts parameters that no network has")
    if not _are_versions(outcome.versions):
        raise refused("outcome.json lists versions that are no short lines of text")
    return outcome


def checked_caption(content: bytes) -> Caption:
    """The title and the note, if `esc10.runs.captions.set_caption` could have written them.

    Args:
        content: of label.json.

    Raises:
        RunError: it is no caption, or one is too long or holds control characters.
    """
    try:
        caption = read_caption(content)
    except ValueError as cause:
        raise refused("label.json is not a title and a note") from cause
    if not _is_plain(caption.title, MAX_TITLE) or len(caption.title.splitlines()) > 1:
        raise refused(f"label.json has a title that is no line of at most {MAX_TITLE} characters")
    note = caption.note.replace("\n", " ").replace("\t", " ")
    if not _is_plain(note, MAX_NOTE):
        raise refused(f"label.json has a note that is no text of at most {MAX_NOTE:,} characters")
    return caption
