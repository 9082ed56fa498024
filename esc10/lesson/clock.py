"""What to do in the minutes that there are: a plan of a lesson, from how long an epoch takes here.

Runs train while people do something else, so a training may last beyond the step that begins it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from math import ceil

from esc10.datasets import source_of
from esc10.errors import LessonError
from esc10.lesson.exercises import EXERCISES
from esc10.lesson.fitting import (
    EXERCISE_MINUTES,
    FINDING_MINUTES,
    GUESS_MINUTES,
    TRAP_MINUTES,
    Training,
    what_fits,
)
from esc10.lesson.words import TRAP_TITLES
from esc10.training.config import TrainConfig
from esc10.training.networks import LAB_MODELS, MODELS

SHORTEST = 5
"""In minutes: to hear, to train, to judge, and to be judged take one each at least."""


@dataclass(frozen=True)
class Step:
    """Something to do.

    Attributes:
        begin: the minute in which it begins, from 0.
        end: the minute in which it has ended.
        page: where it is done, as the navigation calls it.
        doing: what is done, in Markdown.
        place: what the page's address says of where on it: `data`, `exercise`, `experiment`.
    """

    begin: int
    end: int
    page: str
    doing: str
    place: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """A lesson, minute by minute.

    Attributes:
        minutes: how long it is.
        steps: one after the other, from minute 0 to the last.
        remark: what keeps it from being a better one, and what to do; empty where nothing does.
    """

    minutes: int
    steps: tuple[Step, ...]
    remark: str = ""

    def at(self, seconds: float) -> tuple[Step | None, Step | None]:
        """What is done so many seconds after the beginning, and what comes next.

        None where nothing is: after the end, and after the last step.
        """
        left = [step for step in self.steps if seconds < 60 * step.end]
        return (left[0] if left else None, left[1] if len(left) > 1 else None)


def plan_lesson(
    minutes: int,
    dataset: str,
    seconds_per_epoch: Mapping[str, float | None],
    finished: Collection[TrainConfig] = (),
    *,
    sounds_here: bool = True,
) -> Plan:
    """What to do in so many minutes.

    Everything there is time for in its order: hear, train, judge, be judged. What is left goes to
    exercises, half of them before and half of them after the network is judged, and to traps.

    Args:
        minutes: how long the lesson is.
        dataset: the key of the dataset to learn from.
        seconds_per_epoch: of each of the lab's networks, on this machine and these sounds; None, or
            no entry, where nobody knows.
        finished: what the finished runs on this dataset have trained, nobody's: they can be
            replayed, and count in an experiment.
        sounds_here: whether the dataset is on this machine.

    Raises:
        LessonError: that is too short.
    """
    if minutes < SHORTEST:
        raise LessonError(f"{minutes} minutes are too short. Take {SHORTEST} at least.")
    known = {
        model: seconds
        for model in LAB_MODELS
        if (seconds := seconds_per_epoch.get(model)) is not None
    }
    chosen = what_fits(minutes, dataset, known, finished)
    training, short, data = chosen.training, chosen.short, {"data": dataset} if sounds_here else {}
    lesson = [Step(0, chosen.listening, "Dataset", _listen(dataset, sounds_here), data)]
    if chosen.judgeable:
        watch = _watch(training, chosen.watching)
        lesson.append(Step(0, chosen.watching, "Train", watch, data))
    lesson += _guided(chosen.before, data)
    lesson += [_guess(key, seconds, data) for key, seconds in chosen.traps.items() if seconds]
    if chosen.judgeable:
        lesson.append(Step(0, short, "Evaluate", _judge(training, short)))
    lesson += _guided(chosen.after, data)
    lesson += [_finding(key, data, there=not seconds) for key, seconds in chosen.traps.items()]
    # The last step takes what is left: nobody minds a minute more for their own sounds.
    left = minutes - sum(step.end for step in lesson)
    lesson.append(Step(0, left, "Predict", _be_judged(chosen.judgeable)))
    unmeasured = [model for model in LAB_MODELS if model not in known]
    remark = _remark(training, unmeasured, bool(finished), sounds_here)
    return Plan(minutes, _in_a_row(lesson), remark)


def _in_a_row(lesson: Sequence[Step]) -> tuple[Step, ...]:
    """Steps that all begin at 0, one after the other."""
    ends = list(accumulate(step.end for step in lesson))
    return tuple(
        replace(step, begin=end - step.end, end=end) for step, end in zip(lesson, ends, strict=True)
    )


def _listen(dataset: str, sounds_here: bool) -> str:
    title = source_of(dataset).title.removesuffix(" (synthetic)")
    get = "" if sounds_here else "get the sounds, "
    return f"**{title}**: {get}play clips, and let them guess others from their spectrograms."


def _guided(keys: Sequence[str], data: Mapping[str, str]) -> list[Step]:
    """One step for some exercises in a row; none for none."""
    if not keys:
        return []
    named = ", ".join(f"{EXERCISES.index(key) + 1} **{key.capitalize()}**" for key in keys)
    doing = f"Exercises {named}." if len(keys) > 1 else f"Exercise {named}."
    place = {"exercise": keys[0], **data}
    return [Step(0, EXERCISE_MINUTES * len(keys), "Guided lab", doing, place)]


def _watch(training: Training | None, minutes: int) -> str:
    if training is None:
        return "*Replay*: a finished run, at a pace that fits. Watch loss and accuracy."
    if training.models == LAB_MODELS:
        press = "press **Train all three**"
    else:
        titles = " and the ".join(f"**{MODELS[model].title}**" for model in training.models)
        press = f"train the {titles}"
    beyond = training.seconds > 60 * minutes
    goes_on = " Go on meanwhile." if beyond else ""
    return (
        f"Set *Epochs* to {training.epochs} and {press}: {_about(training.seconds)}. "
        f"Watch loss and accuracy.{goes_on}"
    )


def _judge(training: Training | None, minutes: int) -> str:
    several = training is not None and len(training.models) > 1 and minutes > 1
    other = " Then the same of another network." if several else ""
    return f"Click a mistake in the confusion matrix and hear its clips.{other}"


def _be_judged(judgeable: bool) -> str:
    which = "a network" if judgeable else "the network that comes with the lab"
    return f"Record sounds, upload some, and let {which} judge them."


def _guess(key: str, seconds: float, data: Mapping[str, str]) -> Step:
    title = f"**{TRAP_TITLES[key]}**"
    doing = f"Let them guess what comes of {title}; then run it: {_about(seconds)}."
    return Step(0, GUESS_MINUTES, "Traps", doing, {"experiment": key, **data})


def _finding(key: str, data: Mapping[str, str], *, there: bool) -> Step:
    """The end of an experiment; of one that has been run before it is all there is."""
    title, place = f"**{TRAP_TITLES[key]}**", {"experiment": key, **data}
    if there:  # its page shows at once what came of it
        doing = f"Let them guess what came of {title} before you open it: it has been run."
        return Step(0, TRAP_MINUTES, "Traps", doing, place)
    return Step(0, FINDING_MINUTES, "Traps", f"See what came of {title}, and why.", place)


def _about(seconds: float) -> str:
    return f"about {ceil(seconds / 60)} min" if seconds > 60 else "less than a minute"


def _remark(
    training: Training | None, unmeasured: Sequence[str], replays: bool, sounds_here: bool
) -> str:
    """Why no more is trained, and what to do."""
    measure = "Measure it" if sounds_here else "Get sounds, then measure it"
    if training is None and len(unmeasured) < len(LAB_MODELS):
        why = "No training is fast enough on this machine."
        advice = "Train a network the day before: then *Replay* shows it, *Evaluate* judges it."
    elif training is None:
        why = "How long an epoch takes here is not known, so no training is planned."
        advice = f"{measure} under *The day before*."
    elif unmeasured:
        titles = " and the ".join(MODELS[model].title for model in unmeasured)
        why = f"How long an epoch of the {titles} takes here is not known, so none is planned."
        advice = f"{measure} under *The day before*."
    else:
        return ""
    if training is None and replays:
        why += " A finished run plays back instead."
    return f"{why} {advice}"
