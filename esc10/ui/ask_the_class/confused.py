"""Predict before reveal: which two classes will the network confuse most often?"""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import streamlit as st

from esc10.datasets.clips import class_label
from esc10.evaluation.metrics import PartEvaluation
from esc10.lesson.poll import Pair, Poll, Room, confusions, most_confused
from esc10.runs.run import Run
from esc10.ui.ask_the_class.room import begin, end, show_votes, show_way_in
from esc10.ui.clip_cards import show_clips
from esc10.ui.confusion import CellChooser, clips_of
from esc10.ui.fragments import live
from esc10.ui.frame import chart_pixels, ink
from esc10.ui.plots.votes import vote_columns, vote_spec
from esc10.ui.server import verdict
from esc10.ui.words import class_words, network_title

CONFUSED = "confused"
"""What is done in the room, and after it the run's id."""

_CELLS = CellChooser("ask the class ", ("test",))
_MOST_BARS = 8
_MOST_PAIRS = 3
"""Of a good network many pairs are confused once."""


def offer(run: Run) -> None:
    """What is asked, and the button that asks it."""
    st.markdown(
        f"Everybody guesses which two classes the **{network_title(run.config.train)}** "
        "confuses most often, of the test clips. Then its matrix is shown."
    )
    if st.button("Ask the class", type="primary", icon=":material/how_to_vote:"):
        begin(CONFUSED, run.run_id)


def ask(run: Run, room: Room) -> None:
    """The question while votes come in; what came out once it is closed."""
    _, poll = room.asked()
    if poll is None:
        poll = room.ask(
            Poll(
                f"Which two classes does the {network_title(run.config.train)} confuse most often?",
                ("One of them", "The other"),
                tuple(class_label(name) for name in run.config.classes),
            )
        )
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
    answers = [frozenset(map(class_label, pair)) for pair in most_confused(judged)]
    st.markdown(_found(judged, votes, answers))
    left, right = st.columns([1, 1.2], gap="medium")
    with left:
        st.markdown("**What you expected**")
        if votes:
            _bars(votes, answers)
        else:
            st.caption("Nobody voted.")
    with right:
        live(_matrix)(run, judged)


def _found(judged: PartEvaluation, votes: Counter[Pair], answers: list[Pair]) -> str:
    """What it confuses, and how many of the class expected it."""
    pairs = most_confused(judged)
    if not pairs:
        return "It confuses none: every test clip was recognised."
    times = confusions(judged)[pairs[0]]
    shown = [" and ".join(map(class_words, sorted(pair))) for pair in pairs[:_MOST_PAIRS]]
    if len(pairs) > _MOST_PAIRS:
        shown.append(f"{len(pairs) - _MOST_PAIRS} other pairs")
    how_often = "once" if times == 1 else f"{times} times"
    said = f"It confuses **{' or '.join(shown)}**, {how_often}{' each' if len(pairs) > 1 else ''}."
    if votes:
        expected = sum(votes[pair] for pair in answers)
        said += f" **{expected} of {votes.total()}** of you expected that."
    return f"{said} With so few clips another seed may confuse others."


def _bars(votes: Counter[Pair], answers: list[Pair]) -> None:
    shown = [pair for pair, _ in votes.most_common(_MOST_BARS)]
    shown += [pair for pair in answers[:_MOST_PAIRS] if pair not in shown]
    named = {" and ".join(sorted(pair)): votes[pair] for pair in shown}
    right = [" and ".join(sorted(pair)) for pair in answers]
    most = max(votes.values())
    st.vega_lite_chart(
        pa.table(vote_columns(named, right)),
        vote_spec(list(named), most, ink(), chart_pixels() - 1, 30 + 34 * len(named)),
        key=f"votes {len(named)}",
        width="stretch",
        alt="How many expected each pair of classes",
    )


def _matrix(run: Run, judged: PartEvaluation) -> None:
    choice = _CELLS.chosen(run.config.classes)
    _CELLS.show_matrix(judged, "test", run.config.classes, choice, shares=False)
    clips = clips_of(judged, choice.cells)
    with st.expander(f"Hear {len(clips)} of them: click a number, or all mistakes"):
        show_clips(clips, run, run.criteria[0], "ask the class")
