"""A lecture with no network: practice sounds, three networks, their mistakes, a new sound."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from esc10.runs.store import list_runs
from tests.browser.conftest import App
from tests.browser.steps import charts, choose, drawn, go, set_epochs, train, visit
from tests.support.copies import wav

MINUTES = 60_000


def test_the_whole_way_by_pointing_and_clicking(page: Page, app: App) -> None:
    visit(page, app)
    page.get_by_role("button", name="Go on here").click()
    page.wait_for_url("**/dataset*")
    page.get_by_role("button", name="Make").click()
    # Ten classes, a sound of each, and the clip that is looked at below them.
    expect(page.get_by_text("10 classes, balanced:")).to_be_visible(timeout=2 * MINUTES)
    expect(page.get_by_test_id("stAudio")).to_have_count(11)
    for player in page.get_by_test_id("stAudio").all()[:10]:
        expect(player).to_be_in_viewport(ratio=1)
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(3)

    go(page, "Train")
    set_epochs(page, 2)
    train(page, "Train all three")
    expect(page.get_by_text("finished after 2 epochs")).to_have_count(3, timeout=10 * MINUTES)
    drawn(page)
    page.get_by_role("tab", name="Layers").click()
    expect(page.get_by_text("47,018 parameters")).to_be_visible()

    go(page, "Evaluate")
    for network in ("1D-CNN", "Time-distributed 1D-CNN", "Hybrid CNN-RNN"):
        choose(page, "Run", f"{network} ·")
        expect(page.get_by_text(" of 80, ")).to_have_count(2)
        expect(page.get_by_test_id("stAudio").first).to_be_visible()
    for view in ("Reports", "Epoch by epoch"):
        page.get_by_role("tab", name=view).click()
        expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
        drawn(page)
    page.get_by_role("tab", name="How sure").click()
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(2)

    go(page, "Predict")
    choose(page, "Networks", "Time-distributed")  # beside the latest run, which judges already
    page.get_by_test_id("stButtonGroup").get_by_text("Upload").click()
    sound = next((app.home / "datasets" / "practice" / "audio").glob("5-*-10.wav"))
    page.locator("input[type=file]").set_input_files(sound)
    answers = page.get_by_role("heading", level=3)
    expect(answers).to_have_count(2)
    for place in range(2):
        expect(answers.nth(place)).to_contain_text("%")
    expect(page.get_by_text("What each frame votes for")).to_be_visible()
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    never_loads_keras(app.process)
    runs, complaints = list_runs()
    assert (len(runs), complaints) == (3, [])


def test_a_fresh_machine_judges_a_sound_before_anything_was_trained(
    page: Page, app: App, tmp_path: Path
) -> None:
    sound = tmp_path / "hiss.wav"
    sound.write_bytes(wav())
    visit(page, app)
    go(page, "Predict")
    expect(page.get_by_text("Of the 80 clips of fold 5, which it never heard")).to_be_visible()
    page.get_by_test_id("stButtonGroup").get_by_text("Upload").click()
    page.locator("input[type=file]").set_input_files(sound)
    expect(page.get_by_role("heading", level=2)).to_contain_text("%", timeout=MINUTES)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    expect(page.get_by_text("Weights of the")).to_have_count(0)  # all are of one epoch
    projector = page.get_by_test_id("stCheckbox").filter(has_text="Projector").locator("input")
    classes = charts(page).first.locator(".role-axis-label text")
    for size in ("20px", "16px"):
        projector.press("Space")
        expect(classes.first).to_have_attribute("font-size", size)
        for name in classes.all():
            expect(name).to_have_css("opacity", "1")
    assert list_runs() == ([], [])


def never_loads_keras(process: psutil.Process) -> None:
    """The server has trained, evaluated and predicted, and TensorFlow is not in its memory."""
    if sys.platform == "darwin":
        return  # macOS lets nobody look at another process's memory map
    libraries = {Path(mapped.path).name for mapped in process.memory_maps()}
    assert any("numpy" in mapped.path for mapped in process.memory_maps())
    assert not {name for name in libraries if "tensorflow" in name.lower()}
    worker_libraries = {
        Path(mapped.path).name
        for child in psutil.Process().children(recursive=True)
        for mapped in child.memory_maps()
    }
    assert {name for name in worker_libraries if "tensorflow" in name.lower()}


def test_a_deep_link_works_as_the_first_request(page: Page, fresh_app: App) -> None:
    opens(page, fresh_app, "evaluate")


@pytest.mark.parametrize("path", ["", "dataset", "train", "predict", "compare"])
def test_a_deep_link_works(page: Page, app: App, path: str) -> None:
    opens(page, app, path)


def opens(page: Page, app: App, path: str) -> None:
    """A page opens by its address, again after a reload, and leads to the others."""
    visit(page, app, path)
    name = path.capitalize() or "Start"
    assert page.title().startswith(name)
    expect(page.get_by_test_id("stPageLink-NavLink").filter(has_text=name)).to_be_visible()
    page.reload()
    drawn(page)
    go(page, "Dataset")
    expect(page.get_by_role("button", name="Make")).to_be_visible()
