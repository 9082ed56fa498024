"""The hand-ins of a class, checked one after the other."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from esc10.archives.trees import shown
from esc10.cli.datasets import show
from esc10.cli.figures import Answer
from esc10.cli.runs import write_output
from esc10.errors import LessonError
from esc10.lesson import checking
from esc10.lesson.checking import Checked, Doubles


def check(options: Namespace) -> Answer:
    """Read all hand-ins in a folder, judge their weights anew, and write a table of them."""
    path, folder = options.output.expanduser(), options.folder.expanduser()
    if not path.parent.is_dir():  # said before minutes of work, not after
        raise LessonError(f"{path.parent} is no folder. Name a file in one you may write to.")
    found, aside = checking.hand_ins_in(folder)
    feedback: Path | None = options.feedback and options.feedback.expanduser()
    if feedback:
        checking.make_feedback_folder(feedback)
    checker, hand_ins = checking.Checker(show), list[Checked]()
    try:
        for number, one in enumerate(found, 1):
            print(f"Checking {number}/{len(found)}: {one.name!a}", file=sys.stderr, flush=True)
            hand_ins.append(checker.check(one))
    except BaseException:
        if hand_ins:  # what is done is not lost with what is not, nor where somebody ends it
            _write(hand_ins, path, feedback)
            done = f"{path} has only the first {len(hand_ins)} of {len(found)}."
            print(done, file=sys.stderr, flush=True)
        raise
    canvas_path = _write(hand_ins, path, feedback)
    doubles = checking.doubles_among(hand_ins)
    answer = {
        "file": str(path),
        "canvas": None if canvas_path is None else str(canvas_path),
        "feedback": str(options.feedback) if options.feedback else None,
        "states": checking.states_of(hand_ins),
        "hand_ins": [_in_json(one, doubles[one.file]) for one in hand_ins],
        "left_aside": aside,
    }
    return answer, "\n".join(_in_words(path, hand_ins, doubles, aside))


def _write(hand_ins: Sequence[Checked], path: Path, feedback: Path | None) -> Path | None:
    """Write the table, that for Canvas and the pages; where that for Canvas is, if there is one."""
    write_output(path, checking.grades_csv(hand_ins, checking.doubles_among(hand_ins)))
    for_canvas, canvas_path = checking.canvas_csv(hand_ins), path.with_suffix(".canvas.csv")
    if for_canvas is not None:
        write_output(canvas_path, for_canvas)
    if feedback:
        checking.write_feedback(hand_ins, feedback)
    return None if for_canvas is None else canvas_path


def _in_json(one: Checked, doubles: Doubles) -> dict[str, Any]:
    return {
        "file": one.file,
        "sender": asdict(one.sender) if one.sender else None,
        "state": one.state,
        "sentence": one.sentence,
        "run_id": one.run_id,
        "owner": one.owner,
        "title": one.title,
        "claimed_test_accuracy": one.claimed,
        "test_accuracy": one.accuracy,
        "interval": list(one.interval) if one.interval else None,
        "largest_difference": one.difference,
        "exercises_as_it_says": {"accepted": one.accepted, "answered": one.answered},
        "seal": one.seal,
        "seal_on_page_is_the_same": one.sealed,
        "same_weights_as": list(doubles.weights),
        "same_answers_as": list(doubles.answers),
    }


def _in_words(
    path: Path, hand_ins: Sequence[Checked], doubles: Mapping[str, Doubles], aside: Sequence[str]
) -> Iterator[str]:
    """How many there are of each state, then a line for each that somebody should look at."""
    states = checking.states_of(hand_ins)
    told = ", ".join(f"{count} {state}" for state, count in states.items() if count)
    yield f"{path}: {len(hand_ins)} hand-in{'s' if len(hand_ins) > 1 else ''}, {told}"
    for one in hand_ins:
        in_order = one.state == checking.CHECKED and one.sealed is not False
        said = [] if in_order else [f"{one.state}. {one.sentence}"]
        for what, others in asdict(doubles[one.file]).items():
            if others:
                said.append(f"Same {what} as {', '.join(map(shown, others))}.")
        if said:
            yield f"{shown(one.file)}: {' '.join(said)}"
    if aside:
        yield f"Left aside, no hand-ins: {', '.join(map(shown, aside))}"
