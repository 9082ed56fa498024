"""Everybody can use the pages, a report that is handed in, and what comes back: axe finds nothing.

axe-core looks at what is drawn: names, roles, headings, contrasts, in light and in dark.
"""

from __future__ import annotations

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from esc10.lesson.answers import Answered
from esc10.lesson.checking import write_feedback
from esc10.lesson.report import report_of
from esc10.runs.run import Run
from esc10.ui.frame import PAGES
from tests.browser.conftest import App
from tests.browser.steps import begin, drawn, visit
from tests.support.erring_runs import WRONG, erring_run
from tests.support.made_hand_ins import CLASS
from tests.support.waiting import wait_for

GRAVE = {"serious", "critical"}
SCHEMES = ("light", "dark")
TABS = {"Evaluate": ("Epoch by epoch", "Take it along"), "Rehearse": ("Lesson clock",)}
"""For each page the tabs that show what no other page has: a slider, code."""


def grave(page: Page) -> list[str]:
    """What axe finds that keeps somebody out, and where."""
    found = Axe().run(page).response["violations"]
    return [
        f"{trouble['id']}: {trouble['help']}, at {place['target']}: {place['html'][:200]}"
        for trouble in found
        if trouble["impact"] in GRAVE
        for place in trouble["nodes"]
    ]


def test_pages_keep_nobody_out(page: Page, practice_app: App, trained_run: Run) -> None:
    visit(page, practice_app)
    for file, name in PAGES.items():
        page.get_by_test_id("stPageLink-NavLink").filter(has_text=name).first.click()
        page.wait_for_url(f"{practice_app.url}/{'' if file == 'app.py' else Path(file).stem}")
        nothing_grave(page, name)
        for tab in TABS.get(name, ()):
            page.get_by_role("tab", name=tab).click()
            expect(page.get_by_role("tabpanel", name=tab)).to_be_visible()
            nothing_grave(page, tab)
    visit(page, practice_app, "hand_ins")  # few need it: it is not on top of the pages
    nothing_grave(page, "Hand-ins")


def nothing_grave(page: Page, where: str) -> None:
    """In light and in dark; what is drawn in a second go may lack its words until it has come."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        drawn(page)
        if found := grave(page):
            wait_for(lambda: not grave(page), 60, f"an end, on {where} in {scheme}, of: {found}")


def test_a_report_opens_and_plays_without_any_network(
    page: Page, practice_home: Path, tmp_path: Path
) -> None:
    answered = [Answered("hop", "How long is a hop?", "23 ms", True), Answered("b", "?", "", False)]
    path = tmp_path / "report.html"
    path.write_bytes(report_of(erring_run(), "val_accuracy", answered).content)
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.context.set_offline(True)
    page.goto(path.as_uri())
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert grave(page) == []
    players = page.locator("audio")
    expect(players).to_have_count(len(WRONG))
    begin(players.first)
    wait_for(lambda: players.first.evaluate("it => it.currentTime") > 0, 60, "the sound to go on")
    on_paper = page.get_by_text("The sounds are in the file, and play in a browser.")
    expect(on_paper).to_be_hidden()
    page.emulate_media(media="print")
    expect(players.first).to_be_hidden()
    expect(on_paper).to_be_visible()
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
    assert said == []


def test_a_page_of_feedback_keeps_nobody_out(page: Page, tmp_path: Path) -> None:
    write_feedback(CLASS, tmp_path)
    for path in tmp_path.rglob("*.html"):
        page.goto(path.as_uri())
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert grave(page) == []
