"""The seven exercises as people meet them: what is asked, where an answer goes, what is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from esc10.datasets.clips import class_label
from esc10.evaluation.intervals import percent
from esc10.features.mel import MelConfig
from esc10.lesson.exercises import (
    BY_HEART,
    FIRST_LAYER,
    HEALTHY,
    LEARNS,
    LEARNS_NOT,
    Solution,
    curves_solution,
    listening_solution,
    mistakes_solution,
    most_frequent_mistakes,
    network_solution,
    sounds_solution,
    spectrogram_solution,
    split_solution,
)
from esc10.training.networks import LAB_MODELS, MODELS
from esc10.ui.guided_lab.objects import (
    Subject,
    first_network,
    show_listening,
    show_mistakes,
    show_network,
    show_sounds,
    show_spectrogram,
    show_split,
    show_training,
)
from esc10.ui.server import verdict

Given = Mapping[str, Any]
"""An answer, field by field; None where a field is empty."""

_GAPS = {
    BY_HEART: "Overfitting: whatever lies above validation was learned by heart",
    HEALTHY: "Healthy: what it learns still holds for clips it does not train on",
}
_LEARNING = {
    LEARNS: "Yes: every sound that it hears changes its weights",
    LEARNS_NOT: "No: it answers, and stays as it is",
}


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Attributes:
        title: in the row of all of them.
        needs_run: whether it is about a trained network.
        question: what is asked, in Markdown.
        show: what it is about.
        ask: draws the fields of the answer, and gives what is in them.
        words: an answer as a sentence has it.
        solution: what is right; None where this subject has no answer.
        accepted: how far off an answer may be.
        hint: what helps after a wrong answer, in Markdown.
        explain: what the right answer is, and why, in Markdown.
        unanswerable: why some subject has no answer.
    """

    title: str
    needs_run: bool
    question: str
    show: Callable[[Subject], None]
    ask: Callable[[Subject], Given]
    words: Callable[[Given], str]
    solution: Callable[[Subject], Solution | None]
    accepted: str
    hint: str
    explain: Callable[[Subject], str]
    unanswerable: str = ""


def _number(label: str, most: int) -> int | None:
    """A field for a whole number that stays while other exercises are looked at."""
    return st.number_input(
        label, 0, most, None, step=1, key=f"guided lab {label}", persist_state="session"
    )


def _one_of(label: str, options: Mapping[str, str]) -> str | None:
    return st.radio(
        label,
        list(options),
        index=None,
        format_func=options.__getitem__,
        key=f"guided lab {label}",
        persist_state="session",
    )


def _ask_shape(_: Subject) -> Given:
    left, right = st.columns(2)
    with left:
        bands = _number("Mel bands", 100_000)
    with right:
        frames = _number("Frames", 1_000_000)
    return {"bands": bands, "frames": frames}


def _ask_curves(subject: Subject) -> Given:
    return {
        "epoch": _number("Epoch", len(subject.trained.history())),
        "gap": _one_of(
            "Training accuracy may lie above validation accuracy while both still rise. That is",
            _GAPS,
        ),
    }


def _ask_pair(subject: Subject) -> Given:
    classes = subject.trained.config.classes
    true, predicted = (
        st.selectbox(
            label, classes, None, format_func=class_label, key=f"guided lab {label} {classes}"
        )
        for label in ("In truth", "Taken for")
    )
    return {"pair": (true, predicted) if true and predicted else None}


def _ask_listening(_: Subject) -> Given:
    return {
        "learns": _one_of("While you ask it, does the network learn from your sound?", _LEARNING),
        "order": _one_of(
            "All frames of a sound are shuffled. Which network gives the very same answer?",
            {key: MODELS[key].title for key in LAB_MODELS},
        ),
    }


def _explain_shape(_: Subject) -> str:
    mel = MelConfig()
    samples = int(mel.sample_rate * mel.seconds)
    return (
        f"1 + {samples:,} ÷ {mel.hop_length} without its rest are **{mel.frames} frames** of "
        f"**{mel.n_mels} mel bands**: {mel.frames * mel.n_mels:,} numbers of {samples:,} samples. "
        "Networks here take them as time by bands."
    )


def _explain_guess(subject: Subject) -> str:
    clips = subject.sounds.counts.sum(axis=1)
    return (
        f"Whoever always says *{class_label(subject.sounds.classes[int(clips.argmax())])}* is "
        f"right for **{clips.max()} of {clips.sum()} clips, "
        f"{percent(clips.max() / clips.sum())}%**. An accuracy says something beside this figure "
        "only."
    )


def _explain_split(subject: Subject) -> str:
    solution = split_solution(subject.sounds)["clips"]
    return (
        f"**{solution.right}** of them. There the network may know the very dog, room and "
        "microphone, and the accuracy flatters. Folds are made to keep a recording together; what "
        "that is worth shows *Traps*, the leak-o-meter."
    )


def _explain_parameters(subject: Subject) -> str:
    table = first_network(subject.sounds)
    (first,) = [row for row in table.rows if row.name == FIRST_LAYER]
    return (
        f"(9 × {MelConfig().n_mels} weights + 1 bias) × 16 filters are **{first.parameters:,}**, "
        f"{percent(first.parameters / table.parameters)}% of all {table.parameters:,}. Here the "
        "length of a clip does not matter: the filters slide along it."
    )


def _explain_curves(subject: Subject) -> str:
    history = subject.trained.history()
    lowest = min(history, key=lambda row: row.val_loss)
    after = history[lowest.epoch :]
    if after:
        then = (
            f"In the {len(after)} epochs after it the training loss went from "
            f"{lowest.loss:.2f} to {after[-1].loss:.2f}, the validation loss from "
            f"{lowest.val_loss:.2f} to {after[-1].val_loss:.2f}: by heart."
        )
    else:
        then = "It is the last: here it has not begun to learn by heart."
    return (
        f"In **epoch {lowest.epoch}**. {then} A gap alone is no fault: as long as validation "
        "gets better, what is learned holds for other clips too."
    )


def _explain_pair(subject: Subject) -> str:
    run = subject.trained
    judged = verdict(run, run.criteria[0]).parts["test"]
    said = []
    for true, predicted in most_frequent_mistakes(judged):
        support = int(judged.report[true]["support"])
        said.append(
            f"**{class_label(true)}, taken for {class_label(predicted)}**: "
            f"{len(judged.cells(true, predicted))} of {support} clips"
        )
    return (
        f"{'; '.join(said)}. Of so few clips another seed may make another pair: that is no "
        "property of the class yet."
    )


def _explain_listening(_: Subject) -> str:
    averaging = next(MODELS[key].title for key in LAB_MODELS if MODELS[key].frames_vote)
    return (
        "Only training changes weights; asking does not. And the "
        f"**{averaging}** answers each frame by itself and takes the mean: a mean knows no order. "
        "Record yourself on *Predict*; to have a network learn from it, keep the recording there "
        "and train."
    )


EXERCISES = {
    "sounds": Exercise(
        "Sounds",
        False,
        "Before any network: **of how many clips in a hundred is somebody right who always gives "
        "the same answer,** the best one? Listen to a few clips on the way.",
        show_sounds,
        lambda _: {"percent": _number("Right without listening, in %", 100)},
        lambda given: f"{given['percent']} %",
        lambda subject: sounds_solution(subject.sounds),
        "Accepted: give or take one point.",
        "Which class has the most clips, and what share of all clips is that?",
        _explain_guess,
    ),
    "spectrogram": Exercise(
        "Spectrogram",
        False,
        "A clip has 5 seconds at 22,050 samples a second. Every 512 samples begins a frame, the "
        "first is centred on sample 0, and each becomes 128 mel bands. **What is the shape of a "
        "clip's spectrogram?**",
        show_spectrogram,
        _ask_shape,
        lambda given: f"{given['bands']} mel bands, {given['frames']} frames",
        lambda _: spectrogram_solution(MelConfig()),
        "Accepted: exactly.",
        "How often do 512 samples fit into 5 × 22,050? And one frame more, for sample 0.",
        _explain_shape,
    ),
    "split": Exercise(
        "Split",
        False,
        "Takes are cut from one recording. The lab draws its test clips at random. **Of how many "
        "test clips does another take train?** Such a clip leaks.",
        show_split,
        lambda _: {"clips": _number("Test clips that leak", 100_000)},
        lambda given: f"{given['clips']} test clips",
        lambda subject: (
            split_solution(subject.sounds) if subject.sounds.source.recordings_known else None
        ),
        "Accepted: give or take one clip.",
        "Sort the table by its last column, and count the rows above 0.",
        _explain_split,
        "Nobody knows which of these clips come from one recording. Choose other data.",
    ),
    "network": Exercise(
        "Network",
        False,
        f"The first layer of the 1D-CNN, {FIRST_LAYER}, has 16 filters. Each is 9 frames wide and "
        "128 mel bands high, and has a bias. **How many parameters are that?** Work it out.",
        show_network,
        lambda _: {"parameters": _number("Parameters", 100_000_000)},
        lambda given: f"{given['parameters']:,} parameters",
        lambda subject: network_solution(first_network(subject.sounds)),
        "Accepted: exactly.",
        "A filter has a weight for every point it covers, and one bias.",
        _explain_parameters,
    ),
    "curves": Exercise(
        "Curves",
        True,
        "**In which epoch is the validation loss lowest?** From there on the network learns its "
        "training clips by heart: overfitting.",
        show_training,
        _ask_curves,
        lambda given: f"epoch {given['epoch']}; {_GAPS[given['gap']]}",
        lambda subject: curves_solution(subject.trained.history()),
        "Accepted: give or take a tenth of the epochs, two at least.",
        "The lowest point of the solid line on the left. And as long as validation gets better, "
        "what does the network learn?",
        _explain_curves,
    ),
    "mistakes": Exercise(
        "Mistakes",
        True,
        "**Which class is most often taken for which?** Click its number in the matrix and listen: "
        "would you have known?",
        show_mistakes,
        _ask_pair,
        lambda given: " taken for ".join(map(class_label, given["pair"])),
        lambda subject: mistakes_solution(
            verdict(subject.trained, subject.trained.criteria[0]).parts["test"]
        ),
        "Accepted: exactly; of equal pairs each.",
        "The largest number off the diagonal: its row is the truth, its column the answer.",
        _explain_pair,
        "This run takes no test clip for another class. Choose another run.",
    ),
    "listening": Exercise(
        "Listening",
        True,
        "Let the network judge a clip several times, and once with its frames shuffled; then other "
        "runs. **Does it learn from what it is asked, and which network knows no order?**",
        show_listening,
        _ask_listening,
        lambda given: f"{_LEARNING[given['learns']]}; {MODELS[given['order']].title}",
        lambda _: listening_solution(),
        "Accepted: the right one of each.",
        "Does the digest of the weights ever change? And which network takes the mean of what it "
        "says of each frame?",
        _explain_listening,
    ),
}
"""Each of `esc10.lesson.exercises.EXERCISES`, in the order of the lesson."""
