"""The traps for which trained networks are asked anew: frames in another order, and copies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from esc10.datasets import Dataset
from esc10.datasets.clips import recording_of
from esc10.evaluation.comparison import holm
from esc10.evaluation.experiments import Figures, compare_right, independent_answers
from esc10.evaluation.intervals import percent
from esc10.inference.changed_clips import said_in_orders, said_of_copies
from esc10.inference.explain.order import ORDERS
from esc10.runs.run import Run
from esc10.training.networks import MODELS
from esc10.training.results import CRITERIA
from esc10.ui.server import HASHES, dataset, engine
from esc10.ui.traps.figure import Ways, draw_ways, figure
from esc10.ui.words import finding

WEIGHTS = CRITERIA[0]
"""Of its last epoch such a run keeps no weights."""

_KEPT = 64
_ABOUT_WEIGHTS = (
    f"Each answers with its weights of the best {WEIGHTS}; of its last epoch it keeps none."
)

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class _Heard:
    """What networks of one kind made of one order, and how many answers changed on average.

    `right` has the shape (networks, clips).
    """

    right: NDArray[np.bool_]
    changed: float
    figures: Figures


def show_order(ways: Ways) -> None:
    """How often three networks are right about frames as they are, shuffled and backwards."""
    said = _asked(ways, _said_in_orders)
    heard = {way: _heard_in_orders(runs, said[way]) for way, runs in ways.items()}
    st.markdown(_describe_order(heard))
    rows, marks = {}, []
    for place, (way, orders) in enumerate(heard.items()):
        for order, each in orders.items():
            name = f"{MODELS[way].title}, {order}"
            if order != ORDERS[0]:
                name += f"\n{each.changed:.0f} of {each.figures.clips} answers change"
            rows[name] = each.figures
            marks.append(place)
    draw_ways(rows, marks, _ABOUT_WEIGHTS)


def _heard_in_orders(
    runs: Sequence[Run], said: Sequence[Mapping[str, NDArray[np.int64]]]
) -> dict[str, _Heard]:
    first = ORDERS[0]
    heard = {}
    for order in ORDERS:
        right = np.stack(
            [each[order] == _labels(run) for run, each in zip(runs, said, strict=True)]
        )
        changed = float(np.mean([(each[order] != each[first]).sum() for each in said]))
        heard[order] = _Heard(right, changed, _figures_of(runs, right))
    return heard


def _describe_order(heard: Mapping[str, Mapping[str, _Heard]]) -> str:
    """Whose answers stay, and what the others lose where frames are shuffled."""
    whole, shuffled, _ = ORDERS
    still = [
        way for way, orders in heard.items() if not any(each.changed for each in orders.values())
    ]
    text = "".join(
        f"Of the {MODELS[way].title}'s answers **not one changes**"
        + (
            ": it takes a mean over frames, and a mean knows no order. "
            if MODELS[way].frames_vote
            else ", though it could tell. "
        )
        for way in still
    )
    moved = {way: orders for way, orders in heard.items() if way not in still}
    tests = [compare_right(each[whole].right, each[shuffled].right) for each in moved.values()]
    p_values = holm([test.p_value for test in tests])
    falls = "; ".join(
        f"the {MODELS[way].title} goes from {figure(each[whole].figures)} to "
        f"{figure(each[shuffled].figures)}: {finding(p_value)}"
        for (way, each), p_value in zip(moved.items(), p_values, strict=True)
    )
    if falls:
        text += f"Shuffled, {falls}. What a network loses depended on the order."
    return text


def show_copies(ways: Ways) -> None:
    """What copies of the test clips do to the interval, and how many clips they are worth.

    `whole` and `right` have the shape (networks, copies, clips).
    """
    (runs,) = ways.values()
    (said,) = _asked(ways, _said_of_copies).values()
    whole = np.stack(
        [run.answers(WEIGHTS).probabilities["test"].argmax(axis=1) == _labels(run) for run in runs]
    )[:, np.newaxis]
    right = np.stack([each == _labels(run) for run, each in zip(runs, said, strict=True)])
    alone = _figures_of(runs, whole.reshape(len(runs), -1))
    counted = _figures_of(runs, right.reshape(len(runs), -1))
    recordings = [recording_of(name) for name in runs[0].config.clips["test"]]
    worth = _worth(right, recordings)
    honest = Figures(counted.by_seed, worth)
    st.markdown(
        f"Of {alone.clips} test clips the 1D-CNN recognises {figure(alone)}, of {counted.clips:,} "
        f"changed copies {figure(counted)}, if each counts as a clip: the interval is "
        f"**{_points(counted)} points** wide instead of {_points(alone)}, and not one sound more "
        "was heard. What a network makes of one copy tells much of what it makes of the next. All "
        f"of them are worth as much as **{worth} independent clips**: {figure(honest)}, which is "
        f"{_points(honest)} points wide."
    )
    rows = {
        f"{alone.clips} test clips": alone,
        f"{counted.clips:,} copies,\neach counted as a clip": counted,
        f"{counted.clips:,} copies,\ncounted as {worth} clips": honest,
    }
    draw_ways(
        rows,
        more="What copies are worth follows from how much answers differ from recording to "
        f"recording (Kish’s design effect): the {alone.clips} clips themselves, of "
        f"{len(set(recordings))} recordings, are worth {_worth(whole, recordings)}. "
        f"{_ABOUT_WEIGHTS}",
    )


def _worth(right: NDArray[np.bool_], recordings: Sequence[str]) -> int:
    """How many independent clips the answers of one network are worth, on average.

    `right` has the shape (networks, copies, clips).
    """
    return round(float(np.mean([independent_answers(each, recordings) for each in right])))


def _asked(ways: Ways, ask: Callable[[Run, Dataset], Answer]) -> dict[str, list[Answer]]:
    """What each run answers, way by way; what was asked before is known at once."""
    every = [(way, run) for way, runs in ways.items() for run in runs]
    answers: dict[str, list[Answer]] = {}
    for number, (way, run) in enumerate(every, 1):
        with st.spinner(f"Network {number} of {len(every)} is asked …", show_time=True):
            answer = ask(run, dataset(run.config.train.dataset))
        answers.setdefault(way, []).append(answer)
    return answers


@st.cache_resource(max_entries=_KEPT, show_spinner=False, hash_funcs=HASHES)
def _said_in_orders(run: Run, sounds: Dataset) -> dict[str, NDArray[np.int64]]:
    return said_in_orders(run, sounds, engine().networks.trained(run, WEIGHTS))


@st.cache_resource(max_entries=_KEPT, show_spinner=False, hash_funcs=HASHES)
def _said_of_copies(run: Run, sounds: Dataset) -> NDArray[np.int64]:
    return said_of_copies(run, sounds, engine().networks.trained(run, WEIGHTS))


def _labels(run: Run) -> NDArray[np.int64]:
    return run.answers(WEIGHTS).labels["test"]


def _figures_of(runs: Sequence[Run], right: NDArray[np.bool_]) -> Figures:
    """The figures of runs that are right so: shape (runs, answers)."""
    shares = right.mean(axis=1)
    by_seed = {run.config.train.seed: float(mean) for run, mean in zip(runs, shares, strict=True)}
    return Figures(by_seed, right.shape[1])


def _points(figures: Figures) -> int:
    """How wide an interval is."""
    low, high = figures.interval
    return percent(high - low)
