"""A sound recorded in the page is classified; Chromium's fake microphone plays a clip."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, WebSocketRoute, expect

from esc10.datasets import load_dataset
from esc10.datasets.clips import class_label
from esc10.evaluation.metrics import evaluate
from esc10.runs.run import Run
from tests.browser.conftest import CHROMIUM_FLAGS, LAPTOP, App
from tests.browser.steps import choose, drawn, go, microphone, set_epochs, train, visit
from tests.support.waiting import wait_for

EVEN_CLASSES = ("rain", "sea_waves", "helicopter", "chainsaw")
"""They sound the same wherever a recording begins."""

RECORDED = {"rain": 10, "chainsaw": 41}
"""Classes to record, each with its target."""

TAKES = 3
MINUTES = 60_000


@contextmanager
def hearing(playwright: Playwright, chromium: str, clip: Path) -> Iterator[Page]:
    """A tab whose microphone hears a clip."""
    browser = playwright.chromium.launch(
        executable_path=chromium, args=[*CHROMIUM_FLAGS, *microphone(clip)]
    )
    page = browser.new_context(permissions=["microphone"], viewport=LAPTOP).new_page()
    page.set_default_timeout(60_000)
    try:
        yield page
    except BaseException:
        print(page.locator("body").inner_text())
        raise
    finally:
        browser.close()


def record_seconds(page: Page, seconds: int) -> None:
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_text(f"{seconds} of 60 s")).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Recorded at")).to_be_visible()
    expect(page.locator("p.note")).to_be_empty()  # the take has arrived
    drawn(page)


def test_a_recorded_clip_gets_its_class_and_leaves_nothing_on_the_disk(
    playwright: Playwright, chromium: str, practice_app: App, trained_run: Run
) -> None:
    right = [
        clip
        for clip in evaluate(trained_run, "val_accuracy").parts["test"].judged
        if clip.right and clip.true in EVEN_CLASSES
    ]
    surest = max(right, key=lambda clip: clip.probability)
    clip = load_dataset("practice").clip(surest.filename)
    before = files_of(practice_app.home)
    with hearing(playwright, chromium, clip.path) as page:
        visit(page, practice_app, "predict")
        record_seconds(page, 6)
        expect(page.get_by_text("noise suppression off")).to_be_visible()
        # The worker may still have to come up.
        expect(page.get_by_role("heading", level=2).first).to_contain_text(
            class_label(surest.true), timeout=2 * MINUTES
        )
        page.get_by_test_id("stButtonGroup").get_by_text("Room test", exact=True).click()
        drawn(page)
        choose(page, "Class", class_label(surest.true))
        field = page.get_by_role("combobox", name="Clip", exact=True)
        first = next(
            each for each in load_dataset("practice").clips if each.category == clip.category
        )
        expect(field).to_have_value(re.compile(first.src_file))  # the class has arrived
        field.fill(clip.src_file)  # a long list draws what can be seen of it
        page.get_by_role("option", name=f"{clip.src_file}, take {clip.take} ").click()
        drawn(page)
        record_seconds(page, 8)
        expect(page.get_by_text("What the microphone heard")).to_be_visible()
        expect(page.get_by_text("band by band")).to_be_visible()
    assert files_of(practice_app.home) - before <= {practice_app.home / "worker.log"}


def files_of(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def test_own_recordings_become_a_dataset_that_networks_learn(
    playwright: Playwright, chromium: str, practice_app: App
) -> None:
    sounds = practice_app.home / "datasets" / "practice" / "audio"
    for place, (name, target) in enumerate(RECORDED.items()):
        clip = min(sounds.glob(f"1-*-A-{target}.wav"))
        with hearing(playwright, chromium, clip) as page:
            visit(page, practice_app, "predict")
            for take in range(TAKES):
                # Each hears the clip from its beginning: of one length they were copies.
                record_seconds(page, 1 + take)
                keep(page, class_label(name))
                kept_are(practice_app.home, place * TAKES + take + 1)
            if name == list(RECORDED)[-1]:
                make_a_dataset(page)
                train_all_three(page)
                go(page, "Predict")
                page.get_by_test_id("stButtonGroup").get_by_text("Record", exact=True).click()
                drawn(page)
                record_seconds(page, 2)
                expect(page.get_by_role("heading", level=2).first).to_contain_text("%")


@pytest.mark.parametrize("late", [0, 1])
def test_what_is_kept_before_the_server_hears_that_keep_was_opened_is_kept_once(
    playwright: Playwright, chromium: str, practice_app: App, late: int
) -> None:
    """Also where the second of two presses is heard after the first was answered."""
    kept = practice_app.home / "kept"
    clip = min((practice_app.home / "datasets" / "practice" / "audio").glob("1-*.wav"))
    with hearing(playwright, chromium, clip) as page:
        line = BusyLine(page)
        visit(page, practice_app, "predict")
        record_seconds(page, 1)
        before = len(list(kept.glob("*.json")))
        keep(page, "rain")
        kept_are(practice_app.home, before + 1)
        line.engage()
        page.get_by_role("button", name="Keep", exact=True).click()
        for said in (2, 3):  # opened and pressed, pressed again
            page.get_by_role("button", name="Keep this recording").click()
            line.hold(said)
        line.clear(but=late)
        expect(page.get_by_role("button", name="Keep this recording")).to_be_hidden()
        drawn(page)
        kept_are(practice_app.home, before + 2)
        line.clear()
        keep(page, "rain")
        kept_are(practice_app.home, before + 3)


class BusyLine:
    """The line from a page to a server that is too busy to listen for a while."""

    def __init__(self, page: Page) -> None:
        self._page, self._engaged = page, False
        self._unheard: list[str | bytes] = []
        page.route_web_socket(re.compile(r"/_stcore/stream"), self._connect)

    def _connect(self, socket: WebSocketRoute) -> None:
        self._server = socket.connect_to_server()
        socket.on_message(self._carry)

    def _carry(self, message: str | bytes) -> None:
        if self._engaged:
            self._unheard.append(message)
        else:
            self._server.send(message)

    def engage(self) -> None:
        self._engaged = True

    def hold(self, count: int) -> None:
        """Wait until so much was said, and not heard."""

        def is_held() -> bool:
            self._page.evaluate("() => 0")  # what comes is taken in meanwhile
            return len(self._unheard) == count

        wait_for(is_held, 20, f"{count} messages")

    def clear(self, but: int = 0) -> None:
        """All that was said meanwhile is heard at once, but for the latest."""
        self._engaged = False
        heard = len(self._unheard) - but
        for message in self._unheard[:heard]:
            self._server.send(message)
        del self._unheard[:heard]


def kept_are(home: Path, count: int) -> None:
    """Wait until so many recordings are on the disk."""
    kept = home / "kept"
    wait_for(lambda: len(list(kept.glob("*.json"))) == count, 20, f"{count} kept recordings")


def keep(page: Page, name: str) -> None:
    page.get_by_role("button", name="Keep", exact=True).click()
    field = page.get_by_role("combobox", name="What is it?")
    field.fill(name)
    field.press("Enter")
    drawn(page)
    page.get_by_role("button", name="Keep this recording").click()
    expect(page.get_by_role("button", name="Keep this recording")).to_be_hidden()
    drawn(page)


def make_a_dataset(page: Page) -> None:
    page.get_by_test_id("stButtonGroup").get_by_text("Kept", exact=True).click()
    drawn(page)
    expect(page.get_by_text(f"{TAKES} × rain")).to_be_visible()
    page.get_by_role("button", name="Make a dataset").click()
    page.get_by_role("button", name="Make", exact=True).click()
    expect(page.get_by_text("is made: train on it")).to_be_visible(timeout=MINUTES)


def train_all_three(page: Page) -> None:
    go(page, "Train")
    choose(page, "Data", "My recordings")
    set_epochs(page, 2)
    train(page, "Train all three")
    expect(page.get_by_text("finished after 2 epochs")).to_have_count(3, timeout=10 * MINUTES)
