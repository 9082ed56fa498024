"""What the browser says of itself: a real one, at a real address."""

from __future__ import annotations

from playwright.sync_api import Page, expect

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
