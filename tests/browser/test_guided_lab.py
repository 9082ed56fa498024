"""The seven exercises, solved one after the other as a student does."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from esc10.datasets import load_dataset
from esc10.datasets.clips import class_label
from esc10.evaluation.metrics import evaluate
from esc10.lesson.answers import load_answers
from esc10.lesson.exercises import EXERCISES, Number, most_frequent_mistakes, split_solution
from esc10.runs.run import Run
from tests.browser.conftest import App
from tests.browser.steps import choose, drawn, visit


def test_seven_exercises_are_solved_and_saved(
    page: Page, practice_app: App, trained_run: Run, tmp_path: Path
) -> None:
    lowest = min(trained_run.history(), key=lambda row: row.val_loss).epoch
    judged = evaluate(trained_run, trained_run.criteria[0])
    true, predicted = map(class_label, most_frequent_mistakes(judged.parts["test"])[0])
    (leaking,) = (split_solution(load_dataset("practice")) or {}).values()
    assert isinstance(leaking, Number)
    visit(page, practice_app, "guided_lab")

    fill(page, "Right without listening, in %", 50)
    check(page)
    expect(page.get_by_text("Not yet:")).to_be_visible()
    fill(page, "Right without listening, in %", 10)
    solve(page, "Spectrogram")
    fill(page, "Mel bands", 128)
    fill(page, "Frames", 216)
    solve(page, "Split")
    fill(page, "Test clips that leak", leaking.right)
    solve(page, "Network")
    fill(page, "Parameters", 18_448)
    solve(page, "Curves")
    fill(page, "Epoch", lowest)
    page.get_by_text("Healthy:").click()
    solve(page, "Mistakes")
    choose(page, "In truth", true)
    choose(page, "Taken for", predicted)
    solve(page, "Listening")
    for name in ("Judge it", "Judge it with its frames shuffled"):
        page.get_by_role("button", name=name, exact=True).click()
        drawn(page)
    page.get_by_text("No: it answers, and stays as it is").click()
    page.get_by_text("Time-distributed 1D-CNN", exact=True).click()
    check(page)
    expect(page.get_by_text("Right.")).to_be_visible()

    page.get_by_role("button", name="7 of 7 solved").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save").click()
    saved.value.save_as(tmp_path / "answers.json")
    answers = load_answers(tmp_path / "answers.json")
    assert tuple(answer.exercise for answer in answers) == EXERCISES
    assert all(answer.right for answer in answers)


def fill(page: Page, label: str, number: float) -> None:
    """Type a number into a field."""
    page.get_by_role("spinbutton", name=label, exact=True).fill(f"{number:g}")


def check(page: Page) -> None:
    """Hand the answer in."""
    page.get_by_role("button", name="Check").click()
    drawn(page)


def solve(page: Page, following: str) -> None:
    """Hand in the right answer, and go on to the exercise after it."""
    check(page)
    expect(page.get_by_text("Right.", exact=True)).to_be_visible()
    page.get_by_role("button", name=f"Next: {following}").click()
    expect(page.get_by_role("heading", name=following)).to_be_visible()
    drawn(page)
