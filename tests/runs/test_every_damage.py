"""Whatever is wrong in a run's folder, whoever asks gets an answer or a sentence, and nothing else.

A walk over every file of a finished run, and over every key of its JSON.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from esc10.cli.figures import best_figures
from esc10.datasets.splits import leaking
from esc10.errors import Esc10Error
from esc10.evaluation.comparison import compare_pair
from esc10.evaluation.forgetting import changes_at, clip_histories, evaluate_epoch
from esc10.evaluation.metrics import evaluate
from esc10.runs.captions import set_caption
from esc10.runs.exchange import run_zip
from esc10.runs.run import Run
from esc10.runs.store import find_run, list_runs, load_run, runs_folder
from esc10.runs.trash import delete_run, deleted_runs, restore_run
from esc10.runs.writing import close_interrupted
from esc10.ui.words import long_name
from tests.support.damage import WRONG_JSON, asked, changed
from tests.support.made_runs import made_config
from tests.support.stored_runs import DAMAGE, stored

DAMAGED, OTHER = made_config(1).run_id, made_config(2).run_id


def read(run: Run) -> None:
    """What pages and commands ask of any run in the list."""
    _ = run.state, run.outcome, run.writer_lives, run.seconds_per_epoch
    _ = long_name(run), best_figures(run), leaking(run.config.clips, "test")


QUESTIONS: dict[str, Callable[[Run], object]] = {
    "caption": lambda run: run.caption,
    "events": lambda run: run.events(),
    "evaluate": lambda run: evaluate(run, "val_accuracy"),
    "epoch": lambda run: (evaluate_epoch(run, 1), changes_at(run, 1), clip_histories(run)),
    "weights": lambda run: run.weights("val_loss"),
    "export": run_zip,
    "compare": lambda run: compare_pair(run, load_run(OTHER), "val_accuracy"),
}


def ask_everything(about: str) -> None:
    """Ask all that can be asked, of the run as it is and of copies that were read before."""
    runs, complaints = list_runs()
    assert OTHER in [run.run_id for run in runs], about
    assert all(complaint.endswith(".") for complaint in complaints), complaints
    for run in runs:
        read(run)
    asked(f"{about}: latest", lambda: find_run("latest"))
    close_interrupted()
    if asked(f"{about}: load", lambda: load_run(DAMAGED)):
        for name, question in QUESTIONS.items():
            asked(f"{about}: {name}", lambda question=question: question(load_run(DAMAGED)))  # type: ignore[misc]
    if asked(f"{about}: delete", lambda: delete_run(DAMAGED)):
        deleted_runs()
        asked(f"{about}: restore", lambda: restore_run(DAMAGED))


@pytest.fixture
def folder() -> Path:
    """Of a finished run with a title, beside another."""
    stored(2)
    run = stored(1)
    set_caption(run.folder, "Mine", "of a Monday")
    return run.folder


FILES = ("config.json", "process.json", "events.jsonl", "outcome.json", "label.json")
ALL = (*FILES, "probabilities.npz", "val_accuracy.weights.h5", "val_loss.weights.h5")


@pytest.mark.parametrize("name", ALL)
def test_a_file_that_is_gone_or_damaged(folder: Path, name: str) -> None:
    whole = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(whole) == set(ALL)
    for damage in DAMAGE:
        damage(folder / name)
        ask_everything(f"{name} {damage.__name__}")
        restored(folder, whole)
    for text in WRONG_JSON:
        (folder / name).write_text(text + "\n", "utf-8")
        ask_everything(f"{name} is {text[:20]}")
        restored(folder, whole)


@pytest.mark.parametrize("name", FILES)
def test_a_key_that_is_gone_or_of_another_type(folder: Path, name: str) -> None:
    whole = {path.name: path.read_bytes() for path in folder.iterdir()}
    for about, text in changed(whole[name].decode(), lines=name.endswith("l")):
        (folder / name).write_text(text, "utf-8")
        ask_everything(f"{name}: {about}")
        restored(folder, whole)


def test_files_that_vanish_one_by_one(folder: Path) -> None:
    for name in ALL:
        (folder / name).unlink()
        asked(name, lambda: set_caption(folder, "Mine", ""))
        ask_everything(f"without all up to {name}")
    runs, _ = list_runs()
    assert [run.run_id for run in runs] == [OTHER]


def test_a_run_whose_folder_vanishes_is_gone_and_not_damaged(folder: Path) -> None:
    run = load_run(DAMAGED)
    folder.rename(folder.with_name("elsewhere"))
    questions = {**QUESTIONS, "title": lambda run: set_caption(run.folder, "Mine", "")}
    for name in ("caption", "events"):
        questions.pop(name)(run)
    for question in questions.values():
        with pytest.raises(Esc10Error, match=r"is gone|any more") as raised:
            question(run)
        assert "damaged" not in str(raised.value)
    assert not folder.exists()


def restored(folder: Path, whole: dict[str, bytes]) -> None:
    assert folder.is_dir(), [path.name for path in runs_folder().iterdir()]
    for name, content in whole.items():
        (folder / name).write_bytes(content)
