"""What a person does in the app and waits for: pages, a first point, every point, a verdict."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.app_server import App, wait_until
from benchmarks.browser import Tab, Wanted, tab
from esc10.runs.outcome import UNFINISHED
from esc10.runs.run import Run
from esc10.runs.store import list_runs
from esc10.training.networks import MODELS

FRONT_DOOR: Wanted = {"h2": 1, "h3": 4}
PAGES: dict[str, Wanted] = {
    "Dataset": {
        "[data-testid=stAudio]": 1,
        "[data-testid=stVegaLiteChart] .mark-image, [data-testid=stVegaLiteChart] .mark-area": 3,
    },
    "Train": {".st-key-model": 1, "[data-testid=stVegaLiteChart] .mark-symbol path": 1},
    "Evaluate": {".st-key-run": 1, "[class*=st-key-matrix] .mark-text": 2},
    "Predict": {".st-key-way": 1, "[class*=st-key-judges]": 1},
    "Compare": {"[data-testid=stDataFrame]": 1},
    "Start": FRONT_DOOR,
}
"""Each page's name in the navigation, in the order of the visits, and what is drawn on it alone."""

EMPTY_TRAIN: Wanted = {".st-key-model": 1}
"""The Train page before the first run."""

_VERDICT: Wanted = {"h2": 1}
_LONG_EPOCHS = 10_000
_END_SECONDS = 120
_LINE = "[data-testid=stVegaLiteChart] .mark-line path"
_MARK = "[data-testid=stVegaLiteChart] .mark-symbol path"


def cold_click(browser: Browser, app: App) -> tuple[float, float]:
    """Open the Train page of a fresh server and click Train at once, with the settings it has.

    Returns:
        Seconds from opening to the page drawn, and from the click to the first point.
    """
    with tab(browser, app) as opened:
        page_seconds = opened.open("train", EMPTY_TRAIN)
        point_seconds = click_train(opened)
        stop_training(opened)
        return page_seconds, point_seconds


def visit(opened: Tab, name: str) -> float:
    """The seconds from a click in the navigation until another page is drawn."""
    link = opened.page.get_by_test_id("stPageLink-NavLink").filter(has_text=name).first
    return opened.time(link.click, PAGES[name])


def come_to_train(opened: Tab) -> None:
    """Have the Train page drawn anew: the end of a run does so too, a moment after the run's end.

    A list that is open just then would close.
    """
    visit(opened, "Start")
    visit(opened, "Train")


def warm_up(opened: Tab) -> None:
    """Go to the front door and wait until the worker has traced every network."""
    visit(opened, "Start")
    opened.page.get_by_text("The training engine is ready.").wait_for()


def choose_training(opened: Tab, network: str, epochs: int) -> None:
    """On the Train page, choose what to train, without an early end."""
    page, title = opened.page, MODELS[network].title
    field = page.get_by_role("combobox", name="Network")
    if field.input_value() != title:
        field.fill(title)
        page.get_by_role("option", name=title, exact=True).click()
        opened.settle()
    if not page.get_by_role("spinbutton", name="Patience").is_visible():
        page.get_by_text("More settings").click()
    for label, value in (("Epochs", epochs), ("Patience", _LONG_EPOCHS)):
        field = page.get_by_role("spinbutton", name=label)
        field.fill(str(value))
        field.press("Enter")
        opened.settle()


def click_train(opened: Tab) -> float:
    """The seconds from a click on Train until the new run's first mark is in the chart."""
    button = opened.page.get_by_role("button", name="Train", exact=True)
    wanted = {_MARK + _of_new_runs(opened): 1}
    return opened.time(button.click, wanted, script_ended=False)


def start_long_training(opened: Tab) -> Run:
    """On the Train page, start a time-distributed network's run that ends when it is stopped."""
    choose_training(opened, "td_cnn", _LONG_EPOCHS)
    click_train(opened)
    return list_runs()[0][0]


def stop_training(opened: Tab) -> None:
    """On the Train page, stop the run that trains and wait for its end."""
    opened.page.get_by_role("button", name="Stop", exact=True).click()
    wait_for_end()


def wait_for_end() -> None:
    """Wait until no run is unfinished."""
    wait_until(
        lambda: all(run.state not in UNFINISHED for run in list_runs()[0]),
        _END_SECONDS,
        "the runs to end",
    )


def points_of_training(opened: Tab, epochs: int) -> list[float]:
    """On the Train page, train a time-distributed network.

    Returns:
        For each epoch the seconds from its line in events.jsonl until its point is in the chart.
    """
    choose_training(opened, "td_cnn", epochs)
    line = f'{_LINE}[aria-label*="part: validation"]{_of_new_runs(opened)}'
    opened.page.evaluate("selector => window.points.watch(selector)", line)
    click_train(opened)
    opened.page.wait_for_function("last => last in window.points.times", arg=epochs, polling=200)
    drawn = opened.page.evaluate("() => window.points.times")
    wait_for_end()
    return [drawn[str(epoch)] - at for epoch, at in epoch_times(list_runs()[0][0]).items()]


def epoch_times(run: Run) -> dict[int, float]:
    """For each of a run's epochs when its line was written, in seconds since 1970."""
    return {event["epoch"]: event["at"] for event in run.events() if event["kind"] == "epoch"}


def verdicts(opened: Tab, clips: list[Path]) -> list[float]:
    """Upload one clip after the other on the Predict page.

    Returns:
        For each the seconds from its choice until the verdict is there.
    """
    visit(opened, "Predict")
    page = opened.page
    page.get_by_test_id("stButtonGroup").get_by_text("Upload").click()
    field = page.locator("input[type=file]")
    field.wait_for(state="attached")
    opened.settle()
    times = []
    for clip in clips:
        choose = partial(field.set_input_files, clip)
        times.append(opened.time(choose, _VERDICT, script_ended=False))
        opened.settle()
        page.get_by_test_id("stFileChipDeleteBtn").click()
        page.locator("h2").wait_for(state="detached")
        opened.settle()
    return times


def _of_new_runs(opened: Tab) -> str:
    """What a selector of chart marks must add to leave the runs out that are drawn now."""
    drawn: list[str] = opened.page.evaluate(
        "selector => [...document.querySelectorAll(selector)]"
        ".map(line => line.getAttribute('aria-label').match(/run: ([^;]*)/)[1])",
        _LINE,
    )
    return "".join(f':not([aria-label*="run: {run}"])' for run in sorted({"null", *drawn}))
