"""A sound recorded in the page is classified; Chromium's fake microphone plays a clip."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Playwright, expect

from tests.browser.conftest import CHROMIUM_FLAGS, LAPTOP, App
from tests.browser.steps import go, set_epochs, visit


def test_a_recording_gets_a_prediction(
    playwright: Playwright, chromium: str, practice_app: App
) -> None:
    clip = next((practice_app.home / "datasets" / "practice" / "audio").glob("1-*-A-10.wav"))
    browser = playwright.chromium.launch(
        executable_path=chromium, args=[*CHROMIUM_FLAGS, *microphone(clip)]
    )
    page = browser.new_context(permissions=["microphone"], viewport=LAPTOP).new_page()
    page.set_default_timeout(60_000)
    visit(page, practice_app, "predict")
    expect(page.get_by_text("No network has been trained")).to_be_visible()
    page.get_by_text("Train a network").click()
    page.wait_for_url("**/train*")
    set_epochs(page, 2)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("finished after 2 epochs")).to_be_visible(timeout=120_000)
    go(page, "Predict")
    recorder = page.get_by_test_id("stAudioInput")
    recorder.get_by_role("button", name="Record").click()
    # The recorder's own clock tells when there is something to classify.
    expect(recorder.get_by_text("00:02")).to_be_visible()
    recorder.get_by_role("button", name="Stop recording").click()
    expect(page.get_by_role("heading", level=2)).to_contain_text("%")
    expect(page.get_by_text("padded with silence")).to_be_visible()
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    browser.close()


def microphone(clip: Path) -> list[str]:
    """The flags that make Chromium hear a file."""
    return [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={clip}",
    ]
