"""Predict before reveal: which two classes will the network confuse most often?"""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import streamlit as st

from esc10.datasets.clips import class_label
from esc10.evaluation.metrics import PartEvaluation
from esc10.lesson.poll import Pair, Poll, Room, confusions, most_confused
from esc10.runs.run import Run
from esc10.training.networks import MODELS
from esc10.ui.ask_the_class.room import begin, end, show_votes, show_way_in
from esc10.ui.confusion import CellChooser
from esc10.ui.fragments import live
from esc10.ui.frame import chart_pixels, ink
from esc10.ui.plots.votes import vote_columns, vote_spec
from esc10.ui.server import verdict
from esc10.ui.words import class_words

CONFUSED = "confused"
"""What is done in the room, and after it the run's id."""

_CELLS = CellChooser("ask the class ", ("test",))
_MOST_BARS = 8


def offer(run: Run) -> None:
    """What is asked, and the button that asks it."""
    st.markdown(
        f"Everybody guesses which two classes the **{MODELS[run.config.train.model].title}** "
        "confuses most often, of the test clips. Then its matrix is shown."
    )
    if st.button("Ask the class", type="primary", icon=":material/how_to_vote:"):
        begin(CONFUSED, run.run_id)
        st.rerun()


def ask(run: Run, room: Room) -> None:
    """The question while votes come in; what came out once it is closed."""
    if room.current is None:
        network = MODELS[run.config.train.model].title
        room.ask(
            Poll(
                f"Which two classes does the {network} confuse most often?",
                ("One of them", "The other"),
                tuple(class_label(name) for name in run.config.classes),
            )
        )
    poll = room.polls[-1]
    if poll.is_open:
        st.markdown(f"#### {poll.question}")
        left, right = st.columns([1, 1.3], gap="medium")
        with left:
            show_votes(poll)
            if st.button("Close and reveal", type="primary", icon=":material/visibility:"):
                room.close()
                st.rerun()
        with right:
            show_way_in(room)
    else:
        _reveal(run, poll)
        if st.button("Ask something else", icon=":material/replay:"):
            end()
            st.rerun()


def _reveal(run: Run, poll: Poll) -> None:
    judged = verdict(run, run.criteria[0]).parts["test"]
    votes = Counter(frozenset(vote) for vote in poll.votes())
    right = [frozenset(map(class_label, pair)) for pair in most_confused(judged)]
    st.markdown(_found(judged, votes, right))
    left, middle = st.columns([1, 1.2], gap="medium")
    with left:
        st.markdown("**What you expected**")
        if votes:
            _bars(votes, right)
        else:
            st.caption("Nobody voted.")
    with middle:
        live(_matrix)(run, judged)


def _found(judged: PartEvaluation, votes: Counter[Pair], right: list[Pair]) -> str:
    """What it confuses, and how many of the class expected it."""
    pairs = most_confused(judged)
    if not pairs:
        return "It confuses none: every test clip was recognised."
    times = confusions(judged)[pairs[0]]
    said = " or ".join(" and ".join(map(class_words, sorted(pair))) for pair in pairs)
    expected = sum(votes[pair] for pair in right)
    more = "" if len(pairs) == 1 else " each"
    return (
        f"It confuses **{said}**, {times} times{more}. **{expected} of {votes.total()}** of you "
        "expected that. Of so few clips another seed may confuse others."
    )


def _bars(votes: Counter[Pair], right: list[Pair]) -> None:
    shown = [pair for pair, _ in votes.most_common(_MOST_BARS)]
    shown += [pair for pair in right if pair not in shown]
    named = {" and ".join(sorted(pair)): votes[pair] for pair in shown}
    answers = [" and ".join(sorted(pair)) for pair in right]
    most = max(votes.values())
    st.vega_lite_chart(
        pa.table(vote_columns(named, answers)),
        vote_spec(list(named), most, ink(), chart_pixels() - 1, 30 + 34 * len(named)),
        key=f"votes {len(named)}",
        width="stretch",
        alt="How many expected each pair of classes",
    )


def _matrix(run: Run, judged: PartEvaluation) -> None:
    choice = _CELLS.chosen(run.config.classes)
    _CELLS.show_matrix(judged, "test", run.config.classes, choice, shares=False)
