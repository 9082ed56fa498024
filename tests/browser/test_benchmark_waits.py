"""What the benchmark of the interface waits for is there to be waited for."""

from __future__ import annotations

from playwright.sync_api import Browser

from benchmarks import journeys
from benchmarks.app_server import App as Server
from benchmarks.browser import tab
from esc10.runs.run import Run
from tests.browser.conftest import App


def test_every_page_gets_drawn_as_the_benchmark_knows_it(
    browser: Browser, app: App, trained_run: Run
) -> None:
    with tab(browser, Server(app.port, app.process)) as opened:
        assert opened.open("", journeys.FRONT_DOOR) > 0
        for name in journeys.PAGES:
            assert journeys.visit(opened, name) > 0, name
