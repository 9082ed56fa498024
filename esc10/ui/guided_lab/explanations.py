"""What the right answer to each exercise is, and why: by the student's own sounds and runs."""

from __future__ import annotations

from itertools import pairwise
from statistics import median

from esc10.evaluation.intervals import percent
from esc10.features.mel import MelConfig
from esc10.lesson.exercises import FIRST_LAYER, most_frequent_mistakes, split_solution
from esc10.training.networks import LAB_MODELS, MODELS
from esc10.training.results import EpochRow, best_epochs
from esc10.ui.guided_lab.objects import Subject, first_network
from esc10.ui.server import verdict
from esc10.ui.words import class_words

_MOST_PAIRS = 3
"""Of a good network many pairs are taken for one another once."""


def explain_sounds(subject: Subject) -> str:
    """How often the most frequent class is right."""
    clips = subject.sounds.counts.sum(axis=1)
    return (
        f"Whoever always says *{class_words(subject.sounds.classes[int(clips.argmax())])}* is "
        f"right for **{clips.max()} of {clips.sum()} clips, "
        f"{percent(clips.max() / clips.sum())}%**. An accuracy means something only beside this "
        "figure."
    )


def explain_spectrogram(_: Subject) -> str:
    """How many frames fit into a clip."""
    mel = MelConfig()
    samples = int(mel.sample_rate * mel.seconds)
    return (
        f"1 + {samples:,} ÷ {mel.hop_length}, rounded down, are **{mel.frames} frames** of "
        f"**{mel.n_mels} mel bands**: {mel.frames * mel.n_mels:,} numbers of {samples:,} samples. "
        "Networks here take them as time by bands."
    )


def explain_split(subject: Subject) -> str:
    """How many clips leak, and what that does."""
    solution = split_solution(subject.sounds)
    leaking = solution["clips"].right if solution else 0
    if not leaking:
        return "**0** of them: by chance no recording is on both sides. Folds leave nothing to it."
    room = "" if subject.sounds.source.synthetic else ", the room and the microphone"
    return (
        f"**{leaking}** of them. Of these the network may know the very source{room}: the accuracy "
        "flatters. Folds are made to keep a recording together; *Traps*, the leak-o-meter, shows "
        "what that is worth."
    )


def explain_network(subject: Subject) -> str:
    """Where the parameters of the first layer come from."""
    table = first_network(subject.sounds)
    (first,) = [row for row in table.rows if row.name == FIRST_LAYER]
    return (
        f"(9 × {MelConfig().n_mels} weights + 1 bias) × 16 filters are **{first.parameters:,}**, "
        f"{percent(first.parameters / table.parameters)}% of all {table.parameters:,}. For this "
        "layer the length of a clip does not matter: its filters slide along it."
    )


def explain_curves(subject: Subject) -> str:
    """Where the validation loss was lowest, and what came after it."""
    return (
        f"{describe_lowest(subject.trained.history())} A gap alone is no fault: as long as "
        "validation gets better, what is learned holds for other clips too."
    )


def describe_lowest(history: list[EpochRow]) -> str:
    """The epoch of the lowest validation loss, and whether what followed was learned by heart."""
    lowest = best_epochs(history)["val_loss"]
    after = history[lowest.epoch :]
    said = f"In **epoch {lowest.epoch}**."
    if not after:
        return f"{said} It is the last one: so far nothing shows that it learns by heart."
    said += (
        f" In the {len(after)} epochs after it the training loss went from {lowest.loss:.2f} to "
        f"{after[-1].loss:.2f}, the validation loss from {lowest.val_loss:.2f} to "
        f"{after[-1].val_loss:.2f}"
    )
    rise = after[-1].val_loss - lowest.val_loss
    if after[-1].loss >= lowest.loss or rise <= 0:
        return f"{said}."
    from_one_to_the_next = median(abs(b.val_loss - a.val_loss) for a, b in pairwise(history))
    if rise <= from_one_to_the_next:
        return f"{said}: no more than from one epoch to the next, so nobody can tell yet."
    return f"{said}: what it learned then was its training clips, by heart."


def explain_mistakes(subject: Subject) -> str:
    """Which class is most often taken for which, of how many clips."""
    run = subject.trained
    judged = verdict(run, run.criteria[0]).parts["test"]
    pairs = most_frequent_mistakes(judged)
    said = [
        f"**{class_words(true)}, taken for {class_words(predicted)}**: "
        f"{len(judged.cells(true, predicted))} of {int(judged.report[true]['support'])} clips"
        for true, predicted in pairs[:_MOST_PAIRS]
    ]
    if len(pairs) > _MOST_PAIRS:
        said.append(f"and {len(pairs) - _MOST_PAIRS} other pairs as often")
    return (
        f"{'; '.join(said)}. With so few clips another seed may give another pair: it says little "
        "about the class."
    )


def explain_listening(_: Subject) -> str:
    """That asking teaches nothing, and why a mean knows no order."""
    averaging = next(MODELS[key].title for key in LAB_MODELS if MODELS[key].frames_vote)
    return (
        "Only training changes weights; asking does not. And the "
        f"**{averaging}** answers each frame by itself and takes the mean: a mean knows no order. "
        "Record yourself on *Predict*; to have a network learn from it, keep the recording there "
        "and train."
    )
