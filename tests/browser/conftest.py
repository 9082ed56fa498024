"""A real server and a real Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Error, Page, Playwright, expect, sync_playwright

from esc10.engine.cluster import Cluster
from esc10.engine.queue import Engine
from esc10.runs.run import Run
from esc10.runs.store import find_run
from esc10.training.config import TrainConfig
from esc10.training.plan import plan_run
from tests.conftest import link_tree
from tests.support import ROOT
from tests.support.engines import admitted
from tests.support.waiting import WARM_SECONDS, wait_for

START_SECONDS = 120
TRAIN_SECONDS = 300
LOOK_MS = 90_000
"""How long something may take to appear, on a busy machine."""

LOG_CHARACTERS = 10_000
EPOCHS = 30

LAPTOP = {"width": 1280, "height": 800}
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@dataclass
class App:
    """A server under test."""

    home: Path
    port: int
    process: psutil.Popen

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what was on the page, and what the server said, where a test failed."""
    report = yield
    if report.failed:
        for shown in getattr(item, "funcargs", {}).values():
            match shown:
                case App():
                    log = (shown.home.parent / "server.log").read_text("utf-8", "replace")
                    report.sections.append(("Server's log", log[-LOG_CHARACTERS:]))
                case Page() if not shown.is_closed():
                    try:
                        text = shown.locator("body").inner_text()
                    except Error as error:  # the browser itself may be what failed
                        text = str(error)
                    report.sections.append(("Page", text))
    return report


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_app(
    home: Path, port: int, scheduler: str = "", script: str = "app.py", *flags: str
) -> App:
    """Start the README's command and wait until it answers; without `scheduler` with a worker."""
    home.mkdir(parents=True, exist_ok=True)
    with (home.parent / "server.log").open("ab") as log:
        process = psutil.Popen(
            [
                *(sys.executable, "-m", "streamlit", "run", script),
                *("--server.port", str(port), "--server.headless", "true"),
                *flags,
            ],
            cwd=ROOT,
            env={**os.environ, "ESC10_HOME": str(home), "ESC10_SCHEDULER": scheduler},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    app = App(home, port, process)

    def answers() -> bool:
        assert process.poll() is None, (home.parent / "server.log").read_text()
        try:
            with urllib.request.urlopen(f"{app.url}/_stcore/health") as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, ConnectionError):
            return False

    wait_for(answers, START_SECONDS, "the server to answer")
    return app


def stop_app(app: App) -> None:
    """End the server and everything it started."""
    try:
        children = app.process.children(recursive=True)
    except psutil.NoSuchProcess:
        children = []
    for process in (app.process, *children):
        try:
            process.terminate()
        except psutil.NoSuchProcess:
            continue
    _, alive = psutil.wait_procs([app.process, *children], timeout=20)
    for process in alive:
        process.kill()


@pytest.fixture(scope="package")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler with a worker, for servers that need none of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ESC10_HOME", str(tmp_path_factory.mktemp("worker")))
        cluster = Cluster()
    cluster.hurry()  # beside a busy test the worker would not come up
    wait_for(lambda: cluster.capacity().workers, WARM_SECONDS, "a worker")
    with admitted(cluster):
        yield cluster.address
    cluster.close()


@pytest.fixture(scope="package")
def one_app(scheduler: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The server of all tests that do not kill it; `app` empties its home for each."""
    app = start_app(tmp_path_factory.mktemp("app") / "home", free_port(), scheduler)
    yield app
    stop_app(app)


@pytest.fixture
def app(one_app: App, monkeypatch: pytest.MonkeyPatch) -> App:
    """A server with an empty home, into which this process looks too."""
    monkeypatch.setenv("ESC10_HOME", str(one_app.home))
    shutil.rmtree(one_app.home)
    one_app.home.mkdir()
    return one_app


@pytest.fixture
def practice_app(app: App, practice_master: Path) -> App:
    """A server whose home has the practice sounds."""
    link_tree(practice_master, app.home)
    return app


@pytest.fixture(scope="package")
def trained_master(
    scheduler: str, practice_master: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A home with the practice sounds and a network that has learned them somewhat."""
    home = tmp_path_factory.mktemp("trained") / "home"
    link_tree(practice_master, home)
    train_in(home, scheduler, TrainConfig("practice", "cnn", epochs=EPOCHS))
    return home


def train_in(home: Path, scheduler: str, config: TrainConfig) -> None:
    """Train a network in a home, on the scheduler's worker."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ESC10_HOME", str(home))
        engine = Engine(Cluster(scheduler))
        run = engine.submit(plan_run(config))
        assert engine.wait_until_idle(TRAIN_SECONDS)
        assert run.state == "finished"
        engine.close()


@pytest.fixture
def trained_run(trained_master: Path, practice_app: App) -> Run:
    """That network's run, brought into the server's home, which has the practice sounds."""
    link_tree(trained_master / "runs", practice_app.home / "runs")
    return find_run("latest")


@pytest.fixture
def fresh_app(home: Path, scheduler: str) -> Iterator[App]:
    """A server that nobody has asked anything, with an empty home."""
    app = start_app(home, free_port(), scheduler)
    yield app
    stop_app(app)


@pytest.fixture
def whole_practice_app(practice_home: Path) -> Iterator[App]:
    """A server and a worker of its own, as the README's command starts them, for practice."""
    app = start_app(practice_home, free_port())
    yield app
    stop_app(app)


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=LOOK_MS)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A laptop's window; any uncaught error in the page fails the test."""
    page = browser.new_page(viewport=LAPTOP)
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.set_default_timeout(LOOK_MS)
    yield page
    page.context.close()
    assert troubles == []
