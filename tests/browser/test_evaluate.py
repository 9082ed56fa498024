"""From a number in a matrix to the clips behind it, on the real ESC-10, by clicking."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile
from playwright.sync_api import Locator, Page, expect

from esc10 import datasets
from esc10.cli import parser as cli
from esc10.datasets import load_dataset
from esc10.datasets.clips import class_label
from esc10.evaluation.forgetting import evaluate_epoch
from esc10.runs.store import load_run
from esc10.training.config import TrainConfig
from tests.browser.conftest import App, train_in
from tests.browser.steps import drawn, visit
from tests.conftest import link_tree
from tests.support.waiting import wait_for

CLICKS = 100
EPOCHS = 4
PARTS = ("validation", "test")


@pytest.fixture(scope="module")
def real_master(
    scheduler: str, esc10_master: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A home with ESC-10 and a network that was trained on it for a moment."""
    master = tmp_path_factory.mktemp("real") / "home"
    link_tree(esc10_master, master)
    train_in(master, scheduler, TrainConfig("esc10", "cnn", epochs=EPOCHS))
    yield master
    shutil.rmtree(master)


@pytest.fixture
def real_app(app: App, real_master: Path) -> App:
    """A server whose home has ESC-10 and that network."""
    link_tree(real_master, app.home)
    return app


@pytest.fixture
def verdict(real_app: App, capsys: pytest.CaptureFixture[str]) -> dict:
    """What `evaluate --json` says of the run."""
    capsys.readouterr()
    assert cli.main(["evaluate", "latest", "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def matrix(page: Page, part: str) -> Locator:
    return page.locator(f".st-key-matrix-{part}")


def cell(page: Page, part: str, true: str, predicted: str) -> Locator:
    label = f"taken for: {class_label(predicted)}; in truth: {class_label(true)};"
    return matrix(page, part).locator(f'.mark-rect path[aria-label^="{label}"]').first


def listed(page: Page, part: str) -> list[str]:
    """The class names of the cards in the list, which carry the clips' names."""
    names: list[str] = page.evaluate(
        """start => [...document.querySelectorAll(`[class*="${start}"]`)].map(card =>
            [...card.classList].find(name => name.startsWith(start)).slice(start.length))""",
        f"st-key-clip-{part}-",
    )
    return names


def expected(verdict: dict, part: str, true: str, predicted: str) -> list[str]:
    """The names of a cell's clips as the cards carry them, the most confident first."""
    clips = [
        clip
        for clip in verdict[part]["clips"]
        if (clip["true"], clip["predicted"]) == (true, predicted)
    ]
    clips.sort(key=lambda clip: -clip["probability"])
    return [clip["filename"].replace(".", "-") for clip in clips]


def heading(part: str, clips: int, true: str, predicted: str) -> str:
    words = f"{class_label(true)}, recognised"
    if true != predicted:
        words = f"{class_label(true)}, taken for {class_label(predicted)}"
    return f"{part.capitalize()}: {clips or 'none'} × {words}"


def test_a_hundred_clicks_list_the_clips_of_their_cells(
    page: Page, real_app: App, verdict: dict
) -> None:
    visit(page, real_app, "evaluate")
    rng = random.Random(4)
    sounds = load_dataset("esc10")
    before = None
    cells = [
        (part, true, taken)
        for part in PARTS
        for true in verdict["classes"]
        for taken in verdict["classes"]
    ]
    for _ in range(CLICKS):
        part, true, predicted = rng.choice([other for other in cells if other != before])
        before = part, true, predicted
        cell(page, part, true, predicted).click()
        clips = expected(verdict, part, true, predicted)
        # Not `expect`, which looks again after a quarter and half a second: a hundred times.
        page.get_by_text(heading(part, len(clips), true, predicted), exact=True).wait_for()
        drawn(page)
        assert listed(page, part) == clips
        if clips:
            plays(page, part, clips[0], sounds)


def plays(page: Page, part: str, card: str, sounds: datasets.Dataset) -> None:
    """The card's player has loaded its sound, which is as long as the clip's file."""
    player = page.locator(f".st-key-clip-{part}-{card} audio")
    player.evaluate(
        """player => player.readyState >= 1 || new Promise((loaded, failed) => {
            player.addEventListener('loadedmetadata', loaded);
            player.addEventListener('error', () => failed(player.error.message));
        })"""
    )
    clip = next(clip for clip in sounds.clips if clip.filename.replace(".", "-") == card)
    assert player.evaluate("player => player.duration") == pytest.approx(
        soundfile.info(clip.path).duration, abs=0.05
    )
    player.evaluate("async player => { await player.play(); player.pause(); }")


def test_a_second_click_takes_the_choice_back(page: Page, real_app: App, verdict: dict) -> None:
    visit(page, real_app, "evaluate")
    everything = page.get_by_text("the surest first")
    expect(everything).to_be_visible()
    first = verdict["classes"][0]
    for _ in range(2):
        cell(page, "test", first, first).click()
        expect(everything).to_have_count(0)
        cell(page, "test", first, first).click()
        expect(everything).to_be_visible()
    drawn(page)
    mistakes = [clip["filename"].replace(".", "-") for clip in verdict["test"]["misclassified"]]
    shown = listed(page, "test")
    assert shown == mistakes[: len(shown)]


def test_the_scrubber_shows_each_epochs_matrix(page: Page, real_app: App, verdict: dict) -> None:
    run = load_run(verdict["run_id"])
    best = verdict["validation"]["confusion"]
    visit(page, real_app, "evaluate")
    comes_to_show(page, best)
    page.get_by_role("tab", name="Epoch by epoch").click()
    slider = page.get_by_role("slider", name="Epoch")
    expect(slider).to_be_visible()
    comes_to_show(page, best)
    slider.focus()
    slider.press("Home")
    expect(page.get_by_text("Epoch 1:", exact=True)).to_be_visible()
    first = evaluate_epoch(run, 1).confusion.tolist()
    assert first != best
    comes_to_show(page, first)
    page.get_by_role("button", name=f"Best accuracy ({verdict['epoch']})").click()
    expect(page.get_by_text(f"Epoch {verdict['epoch']}:", exact=True)).to_be_visible()
    comes_to_show(page, best)


def comes_to_show(page: Page, confusion: list[list[int]]) -> None:
    """Wait until the validation matrix has these clips, row by row, and see that no part failed."""
    clips = [clips for row in confusion for clips in row]
    wait_for(lambda: numbers(page) == clips, 60, "the matrix")
    drawn(page)


def numbers(page: Page) -> list[int]:
    """The validation matrix's clips, as the chart tells those who cannot see it."""
    marks = matrix(page, "validation").locator(".mark-rect.layer_0_marks path")
    # In one go: a chart that is drawn again has no marks for a moment.
    labels = marks.evaluate_all("marks => marks.map(mark => mark.getAttribute('aria-label'))")
    return [int(label.partition("clips: ")[2].partition(";")[0]) for label in labels]
