"""A run's settings and figures in words, for pages and for what is handed in: plain text."""

from __future__ import annotations

from esc10.datasets.splits import SPLITS
from esc10.evaluation.intervals import percent
from esc10.evaluation.metrics import PartEvaluation
from esc10.features.inputs import KINDS, Scaling
from esc10.features.mel import MelConfig
from esc10.training.config import TrainConfig
from esc10.training.recipes import RECIPES, pieces_of, without
from esc10.training.results import LAST

FEATURE_WORDS = dict(
    zip(KINDS, ("log-mel (dB, standardised)", "mel (power, the lab's)"), strict=True)
)
SPLIT_WORDS = dict(zip(SPLITS, ("by fold", "the lab's, random"), strict=True))
CRITERION_PHRASES = {
    "val_accuracy": "of the best accuracy",
    "val_loss": "of the best loss",
    LAST: "of the last epoch",
}
"""To stand after 'the weights'."""

RECIPE_TITLES = {"augmented": "Augmented", "steady": "Steady"}

TRAP_TITLES = {
    "decibels": "The decibel switch",
    "leaks": "The leak-o-meter",
    "epochs": "Which epoch?",
    "networks": "Network or luck?",
    "order": "Order in time",
    "widths": "How many parameters?",
    "copies": "The flattering test set",
}
"""For each of `esc10.runs.experiments.EXPERIMENTS`."""

PIECE_WORDS = {
    "windows": "windows",
    "mixing": "mixing",
    "speed": "speed",
    "height": "height",
    "level": "loudness and colour",
    "masks": "masks",
    "smoothing": "soft targets",
    "schedule": "a schedule of step sizes",
    "decay": "weight decay",
    "averaging": "averaged weights",
    "settling": "dropout that rests at the end",
}
"""For each of `esc10.training.recipes.PIECES`."""


def share(value: float, interval: tuple[float, float]) -> str:
    """An accuracy with its 95 % interval, in percent.

    Args:
        value: from 0 to 1.
        interval: its ends, likewise.
    """
    low, high = interval
    return f"{percent(value)}% ({percent(low)} to {percent(high)}%)"


def right_of(judged: PartEvaluation) -> str:
    """How many clips were classified rightly, and the accuracy with its interval."""
    right = judged.clips - len(judged.mistakes)
    return f"{right} of {judged.clips}, {share(judged.accuracy, judged.interval)}"


def describe_recipe(config: TrainConfig) -> str:
    """What a run's recipe is, in a few words; empty for none."""
    recipe = config.recipe
    if recipe is None:
        return ""
    for key, named in RECIPES.items():
        whole = named.recipe_for(config.model)
        missing = [piece for piece in pieces_of(whole) if piece not in pieces_of(recipe)]
        if recipe == without(whole, *missing):
            left_out = ", ".join(PIECE_WORDS[piece] for piece in missing)
            return RECIPE_TITLES[key].lower() + (f" without {left_out}" if missing else "")
    return "a recipe of its own"


def describe_spectrogram(mel: MelConfig) -> str:
    """How the spectrograms are made that a network is fed."""
    return (
        f"Power mel spectrograms of {mel.seconds:g} s at {mel.sample_rate:,} Hz: a Hann window of "
        f"{mel.n_fft:,} samples every {mel.hop_length}."
    )


def describe_scaling(scaling: Scaling | None) -> str:
    """What is done to them before; None stands for nothing."""
    if scaling is None:
        return "They are fed as they are."
    return (
        "In dB, no lower than 80 dB below the clip's loudest point; then less the mean of "
        f"{scaling.mean:.6g} dB, and divided by the deviation of {scaling.deviation:.6g} dB."
    )
