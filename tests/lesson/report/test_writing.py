"""A report says what the evaluation says, runs nothing, asks nobody, and obeys no stranger."""

from __future__ import annotations

import io
import re
from base64 import b64decode
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from esc10.audio.loading import CLIP_SECONDS, SAMPLE_RATE, load_clip
from esc10.audio.mp3 import mp3_of
from esc10.datasets import load_dataset
from esc10.datasets.clips import class_label
from esc10.errors import RunError
from esc10.evaluation.intervals import CHOSEN, NO_LEAK, percent
from esc10.evaluation.metrics import evaluate
from esc10.lesson.answers import Answered
from esc10.lesson.report import report_of, writing
from esc10.lesson.words import right_of, share
from esc10.runs.captions import set_caption
from esc10.runs.outcome import Outcome
from esc10.runs.run import Run
from esc10.runs.writing import add_epoch, add_event, create_run, end_run, finish_run
from tests.support.erring_runs import TEST_CLIPS, WRONG, erring_run
from tests.support.html_pages import DATA, Page
from tests.support.made_runs import made_config, made_labels, made_result
from tests.support.stored_runs import stored

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;{{ 7 * 7 }}"


def page_of(run: Run, *answers: Answered, weights: str = "val_accuracy") -> Page:
    return Page(report_of(run, weights, answers).content)


def numbers(page: Page, caption: str, width: int) -> list[list[str]]:
    """The rows of the one table of that caption and width, without their heads."""
    (table,) = (
        table
        for table in page.tables
        if table.caption.startswith(caption) and len(table.rows[0]) == width
    )
    assert {len(row) for row in table.rows} == {width}
    return [row[1:] for row in table.rows[1:]]


@pytest.mark.parametrize("weights", ["val_accuracy", "val_loss"])
def test_figures_are_those_of_the_evaluation(weights: str) -> None:
    run = stored()
    judged = evaluate(run, weights)
    page = page_of(run, weights=weights)
    for name, part in judged.parts.items():
        caption = f"{name.capitalize()}: {right_of(part)}"
        cells = numbers(page, caption, 1 + len(judged.classes))
        assert [list(map(int, row)) for row in cells] == part.confusion.tolist()
        assert share(part.accuracy, part.interval) in page.one("verdict").text
        reported = numbers(page, caption, 5)
        for row, figures in zip(reported, part.report.values(), strict=True):
            expected = [f"{percent(figures[name]) / 100:.2f}" for name in list(figures)[:3]]
            assert row == [*expected, str(int(figures["support"]))]
    assert f"epoch {judged.epoch}." in page.one("verdict").text
    epochs = numbers(page, "Loss and accuracy of every epoch", 6)
    assert [[float(cell) for cell in row] for row in epochs] == [
        pytest.approx(
            [row.loss, row.accuracy, row.val_loss, row.val_accuracy, row.seconds], abs=0.006
        )
        for row in run.history()
    ]


def test_what_determined_the_run_is_told() -> None:
    run = stored()
    (settings,) = (table for table in page_of(run).tables if "determined" in table.caption)
    told = dict(settings.rows)
    assert told["Network"].startswith("1D-CNN")
    assert told["Parameters"] == "47,018, of which 46,890 are trained"
    assert told["Clips"] == "12 train, 8 validation, 6 test; 10 classes"
    assert told["Split"] == "by fold: fold 4 validates, fold 5 tests"
    assert told["Epochs"] == "3 of 7 at most: all epochs were trained"
    assert told["Learning rate"] == "0.0005"
    assert told["Batch size"] == "32 clips"
    assert told["Seed"] == "1234"
    assert told["Whose"] == "Ada"
    assert told["Versions"] == "keras 3, numpy 2"
    assert told["Run"] == run.run_id


def test_what_no_interval_knows_is_said() -> None:
    verdict = page_of(erring_run()).one("verdict").text
    assert CHOSEN in verdict
    assert NO_LEAK in verdict
    assert "computed by a program" in verdict
    leaky = page_of(stored(2)).one("verdict").text  # its parts name the same recordings
    assert NO_LEAK not in leaky
    assert "6 of 6 test clips share a recording with a training clip" in leaky


def test_what_was_answered_is_told() -> None:
    answered = (
        Answered("hop", "How long is a hop?", "23 ms", True),
        Answered("leak", "What leaks?", "", False),
    )
    told = page_of(stored(), *answered).one("answered").text
    assert "1 of 2 were accepted" in told
    assert re.search(r"How long is a hop\?\s+23 ms\s+✓ accepted", told)
    assert re.search(r"What leaks\?\s+nothing\s+✗ not accepted", told)
    assert "No answers came with this run." in page_of(stored(2)).words


def test_a_page_obeys_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    made = made_config()
    classes = (HOSTILE, *made.classes[1:])
    run = create_run(replace(made, classes=classes, train=replace(made.train, owner=HOSTILE)))
    add_event(run, "started")
    result = made_result()
    for row in result.history:
        add_epoch(run, row)
    finish_run(run, result, made_labels())
    set_caption(run.folder, HOSTILE[:60], HOSTILE)
    page = page_of(run, Answered(HOSTILE, HOSTILE, HOSTILE, True))
    runs = [each for each in page.all("script") if each.attributes["type"] not in DATA]
    assert not runs
    assert not page.all("img")
    assert not any(name.startswith("on") for each in page.elements for name in each.attributes)
    (title,) = page.all("h1")
    assert title.text == HOSTILE[:60]
    for part in ("answered", "matrices", "reports", "settings"):
        assert HOSTILE in page.one(part).text
    assert "<script>" not in page.one("answers").text


def test_a_page_asks_nobody_and_is_in_order(practice_home: Path) -> None:
    content = report_of(erring_run(), "val_accuracy", [Answered("a", "b", "c", True)]).content
    page = Page(content)
    assert content.startswith(b"<!DOCTYPE html>\n<html lang=")
    policy = page.all("meta")[1].attributes
    assert policy["http-equiv"] == "Content-Security-Policy"
    assert policy["content"].startswith("default-src 'none'; style-src 'unsafe-inline'; ")
    for element in page.elements:
        assert element.attributes.get("src", "data:").startswith("data:")
        assert element.tag not in ("link", "iframe", "object", "embed", "base", "form")
        href = element.attributes.get("href")
        assert href is None or (element.tag == "a" and re.match("#|https://", href))
    (style,) = page.all("style")
    assert not re.search(r"url\(|@import", style.text)
    ids = [each.attributes["id"] for each in page.elements if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    inside = {each.attributes["href"][1:] for each in page.all("a")} & set(ids)
    assert len(inside) == len(page.all("nav")[0].text.strip().splitlines())
    levels = [int(each.tag[1]) for each in page.elements if re.fullmatch(r"h\d", each.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(table.caption for table in page.tables)
    assert all(head.attributes["scope"] for head in page.all("th"))
    assert all(picture.attributes["aria-label"] for picture in page.all("svg"))


def test_mistakes_can_be_heard_the_surest_first(practice_home: Path) -> None:
    run = erring_run()
    mistakes = evaluate(run, "val_accuracy").parts["test"].mistakes
    report = report_of(run, "val_accuracy")
    players = Page(report.content).all("audio")
    assert len(players) == len(mistakes) == report.mistakes.count
    assert (report.mistakes.left_out, report.mistakes.silent) == (0, 0)
    sounds = load_dataset("practice")
    for player, mistake in zip(players, mistakes, strict=True):
        true, predicted = class_label(mistake.true), class_label(mistake.predicted)
        label = f"{true}, taken for {predicted}: {mistake.filename}"
        assert player.attributes["aria-label"] == label
        kind, _, sound = player.attributes["src"].partition(";base64,")
        assert kind == "data:audio/mpeg"
        expected = load_clip(sounds.clip(mistake.filename).path).samples
        assert b64decode(sound) == mp3_of(expected)
    heard, rate = soundfile.read(io.BytesIO(b64decode(sound)))
    assert rate == SAMPLE_RATE
    assert len(heard) / rate == pytest.approx(CLIP_SECONDS, abs=0.2)


def test_a_report_is_the_same_whenever_it_is_asked_for(practice_home: Path) -> None:
    run = erring_run()
    assert report_of(run, "val_loss").content == report_of(run, "val_loss").content


def test_what_has_no_room_is_left_out_and_counted(
    practice_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = erring_run(tuple(range(TEST_CLIPS)))
    whole = report_of(run, "val_accuracy")
    monkeypatch.setattr(writing, "MAX_BYTES", len(whole.content) - 100_000)
    report = report_of(run, "val_accuracy")
    assert len(report.content) <= writing.MAX_BYTES
    left_out = report.mistakes.left_out
    assert 0 < left_out < TEST_CLIPS
    assert report.mistakes.cards == whole.mistakes.cards[:-left_out]
    assert (
        f"{left_out} of which the network was less sure are left out"
        in Page(report.content).one("mistakes").text
    )


def test_where_sounds_are_missing_it_says_so() -> None:
    report = report_of(erring_run(), "val_accuracy")
    assert report.mistakes.silent == len(report.mistakes.cards) == len(WRONG)
    page = Page(report.content)
    assert not page.all("audio")
    assert "the dataset was not on the machine that wrote this file" in page.one("mistakes").text
    assert "play in a browser" not in page.words


def test_a_damaged_clip_is_one_silent_card(practice_home: Path) -> None:
    run = erring_run()
    first = evaluate(run, "val_accuracy").parts["test"].mistakes[0]
    path = load_dataset("practice").clip(first.filename).path
    path.unlink()  # it is a hard link
    path.write_bytes(b"no sound")
    report = report_of(run, "val_accuracy")
    assert report.mistakes.silent == 1
    page = Page(report.content)
    assert len(page.all("audio")) == len(WRONG) - 1
    assert "The sounds of 1 could not be read." in page.one("mistakes").text


def test_where_nothing_was_mistaken_it_says_so() -> None:
    page = page_of(erring_run(()))
    assert f"None: all {TEST_CLIPS} test clips were recognised." in page.one("mistakes").text


def test_a_run_without_weights_is_a_sentence() -> None:
    run = create_run(made_config())
    end_run(run, Outcome("failed", "the lights went out", {}))
    with pytest.raises(RunError, match="has no weights: the lights went out"):
        report_of(run, "val_accuracy")


def test_shading_leaves_numbers_readable() -> None:
    """Type on the strongest cell has a contrast of 4.5 at least, in light and dark (WCAG 2.2)."""
    style = Path(writing.__file__).with_name("report.css").read_text("utf-8")
    found = re.findall(r"--page: (#\w+); --ink: (#\w+)", style)
    light, dark = re.findall(r"--strongest: ([\d.]+)", style)
    bases = re.findall(r"--(?:right|wrong): (\d+) (\d+) (\d+)", style)
    assert len(found) == len(bases) == 2
    for (page, ink), strongest in zip(found, (light, dark), strict=True):
        for base in bases:
            colour = np.array(base, float) * float(strongest)
            cell = colour + np.array(list(bytes.fromhex(page[1:]))) * (1 - float(strongest))
            lighter, darker = sorted(
                (luminance(cell), luminance(np.array(list(bytes.fromhex(ink[1:]))))), reverse=True
            )
            assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def luminance(channels: np.ndarray) -> float:
    """Of an sRGB colour, from 0 to 1."""
    shares = channels / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))
