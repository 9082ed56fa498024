"""Learners are lent to one run after the other."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from esc10.training import lending as room
from esc10.training.learner import Learner
from esc10.training.lending import borrowed_learner, warm_up
from esc10.training.networks import MODELS
from tests.support.waiting import wait_for

FRAMES, BANDS, CLASSES = 40, 128, 3


@pytest.fixture(autouse=True)
def nobody_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_idle", type(room._idle)())


@pytest.fixture
def untraced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is lent one is given it as it was built: tracing takes seconds, and nobody learns."""
    monkeypatch.setattr(room, "_traced", lambda shape: Learner(*shape))


@pytest.mark.usefixtures("untraced")
def test_a_learner_is_lent_again() -> None:
    with borrowed_learner("cnn", FRAMES, BANDS, CLASSES) as first:
        pass
    with borrowed_learner("cnn", FRAMES, BANDS, CLASSES) as again:
        assert again is first


@pytest.mark.usefixtures("untraced")
def test_a_learner_is_lent_again_after_an_error() -> None:
    with (
        pytest.raises(OSError, match="disk"),
        borrowed_learner("cnn", FRAMES, BANDS, CLASSES) as first,
    ):
        raise OSError("disk")
    with borrowed_learner("cnn", FRAMES, BANDS, CLASSES) as again:
        assert again is first


@pytest.mark.usefixtures("untraced")
def test_two_who_ask_at_once_have_a_learner_each() -> None:
    with (
        borrowed_learner("cnn", FRAMES, BANDS, CLASSES) as first,
        borrowed_learner("cnn", FRAMES, BANDS, CLASSES) as second,
    ):
        assert first is not second


@pytest.mark.usefixtures("untraced")
def test_who_asks_while_the_network_is_traced_waits_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    began, go_on = threading.Event(), threading.Event()
    traced = room._traced
    made = []

    def slow(shape: tuple[str, int, int, int]) -> Learner:
        began.set()
        assert go_on.wait(60)
        made.append(shape)
        return traced(shape)

    monkeypatch.setattr(room, "_traced", slow)

    def lend_at_once() -> None:
        with borrowed_learner("cnn", FRAMES, BANDS, CLASSES):
            pass

    threads = [threading.Thread(target=lend_at_once) for _ in range(2)]
    threads[0].start()
    assert began.wait(60)
    threads[1].start()
    go_on.set()
    for thread in threads:
        thread.join(60)
    # The second may have come while the first still had it, and then it has its own.
    assert 1 <= len(made) <= 2
    assert len(room._idle) == 1


@pytest.mark.usefixtures("untraced")
def test_few_learners_wait_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_MOST_IDLE", 2)
    for classes in (2, 3, 4):
        with borrowed_learner("cnn", FRAMES, BANDS, classes):
            pass
    assert [classes for *_, classes, _ in room._idle] == [3, 4]


def test_warm_means_that_no_network_is_traced_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    warm_up(FRAMES, BANDS, CLASSES)
    monkeypatch.delattr(room, "_traced")
    for key in MODELS:
        with borrowed_learner(key, FRAMES, BANDS, CLASSES) as learner:
            assert learner.model.name == key


@pytest.mark.usefixtures("untraced")
def test_what_a_run_waits_for_is_traced_next(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on, traced = threading.Event(), threading.Event(), []

    def trace(shape: tuple[str, int, int, int, float]) -> object:
        traced.append(shape[0])
        begun.set()
        assert go_on.wait(60)
        return object()

    def run() -> None:
        with borrowed_learner("cnn_rnn", FRAMES, BANDS, CLASSES):
            pass

    monkeypatch.setattr(room, "_traced", trace)
    with ThreadPoolExecutor(2) as threads:
        warm = threads.submit(warm_up, FRAMES, BANDS, CLASSES)
        assert begun.wait(60)
        waits = threads.submit(run)
        wait_for(lambda: room._waiting == 2, 60, "the run to wait beside the warm-up")
        go_on.set()
        waits.result(60)
        warm.result(60)
    assert traced == ["cnn", "cnn_rnn", "td_cnn", "compact_cnn"]
