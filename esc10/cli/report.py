"""A run as one file to hand in."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from esc10.cli.figures import Answer
from esc10.cli.runs import weights_of, write_output
from esc10.runs.store import find_run


def report(options: Namespace) -> Answer:
    """Write a run as one HTML file to hand in, with its mistakes to hear and the run inside."""
    from esc10.lesson.answers import load_answers
    from esc10.lesson.report import report_of

    run = find_run(options.run)
    answers = load_answers(options.answers) if options.answers else ()
    written = report_of(run, weights_of(run), answers)
    path: Path = options.output
    write_output(path, written.content)
    answer = {
        "run_id": run.run_id,
        "file": str(path),
        "bytes": len(written.content),
        "answers": len(answers),
        "mistakes": written.mistakes.count,
        "mistakes_left_out": written.mistakes.left_out,
        "mistakes_without_sound": written.mistakes.silent,
        "seal": written.seal,
    }
    return answer, f"{run.run_id} is in {path}, with the seal {written.seal}"
