"""A class's hand-ins in a real browser: it keeps them after a reload, and no other one has them."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from esc10.lesson.report import report_of
from esc10.runs.run import Run
from tests.browser.conftest import App
from tests.browser.steps import visit
from tests.browser.test_accessible import nothing_grave


def test_results_stay_with_the_browser_that_asked(
    page: Page, browser: Browser, practice_app: App, trained_run: Run, tmp_path: Path
) -> None:
    whole, cut = (
        tmp_path / "adalovelace_17_4711_run.html",
        tmp_path / "boolegeorge_18_4712_run.html",
    )
    whole.write_bytes(report_of(trained_run, "val_accuracy").content)
    cut.write_bytes(whole.read_bytes()[:-5000])
    visit(page, practice_app, "hand_ins")
    page.locator("input[type=file]").set_input_files([whole, cut])
    expect(page.get_by_text("2 hand-ins uploaded.")).to_be_visible()
    page.get_by_role("button", name="Check", exact=True).press("Enter")
    first = page.get_by_text("Look at these first")
    expect(first).to_be_visible()
    expect(page.get_by_text("1 checked")).to_be_visible()
    nothing_grave(page, "Hand-ins that were checked")
    page.reload()
    expect(first).to_be_visible()
    other = browser.new_page()
    visit(other, practice_app, "hand_ins")
    expect(other.get_by_text("Bring what was handed in")).to_be_visible()
    expect(other.get_by_text("Look at these first")).to_have_count(0)
    other.context.close()
