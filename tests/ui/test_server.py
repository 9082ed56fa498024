"""What the server has one of, whoever asks, and whatever a browser asks Streamlit to forget."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

import esc10.ui
from esc10.ui import server


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """What is made here is not for the process."""
    before = set(vars(sys))
    yield
    for name in set(vars(sys)) - before:
        delattr(sys, name)


def test_two_who_ask_at_once_are_given_one(monkeypatch: pytest.MonkeyPatch) -> None:
    both = threading.Barrier(2)

    @contextmanager
    def spinner(_: str) -> Iterator[None]:
        both.wait(60)  # each has seen by now that nothing is made
        yield

    monkeypatch.setattr(server.st, "spinner", spinner)
    made: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    only = server.only_one("Making it …")(make)
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(lambda _: only(), range(2))
    assert first is second is only()
    assert len(made) == 1


def test_one_that_could_not_be_made_is_tried_again() -> None:
    answers = iter([OSError("the disk is full"), "made"])

    def make() -> str:
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    only = server.only_one("Making it …")(make)
    with pytest.raises(OSError, match="full"):
        only()
    assert only() == only() == "made"


def test_an_edit_leaves_what_there_is_one_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Streamlit watches files, it imports all modules anew after an edit."""
    monkeypatch.setattr(esc10.ui, "server", server)  # which an import sets
    monkeypatch.delitem(sys.modules, server.__name__)
    anew = importlib.import_module(server.__name__)
    assert anew is not server
    assert anew.jobs() is server.jobs()
