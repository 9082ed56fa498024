"""Beat the class: ten clips by ear, then the same ones by the networks."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from esc10.datasets import Dataset
from esc10.datasets.clips import class_label
from esc10.errors import RunError
from esc10.evaluation.intervals import percent, wilson_interval
from esc10.evaluation.metrics import JudgedClip
from esc10.lesson.blind_test import HUMAN, blind_clips, majority
from esc10.lesson.poll import Poll, Room
from esc10.lesson.words import share
from esc10.runs.run import Run
from esc10.ui.ask_the_class.room import begin, end, show_votes, show_way_in
from esc10.ui.clip_view import player
from esc10.ui.player.page_players import show_keys
from esc10.ui.server import dataset, verdict
from esc10.ui.words import class_words, network_title

BLIND = "blind"
"""What is done in the room, and after it the run's id."""

_MOST_NETWORKS = 4


def offer(run: Run) -> None:
    """What is asked, and the button that begins it."""
    st.markdown(
        "Ten clips that this network did not learn from, without a picture or a word. Everybody "
        "says what they were; then you see what networks made of the same ten."
    )
    if st.button("Play the first clip", type="primary", icon=":material/hearing:"):
        begin(BLIND, run.run_id)


def ask(run: Run, room: Room, others: Sequence[Run]) -> None:
    """The clips one after the other; what came out after the last one."""
    sounds = dataset(run.config.train.dataset)
    # The room's code is drawn at random: every room has clips of its own.
    clips = blind_clips(_judged(run), int.from_bytes(room.code.encode(), "big"))
    number, poll = room.asked()
    if poll is None:
        number, poll = 1, _ask_next(room, clips, sounds)
    if not poll.is_open:
        _reveal(run, room, clips, others)
        if st.button("Play others", icon=":material/replay:"):
            end()
            st.rerun()
        return
    st.markdown(f"#### {poll.question}")
    left, right = st.columns([1, 1.3], gap="medium")
    with left:
        player(sounds.clip(clips[number - 1].filename))
        show_votes(poll)
        last = number == len(clips)
        label, icon = ("Reveal", "visibility") if last else ("Next clip", "skip_next")
        if st.button(label, type="primary", icon=f":material/{icon}:", key=f"after {number}"):
            if last:
                room.close()
            else:
                _ask_next(room, clips, sounds)
            st.rerun()
    with right:
        show_way_in(room)


def _ask_next(room: Room, clips: Sequence[JudgedClip], sounds: Dataset) -> Poll:
    options = tuple(class_label(name) for name in sounds.classes)
    number = len(room.polls) + 1
    return room.ask(Poll(f"Clip {number} of {len(clips)}: what was that?", ("It was",), options))


def _judged(run: Run) -> tuple[JudgedClip, ...]:
    return verdict(run, run.criteria[0]).parts["test"].judged


def _reveal(run: Run, room: Room, clips: Sequence[JudgedClip], others: Sequence[Run]) -> None:
    """A row for each clip, and how many the class and each network got right."""
    networks = _networks(run, others, clips)
    rows = [
        {
            "clip": number,
            "in truth": class_label(clip.true),
            "most of you": _most(poll),
            **{name: _said(answers[clip.filename]) for name, answers in networks.items()},
        }
        for number, (clip, poll) in enumerate(zip(clips, room.polls, strict=True), 1)
    ]
    scores = room.scores([(class_label(clip.true),) for clip in clips])
    st.markdown(_found(scores, clips, networks))
    st.dataframe(rows, hide_index=True, height="content", alt="Who took each clip for what")
    human = HUMAN.get(run.config.train.dataset)
    if human:
        st.caption(f"{human} (Piczak 2015). So few clips say little: look at the intervals.")
    _show_players(run, clips)


def _networks(
    run: Run, others: Sequence[Run], clips: Sequence[JudgedClip]
) -> dict[str, dict[str, JudgedClip]]:
    """For each network, by its title, its answers to these clips: the latest that tested on them.

    Its `run` comes first.
    """
    found: dict[str, dict[str, JudgedClip]] = {}
    for other in (run, *others):
        title, tested = network_title(other.config.train), set(other.config.clips["test"])
        if title in found or other.config.train.dataset != run.config.train.dataset:
            continue
        if not tested.issuperset(clip.filename for clip in clips):
            continue
        try:
            found[title] = {clip.filename: clip for clip in _judged(other)}
        except RunError:
            continue  # a damaged run keeps nobody from what the others say
        if len(found) == _MOST_NETWORKS:
            break
    return found


def _most(poll: Poll) -> str:
    most = majority(poll.votes())
    return "nobody voted" if most is None else f"{most[0]} ({most[1]} of {len(poll.votes())})"


def _said(clip: JudgedClip) -> str:
    return f"{'✓' if clip.right else '✗'} {class_label(clip.predicted)}"


def _found(
    scores: Sequence[tuple[int, int]],
    clips: Sequence[JudgedClip],
    networks: dict[str, dict[str, JudgedClip]],
) -> str:
    count = len(clips)
    said = []
    if scores:
        right, answered = (sum(each) for each in zip(*scores, strict=True))
        people = "1 person" if len(scores) == 1 else f"{len(scores)} people"
        best = max(of_one for of_one, _ in scores)
        said.append(
            f"**You: {percent(right / answered)}%** of {answered} answers by {people}; the best "
            f"had {best} of {count}"
        )
    for title, answers in networks.items():
        right = sum(answers[clip.filename].right for clip in clips)
        figure = share(right / count, wilson_interval(right, count))
        said.append(f"**{title}: {right} of {count}**, {figure}")
    return "  \n".join(said)


def _show_players(run: Run, clips: Sequence[JudgedClip]) -> None:
    sounds = dataset(run.config.train.dataset)
    with st.expander("Hear them again"):
        show_keys()
        for first in range(0, len(clips), 5):
            for place, column in enumerate(st.columns(5), first):
                if place < len(clips):
                    with column:
                        st.markdown(f"{place + 1} {class_words(clips[place].true)}")
                        player(sounds.clip(clips[place].filename))
