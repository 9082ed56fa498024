"""Two runs are ticked, compared and deleted, and are back after undo."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from esc10.runs.captions import set_caption
from esc10.runs.store import list_runs
from esc10.runs.trash import deleted_runs
from tests.browser.conftest import App
from tests.browser.steps import drawn, visit
from tests.support.tested_runs import finished

HEADER_ROWS = 1


def tick(page: Page, row: int, rows: int) -> None:
    """Click the box at the beginning of a row; the table is drawn on a canvas.

    Args:
        page: on the Compare page.
        row: from 0.
        rows: how many there are.
    """
    table = page.get_by_test_id("stDataFrame").first
    table.locator("canvas").first.wait_for()
    box = table.bounding_box()
    assert box
    height = box["height"] / (rows + HEADER_ROWS)
    page.mouse.click(box["x"] + 18, box["y"] + height * (row + HEADER_ROWS + 0.5))


def test_two_runs_are_ticked_compared_deleted_and_brought_back(page: Page, app: App) -> None:
    finished(1, range(25))
    named = finished(2, [*range(20), 30, 31])
    title = "![x](http://x.y/p.png) :red[a] www.x.y"
    set_caption(named.folder, title, "")
    visit(page, app, "compare")
    expect(page.get_by_text("Tick two or more to compare")).to_be_visible()

    tick(page, 0, rows=2)
    expect(page.get_by_role("button", name="Open in Evaluate")).to_be_visible()
    drawn(page)
    tick(page, 1, rows=2)
    sentence = page.get_by_role("heading", level=3)
    expect(sentence).to_contain_text(
        "B is right on 5 clips where A errs, A on 2 where B errs: no evidence for a difference "
        "(p = 0.45)."
    )
    drawn(page)
    legend = page.locator(".st-key-legend")
    shown = legend.inner_text().replace("\u2060", "")
    assert title in shown
    assert legend.locator("img, a").count() == 0
    for view, what in (
        ("Curves", "stVegaLiteChart"),
        ("F1 by class", "stVegaLiteChart"),
        ("Clips", "stDataFrame"),
    ):
        page.get_by_role("tab", name=view).click()
        expect(page.get_by_test_id(what).last).to_be_visible()
        drawn(page)

    page.get_by_role("button", name="Delete 2 runs").click()
    expect(page.get_by_text("Deleted 2 runs.")).to_be_visible()
    assert list_runs()[0] == []
    # What a script run leaves out stays on the screen until that run has ended.
    expect(page.get_by_role("button", name="Delete 2 runs")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Delete 2 runs")).to_be_visible()
    assert deleted_runs() == []
    assert len(list_runs()[0]) == 2
    drawn(page)
    # The same runs are ticked again, and the boxes know it.
    tick(page, 1, rows=2)
    expect(page.get_by_text("Tick two or more to compare")).to_be_visible()
