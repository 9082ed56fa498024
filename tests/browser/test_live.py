"""Curves that move while a network trains."""

from __future__ import annotations

import json

from playwright.sync_api import Page, expect

from tests.browser.conftest import App
from tests.browser.steps import charts, drawn, points, set_epochs, train, visit
from tests.support.waiting import wait_for

EPOCHS = 20


def test_no_chart_is_built_anew_in_twenty_epochs_and_a_refresh_loses_no_point(
    page: Page, practice_app: App
) -> None:
    visit(page, practice_app, "train")
    expect(page.get_by_text("Press Train all three")).to_be_visible()
    set_epochs(page, EPOCHS)
    train(page)
    page.wait_for_function(
        "() => document.querySelectorAll('[data-testid=stVegaLiteChart] .mark-line path').length"
    )
    page.evaluate(
        """() => {
            const charts = [...document.querySelectorAll('[data-testid=stVegaLiteChart] svg')];
            window.chartsAtFirst = charts;
            window.rebuilt = 0;
            new MutationObserver(changes => {
                for (const change of changes)
                    for (const node of change.removedNodes)
                        if (charts.some(chart => node.contains(chart))) window.rebuilt += 1;
            }).observe(document.body, {childList: true, subtree: true});
        }"""
    )
    expect(page.get_by_text(f"finished after {EPOCHS} epochs")).to_be_visible(timeout=300_000)
    wait_for(lambda: set(points(page).values()) == {EPOCHS}, 120, "all points to be drawn")
    assert page.evaluate("() => window.rebuilt") == 0
    assert page.evaluate("() => window.chartsAtFirst.length") == 2
    assert page.evaluate("() => window.chartsAtFirst.every(chart => chart.isConnected)")
    # Training and validation, of one run.
    assert len(points(page)) == 2
    assert list(points(page, metric=0).values()) == [EPOCHS, EPOCHS]


def test_a_refresh_and_a_closed_tab_in_mid_training_lose_no_point(
    page: Page, practice_app: App
) -> None:
    visit(page, practice_app, "train")
    set_epochs(page, 3000)
    train(page)
    wait_for(lambda: min(points(page).values(), default=0) >= 3, 120, "three points")
    page.reload()
    drawn(page)
    run = next((practice_app.home / "runs").glob("2*"))

    def epochs() -> list[int]:
        lines = (run / "events.jsonl").read_text().splitlines()
        return [event["epoch"] for event in map(json.loads, lines) if event["kind"] == "epoch"]

    known = len(epochs())
    wait_for(lambda: min(points(page).values(), default=0) >= known, 120, "the points from before")
    page.goto("about:blank")
    away = len(epochs())
    wait_for(lambda: len(epochs()) > away + 3, 120, "training to go on without a browser")
    back = len(epochs())
    visit(page, practice_app, "train")
    wait_for(
        lambda: min(points(page).values(), default=0) >= back, 120, "the points from meanwhile"
    )
    expect(charts(page)).to_have_count(2)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("its best weights are kept")).to_be_visible()
    trained = epochs()
    assert trained == list(range(1, len(trained) + 1))
    wait_for(lambda: set(points(page).values()) == {len(trained)}, 120, "every point")
