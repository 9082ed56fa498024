"""A person at the app: a Chromium's tab, and a stopwatch that runs inside of it.

The stopwatch starts at the click itself and stops when what was waited for is in the document, so
nothing of what drives the browser is measured.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from benchmarks.app_server import App

WINDOW: ViewportSize = {"width": 1280, "height": 800}
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = ("--no-sandbox", "--disable-background-networking", "--no-first-run")
_PATIENCE_MS = 60_000
_POLL_MS = 50

Wanted = dict[str, int]
"""CSS selectors, and how many elements of each must be visible."""

_STOPWATCH = """
window.stopwatch = {
    seconds: null,
    arm(wanted, scriptEnded, fromOpening) {
        this.seconds = null;
        let began = fromOpening ? 0 : null;
        for (const kind of ['click', 'change'])
            addEventListener(
                kind, () => { began ??= performance.now(); }, {capture: true, once: true});
        const visible = selector => [...document.querySelectorAll(selector)]
            .filter(element => element.getClientRects().length).length;
        const state = () => document.querySelector('[data-testid=stApp]')
            ?.getAttribute('data-test-script-state');
        const look = () => {
            if (this.seconds !== null || began === null) return;
            if (scriptEnded && state() !== 'notRunning') return;
            if (!Object.entries(wanted).every(([what, count]) => visible(what) >= count)) return;
            this.seconds = (performance.now() - began) / 1000;
            observer.disconnect();
        };
        const observer = new MutationObserver(look);
        observer.observe(document, {
            subtree: true, childList: true, attributes: true, characterData: true});
        look();
    },
};
window.points = {
    times: {},
    watch(selector) {
        const look = () => {
            const drawn = document.querySelector(selector)?.getAttribute('d') ?? '';
            const count = (drawn.match(/[ML]/g) ?? []).length;
            for (let epoch = count; epoch > 0 && !(epoch in this.times); epoch -= 1)
                this.times[epoch] = Date.now() / 1000;
        };
        new MutationObserver(look).observe(document, {
            subtree: true, childList: true, attributes: true});
    },
};
"""


class Tab:
    """A tab on the app."""

    def __init__(self, browser: Browser, app: App) -> None:
        """Open an empty tab that remembers nothing of others.

        Args:
            browser: whose tab it is.
            app: what its addresses lead to.
        """
        self.page: Page = browser.new_page(viewport=WINDOW)
        self.page.set_default_timeout(_PATIENCE_MS)
        self.page.add_init_script(_STOPWATCH)
        self._app = app

    def open(self, path: str, wanted: Wanted) -> float:
        """Open a page by its address.

        Args:
            path: of the page, without the slash.
            wanted: what must be there.

        Returns:
            Seconds from the beginning of the navigation until the script has ended and the
            wanted elements are visible.
        """
        self.page.goto(f"{self._app.url}/{path}", wait_until="commit")
        self._arm(wanted, script_ended=True, from_opening=True)
        return self._stopped()

    def time(
        self, action: Callable[[], object], wanted: Wanted, *, script_ended: bool = True
    ) -> float:
        """Do something and wait for what comes of it.

        Args:
            action: clicks once, or chooses a file.
            wanted: what must be there; not there before.
            script_ended: whether the page's script must have ended too.

        Returns:
            Seconds from the click until the wanted elements are visible.
        """
        self._arm(wanted, script_ended=script_ended, from_opening=False)
        action()
        return self._stopped()

    def settle(self) -> None:
        """Wait until the page's script has ended."""
        self.page.wait_for_function(
            "() => document.querySelector('[data-testid=stApp]')"
            "?.getAttribute('data-test-script-state') === 'notRunning'",
            polling=_POLL_MS,
        )

    def close(self) -> None:
        """Close it."""
        self.page.close()

    def _arm(self, wanted: Wanted, *, script_ended: bool, from_opening: bool) -> None:
        self.page.evaluate(
            "given => window.stopwatch.arm(...given)", [wanted, script_ended, from_opening]
        )

    def _stopped(self) -> float:
        seconds = self.page.wait_for_function("() => window.stopwatch.seconds", polling=_POLL_MS)
        return float(seconds.json_value())


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium without a window.

    Raises:
        RuntimeError: none is installed.
    """
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        raise RuntimeError(f"None of {', '.join(_NAMES)} is on the path.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def tab(browser: Browser, app: App) -> Iterator[Tab]:
    """A tab that is closed afterwards."""
    opened = Tab(browser, app)
    try:
        yield opened
    finally:
        opened.close()
