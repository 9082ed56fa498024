"""The command line writes a report, and takes the run in it in again."""

from __future__ import annotations

from pathlib import Path

from esc10.lesson.answers import Answered, answers_json
from esc10.lesson.report import read_report
from tests.support.command_line import Json, answer, esc10, refusal
from tests.support.html_pages import Page
from tests.support.made_runs import made_config
from tests.support.stored_runs import stored

ANSWERED = (Answered("hop", "How long is a hop?", "23 ms", True),)


def test_a_run_travels_in_its_report(
    trained: tuple[Path, Json, Json], home: Path, tmp_path: Path
) -> None:
    there, cnn, _ = trained
    path, answers = tmp_path / "run.html", tmp_path / "answers.json"
    answers.write_bytes(answers_json(ANSWERED))
    told = answer(there, "report", cnn["run_id"], "-o", path, "--answers", answers)
    judged = answer(there, "evaluate", cnn["run_id"])
    mistakes = judged["test"]["misclassified"]
    assert told == {
        "run_id": cnn["run_id"],
        "file": str(path),
        "bytes": path.stat().st_size,
        "answers": 1,
        "mistakes": len(mistakes),
        "mistakes_left_out": 0,
        "mistakes_without_sound": 0,
        "seal": Page(path.read_bytes()).one("seal").text,
    }
    assert len(Page(path.read_bytes()).all("audio")) == len(mistakes) > 20
    assert path.stat().st_size < 15_000_000
    assert read_report(path.read_bytes())[1] == ANSWERED
    assert answer(home, "import", path) == {"run_id": cnn["run_id"]}
    assert answer(home, "evaluate", cnn["run_id"]) == judged
    assert "is here already" in refusal(home, "import", path)
    again = tmp_path / "again.html"
    assert answer(home, "report", "latest", "-o", again)["seal"] == told["seal"]


def test_a_report_in_words(home: Path, tmp_path: Path) -> None:
    run, path = stored(), tmp_path / "run.html"
    words = esc10(home, "report", "latest", "--output", path).stdout
    seal = Page(path.read_bytes()).one("seal").text
    assert words == f"{run.run_id} is in {path}, with the seal {seal}\n"


def test_what_cannot_be_reported_is_a_sentence(home: Path, tmp_path: Path) -> None:
    path, answers = tmp_path / "run.html", tmp_path / "answers.json"
    assert "There is no run 'nothing'" in refusal(home, "report", "nothing", "-o", path)
    name = made_config().run_id
    stored()
    missing = refusal(home, "report", name, "-o", path, "--answers", answers)
    assert missing.startswith(f"{answers} cannot be read: ")
    answers.write_bytes(b"{}")
    assert f"{answers} is refused" in refusal(
        home, "report", name, "-o", path, "--answers", answers, "--json"
    )
    assert not path.exists()
    nowhere = tmp_path / "missing" / "run.html"
    assert refusal(home, "report", name, "-o", nowhere).startswith(f"{nowhere} cannot be written: ")
    path.write_bytes(b"<!DOCTYPE html>\n<html><body>another page</body></html>")
    assert "The report is refused" in refusal(home, "import", path)
    assert "-o" in esc10(home, "report", name, status=2).stderr
