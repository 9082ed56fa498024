"""What a report says of a run, and the run itself inside."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from esc10.audio.loading import SAMPLE_RATE
from esc10.datasets import Source, source_of
from esc10.datasets.clips import class_label
from esc10.errors import RunError
from esc10.evaluation.intervals import NO_LEAK, cautions, describe_leaks, percent
from esc10.evaluation.metrics import Evaluation, evaluate
from esc10.lesson.answers import Answered, stored_form
from esc10.lesson.report.charts import curve_charts
from esc10.lesson.report.mistakes import Mistakes, mistakes_within
from esc10.lesson.report.reading import seal_of
from esc10.lesson.words import (
    CRITERION_PHRASES,
    FEATURE_WORDS,
    SPLIT_WORDS,
    describe_recipe,
    describe_scaling,
    describe_spectrogram,
    right_of,
    share,
)
from esc10.runs.captions import Caption
from esc10.runs.exchange import run_zip
from esc10.runs.run import Run
from esc10.storage import time_of
from esc10.training.networks import MODELS
from esc10.training.results import LAST

if TYPE_CHECKING:
    from jinja2 import Template

MAX_BYTES = 15_000_000
"""Of a report: what course servers and mail take. Only a run that alone is larger exceeds it."""

_HERE = Path(__file__).parent

_NO_MISTAKES = Mistakes((), 0)


@dataclass(frozen=True)
class Report:
    """A run to hand in.

    Attributes:
        content: the bytes of an HTML file.
        seal: the SHA-256 of the run's zip in it.
        mistakes: the misclassified test clips that it shows.
    """

    content: bytes
    seal: str
    mistakes: Mistakes


def report_of(run: Run, weights: str, answers: Sequence[Answered] = ()) -> Report:
    """A run as one HTML file, which is the same whenever it is asked for.

    Args:
        run: a run with weights.
        weights: one of its `criteria`: those by which it is judged in the report.
        answers: what its student answered in the guided lab.

    Raises:
        RunError: the run has no weights, or its folder is damaged.
    """
    judged = evaluate(run, weights)
    zipped = run_zip(run)
    seal = seal_of(zipped)
    said = {
        **_about(run, judged),
        "answers": answers,
        "stored_answers": stored_form(answers),
        "run_zip": b64encode(zipped).decode("ascii"),
        "seal": seal,
    }
    without_clips = _page().render(said, mistakes=_NO_MISTAKES).encode()
    mistakes = mistakes_within(MAX_BYTES - len(without_clips), judged, run)
    return Report(_page().render(said, mistakes=mistakes).encode(), seal, mistakes)


@cache
def _page() -> Template:
    return page_from(_HERE, "report.html")


def page_from(folder: Path, name: str) -> Template:
    """A page to be filled in: whatever is put into it is escaped; it may include `report.css`.

    Args:
        folder: where it is.
        name: its file's.
    """
    # Whoever asks for another command, or reads a report, waits for it in vain.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([folder, _HERE]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(class_label=class_label, percent=percent, hundredths=_hundredths)
    return environment.get_template(name)


def _hundredths(share_of_one: float) -> str:
    """A share with two digits, halves upwards as everywhere."""
    return f"{percent(share_of_one) / 100:.2f}"


def _about(run: Run, judged: Evaluation) -> dict[str, Any]:
    """What the page says, but for answers, mistakes and the run itself."""
    source = source_of(run.config.train.dataset)
    history = run.history()
    network = MODELS[run.config.train.model].title
    caption = _caption(run)
    chosen = judged.weights != LAST
    no_leak = describe_leaks(run.config.clips, source) is None
    return {
        "title": caption.title or f"{network} on {source.title}",
        "note": caption.note,
        "run": run,
        "network": network,
        "source": source,
        "created": time_of(run.config.created).astimezone(UTC),
        "judged": judged,
        "weights": f"{CRITERION_PHRASES[judged.weights]}, epoch {judged.epoch}",
        "right": {part: right_of(verdict) for part, verdict in judged.parts.items()},
        "accuracy": {
            part: share(verdict.accuracy, verdict.interval)
            for part, verdict in judged.parts.items()
        },
        "cautions": [
            *cautions(run.config.clips, source, chosen=chosen),
            *([] if chosen else ["Nothing chose this epoch."]),
            *([NO_LEAK] if no_leak else []),
        ],
        "settings": list(_settings(run, source)),
        "history": history,
        "charts": curve_charts(history, len(run.config.clips["validation"])),
        "sample_rate": SAMPLE_RATE,
    }


def _caption(run: Run) -> Caption:
    try:
        return run.caption
    except RunError:
        return Caption()  # no figure of a run depends on what it is called


def _settings(run: Run, source: Source) -> Iterator[tuple[str, str]]:
    """What determined the run, as names and values; the order is that of the table."""
    config, outcome = run.config.train, run.outcome
    network = MODELS[config.model]
    yield "Network", f"{network.title}. {network.summary}"
    if outcome and outcome.parameters:
        trainable = outcome.trainable_parameters or 0
        yield "Parameters", f"{outcome.parameters:,}, of which {trainable:,} are trained"
    yield "Dataset", f"{source.title}. {source.summary}"
    clips = ", ".join(f"{len(names)} {part}" for part, names in run.config.clips.items())
    yield "Clips", f"{clips}; {len(run.config.classes)} classes"
    folds = f": fold {config.validation_fold} validates, fold {config.test_fold} tests"
    yield "Split", SPLIT_WORDS[config.split] + (folds if config.split == "folds" else "")
    mel = f"{describe_spectrogram(run.config.mel)} {describe_scaling(run.config.scaling)}"
    yield "Features", f"{FEATURE_WORDS[config.features]}. {mel}"
    yield "Recipe", describe_recipe(config) or "none, as in the lab"
    ended = f": {outcome.reason}" if outcome else ""
    yield "Epochs", f"{len(run.history())} of {config.epochs} at most{ended}"
    yield "Patience", f"{config.patience} epochs without a lower validation loss"
    yield "Batch size", f"{config.batch_size} clips"
    yield "Learning rate", f"{config.learning_rate:g}"
    yield "Seed", str(config.seed)
    seconds = run.seconds_per_epoch
    if seconds is not None:
        yield "Time per epoch", f"{seconds:.2f} s"
    if config.owner:
        yield "Whose", config.owner
    versions = run.config.versions | ((outcome.versions or {}) if outcome else {})
    yield "Versions", ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
    yield "Run", run.run_id
