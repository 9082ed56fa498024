"""Trouble in a live part of a page is one sentence in its place, and the rest of the page stays."""

from __future__ import annotations

import ast
import functools
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from esc10.audio.loading import SAMPLE_RATE
from esc10.datasets.own.recordings import keep, kept_recordings
from esc10.engine.cluster import NOTHING, WARMING_UP, Cluster
from esc10.engine.queue import Engine, EngineStatus
from esc10.errors import NoWorkerError, RunError
from esc10.runs.cross_validation import cross_validation_of
from esc10.runs.experiments import EXPERIMENTS
from esc10.runs.store import list_runs, runs_folder
from esc10.training.config import TrainConfig
from esc10.training.plan import plan_run
from esc10.ui import fragments, server
from esc10.ui.compare.run_table import TICKED
from esc10.ui.hand_ins import class_checks
from esc10.ui.predict.kept import _JOBS
from tests.pages.conftest import Trained
from tests.support import ROOT
from tests.support.odd_sounds import hiss
from tests.support.pages import drawn, open_page, predict, pressed, says
from tests.support.tested_runs import run_with
from tests.support.waiting import wait_for

TROUBLE = "the lights went out"
SOURCES = [
    ROOT / "app.py",
    *sorted((ROOT / "pages").glob("*.py")),
    *sorted((ROOT / "esc10/ui").rglob("*.py")),
]
FRAGMENTS = ROOT / "esc10/ui/fragments.py"


def evaluate(view: str) -> AppTest:
    page = open_page("pages/evaluate.py")
    page.session_state["view"] = view
    return drawn(page)


def compare() -> AppTest:
    page = open_page("pages/compare.py")
    page.session_state[TICKED] = [run.run_id for run in server.with_weights(server.all_runs())]
    page.session_state["compare view"] = "Clips"
    return drawn(page)


def viewed(way: str, view: str = "The answer") -> AppTest:
    page = predict(way)
    page.session_state["predict view"] = view
    return drawn(page)


def making() -> AppTest:
    """While a dataset of kept recordings is made; how long that takes is the test's to say."""
    if not kept_recordings():
        keep(hiss(5, SAMPLE_RATE)[:, 0].astype(np.float32), "rain", datetime.now(UTC))
    server.jobs().start(
        f"{_JOBS}here", lambda _, should_stop: wait_for(should_stop, 600, "the test's end")
    )
    return viewed("Kept")


def crossed() -> AppTest:
    """A cross-validation of which one fold is there."""
    cross_validation_of(TrainConfig("practice", "cnn", epochs=2))
    return drawn(open_page("pages/crossval.py"))


def tried() -> AppTest:
    """An experiment of which a training of each way is there."""
    for config in EXPERIMENTS["decibels"]("practice").trainings[:2]:
        plan = plan_run(config)
        run_with(plan, np.ones((1, len(plan.clips["test"])), bool))
    return drawn(open_page("pages/traps.py"))


def recipe_shown() -> AppTest:
    page = open_page("pages/train.py")
    page.session_state["train view"] = "Recipe"
    return drawn(page)


def replayed() -> AppTest:
    page = open_page("pages/train.py")
    page.session_state["train view"] = "Replay"
    drawn(page).button(key="play").click()
    return drawn(page)


def asked(*buttons: str) -> AppTest:
    """The class is asked, as these buttons ask it one after the other."""
    page = drawn(open_page("pages/ask_the_class.py"))
    for label in buttons:
        pressed(page, label)
    return page


def learning() -> AppTest:
    """The guided lab while a network is made ready; how long that takes is the test's to say."""
    for run in list_runs()[0]:
        shutil.rmtree(run.folder)
    server.jobs().start(
        f"{server.PREPARE_JOBS}here",
        lambda _, should_stop: wait_for(should_stop, 600, "the test's end"),
    )
    page = open_page("pages/guided_lab.py")
    page.session_state["exercise"] = "curves"
    return drawn(page)


def begun() -> AppTest:
    """A lesson whose clock runs."""
    page = open_page("pages/rehearse.py")
    page.session_state["rehearse view"] = "Lesson clock"
    drawn(page).button(key="begin lesson").click()
    return drawn(page)


def checking() -> AppTest:
    """Hand-ins that wait for those of another class; how long that takes is the test's to say."""
    folder = runs_folder().parent / "hand-ins"
    folder.mkdir(exist_ok=True)
    (folder / "run.html").touch()

    def another(_: object, should_stop: Callable[[], bool]) -> None:
        with class_checks._turn:
            wait_for(should_stop, 600, "the test's end")

    server.jobs().start("another class", another)
    wait_for(class_checks._turn.locked, 60, "the other class to be first")
    page = drawn(open_page("pages/hand_ins.py"))
    page.text_input(key="hand-ins path").set_value(str(folder))
    page.button(key="check hand-ins").click()
    return drawn(page)


PARTS: dict[str, Callable[[], AppTest]] = {
    "_engine_state": lambda: drawn(open_page("app.py")),
    "_count": lambda: asked("Ask the class"),
    "_matrix": lambda: asked("Ask the class", "Close and reveal"),
    "_look": lambda: drawn(open_page("pages/guided_lab.py")),
    "_answer": lambda: drawn(open_page("pages/guided_lab.py")),
    "_show_under_way": learning,
    "_sources": lambda: drawn(open_page("pages/dataset.py")),
    "_under_way": lambda: drawn(open_page("pages/dataset.py")),
    "_board": lambda: drawn(open_page("pages/train.py")),
    "_layers": lambda: drawn(open_page("pages/train.py")),
    "show_recipe": recipe_shown,
    "_playing": replayed,
    "_status": crossed,
    "_progress": tried,
    "_found": tried,
    "_matrix_and_clips": crossed,
    "_matrices": lambda: evaluate("Matrices and clips"),
    "show_epochs": lambda: evaluate("Epoch by epoch"),
    "show_trust": lambda: evaluate("How sure"),
    "show_refusal": lambda: evaluate("I don't know"),
    "_insides": lambda: evaluate("From inside"),
    "_keras": lambda: evaluate("Take it along"),
    "show_differing_clips": compare,
    "_answers": lambda: viewed("A clip"),
    "_reminders": lambda: viewed("A clip", "Reminds it of"),
    "_questioning": lambda: viewed("A clip", "Question it"),
    "_listening": lambda: viewed("Live"),
    "_show_making": making,
    "show_checking": checking,
    "_machine": lambda: drawn(open_page("pages/rehearse.py")),
    "_clock": begun,
    "_clock_link": begun,
}
"""How a person comes to see each live part of the app."""


def live_parts() -> Iterator[str]:
    """The parts that the app's own code hands to `live`."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = getattr(getattr(node, "func", None), "id", None)
            if path != FRAGMENTS and called == "live":
                yield ast.unparse(node.args[0])


def test_every_live_part_is_tried_here_and_no_other_way_leads_to_one() -> None:
    assert sorted(live_parts()) == sorted(PARTS)
    assert [path for path in SOURCES if "st.fragment" in path.read_text("utf-8")] == [FRAGMENTS]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes one live part fail, wherever it is drawn."""

    def breaks(name: str) -> None:
        really = fragments.live

        def drawn_by(part: Callable[..., None], *seconds: float) -> object:
            @functools.wraps(part)
            def fails(*_: object) -> None:
                raise RunError(TROUBLE)

            return really(fails if part.__qualname__ == name else part, *seconds)

        for module in [*sys.modules.values()]:
            if (
                getattr(module, "__name__", "").startswith("esc10.ui")
                and getattr(module, "live", None) is really
            ):
                monkeypatch.setattr(module, "live", drawn_by)

    return breaks


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_fails_is_a_sentence_and_the_rest_stays(
    part: str, trained: Trained, broken: Callable[[str], None]
) -> None:
    trained(("cnn", "logmel"), ("td_cnn", "logmel"))
    whole = PARTS[part]()
    assert not says(whole, TROUBLE)
    broken(part)
    page = PARTS[part]()
    assert not page.exception
    assert [error.value for error in page.error] == [TROUBLE]
    # What was drawn after it, in the whole page, is drawn now.
    assert len(page.get("page_link")) >= 6


def test_what_waits_for_a_worker_is_drawn_once_whatever_the_engine_saw_last(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the engine starts a run it sees nothing, and may still name a worker that has gone."""
    trained(("cnn", "logmel"))
    before = server.engine().status()
    assert before.capacity.workers
    asked: list[object] = []

    def ask(*question: object) -> None:
        asked.append(question)
        raise NoWorkerError(WARMING_UP)

    def status(_: Engine) -> EngineStatus:
        return before if len(asked) < 5 else replace(before, capacity=NOTHING)

    monkeypatch.setattr(Cluster, "ask", ask)
    monkeypatch.setattr(Engine, "status", status)
    page = viewed("A clip")
    assert [text.value for text in page.info] == [WARMING_UP]
    assert len(asked) == 1
