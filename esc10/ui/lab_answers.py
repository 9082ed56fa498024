"""What a browser session has answered in the guided lab: asked there, handed in from Evaluate."""

from __future__ import annotations

import streamlit as st

from esc10.lesson.answers import Answered

_KEY = "guided lab answers"

About = tuple[str, str]
"""The key of a dataset, and the id of a run or nothing."""

LabAnswers = dict[str, tuple[Answered, About]]
"""For each exercise that was answered, by its key, the answer, and about what it is."""


def lab_answers() -> LabAnswers:
    """The session's answers, to be read and added to."""
    answers: LabAnswers = st.session_state.setdefault(_KEY, {})
    return answers


def given_answers() -> tuple[Answered, ...]:
    """The answers alone, in the order in which they were first given."""
    return tuple(answered for answered, _ in lab_answers().values())
