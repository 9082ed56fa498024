"""The recorder and the listener, with Chromium's fake microphone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, Playwright, WebSocket, expect

from tests.browser.conftest import (
    CHROMIUM_FLAGS,
    LAPTOP,
    App,
    free_port,
    start_app,
    stop_app,
)
from tests.browser.steps import begin, drawn, is_paused, microphone, visit
from tests.conftest import link_tree
from tests.support.waiting import wait_for

ELSEWHERE = "lecture.test"
"""Leads to this machine, but is neither localhost nor https: browsers give it no microphone."""

RATE, TONE_HZ, TONE = 48_000, 9_000, 0.2
PREDICTIONS = 10

KEEP_TRACK = """(() => {
    const devices = navigator.mediaDevices;
    const open = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async asked => {
        const stream = await open(asked);
        window.track = stream.getAudioTracks()[0];
        return stream;
    };
})()"""
WATCH_ANSWERS = """() => {
    window.answeredAt = [];
    let last = '';
    const look = () => {
        const answer = document.querySelector('.st-key-live-answers li')?.innerText ?? '';
        if (answer && answer !== last) window.answeredAt.push(performance.now());
        last = answer;
    };
    new MutationObserver(look).observe(
        document.body, {subtree: true, childList: true, characterData: true});
}"""


@pytest.fixture(scope="module")
def recorder_app(
    trained_master: Path, scheduler: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[App]:
    """A server with the recorder's page alone, whose home has a network to listen with."""
    home = tmp_path_factory.mktemp("recorder") / "home"
    link_tree(trained_master, home)
    address = ("--server.address", "127.0.0.1")
    # Else no page opened there is answered.
    name = ("--browser.serverAddress", ELSEWHERE)
    page = "tests/browser/recorder_page.py"
    app = start_app(home, free_port(), scheduler, page, *address, *name)
    yield app
    stop_app(app)


@contextmanager
def tab(playwright: Playwright, chromium: str, *flags: str, allowed: bool) -> Iterator[Page]:
    """A laptop's window; any uncaught error in it fails the test."""
    browser = playwright.chromium.launch(
        executable_path=chromium,
        args=[*CHROMIUM_FLAGS, *flags, f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1"],
    )
    permissions = ["microphone"] if allowed else []
    page = browser.new_context(permissions=permissions, viewport=LAPTOP).new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield page
    assert troubles == []
    browser.close()


@pytest.fixture
def hearing(playwright: Playwright, chromium: str, tmp_path: Path) -> Iterator[Page]:
    """A tab whose microphone wakes up, then hears a high tone in noise; and so again and again."""
    file = tmp_path / "tone.wav"
    soundfile.write(file, np.concatenate([np.zeros(RATE), tone_in_noise()]), RATE)
    with tab(playwright, chromium, *microphone(file), allowed=True) as page:
        page.add_init_script(KEEP_TRACK)
        yield page


def tone_in_noise() -> NDArray[np.float64]:
    """What speech filters remove: a tone at 9 kHz with noise as even as rain."""
    time = np.arange(4 * RATE) / RATE
    noise = np.random.default_rng(1).normal(0, 0.03, len(time))
    return TONE * np.sin(2 * np.pi * TONE_HZ * time) + noise


def tone_and_noise(samples: NDArray[np.float64], rate: int) -> tuple[float, float]:
    """The tone's amplitude, and the noise's level around it, in a second of sound."""
    spectrum = np.abs(np.fft.rfft(samples[:rate] * np.hanning(rate))) * 4 / rate
    around = np.r_[spectrum[TONE_HZ - 500 : TONE_HZ - 20], spectrum[TONE_HZ + 20 : TONE_HZ + 500]]
    return float(spectrum[TONE_HZ - 5 : TONE_HZ + 6].max()), float(np.sqrt(np.mean(around**2)))


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def record_seconds(page: Page, seconds: int) -> None:
    button(page, "Record").click()
    expect(page.get_by_text(f"{seconds} of 60 s")).to_be_visible()
    button(page, "Stop").click()


def test_a_high_tone_in_noise_arrives_as_it_was(
    hearing: Page, recorder_app: App, tmp_path: Path
) -> None:
    visit(hearing, recorder_app)
    record_seconds(hearing, 3)
    said = hearing.get_by_text("Recorded at")
    expect(said).to_contain_text(
        "noise suppression off, echo cancellation off, automatic gain off."
    )
    expect(hearing.get_by_test_id("stAlert")).to_have_count(0)
    assert hearing.evaluate("() => window.track.readyState") == "ended"
    with hearing.expect_download() as download:
        button(hearing, "WAV").click()
    samples, rate = soundfile.read(download.value.path(), always_2d=True)
    assert f"{rate:,} Hz" in said.inner_text()
    assert 3 * rate <= len(samples) < 5 * rate
    assert np.abs(samples[: rate // 10]).max() > TONE / 2  # not the zeros before it woke up
    tone, noise = tone_and_noise(samples[rate // 2 :].mean(axis=1), rate)
    tone_before, noise_before = tone_and_noise(tone_in_noise(), RATE)
    assert tone == pytest.approx(TONE, rel=0.1)
    assert tone_before == pytest.approx(TONE, rel=0.1)
    assert noise / noise_before == pytest.approx(np.sqrt(RATE / rate), rel=0.3)


def test_a_take_stays_until_it_is_discarded(hearing: Page, recorder_app: App) -> None:
    visit(hearing, recorder_app)
    record_seconds(hearing, 1)
    expect(button(hearing, "WAV")).to_be_visible()
    button(hearing, "Record").click()
    expect(hearing.get_by_text("1 of 60 s")).to_be_visible()
    button(hearing, "Stop").click()
    expect(hearing.locator("p.note")).to_be_empty()  # the second take has arrived
    button(hearing, "Discard").click()
    expect(button(hearing, "WAV")).to_have_count(0)
    expect(hearing.get_by_text("Recorded at")).to_have_count(0)


def test_the_simple_recorder_takes_over_and_the_microphone_is_let_go(
    hearing: Page, recorder_app: App
) -> None:
    visit(hearing, recorder_app)
    button(hearing, "Record").click()
    expect(button(hearing, "Stop")).to_be_visible()
    hearing.get_by_text("The simple recorder").click()
    simple = hearing.get_by_test_id("stAudioInput")
    expect(simple).to_be_visible()
    hearing.wait_for_function("() => window.track.readyState === 'ended'")
    simple.get_by_role("button", name="Record").click()
    expect(simple.get_by_text("00:01")).to_be_visible()
    simple.get_by_role("button", name="Stop recording").click()
    expect(button(hearing, "WAV")).to_be_visible()
    # Its own player stands in no document, and is one of those that stop each other all the same.
    player = hearing.get_by_test_id("stAudio")
    begin(player)
    simple.get_by_role("button", name="Play", exact=True).click()
    wait_for(lambda: is_paused(player), 20, "the take's player to stop")
    begin(player)
    expect(simple.get_by_role("button", name="Play", exact=True)).to_be_visible()


@pytest.mark.parametrize("query", ["", "?live=1"])
def test_a_microphone_that_gave_nothing_is_said_to_be_muted(
    playwright: Playwright, chromium: str, recorder_app: App, tmp_path: Path, query: str
) -> None:
    file = tmp_path / "muted.wav"
    soundfile.write(file, np.zeros(RATE), RATE)
    with tab(playwright, chromium, *microphone(file), allowed=True) as page:
        visit(page, recorder_app, query)
        page.clock.set_fixed_time(0)  # else it is taken for awake after three seconds
        button(page, "Listen" if query else "Record").click()
        expect(page.get_by_text("Waiting for the microphone")).to_be_visible()
        expect(page.get_by_text("Nothing was heard.")).to_be_hidden()
        button(page, "Stop").click()
        expect(page.get_by_text("Nothing was heard.")).to_be_visible()
        button(page, "Listen" if query else "Record").click()
        expect(page.get_by_text("Nothing was heard.")).to_be_hidden()


def test_a_refusal_is_explained(playwright: Playwright, chromium: str, recorder_app: App) -> None:
    refuses = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream=deny")
    with tab(playwright, chromium, *refuses, allowed=False) as page:
        visit(page, recorder_app)
        button(page, "Record").click()
        expect(page.get_by_text("The browser may not use the microphone.")).to_be_visible()
        expect(button(page, "Record")).to_be_enabled()


def test_an_address_without_a_microphone_names_two_ways_out(
    playwright: Playwright, chromium: str, recorder_app: App
) -> None:
    with tab(playwright, chromium, allowed=False) as page:
        page.goto(f"http://{ELSEWHERE}:{recorder_app.port}/")
        drawn(page)
        expect(page.get_by_text("No microphone at this address.")).to_be_visible()
        local = page.get_by_role("link", name=f"http://localhost:{recorder_app.port}/")
        expect(local).to_be_visible()
        expect(page.get_by_text("openssl req")).to_be_visible()
        expect(button(page, "Record")).to_be_disabled()
        expect(page.get_by_text("The simple recorder")).to_be_visible()


def test_a_listening_network_goes_on_answering_until_stop(hearing: Page, recorder_app: App) -> None:
    sent: list[bytes | str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda payload: sent.append(payload))

    hearing.on("websocket", listen)
    visit(hearing, recorder_app, "?live=1")
    button(hearing, "Listen").click()
    # The first answer waits for the training engine to start.
    expect(hearing.locator(".st-key-live-answers li").first).to_be_visible(timeout=120_000)
    hearing.evaluate(WATCH_ANSWERS)
    hearing.wait_for_function(
        "count => window.answeredAt.length > count", arg=PREDICTIONS, timeout=60_000
    )
    button(hearing, "Stop").click()
    said = len(sent)
    expect(hearing.locator(".st-key-live-answers li")).to_have_count(10)
    expect(hearing.get_by_role("img").first).to_be_visible()
    assert hearing.evaluate("() => window.track.readyState") == "ended"
    # Two more seconds would have been two more messages.
    stopped = hearing.evaluate("() => performance.now()")
    hearing.wait_for_function("until => performance.now() > until", arg=stopped + 2500)
    assert sent[said:] == []
