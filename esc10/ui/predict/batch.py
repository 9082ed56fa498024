"""Several sounds at once: what each run says of each, in a table; a row to look at closely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import streamlit as st

from esc10.errors import RunError
from esc10.runs.run import Run
from esc10.ui.fragments import show_trouble
from esc10.ui.predict.inputs import Given, is_readable, was_read
from esc10.ui.predict.judging import NOT_KNOWN, answer_column, is_said, said_of

_FEW = 7
_PIXELS = 260
"""The height of a longer table: below it the answer to one of its sounds still fits the screen."""


@dataclass(frozen=True)
class _Table:
    """What the table says.

    Attributes:
        given: the sounds that can be read.
        answers: for each run, by its column's name, what it says of each; without one that cannot.
    """

    given: list[Given]
    answers: dict[str, list[str]]


def choose_among(
    given: Sequence[Given], runs: Sequence[Run], weights: str, labels: Sequence[str] = ()
) -> Given | None:
    """The sound that a person wants to look at; None where none can be read."""
    # What comes and goes while sounds are judged stands in one place: the table stays in its own.
    with st.container():
        table = _judge_all(given, runs, weights)
    if not table.given:
        return None
    columns: dict[str, list[str]] = {"sound": [sound.name for sound in table.given]}
    if labels:
        known = dict(zip(given, labels, strict=True))
        columns["in truth"] = [known[sound] for sound in table.given]
    shown = st.dataframe(
        pa.table(columns | table.answers),
        hide_index=True,
        height="content" if len(table.given) < _FEW else _PIXELS,
        on_select="rerun",
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [0]}},
        key=f"sounds {hash(tuple(columns['sound']))} {bool(labels)}",
    )
    if any(NOT_KNOWN in answer for answers in table.answers.values() for answer in answers):
        st.caption("**?** A sound the network does not know.")
    rows = shown.selection.rows
    return table.given[rows[0] if rows and rows[0] < len(table.given) else 0]


def _judge_all(given: Sequence[Given], runs: Sequence[Run], weights: str) -> _Table:
    """All answers; a bar shows how far it is, as long as there is any to wait for."""
    bar = st.empty()
    readable: list[Given] = []
    names = [answer_column(slot, several=len(runs) > 1) for slot in range(len(runs))]
    answers: dict[str, list[str]] = {name: [] for name in names}
    troubles: dict[str, RunError] = {}
    for index, sound in enumerate(given):
        if not (was_read(sound) and all(is_said(sound, run, weights) for run in runs)):
            bar.progress(index / len(given), f"Listening to sound {index + 1} of {len(given)}")
        if not is_readable(sound):
            continue
        readable.append(sound)
        for name, run in zip(names, runs, strict=True):
            if name in troubles:
                continue
            try:
                answers[name].append(said_of(sound, run, weights))
            except RunError as error:
                # The sounds can be chosen and heard all the same.
                troubles[name] = error
    bar.empty()
    for trouble in {str(error): error for error in troubles.values()}.values():
        show_trouble(trouble)
    return _Table(readable, {name: answers[name] for name in names if name not in troubles})
