"""What a person does in the app, step by step."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import App
from tests.support.waiting import wait_for


def microphone(clip: Path) -> list[str]:
    """The flags that make Chromium hear a file, again and again."""
    return [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={clip}",
    ]


def visit(page: Page, app: App, path: str = "") -> None:
    """Open a page by its address and wait until it has been drawn."""
    page.goto(f"{app.url}/{path}")
    drawn(page)


def drawn(page: Page) -> None:
    """Wait until the script run has ended, and see that it ended well."""
    page.get_by_test_id("stApp").wait_for()
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]')"
        "?.getAttribute('data-test-script-state') === 'notRunning'"
    )
    expect(page.get_by_test_id("stException")).to_have_count(0)


def go(page: Page, name: str) -> None:
    """Follow the navigation on top."""
    page.get_by_test_id("stPageLink-NavLink").filter(has_text=name).first.click()
    page.wait_for_url(f"**/{name.lower()}*")
    drawn(page)


def unfold(page: Page, label: str) -> Locator:
    """Open a select box by the keyboard, and give back its options.

    A click that meets a list which is just closing opens none.
    """
    box = page.get_by_role("combobox", name=label).first
    options = page.get_by_role("option")

    def is_open() -> bool:
        if not options.count():
            box.press("ArrowDown")
        return options.count() > 0

    wait_for(is_open, 90, f"the options of {label}")
    return options


def choose(page: Page, label: str, option: str) -> None:
    """Pick from a select box."""
    unfold(page, label).filter(has_text=option).first.click()
    drawn(page)


def set_epochs(page: Page, epochs: int) -> None:
    """Type how many epochs to train."""
    field = page.get_by_role("spinbutton", name="Epochs")
    field.fill(str(epochs))
    field.press("Enter")
    drawn(page)


def train(page: Page, button: str = "Train") -> None:
    """Press a button that trains, by the keyboard.

    A page that is drawn again may shift between the two halves of a click, which then is none.
    """
    page.get_by_role("button", name=button, exact=True).press("Enter")


def charts(page: Page) -> Locator:
    """The loss chart and the accuracy chart."""
    return page.get_by_test_id("stVegaLiteChart")


def points(page: Page, metric: int = 1) -> dict[str, int]:
    """For each curve of a chart, how many points its line goes through.

    Args:
        page: on the Train page.
        metric: 0 for loss, 1 for accuracy.

    Returns:
        A key per run and part, as the chart's own description names them.
    """
    found: dict[str, int] = page.evaluate(
        """(metric) => {
            const chart = document.querySelectorAll('[data-testid=stVegaLiteChart]')[metric];
            const lines = chart ? chart.querySelectorAll('.mark-line path') : [];
            return Object.fromEntries([...lines].map(line => [
                line.getAttribute('aria-label').replace(/^.*?(part: )/, '$1'),
                (line.getAttribute('d') || '').split(/[ML]/).length - 1,
            ]));
        }""",
        metric,
    )
    return found


def begin(player: Locator) -> None:
    """Start a player by the keyboard, and wait until it plays; it goes on for ever."""
    player.evaluate("player => { player.loop = true; }")
    player.focus()
    player.press("Space")
    wait_for(lambda: not is_paused(player), 20, "a player to begin")


def is_paused(player: Locator) -> bool:
    """Whether a player is silent."""
    return bool(player.evaluate("player => player.paused"))


def stop_each_other(first: Locator, second: Locator) -> None:
    """See that of two players the one that begins stops the other."""
    begin(first)
    for begun, stopped in ((second, first), (first, second)):
        begin(begun)
        wait_for(lambda stopped=stopped: is_paused(stopped), 20, "the other player to stop")
        assert not is_paused(begun)
