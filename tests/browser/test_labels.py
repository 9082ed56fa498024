"""What is written in charts lies on nothing else that is written, and is not cut off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect

from esc10.runs.writing import add_epoch, add_event, create_run, finish_run
from tests.browser.conftest import App
from tests.browser.steps import charts, drawn, unfold, visit
from tests.support.made_runs import CLASSES, made_config, made_labels, made_result
from tests.support.waiting import wait_for

BEST = ((10, 10), (5, 6), (1, 1))
"""The best epochs of ten of some runs, by accuracy and by loss."""

# What stands level: of slanted type only the box around it is known, and boxes may touch.
WRITTEN = """chart => {
    const frame = chart.querySelector('svg').getBoundingClientRect();
    const level = text => !/rotate\\((?!0\\))/.test(text.getAttribute('transform') ?? '');
    const boxes = [...chart.querySelectorAll('text')]
        .filter(text => text.textContent && level(text))
        .map(text => [text.textContent, text.getBoundingClientRect()]);
    const air = box => box.height / 4;  // the part of a line in which no letter stands
    const touch = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > air(a);
    const cut = box => box.left < frame.left - 1 || box.right > frame.right + 1
        || box.top < frame.top - air(box) || box.bottom > frame.bottom + air(box);
    const found = boxes.filter(([, box]) => cut(box)).map(([said]) => `${said} is cut off`);
    boxes.forEach(([said, box], place) => {
        for (const [other, its] of boxes.slice(place + 1)) {
            if (touch(box, its)) found.push(`${said} lies on ${other}`);
        }
    });
    return found;
}"""


SETTLED = """async chart => {
    const seen = () => [...chart.querySelectorAll('text')]
        .map(text => Object.values(text.getBoundingClientRect().toJSON()).join());
    for (let before = '', same = 0; same < 20; ) {
        await new Promise(requestAnimationFrame);
        const now = seen().join(' ');
        same = now === before ? same + 1 : 0;
        before = now;
    }
}"""
"""Waits until nothing has moved for twenty frames: a chart is laid out in several goes."""


def sure(confidences: list[float]) -> NDArray[np.float32]:
    """Answers that are so sure, and all of them right."""
    answers = np.empty((len(confidences), len(CLASSES)), np.float32)
    for clip, confidence in enumerate(confidences):
        answers[clip] = (1 - confidence) / (len(CLASSES) - 1)
        answers[clip, clip] = confidence
    return answers


def crowded_run(number: int, best: tuple[int, int]) -> None:
    """A run whose best epochs are near each other, as its confidences are: near 20 % and 100 %."""
    result = made_result(epochs=10)
    validation, test = sure([0.19, 0.21, 0.99, 0.98] * 2), sure([0.19, 0.21, 0.99] * 2)
    epochs = zip(result.best.items(), best, strict=True)
    created = f"2026-01-01T12:{number:02}:00+00:00"
    run = create_run(replace(made_config(number), created=created))
    add_event(run, "started")
    for row in result.history:
        add_epoch(run, row)
    marked = {
        name: replace(old, epoch=epoch, validation=validation, test=test)
        for (name, old), epoch in epochs
    }
    finish_run(run, replace(result, best=marked), made_labels())


def crowded(chart: Locator) -> list[str]:
    """What cannot be read in a chart that has come to rest."""
    chart.evaluate(SETTLED)
    found: list[str] = chart.evaluate(WRITTEN)
    return found


def nothing_is_crowded(page: Page) -> None:
    drawn(page)
    for chart in charts(page).filter(visible=True).all():
        expect(chart.locator(".mark-text.role-mark text").first).to_be_attached()
        if found := crowded(chart):  # a busy machine rests between two goes at a layout
            wait_for(lambda chart=chart: not crowded(chart), 20, f"an end of: {found}")


@pytest.mark.parametrize("mode", ["", "?projector=true"], ids=["laptop", "projector"])
def test_what_is_written_in_charts_can_be_read(page: Page, practice_app: App, mode: str) -> None:
    for number, best in enumerate(BEST):
        crowded_run(number, best)
    visit(page, practice_app, f"train{mode}")
    nothing_is_crowded(page)
    visit(page, practice_app, f"evaluate{mode}")
    page.get_by_role("tab", name="How sure").click()
    expect(page.get_by_text("sure on average").first).to_be_visible()
    nothing_is_crowded(page)
    page.get_by_role("tab", name="Epoch by epoch").click()
    for place, (by_accuracy, _) in enumerate(reversed(BEST)):  # the newest run comes first
        unfold(page, "Run").nth(place).click()
        button = page.get_by_role("button", name=f"Best accuracy ({by_accuracy})", exact=True)
        expect(button).to_be_visible()
        nothing_is_crowded(page)
