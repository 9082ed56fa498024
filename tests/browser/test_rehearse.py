"""What the browser says of itself: a real one, at a real address."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import App
from tests.browser.steps import visit


def test_address_and_permission_are_known_and_nothing_is_recorded(page: Page, app: App) -> None:
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => { document.title = 'recorded'; }"
    )
    page.context.grant_permissions(["microphone"], origin=app.url)
    visit(page, app, "rehearse")
    expect(page.get_by_text("Https or localhost: browsers give it a microphone.")).to_be_visible()
    allowed = page.get_by_text("It is allowed. Record some seconds")
    expect(allowed).to_be_visible()
    page.context.clear_permissions()  # somebody changes their mind, and reloads nothing
    expect(allowed).to_be_hidden()
    expect(page).to_have_title("Rehearse · Machines that hear")


def test_a_lesson_s_minute_leads_to_its_clock_in_one_row_of_large_type(
    page: Page, app: App
) -> None:
    visit(page, app, "rehearse?projector=true")
    page.get_by_role("tab", name="Lesson clock").click()
    page.get_by_role("button", name="Begin").click()
    minute = page.get_by_role("link", name="1/15 min")
    expect(minute).to_be_visible()
    middles = {middle(minute), middle(page.get_by_role("link", name="Start"))}
    middles.add(middle(page.get_by_text("Projector", exact=True)))
    assert max(middles) - min(middles) < 10

    page.get_by_role("link", name="Start").click()
    page.wait_for_url(f"{app.url}/?*")
    minute.click()
    expect(page.get_by_role("heading", name="Minute 1 of 15")).to_be_visible()
    page.get_by_role("button", name="End the lesson").click()
    expect(page.get_by_role("button", name="Begin")).to_be_visible()


def middle(shown: Locator) -> float:
    """How far below the page's top the middle of it is, in pixels."""
    box = shown.bounding_box()
    assert box
    return box["y"] + box["height"] / 2
