"""Only one sound plays at a time, whatever plays it, and on whatever page."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from esc10.runs.run import Run
from tests.browser.conftest import App
from tests.browser.steps import drawn, go, stop_each_other, visit


def test_a_player_that_begins_stops_the_other_on_every_page(
    page: Page, trained_run: Run, practice_app: App
) -> None:
    visit(page, practice_app, "evaluate")
    for name in ("Evaluate", "Predict"):
        if name == "Predict":
            go(page, name)
            page.get_by_test_id("stButtonGroup").get_by_text("A clip").click()
            drawn(page)
            page.get_by_role("tab", name="Question it").click()
            drawn(page)
        players = page.get_by_test_id("stAudio")
        expect(players.nth(1)).to_be_visible()
        stop_each_other(players.nth(0), players.nth(1))
        outlines = players.evaluate_all(
            "players => players.map(player => getComputedStyle(player).outlineStyle)"
        )
        assert outlines[0] == "solid"  # where keys go on from
        assert "solid" not in outlines[1:]
    # Nothing of what does it shows or takes room.
    assert page.locator(".st-key-page-players").evaluate("one => one.offsetHeight") == 0
