"""What a student has answered in the guided lab: what a hand-in carries beside its run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Answered:
    """An exercise's question and what somebody answered to it last.

    Attributes:
        exercise: its key.
        question: as it was asked, plain text.
        given: the answer as it was typed or chosen, plain text.
        right: whether the exercise's check accepted it.
    """

    exercise: str
    question: str
    given: str
    right: bool
