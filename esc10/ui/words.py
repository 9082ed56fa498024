"""Runs and times as people write them."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

from esc10.datasets import source_of
from esc10.datasets.clips import class_label
from esc10.errors import RunError
from esc10.evaluation.comparison import SIGNIFICANT
from esc10.evaluation.intervals import wilson_interval
from esc10.features.inputs import KINDS
from esc10.lesson.words import SPLIT_WORDS, describe_recipe, share
from esc10.runs.run import Run
from esc10.storage import time_of
from esc10.training.config import TrainConfig
from esc10.training.networks import LAB_MODELS, MODELS
from esc10.training.results import LAST, EpochRow, best_epochs

CRITERION_WORDS = {"val_accuracy": "accuracy", "val_loss": "loss", LAST: "last epoch"}

NETWORKS = ("no", "one", "two", "three", "four", "five", "six")[len(LAB_MODELS)]
"""How many networks the lab has, as a word."""

STATE_WORDS = {
    "queued": "waiting",
    "training": "training",
    "finished": "finished",
    "stopped": "stopped",
    "failed": "failed",
    "interrupted": "interrupted",
    "cancelled": "taken out of the queue",
}

_PUNCTUATION = re.compile(f"[{re.escape(string.punctuation)}]")
_FOUND_LATER = re.compile("[:@]|www", re.IGNORECASE)
_WORD_JOINER = "\u2060"

_SMALLEST_NAMED = 0.001
_SPACE = "\u00a0"


def criterion_label(criteria: Sequence[str]) -> str:
    """What a choice among weights is called."""
    if LAST in criteria:
        return "Weights of the last epoch, or of the best by validation"
    return "Weights of the best epoch by validation"


def run_time(run: Run) -> str:
    """When the run was asked for, on this machine's clock."""
    return f"{time_of(run.config.created):%d %b %H:%M:%S}"


def title_of(run: Run) -> str:
    """What a person calls the run, as it was typed; empty where nobody gave it a title."""
    try:
        return run.caption.title
    except RunError:
        return ""  # no figure of a run depends on what it is called


def in_markdown(text: str) -> str:
    """A stranger's text so that Markdown shows it and obeys none of it.

    Backslashes keep brackets, stars and dollars what they are. Icons and links are found in what is
    left when the backslashes are gone, so an invisible character parts their signs.
    """
    escaped = _PUNCTUATION.sub(r"\\\g<0>", text)
    return _FOUND_LATER.sub(lambda found: found[0] + _WORD_JOINER, escaped)


def class_words(category: str) -> str:
    """A class name as people write it, for Markdown: '1) dog' begins no list."""
    return in_markdown(class_label(category))


def plain_name(run: Run) -> str:
    """Title, network and time, as plain text: for tables, boxes and tooltips."""
    return _name(run, title_of(run))


def short_name(run: Run) -> str:
    """The same in Markdown: enough to tell runs on a page apart."""
    return _name(run, in_markdown(title_of(run)))


def _name(run: Run, title: str) -> str:
    parts = (title, network_title(run.config.train), run_time(run))
    return ", ".join(filter(None, parts))


def network_title(config: TrainConfig) -> str:
    """The title of the network that is trained, and how wide it is where it is not as usual."""
    wide = "" if config.width == 1 else f", {config.width:g} times as wide"
    return MODELS[config.model].title + wide


def data_title(run: Run) -> str:
    """The title of the data a run learned from; that they are synthetic says a badge."""
    return source_of(run.config.train.dataset).title.removesuffix(" (synthetic)")


def long_name(run: Run) -> str:
    """All that tells a run from others, as plain text."""
    return " · ".join(filter(None, _facts(run)))


def long_names(runs: Sequence[Run]) -> dict[str, str]:
    """The same of each of some runs, by their ids, in an order that boxes may cut.

    After title and network comes what differs among them. The seconds of their times are there
    only where two would have one name without, then their seeds, then their ids: boxes tell what
    is chosen by its name, and of two that are alike would choose the other one.
    """
    told = {run.run_id: _facts(run) for run in runs}
    differs = [len(set(facts)) > 1 for facts in zip(*told.values(), strict=True)]

    def joined(facts: tuple[str, ...]) -> str:
        places = sorted(range(len(facts)), key=lambda place: (place > 1, not differs[place]))
        return " · ".join(facts[place] for place in places if facts[place])

    names = {}
    for run in runs:
        facts = told[run.run_id]
        seeded = f"{joined(facts)} · seed {run.config.train.seed}"
        short = joined((*facts[:-1], facts[-1][:-3]))
        names[run.run_id] = (short, joined(facts), seeded, f"{seeded} · {run.run_id}")
    counts = [Counter(same) for same in zip(*names.values(), strict=True)]
    return {
        run_id: next(
            (name for name, count in zip(each, counts, strict=True) if count[name] == 1), each[-1]
        )
        for run_id, each in names.items()
    }


def _facts(run: Run) -> tuple[str, ...]:
    """Title, network, data, split, unusual features, recipe, time; some may be empty."""
    config = run.config.train
    return (
        title_of(run),
        network_title(config),
        data_title(run),
        SPLIT_WORDS[config.split],
        "" if config.features == KINDS[0] else config.features,
        describe_recipe(config),
        run_time(run),
    )


def duration(seconds: float) -> str:
    """A span of time, no more exact than a person needs it."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60):02d} min"


def describe_best(run: Run, history: list[EpochRow]) -> str:
    """The best validation accuracy so far with its 95 % interval, and its epoch.

    That it flatters stands below the curves: see `esc10.ui.curves`.
    """
    best = best_epochs(history)["val_accuracy"]
    clips = len(run.config.clips["validation"])
    interval = wilson_interval(round(best.val_accuracy * clips), clips)
    return f"best validation accuracy {share(best.val_accuracy, interval)} in epoch {best.epoch}"


def megabytes(count: int) -> str:
    """A size in megabytes of 1,000,000 bytes."""
    return f"{count / 1e6:.0f} MB"


def finding(p_value: float, note: str = "") -> str:
    """Whether a p-value is evidence for a difference, with a remark beside it."""
    evidence = "evidence" if p_value < SIGNIFICANT else "no evidence"
    remarks = ", ".join(filter(None, (_format_p(p_value), note)))
    return f"{evidence} for a difference ({remarks})"


def _format_p(p_value: float) -> str:
    """Two digits, or as many as it takes not to show a value on the other side of 0.05.

    A line must not end within it.
    """
    if p_value < _SMALLEST_NAMED:
        return f"p{_SPACE}<{_SPACE}{_SMALLEST_NAMED}"
    digits = 2
    while (float(f"{p_value:.{digits}g}") < SIGNIFICANT) != (p_value < SIGNIFICANT):
        digits += 1
    return f"p{_SPACE}={_SPACE}{p_value:.{digits}g}"
