"""A network that keeps listening, alone and while another run trains: its predictions and memory.

Chromium's fake microphone plays a clip. On the Predict page, a prediction counts when its line is
in the list of answers.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, sync_playwright

from benchmarks import journeys
from benchmarks.app_server import App, running_app
from benchmarks.browser import Tab, tab
from benchmarks.memory import Watch
from benchmarks.report import markdown_table
from benchmarks.sounds import best_dataset, home_with
from benchmarks.spread import seconds, spread
from esc10.datasets import load_dataset
from esc10.features.cache import feature_set
from esc10.features.mel import MelConfig

EPOCHS, SECONDS, WARM_ANSWERS = 3, 60, 10
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ANSWER = ".st-key-live-answers li"

_WATCH = """selector => {
    window.answeredAt = [];
    let last = '';
    new MutationObserver(() => {
        const answer = document.querySelector(selector)?.innerText ?? '';
        if (answer && answer !== last) window.answeredAt.push(performance.now() / 1000);
        last = answer;
    }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""

Results = dict[str, Any]


def measure() -> Results:
    """Seconds from one prediction to the next, and the server's memory before and after."""
    sounds = best_dataset()
    with home_with(sounds) as home:
        dataset = load_dataset(sounds)
        feature_set(dataset, MelConfig())
        heard = _wav(dataset.clips[0].path, home)
        with (
            running_app(home) as app,
            _hearing(heard) as browser,
            tab(browser, app) as training,
        ):
            _train_a_network(training)
            alone = _listen(browser, app)
            journeys.come_to_train(training)
            journeys.start_long_training(training)
            beside = _listen(browser, app)
            journeys.stop_training(training)
    return {"dataset": sounds, "seconds": SECONDS, "alone": alone, "while a run trains": beside}


@contextmanager
def _hearing(sound: Path) -> Iterator[Browser]:
    """A Chromium that hears a file."""
    flags = [
        *("--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
        f"--use-file-for-fake-audio-capture={sound}",
    ]
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        try:
            yield browser
        finally:
            browser.close()


def _wav(clip: Path, folder: Path) -> Path:
    """A clip as the fake microphone can read it."""
    import soundfile

    target = folder / "heard.wav"
    soundfile.write(target, *soundfile.read(clip), subtype="PCM_16")
    return target


def _train_a_network(opened: Tab) -> None:
    """Train the smallest network for a moment."""
    opened.open("", journeys.FRONT_DOOR)
    journeys.warm_up(opened)
    opened.open("train", journeys.EMPTY_TRAIN)
    journeys.choose_training(opened, "cnn", EPOCHS)
    journeys.click_train(opened)
    journeys.wait_for_end()


def _listen(browser: Browser, app: App) -> Results:
    """Listen for a minute, when the first predictions are over."""
    memory = Watch(app.process.pid)
    with tab(browser, app) as opened:
        opened.open("predict", journeys.PAGES["Predict"])
        page = opened.page
        page.get_by_test_id("stButtonGroup").get_by_text("Live").click()
        page.get_by_role("button", name="Listen", exact=True).click()
        page.locator(_ANSWER).nth(WARM_ANSWERS - 1).wait_for()
        before = memory.now().server
        page.evaluate(_WATCH, _ANSWER)
        page.wait_for_function(
            "span => answeredAt.length && answeredAt.at(-1) - answeredAt[0] > span",
            arg=SECONDS,
            timeout=3000 * SECONDS,
        )
        times = page.evaluate("() => answeredAt")
        after = memory.now().server
        page.get_by_role("button", name="Stop", exact=True).click()
    memory.close()
    return {
        "predictions": len(times) - 1,
        "interval_s": spread(np.diff(times).tolist()),
        "server_mb_before": before / 1e6,
        "server_mb_after": after / 1e6,
    }


def table(results: Results) -> str:
    """A row for listening alone, and one for listening while a run trains."""
    rows = [
        [
            name,
            str(results[name]["predictions"]),
            seconds(results[name]["interval_s"]),
            f"{results[name]['server_mb_before']:.0f} MB",
            f"{results[name]['server_mb_after']:.0f} MB",
        ]
        for name in ("alone", "while a run trains")
    ]
    head = [
        *(f"{results['seconds']} s on {results['dataset']}", "predictions", "one to the next"),
        *("server before", "after"),
    ]
    return markdown_table(head, rows)
