"""What was put into a report comes out of it, or a sentence says why not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from esc10.errors import DamagedReportError, LessonError, RunError
from esc10.evaluation.intervals import percent
from esc10.evaluation.metrics import evaluate
from esc10.lesson.answers import Answered
from esc10.lesson.report import read_report, reading, report_of, run_in
from esc10.lesson.report.reading import parts_of, seal_of
from esc10.runs.captions import set_caption
from esc10.runs.exchange import run_zip
from esc10.runs.run import Run
from tests.support.stored_runs import stored

ANSWERED = (
    Answered("one", "</script><!-- <b>?", "“é” \\u003c & ✓\n\ttwo", True),
    Answered("two", '<script type="application/zip" id="run">', "", False),
)
HOSTILE = '<code id="seal">' + "0" * 20


@pytest.fixture
def run() -> Run:
    run = stored()
    set_caption(run.folder, HOSTILE, '<script type="application/zip" id="run">AAAA</script>')
    return run


@pytest.fixture
def report(run: Run) -> bytes:
    return report_of(run, "val_loss", ANSWERED).content


def refusal(content: bytes) -> str:
    with pytest.raises(LessonError) as caught:
        read_report(content)
    sentence = str(caught.value)
    assert sentence.isprintable()
    if isinstance(caught.value, DamagedReportError):
        assert sentence.startswith("The report cannot be read: ")
    else:
        assert " is refused: " in sentence
    return sentence


def test_what_was_put_in_comes_out(run: Run, report: bytes) -> None:
    assert read_report(report) == (run_zip(run), ANSWERED)
    assert read_report(report_of(run, "val_loss").content) == (run_zip(run), ())


def test_a_browser_that_saves_the_page_leaves_it_whole(run: Run, report: bytes) -> None:
    saved = b"<!-- saved from url=(0014)about:internet -->\r\n" + report.replace(b"\n", b"\r\n")
    assert read_report(saved) == (run_zip(run), ANSWERED)
    assert run_in(saved) == run_zip(run)


def test_a_zip_is_taken_as_it_is(run: Run, report: bytes, tmp_path: Path) -> None:
    path = tmp_path / "brought"
    for content in (report, run_zip(run)):
        path.write_bytes(content)
        assert run_in(path) == run_in(content) == run_zip(run)


def test_what_is_no_report_is_refused(report: bytes) -> None:
    without = b'<script type="application/zip" id="run">'
    for content in (
        b"",
        b"no page",
        b"<html><body>some other page</body></html>",
        report[: len(report) // 20],
        report.replace(without, b"<script>"),
        report + without + b"AAAA</script>",
        report.replace(b'id="answers"', b'id="others"'),
    ):
        assert "no report of this lab, or only a part of one" in refusal(content)
    with pytest.raises(LessonError, match="no report of this lab"):
        run_in(b"<!DOCTYPE html>\n<HTML><body>some other page</body></HTML>")


def test_what_the_page_says_comes_out_too(run: Run, report: bytes) -> None:
    stored = evaluate(run, "val_loss").parts["test"].accuracy
    parts = parts_of(report)
    assert (parts.zipped, parts.answers) == (run_zip(run), ANSWERED)
    assert (parts.accuracy, parts.weights) == (percent(stored), "val_loss")
    assert parts.seal == seal_of(run_zip(run))
    figure = b"<dt>Test accuracy</dt><dd>"
    higher = re.sub(figure + rb"\d+%", figure + b"99%", report)
    assert parts_of(higher).accuracy == 99
    assert parts_of(report + figure + b"99% ").accuracy is None
    assert parts_of(report.replace(b"of the best loss", b"of the best guess")).weights is None
    assert parts_of(report.replace(b'id="seal"', b'id="other"')).seal is None


def test_only_a_part_is_told_from_another_page(report: bytes) -> None:
    for part in (b"", report[:2000], report[: len(report) // 2]):
        with pytest.raises(DamagedReportError):
            parts_of(part)
    for other in (b"<html></html>", report.replace(b"Machines that hear</title>", b"x</title>")):
        with pytest.raises(LessonError) as caught:
            parts_of(other[:3000])
        assert not isinstance(caught.value, DamagedReportError)


def test_what_was_cut_off_or_changed_is_refused(report: bytes) -> None:
    begin = report.index(b'id="run">') + len(b'id="run">')
    assert "it breaks off" in refusal(report[: begin + 400])
    assert "the run inside is damaged" in refusal(report[:begin] + b"?" + report[begin + 1 :])
    changed = b"A" if report[begin + 100 : begin + 101] != b"A" else b"B"
    other = report[: begin + 100] + changed + report[begin + 101 :]
    assert "not the one whose seal it shows" in refusal(other)
    unsealed = re.sub(rb'<code id="seal">[0-9a-f]{64}', b'<code id="seal">' + b"0" * 64, report)
    assert "not the one whose seal it shows" in refusal(unsealed)
    answers = report.replace(b'"right": true', b'"right": 1')
    assert answers != report
    assert refusal(answers).startswith("The list of answers inside the report is refused: ")


def test_what_is_too_large_is_refused(
    report: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_ZIP_BYTES", len(report) - 1)
    assert "it has more than" in refusal(report)
    with pytest.raises(RunError, match=r"missing\.html cannot be read"):
        run_in(tmp_path / "missing.html")
