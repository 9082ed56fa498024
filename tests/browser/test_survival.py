"""The server is killed in mid-training; what was finished is whole when it comes back."""

from __future__ import annotations

import re
import subprocess
import sys

import psutil
import pytest
from playwright.sync_api import Browser, expect

from esc10.engine.cluster import WARMING_UP
from esc10.runs.store import list_runs
from tests.browser.conftest import LAPTOP, App, free_port, start_app, stop_app
from tests.browser.steps import points, set_epochs, train, visit
from tests.support import ROOT
from tests.support.waiting import wait_for


def test_after_a_killed_server_finished_runs_are_whole_and_the_cut_one_is_interrupted(
    browser: Browser,
    whole_practice_app: App,
    scheduler: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = browser.new_page(viewport=LAPTOP)
    page.goto(f"{whole_practice_app.url}/train")
    # What asks the worker waits for it, and goes on by itself: nobody clicks here. The sentence
    # that says so is not waited for: a worker may come before a slow browser.
    expect(page.get_by_test_id("stDataFrame")).to_have_count(1)
    expect(page.get_by_text(WARMING_UP)).to_have_count(0)
    set_epochs(page, 2)
    train(page)
    expect(page.get_by_text("finished after 2 epochs")).to_be_visible(timeout=120_000)
    set_epochs(page, 3000)
    train(page)
    page.get_by_text(re.compile(r"epoch \d+ of 3000")).wait_for(timeout=60_000)
    workers = whole_practice_app.process.children(recursive=True)
    assert workers
    whole_practice_app.process.kill()
    whole_practice_app.process.wait()
    # Nothing goes on training for a server that is gone.
    _, alive = psutil.wait_procs(workers, timeout=60)
    assert alive == []

    again = start_app(whole_practice_app.home, free_port(), scheduler)
    try:
        page = browser.new_page(viewport=LAPTOP)
        visit(page, again, "train")
        expect(page.get_by_text("finished after 2 epochs")).to_be_visible()
        expect(page.get_by_text("interrupted after")).to_be_visible()
        monkeypatch.setenv("ESC10_HOME", str(again.home))
        (cut, finished), complaints = list_runs()
        assert complaints == []
        assert (cut.state, finished.state) == ("interrupted", "finished")
        assert finished.answers("val_loss").probabilities["test"].shape == (80, 10)
        trained = len(cut.history())
        assert trained >= 1
        wait_for(
            lambda: sorted(points(page).values()) == sorted([2, 2, trained, trained]),
            60,
            "the points of both runs",
        )
        visit(page, again, "evaluate")
        expect(page.get_by_text(" of 80, ")).to_have_count(2)
    finally:
        stop_app(again)


def test_a_taken_port_is_a_sentence(app: App) -> None:
    second = subprocess.run(
        [
            *(sys.executable, "-m", "streamlit", "run", "app.py"),
            *("--server.port", str(app.port), "--server.headless", "true"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert second.returncode != 0
    assert f"Port {app.port} is not available" in second.stdout + second.stderr
    assert "Traceback" not in second.stderr
