"""A sound with the votes of its frames, played, stopped and clicked in a browser."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from esc10.datasets.clips import class_label
from tests.browser.conftest import START_SECONDS, App, free_port, start_app, stop_app
from tests.browser.playhead_page import CLASSES, made_votes
from tests.browser.steps import begin, drawn, is_paused, stop_each_other
from tests.support.waiting import wait_for

SECONDS = 5.0

WATCH_OBSERVERS = """(() => {
    window.watching = new Set();
    window.ResizeObserver = class extends ResizeObserver {
        observe(element, ...how) {
            if (element.dataset.part === 'rows') window.watching.add(this);
            super.observe(element, ...how);
        }
        disconnect() {
            window.watching.delete(this);
            super.disconnect();
        }
    };
})()"""


@pytest.fixture(scope="module")
def player_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    home = tmp_path_factory.mktemp("player") / "home"
    app = start_app(home, free_port(), script="tests/browser/playhead_page.py")
    yield app
    stop_app(app)


@pytest.fixture
def player(page: Page, player_app: App) -> Page:
    page.add_init_script(WATCH_OBSERVERS)
    page.goto(player_app.url)
    # The first to come waits for all that draws a spectrogram to be loaded.
    expect(page.locator("img.spectrum")).to_be_visible(timeout=1000 * START_SECONDS)
    drawn(page)
    page.wait_for_function(f"() => {AUDIO}.readyState >= 2")
    return page


# The player stands in a shadow root of its own, which only selectors look through.
AUDIO = (
    "[...document.querySelectorAll('*')].map(one => one.shadowRoot?.querySelector('audio'))"
    ".find(Boolean)"
)


def audio(page: Page, what: str) -> float:
    value: float = page.evaluate(f"() => {AUDIO}.{what}")
    return value


def line(page: Page) -> float:
    """Where the line stands on the spectrogram, 0 to 1."""
    picture, mark = (
        page.locator("img.spectrum").bounding_box(),
        page.locator(".line").bounding_box(),
    )
    assert picture and mark
    return (mark["x"] + mark["width"] / 2 - picture["x"]) / picture["width"]


def now(page: Page) -> Locator:
    return page.locator("[data-part=now]")


def seek(page: Page, share: float, picture: str = "img.spectrum") -> None:
    """Click a picture; its parts are told in shares of its width."""
    box = page.locator(picture).first.bounding_box()
    assert box
    page.mouse.click(box["x"] + share * box["width"], box["y"] + box["height"] / 2)


def frame_at(seconds: float) -> int:
    frames = len(made_votes())
    return min(frames - 1, int(seconds / SECONDS * frames))


@pytest.mark.parametrize("picture", ["img.spectrum", "img.votes"])
def test_a_click_on_a_picture_goes_there_and_says_that_frames_vote(
    player: Page, picture: str
) -> None:
    for share in (0.3, 0.97, 0.02, 0.52):
        seek(player, share, picture)
        player.wait_for_function(f"() => !{AUDIO}.seeking")
        assert audio(player, "currentTime") == pytest.approx(share * SECONDS, abs=0.02)
        assert line(player) == pytest.approx(share, abs=0.01)
        votes = made_votes()[frame_at(audio(player, "currentTime"))]
        name = class_label(CLASSES[int(votes.argmax())])
        expect(now(player)).to_have_text(f"{name}{votes.max():.0%}")


def test_the_keyboard_plays_and_the_line_and_the_word_move(player: Page) -> None:
    # Noted in the browser: a busy machine may not come to look often enough.
    player.evaluate(
        f"""() => {{
            const parts = {AUDIO}.getRootNode();
            [window.places, window.said] = [[], []];
            new MutationObserver(() => {{
                window.places.push(parseFloat(parts.querySelector(".line").style.left));
                window.said.push(parts.querySelector("[data-part=now] b").textContent);
            }}).observe(parts.querySelector(".line"), {{ attributes: true }});
        }}"""
    )
    player.locator("[data-part=audio]").focus()
    player.keyboard.press("Space")
    wait_for(lambda: line(player) > 0.5, 30, "the line to come half way")
    places, said = player.evaluate("() => [window.places, window.said]")
    assert (np.diff(places) >= 0).all()
    assert len(set(places)) > 5
    assert len(set(said)) >= 3
    player.keyboard.press("Space")
    player.wait_for_function(f"() => {AUDIO}.paused")
    assert line(player) == pytest.approx(audio(player, "currentTime") / SECONDS, abs=0.02)


def test_it_goes_on_playing_while_the_page_is_drawn_again(player: Page) -> None:
    player.locator("[data-part=audio]").focus()
    player.keyboard.press("Space")
    wait_for(lambda: line(player) > 0.05, 20, "the line to move")
    player.get_by_role("button", name="Again").click()
    drawn(player)
    player.emulate_media(color_scheme="dark")
    dark = "getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme == 'dark'"
    player.wait_for_function(f"() => {dark}")
    before = audio(player, "currentTime")
    assert not audio(player, "paused")
    assert before > 0.05 * SECONDS
    wait_for(lambda: line(player) > before / SECONDS + 0.02, 20, "the line to go on")


def test_it_stops_the_other_player_and_is_stopped_by_it(player: Page) -> None:
    stop_each_other(player.locator("[data-part=audio]"), player.get_by_test_id("stAudio"))


def test_keys_come_to_it_as_to_any_player(player: Page) -> None:
    itself, other = player.locator("[data-part=audio]"), player.get_by_test_id("stAudio")
    player.keyboard.press("ArrowRight")
    wait_for(lambda: not is_paused(itself), 20, "it to play")
    expect(itself).to_have_attribute("aria-current", "true")
    player.keyboard.press("ArrowRight")
    wait_for(lambda: not is_paused(other), 20, "the other one to play")
    assert is_paused(itself)
    expect(itself).not_to_have_attribute("aria-current", "true")


def test_the_strips_are_the_five_most_voted_on_one_axis(player: Page) -> None:
    means = made_votes().mean(axis=0)
    names = [class_label(CLASSES[label]) for label in np.argsort(-means, kind="stable")[:5]]
    labels = player.locator("[data-part=rows] > span")
    expect(labels).to_have_text(["mel bands", *names, "seconds"])
    edges = player.locator("[data-part=rows] > img").evaluate_all(
        "images => images.map(image => [image.offsetLeft, image.offsetWidth])"
    )
    assert len(edges) == 6
    assert all(edge == edges[0] for edge in edges)
    expect(player.locator(".marks span")).to_have_text([str(second) for second in range(6)])
    expect(player.locator(".scale span")).to_have_text(["0.5", "1", "2", "4", "8 kHz"])
    scale, picture = (player.locator(f".{part}").bounding_box() for part in ("scale", "spectrum"))
    assert scale and picture
    assert [scale[side] for side in ("y", "height")] == [picture[side] for side in ("y", "height")]


def test_another_sound_without_votes_has_its_line_alone(player: Page) -> None:
    seek(player, 0.5)
    expect(now(player)).to_be_visible()
    player.get_by_text("Votes").click()
    drawn(player)
    expect(player.locator("[data-part=rows] > img")).to_have_count(1)
    expect(now(player)).to_be_hidden()
    player.wait_for_function(f"() => {AUDIO}.readyState >= 2")
    assert audio(player, "currentTime") == 0
    seek(player, 0.4)
    wait_for(lambda: abs(line(player) - 0.4) < 0.01, 10, "the line to follow the click")


def test_nothing_stays_of_the_sounds_before(player: Page) -> None:
    for images in (1, 6, 1):
        player.get_by_text("Votes").click()
        expect(player.locator("[data-part=rows] > img")).to_have_count(images)
    assert player.evaluate("() => window.watching.size") == 1
    begin(player.locator("[data-part=audio]"))
    wait_for(lambda: line(player) > 0.05, 20, "the line to move")
    player.get_by_text("Player", exact=True).click()
    player.wait_for_function("() => window.watching.size === 0")


def test_the_line_stays_on_its_moment_when_the_window_changes(player: Page) -> None:
    seek(player, 0.6)
    for width in (700, 1280):
        player.set_viewport_size({"width": width, "height": 800})
        wait_for(lambda: abs(line(player) - 0.6) < 0.01, 10, "the line to find its place")
