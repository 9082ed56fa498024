"""What there is time for in a lesson: which training, which traps, how many exercises."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import ceil

from esc10.lesson.exercises import EXERCISES
from esc10.runs.experiments import EXPERIMENTS
from esc10.training.config import TrainConfig
from esc10.training.networks import LAB_MODELS

AFTER_TRAINING = ("curves", "mistakes", "listening")
"""The exercises that are about a trained network."""

BEFORE_TRAINING = tuple(key for key in EXERCISES if key not in AFTER_TRAINING)

_EPOCHS = (100, 60, 40)
"""How many a network may train, the best first. In fewer it has learned too little to be judged:
the averages it validates with are still settling."""

_SHARE_OF_THE_TIME = 0.8
"""What trainings may fill of it: a page is opened and a button found in the rest."""

_LEAST_WATCHING = 2
EXERCISE_MINUTES, GUESS_MINUTES, FINDING_MINUTES = 3, 1, 3
TRAP_MINUTES = GUESS_MINUTES + FINDING_MINUTES
_MINUTES_A_TRAP = 10
"""So much must be left for one: a trap without an exercise beside it has no time to train."""


@dataclass(frozen=True)
class Training:
    """What is trained in front of everybody.

    Attributes:
        models: the networks, keys of `esc10.training.networks.MODELS`.
        epochs: how many each of them trains.
        seconds: how long all of them take.
    """

    models: tuple[str, ...]
    epochs: int
    seconds: float


@dataclass(frozen=True)
class Fitting:
    """What there is time for.

    Attributes:
        short: the minutes in which a network is judged.
        listening: those in which sounds are heard.
        watching: those in which a training, or a replay, is watched.
        training: what is trained; None where nothing is.
        before: the exercises before the network is judged.
        after: those after it.
        traps: the experiments, each with the seconds that its trainings take.
        judgeable: whether there is a network to be judged.
    """

    short: int
    listening: int
    watching: int
    training: Training | None
    before: tuple[str, ...]
    after: tuple[str, ...]
    traps: Mapping[str, float]
    judgeable: bool


def what_fits(
    minutes: int, dataset: str, known: Mapping[str, float], finished: Collection[TrainConfig]
) -> Fitting:
    """What there is time for in so many minutes, 5 at least.

    Args:
        minutes: how long the lesson is.
        dataset: the key of the dataset to learn from.
        known: how many seconds an epoch of a network takes, of those of which it is known.
        finished: what the finished runs on this dataset have trained.
    """
    short = max(1, round(minutes / 8))
    watching = max(_LEAST_WATCHING, minutes // 5)
    rest = minutes - 3 * short - watching
    traps = _traps(dataset, known, finished, rest, short)
    exercises = (rest - TRAP_MINUTES * len(traps)) // EXERCISE_MINUTES
    training = _training(known, watching + EXERCISE_MINUTES * len(_halves(exercises)[0]))
    if training is None and not finished:
        before = BEFORE_TRAINING[:exercises]
        return Fitting(short, short + watching, 0, None, before, (), traps, judgeable=False)
    if training is not None:
        # A training that ends soon is not watched for long, and leaves time to more exercises.
        needed = max(_LEAST_WATCHING, ceil(training.seconds / 60) + 1)
        exercises += max(0, watching - needed) // EXERCISE_MINUTES
        watching = min(watching, needed)
    before, after = _halves(exercises)
    return Fitting(short, short, watching, training, before, after, traps, judgeable=True)


def _training(known: Mapping[str, float], minutes: int) -> Training | None:
    """As many networks as fit, and of these as many epochs; None where not one fits."""
    fastest = sorted(known, key=known.__getitem__)
    for count in range(len(fastest), 0, -1):
        chosen = tuple(model for model in LAB_MODELS if model in fastest[:count])
        for epochs in _EPOCHS:
            seconds = epochs * sum(known[model] for model in chosen)
            if seconds <= 60 * minutes * _SHARE_OF_THE_TIME:
                return Training(chosen, epochs, seconds)
    return None


def _traps(
    dataset: str,
    known: Mapping[str, float],
    finished: Collection[TrainConfig],
    rest: int,
    judging: int,
) -> dict[str, float]:
    """The experiments that there is time for, each with the seconds that its trainings take.

    They train while the network is judged, and in the exercises after it.
    """
    most = rest // _MINUTES_A_TRAP
    exercises = (rest - TRAP_MINUTES * most) // EXERCISE_MINUTES // 2
    meanwhile = judging + EXERCISE_MINUTES * min(exercises, len(AFTER_TRAINING))
    left = 60 * meanwhile * _SHARE_OF_THE_TIME
    there, traps = set(finished), dict[str, float]()
    for key, experiment in EXPERIMENTS.items():
        missing = set(experiment(dataset).trainings) - there
        if len(traps) == most or not all(_is_known(config, known) for config in missing):
            continue
        seconds = sum(config.epochs * known[config.model] for config in missing)
        if seconds <= left:
            traps[key] = seconds
            left -= seconds
            there |= missing
    return traps


def _is_known(config: TrainConfig, known: Mapping[str, float]) -> bool:
    """Whether an epoch of it takes what one of its network does: as wide, in batches as large."""
    usual = TrainConfig(config.dataset, config.model)
    alike = (config.width, config.batch_size) == (usual.width, usual.batch_size)
    return alike and config.model in known


def _halves(exercises: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which of so many exercises come before the network is judged, and which after."""
    before = BEFORE_TRAINING[: ceil(exercises / 2)]
    return before, AFTER_TRAINING[: exercises - len(before)]
