"""What is said beside an interval: that its clips chose the epoch, and whether they leak."""

from __future__ import annotations

from dataclasses import replace

from esc10.datasets import source_of
from esc10.evaluation.intervals import CHOSEN, cautions, describe_leaks

APART = {"train": ("1-7-A-0.wav",), "validation": ("4-8-A-0.wav",), "test": ("5-9-A-0.wav",)}
LEAKY = {**APART, "test": ("5-7-B-0.wav", "5-9-A-0.wav")}
KNOWN = source_of("practice")
UNKNOWN = replace(KNOWN, recordings_known=False)


def test_without_a_leak_there_is_only_that_the_clips_chose_the_epoch() -> None:
    assert describe_leaks(APART, KNOWN) is None
    assert cautions(APART, KNOWN) == (CHOSEN,)
    assert CHOSEN.endswith(".")


def test_clips_of_a_recording_in_training_are_counted_and_said_to_depend_on_it() -> None:
    assert cautions(LEAKY, KNOWN) == (
        CHOSEN,
        "0 of 1 validation clips and 1 of 2 test clips share a recording with a training clip: "
        "they are not independent of the training clips, so figures and intervals flatter.",
    )


def test_where_recordings_are_not_known_no_leak_is_ruled_out() -> None:
    assert describe_leaks(APART, UNKNOWN) == (
        "Not every clip's recording is known here, so nor is whether a validation or test clip "
        "shares one with a training clip: where one does, figures and intervals flatter."
    )
    leaks = describe_leaks(LEAKY, UNKNOWN) or ""
    assert leaks.startswith("0 of 1 validation clips and 1 of 2 test clips share a recording")
    assert leaks.endswith("There may be more: not every clip's recording is known here.")


def test_of_a_dataset_that_is_not_here_no_recording_is_known() -> None:
    assert not source_of("own-somebody-elses").recordings_known
