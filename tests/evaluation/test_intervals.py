"""What is said beside an interval: that its clips chose the epoch, and whether they leak."""

from __future__ import annotations

from esc10.evaluation.intervals import CHOSEN, cautions, describe_leaks

APART = {"train": ("1-7-A-0.wav",), "validation": ("4-8-A-0.wav",), "test": ("5-9-A-0.wav",)}


def test_without_a_leak_there_is_only_that_the_clips_chose_the_epoch() -> None:
    assert describe_leaks(APART) is None
    assert cautions(APART) == (CHOSEN,)
    assert CHOSEN.endswith(".")


def test_clips_of_a_recording_in_training_are_counted_and_said_to_depend_on_it() -> None:
    leaky = {**APART, "test": ("5-7-B-0.wav", "5-9-A-0.wav")}
    assert cautions(leaky) == (
        CHOSEN,
        "0 of 1 validation clips and 1 of 2 test clips share a recording with a training clip: "
        "they are not independent of the training clips, so figures and intervals flatter.",
    )
