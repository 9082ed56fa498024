"""Cross-validations on this machine: which trainings one is made of, and which of them are there.

    crossvals/<name>.json   its settings; written first, and never changed

Nothing else of it is stored: its folds are the finished runs that have just these settings, whoever
asked for them. So a fold is kept as it ends, and what is missing can be trained at any time.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

from esc10.datasets import load_dataset
from esc10.datasets.splits import FOLDS, fold_before, fold_split
from esc10.errors import RunError, disk_trouble, refusal, was_gone
from esc10.runs.run import Run
from esc10.storage import STRICT, ReadOnce, home, write_whole
from esc10.training.config import TrainConfig
from esc10.training.results import ENDINGS

MOST_SEEDS = 10


@dataclass(frozen=True)
class CrossValidation:
    """Every fold tested once, by a network that has not heard it, for each of some seeds.

    Attributes:
        settings: of every training, but for its folds and its seed: those of the first one.
        seeds: how many; the first is the settings', and each is one more than the one before.
        created: when it was asked for, ISO 8601, UTC.
    """

    settings: TrainConfig
    seeds: int
    created: str

    def __post_init__(self) -> None:
        """Refuse what is no cross-validation.

        Raises:
            RunError: the seeds are too many, none or too large; or the split is not by fold.
        """
        if not 1 <= self.seeds <= MOST_SEEDS:
            raise RunError(f"{self.seeds} is no usable number of seeds. Choose 1 to {MOST_SEEDS}.")
        if self.settings.split != "folds":
            raise RunError("A cross-validation goes by folds. Choose that split.")
        self.trainings  # noqa: B018  (the last seed may be one too many)

    @property
    def name(self) -> str:
        """What it is called: the same settings have the same name."""
        settings = asdict(self.settings)
        if settings["width"] == 1:
            del settings["width"]  # it had no place in the names that earlier versions gave
        parts = json.dumps([settings, self.seeds], sort_keys=True)
        digest = hashlib.sha256(parts.encode()).hexdigest()[:8]
        return f"{self.settings.model}-{self.settings.dataset}-{digest}"

    @property
    def trainings(self) -> tuple[TrainConfig, ...]:
        """What it is made of: seed by seed, every fold tests once, and the one before validates."""
        return tuple(
            replace(
                self.settings,
                seed=self.settings.seed + number,
                validation_fold=fold_before(fold),
                test_fold=fold,
            )
            for number in range(self.seeds)
            for fold in FOLDS
        )


def cross_validation_of(settings: TrainConfig, seeds: int = 1) -> CrossValidation:
    """A cross-validation with these settings, stored so that it can be found again.

    Args:
        settings: of every training; its folds do not matter, nor whose they are.
        seeds: how many.

    Raises:
        RunError: it cannot be one, or the disk refused.
    """
    first = replace(settings, owner=None, validation_fold=fold_before(FOLDS[0]), test_fold=FOLDS[0])
    now = datetime.now(UTC).isoformat(timespec="seconds")
    asked = CrossValidation(first, seeds, now)
    path = _folder() / f"{asked.name}.json"
    if path.exists():
        return _read(path)
    with disk_trouble(f"Storing cross-validation {asked.name}", RunError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(asdict(asked), indent=1).encode())
    return asked


def list_cross_validations() -> tuple[list[CrossValidation], list[str]]:
    """All of them, the newest first, and a sentence for each file that cannot be read."""
    found, complaints = [], []
    try:
        paths = sorted(_folder().glob("*.json"))
    except OSError as cause:
        return [], [] if was_gone(cause) else [f"They cannot be listed: {refusal(cause)}."]
    for path in paths:
        try:
            found.append(_read(path))
        except RunError as error:
            if path.exists():  # else somebody has just deleted it
                complaints.append(str(error))
    return sorted(found, key=lambda one: one.created, reverse=True), complaints


def delete_cross_validation(asked: CrossValidation) -> None:
    """Forget a cross-validation; its runs stay.

    Raises:
        RunError: the disk refused.
    """
    with disk_trouble(f"Deleting cross-validation {asked.name}", RunError):
        (_folder() / f"{asked.name}.json").unlink(missing_ok=True)


def runs_of(trainings: Collection[TrainConfig], runs: Iterable[Run]) -> dict[TrainConfig, Run]:
    """The run of each training that has one: a finished one, else one that is under way.

    A run counts as finished where it trained to its end and has kept its answers on the test clips:
    neither what diverged nor what an earlier version trained.

    Args:
        trainings: nobody's; a run counts whoever asked for it.
        runs: all runs, the newest first; of several that are alike the newest counts.
    """
    wanted, found = set(trainings), dict[TrainConfig, Run]()
    usable = ("finished", "training", "queued")
    for run in runs:
        config = replace(run.config.train, owner=None)
        if config not in wanted or run.state not in usable:
            continue
        if run.state == "finished" and not _can_be_judged(run):
            continue
        other = found.get(config)
        if other is None or usable.index(run.state) < usable.index(other.state):
            found[config] = run
    return found


def refuse_empty_folds(asked: CrossValidation) -> None:
    """See that each of its trainings has clips to learn from, to validate and to test on.

    Raises:
        DatasetError: the dataset is not on this machine.
        RunError: one has not.
    """
    dataset = load_dataset(asked.settings.dataset)
    for config in asked.trainings[: len(FOLDS)]:
        try:
            fold_split(dataset, config.validation_fold, config.test_fold)
        except RunError as cause:
            raise RunError(
                f"{dataset.source.title} cannot be cross-validated: one of its folds is empty. Add "
                "clips, or train on folds that have some."
            ) from cause


def _can_be_judged(run: Run) -> bool:
    outcome = run.outcome
    if outcome is None or not outcome.best or outcome.reason == ENDINGS["diverged"]:
        return False
    try:
        return _has_test_answers(run.folder / "probabilities.npz")
    except (OSError, zipfile.BadZipFile):
        return False


def _holds_test_answers(path: Path) -> bool:
    with zipfile.ZipFile(path) as stored:
        return "test_by_epoch.npy" in stored.namelist()


_has_test_answers = ReadOnce(_holds_test_answers)


def _folder() -> Path:
    return home() / "crossvals"


def _own(path: Path) -> CrossValidation:
    asked = _ADAPTER.validate_json(path.read_bytes())
    if asked is None or asked.name != path.stem:
        raise ValueError("it is another one")
    datetime.fromisoformat(asked.created)
    return asked


# The union carries STRICT into the dataclasses, which by themselves know no Pydantic.
_ADAPTER: TypeAdapter[CrossValidation | None] = TypeAdapter(CrossValidation | None, config=STRICT)
_read_once = ReadOnce(_own)


def _read(path: Path) -> CrossValidation:
    try:
        return _read_once(path)
    except (OSError, ValueError, RunError) as cause:
        how = "it is cut off or garbled"
        if isinstance(cause, OSError):
            how = refusal(cause)
        elif isinstance(cause, RunError):
            how = f"it is of another version of this lab ({cause})"
        raise RunError(
            f"Cross-validation {path.stem} cannot be read: {how}. Its runs are not affected; to be "
            f"rid of it, delete crossvals/{path.name} in the data folder."
        ) from cause
