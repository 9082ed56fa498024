"""The seven exercises as people meet them: what is asked, where an answer goes, what is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from esc10.datasets.clips import class_label
from esc10.features.mel import MelConfig
from esc10.lesson.exercises import (
    BY_HEART,
    FEWEST_EPOCHS,
    FIRST_LAYER,
    HEALTHY,
    LEARNS,
    LEARNS_NOT,
    Solution,
    curves_solution,
    listening_solution,
    mistakes_solution,
    network_solution,
    sounds_solution,
    spectrogram_solution,
    split_solution,
)
from esc10.training.networks import LAB_MODELS, MODELS
from esc10.ui.guided_lab.explanations import (
    explain_curves,
    explain_listening,
    explain_mistakes,
    explain_network,
    explain_sounds,
    explain_spectrogram,
    explain_split,
)
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


def _number(label: str, most: int, least: int = 0) -> int | None:
    """A field for a whole number that stays while other exercises are looked at."""
    return st.number_input(
        label, least, most, None, step=1, key=f"guided lab {label}", persist_state="session"
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
        "epoch": _number("Epoch", len(subject.trained.history()), 1),
        "gap": _one_of(
            "Training accuracy may lie above validation accuracy while both still rise. That is",
            _GAPS,
        ),
    }


def _ask_pair(subject: Subject) -> Given:
    classes = subject.trained.config.classes
    true, predicted = (
        st.selectbox(
            label,
            classes,
            None,
            format_func=class_label,
            key=f"guided lab {label} {subject.trained.config.train.dataset}",
            persist_state="session",
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


EXERCISES = {
    "sounds": Exercise(
        "Sounds",
        False,
        "Before any network: **how many clips in a hundred would you get right by always giving "
        "the same, best answer?** Listen to a few on the way.",
        show_sounds,
        lambda _: {"percent": _number("Right without listening, in %", 100)},
        lambda given: f"{given['percent']} %",
        lambda subject: sounds_solution(subject.sounds),
        "Accepted: give or take one point, or a quarter of the answer if that is less.",
        "Which class has the most clips, and what share of all clips is that?",
        explain_sounds,
    ),
    "spectrogram": Exercise(
        "Spectrogram",
        False,
        "A clip has 5 seconds at 22,050 samples a second. Every 512 samples a frame begins, the "
        "first is centred on sample 0, and each becomes 128 mel bands. **What is the shape of a "
        "clip's spectrogram?**",
        show_spectrogram,
        _ask_shape,
        lambda given: f"{given['bands']} mel bands, {given['frames']} frames",
        lambda _: spectrogram_solution(MelConfig()),
        "Accepted: exactly.",
        "How often do 512 samples fit into 5 × 22,050? And one frame more, for sample 0.",
        explain_spectrogram,
    ),
    "split": Exercise(
        "Split",
        False,
        "Takes are clips cut from the same recording. The lab draws its test clips at random. "
        "**For how many test clips is another take in training?** Such a clip leaks.",
        show_split,
        lambda _: {"clips": _number("Test clips that leak", 100_000)},
        lambda given: f"{given['clips']} test clips",
        lambda subject: split_solution(subject.sounds),
        "Accepted: give or take one clip.",
        "Sort the table by its last column, and count the rows above 0.",
        explain_split,
        "Nobody knows which of these clips come from one recording. Choose other data.",
    ),
    "network": Exercise(
        "Network",
        False,
        f"The first layer of the 1D-CNN, {FIRST_LAYER}, has 16 filters. Each is 9 frames wide and "
        "128 mel bands high, and has a bias. **How many parameters is that?** Work it out.",
        show_network,
        lambda _: {"parameters": _number("Parameters", 100_000_000)},
        lambda given: f"{given['parameters']:,} parameters",
        lambda subject: network_solution(first_network(subject.sounds)),
        "Accepted: exactly.",
        "A filter has a weight for every point it covers, and one bias.",
        explain_network,
    ),
    "curves": Exercise(
        "Curves",
        True,
        "**In which epoch is the validation loss lowest?** Where the training loss goes on falling "
        "after it, the network learns its clips by heart: it overfits.",
        show_training,
        _ask_curves,
        lambda given: f"epoch {given['epoch']}; {_GAPS[given['gap']]}",
        lambda subject: curves_solution(subject.trained.history()),
        "Accepted: give or take a tenth of the epochs, two at least.",
        "The lowest point of the solid line on the left. And as long as validation gets better, "
        "what does the network learn?",
        explain_curves,
        f"This run is too short to ask about its course: {FEWEST_EPOCHS} epochs or more are "
        "needed. Choose another run, or train one for longer.",
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
        explain_mistakes,
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
        explain_listening,
    ),
}
"""Each of `esc10.lesson.exercises.EXERCISES`, in the order of the lesson."""
