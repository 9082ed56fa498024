"""Two sounds compared moment by moment, and keys that play a page's sounds one after the other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import START_SECONDS, App, free_port, start_app, stop_app
from tests.browser.listening_page import AMPLITUDE, HIGH, LOW
from tests.browser.steps import drawn, is_paused
from tests.browser.test_accessible import nothing_grave
from tests.support.waiting import wait_for

RATE = 44_100
"""Of what plays two sounds, in hertz."""

EAR = """(() => {
    window.contexts = [];
    window.AudioContext = class extends AudioContext {
        constructor(...how) {
            super(...how);
            this.ear = new AnalyserNode(this, { fftSize: 32768 });
            window.contexts.push(this);
        }
    };
    const { connect } = AudioNode.prototype;
    AudioNode.prototype.connect = function (to, ...how) {
        if (to === this.context.destination) connect.call(this, this.context.ear);
        return connect.call(this, to, ...how);
    };
    window.told = [];
    for (const event of ["play", "pause"]) {
        document.addEventListener(event, () => window.told.push(event), true);
    }
})()"""
"""Listens to what is played, 0.7 s of it; notes what the page's other players do."""


@pytest.fixture(scope="module")
def listening_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    home = tmp_path_factory.mktemp("listening") / "home"
    app = start_app(home, free_port(), script="tests/browser/listening_page.py")
    yield app
    stop_app(app)


@pytest.fixture
def listening(page: Page, listening_app: App) -> Page:
    page.add_init_script(EAR)
    page.goto(listening_app.url)
    expect(players(page)).to_have_count(3, timeout=1000 * START_SECONDS)
    drawn(page)
    page.wait_for_function("() => document.documentElement.dataset.pagePlayers")
    return page


@pytest.fixture
def two(listening: Page) -> Locator:
    """Two sounds to compare, ready to be played."""
    listening.get_by_text("Compare moment by moment").click()
    both = listening.locator("[data-player]")
    expect(both.get_by_role("timer")).to_have_text("0.0 of 30.0 s")
    drawn(listening)
    return both


def players(page: Page) -> Locator:
    return page.get_by_test_id("stAudio")


def moment(two: Locator) -> float:
    return float(two.evaluate("two => two.currentTime"))


def lag(two: Locator) -> float:
    """How far the sounds are behind the clock that they run on, in seconds."""
    return float(two.evaluate("two => window.contexts[0].currentTime - two.currentTime"))


def listened(two: Locator) -> NDArray[np.float32]:
    """The latest 32,768 samples that were played."""
    samples = two.evaluate(
        """() => {
            const { ear } = window.contexts[0];
            const samples = new Float32Array(ear.fftSize);
            ear.getFloatTimeDomainData(samples);
            return [...samples];
        }"""
    )
    return np.array(samples, np.float32)


def tones(samples: NDArray[np.float32]) -> tuple[float, float]:
    """The amplitudes of the low and the high tone."""
    time = np.arange(len(samples)) / RATE
    low, high = (
        2 * abs(np.mean(samples * np.exp(-2j * np.pi * hertz * time))) for hertz in (LOW, HIGH)
    )
    return low, high


def hears(two: Locator, low: float, high: float) -> None:
    """Wait until these are the amplitudes of the tones."""

    def does() -> bool:
        return np.allclose(tones(listened(two)[-4410:]), (low, high), atol=0.05 * AMPLITUDE)

    wait_for(does, 20, f"tones of {low} and {high}")


def choice(two: Locator, name: str) -> Locator:
    return two.get_by_role("button", name=name)


def pressed(two: Locator) -> list[str]:
    """The names of the sounds that are said to be heard."""
    return two.locator("[aria-pressed=true] b").all_text_contents()


def test_switching_changes_what_is_heard_without_a_click_and_the_moment_goes_on(
    two: Locator,
) -> None:
    choice(two, "Play").click()
    hears(two, AMPLITUDE, 0)
    before = lag(two)
    choice(two, "High").click()
    hears(two, 0, AMPLITUDE)
    assert pressed(two) == ["High"]
    switches = heard_switches(two, 2)
    steepest = 2 * np.pi * HIGH * AMPLITUDE / RATE
    assert np.abs(np.diff(switches)).max() < 2 * steepest
    two.page.get_by_role("button", name="Again").click()
    drawn(two.page)
    assert lag(two) == pytest.approx(before, abs=1e-6)
    hears(two, 0, AMPLITUDE)
    two.page.get_by_text("Compare moment by moment").click()
    two.page.wait_for_function("() => window.contexts[0].state === 'closed'")


def heard_switches(two: Locator, count: int) -> NDArray[np.float32]:
    """What was played around some switches, shape (switches, samples)."""
    found: list[NDArray[np.float32]] = []

    def are_heard() -> bool:
        """A busy machine may come to listen too late for one."""
        two.focus()
        two.page.keyboard.press("ArrowRight")
        began = two.evaluate("() => window.contexts[0].currentTime")
        two.page.wait_for_function(
            "began => window.contexts[0].currentTime > began + 0.35", arg=began
        )
        samples = listened(two)
        before, after = (
            np.array(tones(part)) > AMPLITUDE / 2 for part in (samples[:4410], samples[-4410:])
        )
        if (before != after).all():
            found.append(samples)
        return len(found) == count

    wait_for(are_heard, 30, "switches")
    return np.stack(found)


def test_the_keyboard_plays_and_switches_and_a_click_on_the_line_seeks(two: Locator) -> None:
    line = two.locator(".line").bounding_box()
    assert line
    two.page.mouse.click(line["x"] + 0.5 * line["width"], line["y"] + line["height"] / 2)
    expect(two.get_by_role("timer")).to_have_text("15.0 of 30.0 s")
    assert two.evaluate("() => window.contexts.length") == 0  # browsers keep one silent for now
    press = two.page.keyboard.press
    press("x")
    assert pressed(two) == ["High"]
    press("Space")
    hears(two, 0, AMPLITUDE)
    press("Space")
    two.page.wait_for_function("() => window.contexts[0].state === 'suspended'")
    stopped = moment(two)
    assert stopped > 15
    press("ArrowLeft")
    assert moment(two) == stopped
    press("Space")
    hears(two, AMPLITUDE, 0)

    def is_silent() -> bool:
        """The low one has ended; on a busy machine both may have begun anew before a look."""
        two.evaluate("two => { if (two.currentTime < 25) two.currentTime = 25 }")
        return max(tones(listened(two)[-4410:])) < 0.05 * AMPLITUDE

    wait_for(is_silent, 20, "silence")
    two.evaluate("two => { two.currentTime = 29.9 }")
    hears(two, AMPLITUDE, 0)
    assert moment(two) < 20


def test_two_sounds_keep_nobody_out_and_what_cannot_be_decoded_is_said(two: Locator) -> None:
    nothing_grave(two.page, "the page with two sounds")
    box = two.page.get_by_role("combobox")
    for taken, said in (("Torn", 1), ("High", 0)):
        box.press("ArrowDown")
        two.page.get_by_role("option").filter(has_text=taken).click()
        expect(two.get_by_role("alert")).to_have_count(said)
        expect(choice(two, "Play")).to_be_enabled(enabled=not said)


# Keys through all players of a page


def leave_focus(page: Page) -> None:
    """Click where nothing is that takes a key."""
    page.get_by_text("Space plays, ").click()


def plays(page: Page, place: int | None) -> None:
    """Wait until one player plays, the one at that place, and is marked; or none does."""
    silent = "[...document.querySelectorAll('audio')].map(audio => audio.paused)"
    expected = [each != place for each in range(players(page).count())]
    wait_for(lambda: page.evaluate(silent) == expected, 20, f"player {place} to play alone")
    if place is not None:
        marked = page.locator("audio[aria-current=true]")
        expect(marked).to_have_count(1)
        expect(players(page).nth(place)).to_have_attribute("aria-current", "true")
        expect(marked).to_be_in_viewport()


def test_keys_go_through_the_players_in_order_and_two_sounds_are_one(two: Locator) -> None:
    page, press = two.page, two.page.keyboard.press
    leave_focus(page)
    for key, place in (
        *(("ArrowRight", 0), ("ArrowRight", 1), ("ArrowLeft", 0), ("ArrowLeft", 0)),
        *(("Space", None), ("Space", 0)),
    ):
        press(key)
        plays(page, place)
    for _ in range(2):
        press("ArrowRight")
    # What is told of the first may come when the second has begun.
    players(page).nth(1).evaluate("player => player.dispatchEvent(new Event('play'))")
    plays(page, 2)
    players(page).nth(2).focus()
    press("ArrowRight")
    hears(two, AMPLITUDE, 0)
    plays(page, None)
    expect(two).to_have_attribute("aria-current", "true")
    press("ArrowLeft")
    plays(page, 2)
    assert is_paused(two)
    # The page is drawn again without the current one: what is where it was comes next.
    page.get_by_text("Fewer").click()
    expect(players(page)).to_have_count(2)
    leave_focus(page)
    press("Space")
    assert not is_paused(two)
    press("ArrowLeft")
    plays(page, 1)


def test_a_player_that_has_the_focus_takes_each_key_once(listening: Page) -> None:
    """The browser's own controls would play, pause or seek as well."""
    first, second = players(listening).nth(0), players(listening).nth(1)
    box = first.bounding_box()
    assert box
    listening.mouse.click(box["x"] + 25, box["y"] + box["height"] / 2)  # its own button
    plays(listening, 0)
    for place in (None, 0, None):
        listening.keyboard.press("Space")
        plays(listening, place)
    second.evaluate("player => { player.currentTime = 20 }")
    at = first.evaluate("player => player.currentTime")
    listening.keyboard.press("ArrowRight")
    plays(listening, 1)
    expect(second).to_be_focused()
    assert first.evaluate("player => player.currentTime") == at
    assert second.evaluate("player => player.currentTime") < 15
    told = [*["play", "pause"] * 2, "play"]
    wait_for(lambda: listening.evaluate("() => window.told") == told, 20, "one turn a key")


def test_keys_are_left_to_who_types_or_operates_something(listening: Page) -> None:
    words = listening.get_by_role("textbox", name="Words")
    words.focus()
    for key in ("a", "Space", "b", "ArrowLeft", "c", "ArrowRight"):
        listening.keyboard.press(key)
    expect(words).to_have_value("a cb")
    listening.get_by_role("button", name="Ask").focus()
    for key in ("Shift+ArrowRight", "Control+ArrowRight", "Alt+ArrowRight"):
        listening.keyboard.press(key)
    listening.keyboard.press("Space")  # the button is pressed
    expect(listening.get_by_role("dialog")).to_be_visible()
    for key in ("ArrowRight", "Space"):
        listening.keyboard.press(key)
    plays(listening, None)
    assert listening.evaluate("() => window.told") == []
