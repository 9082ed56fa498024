"""The lesson that a browser session follows: its plan, and since when."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from esc10.lesson.clock import Plan

_BEGUN = "lesson begun"


@dataclass(frozen=True)
class Lesson:
    """A plan that has begun, at `began` by the monotonic clock."""

    plan: Plan
    began: float

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self.began

    @property
    def minute(self) -> int:
        """The one that runs, from 1; beyond the plan's after its end."""
        return int(self.seconds // 60) + 1


def lesson_begun() -> Lesson | None:
    """The lesson of this browser session, if one has begun."""
    return st.session_state.get(_BEGUN)


def begin_lesson(plan: Plan) -> None:
    """Follow a plan from now on."""
    st.session_state[_BEGUN] = Lesson(plan, time.monotonic())


def end_lesson() -> None:
    """Follow none any more."""
    del st.session_state[_BEGUN]
