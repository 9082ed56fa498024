"""Somebody brings sounds of their own: a zip is uploaded, listened to, and deleted again."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import App
from tests.browser.steps import drawn, visit
from tests.support.own_sounds import folder_of, numbered, sounds, zip_of

CLASSES = ("dog", "rain", "siren")
FLAT = [f"{number}.wav" for number in range(9)]
LAYOUTS = {  # what is brought; what the page then says, and its table of classes, cell by cell
    "folders": (
        sounds(numbered(CLASSES, 3)) | {"dog/notes.txt": b"in the park"},
        [
            "The classes are the folders dog, rain, siren.",
            "dog3rain3siren3",
            "1 other file is not a sound (1 .txt).",
        ],
    ),
    "split": (
        sounds(numbered([f"{part}/{name}" for part in ("train", "test") for name in CLASSES], 2)),
        [
            "The classes are the folders dog, rain, siren. Their split is kept (6 train, 6 test).",
            "dog4train, testrain4train, testsiren4train, test",
        ],
    ),
    "table": (
        sounds(FLAT)
        | {
            "labels.csv": "\n".join(
                ["file_name;class_name", *(f"{n};{CLASSES[int(n[0]) % 3]}" for n in FLAT[:8])]
            ).encode("utf-16")
        },
        [
            "The classes are those of the table labels.csv.",
            "dog3rain3siren2",
            "1 of no class (1 .wav).",
        ],
    ),
    "names": (
        sounds(f"{name}_{take}.wav" for name in CLASSES for take in range(3)),
        ["The class is in each file's name.", "dog3rain3siren3", "Whether each file can be read"],
    ),
}


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
    page.get_by_label("Title", exact=True).fill("My hall")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": "hall.zip", "mimeType": "application/zip", "buffer": zip_of(files)}
    )
    # Pressed before the zip has arrived, the button asks for one.
    expect(page.get_by_text("The classes are the folders")).to_be_visible()
    drawn(page)
    page.get_by_role("button", name="Make", exact=True).last.click()
    card = page.locator("[class*='st-key-card-own-my-hall']")
    expect(card).to_contain_text("8 clips", timeout=60_000)
    expect(card).to_contain_text("b door, dog")
    expect(card).to_contain_text("evil.example).wav holds no sound")
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


def test_what_was_understood_is_said_before_anything_is_made(
    page: Page, practice_app: App, tmp_path: Path
) -> None:
    visit(page, practice_app, "dataset")
    page.get_by_text("Own sounds", exact=True).click()
    preview = page.locator(".st-key-preview-of-own-sounds")
    for layout, (files, sentences) in LAYOUTS.items():
        folder = folder_of(files, tmp_path / layout)
        path = page.get_by_label("A folder or zip on this machine").last
        path.fill(str(folder))
        path.press("Enter")
        for sentence in sentences:
            expect(preview).to_contain_text(sentence)
        drawn(page)
    assert not list((practice_app.home / "datasets").glob("own-*"))
