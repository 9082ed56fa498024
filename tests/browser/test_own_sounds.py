"""Somebody brings sounds of their own: a zip is uploaded, listened to, and deleted again."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import App
from tests.browser.steps import drawn, visit
from tests.support.own_sounds import numbered, sounds, zip_of


def test_a_zip_becomes_a_dataset_and_goes_again(page: Page, practice_app: App) -> None:
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    # Names of files that would be an image, and a link, if anybody obeyed them.
    files = sounds(numbered(("dog", "<b>door"), 4)) | {
        "dog/![x](http:evil.example).wav": b"no sound",
        "dog/www.evil.example.wav": b"no sound",
    }
    visit(page, practice_app, "dataset")
    page.get_by_text("Own sounds", exact=True).click()
    page.get_by_label("Title").fill("My hall")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": "hall.zip", "mimeType": "application/zip", "buffer": zip_of(files)}
    )
    drawn(page)
    page.get_by_role("button", name="Make", exact=True).last.click()
    card = page.locator("[class*='st-key-card-own-my-hall']")
    expect(card).to_contain_text("8 clips", timeout=60_000)
    expect(card).to_contain_text("b door, dog")
    expect(card).to_contain_text("evil.example).wav is not a sound")
    expect(card.locator("img, a")).to_have_count(0)
    assert not [url for url in requested if "evil" in url]

    page.get_by_test_id("stButtonGroup").get_by_text("My hall", exact=True).click()
    drawn(page)
    expect(page.get_by_text("own sounds", exact=False).last).to_be_visible()
    card.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(card).to_have_count(0)
    drawn(page)
    expect(page.get_by_test_id("stButtonGroup").get_by_text("My hall")).to_have_count(0)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
