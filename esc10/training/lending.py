"""Learners that are lent to one run after the other.

Tracing a network takes longer than training it for an epoch, and depends on nothing that differs
between runs. So a learner begins each run anew, from first weights that the run's seed determines.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from esc10.training.networks import BUILDING, MODELS

if TYPE_CHECKING:
    from esc10.training.learner import Learner

_MOST_IDLE = 6

_Shape = tuple[str, int, int, int, float]

_idle: OrderedDict[_Shape, Learner] = OrderedDict()
_idle_lock = threading.Lock()
_tracing = threading.Lock()
_queue = threading.Condition()
_waiting = 0


@contextmanager
def borrowed_learner(
    key: str, frames: int, n_mels: int, classes: int, width: float = 1.0
) -> Iterator[Learner]:
    """A learner that is nobody else's, traced already; it is kept for the next one who asks.

    Args:
        key: a key of `esc10.training.networks.MODELS`.
        frames: of a clip.
        n_mels: mel bands of a frame.
        classes: how many classes there are.
        width: one of the network's.
    """
    shape = (key, frames, n_mels, classes, width)
    learner = _take(shape)
    if learner is None:
        # One at a time: two take twice as long, and the second may find what the first has made.
        with _waited_for(), _tracing:
            learner = _take(shape) or _traced(shape)
    try:
        yield learner
    finally:
        with _idle_lock:
            _idle[shape] = learner
            while len(_idle) > _MOST_IDLE:
                _idle.popitem(last=False)


@contextmanager
def _waited_for() -> Iterator[None]:
    """Somebody waits for a network within: `warm_up` begins with no other meanwhile."""
    global _waiting
    with _queue:
        _waiting += 1
    try:
        yield
    finally:
        with _queue:
            _waiting -= 1
            _queue.notify_all()


def _take(shape: _Shape) -> Learner | None:
    with _idle_lock:
        return _idle.pop(shape, None)


def _traced(shape: _Shape) -> Learner:
    """A learner that has seen a batch of silence."""
    from esc10.training.learner import Learner

    with BUILDING:
        learner = Learner(*shape)
    _, frames, n_mels, *_ = shape
    x, y = np.zeros((2, frames, n_mels), np.float32), np.zeros(2, np.int64)
    learner.learn(x, y, np.arange(2), 2)
    learner.answers(x, y)
    return learner


def warm_up(frames: int, n_mels: int, classes: int) -> None:
    """Have a learner ready for each network; those that runs wait for come first."""
    for key in MODELS:
        with _queue:
            _queue.wait_for(lambda: not _waiting)
        with borrowed_learner(key, frames, n_mels, classes):
            pass
