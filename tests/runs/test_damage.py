"""Damage is one sentence about one run, and costs no other."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from esc10.errors import RunError
from esc10.runs.exchange import run_zip
from esc10.runs.run import Run
from esc10.runs.store import list_runs, load_run, runs_folder
from esc10.runs.trash import delete_run
from esc10.training.results import CRITERIA
from tests.support.made_runs import made_config
from tests.support.stored_runs import DAMAGE, cut_off, emptied, removed, stored, zeroed


def damaged_and_others(name: str, damage: Callable[[Path], None]) -> Run:
    """Three runs, of which the middle one is damaged, read again."""
    runs = [stored(number) for number in (1, 2, 3)]
    damage(runs[1].folder / name)
    return Run(runs[1].folder, runs[1].config)


def assert_the_others_are_listed(complaint_about: str | None) -> None:
    runs, complaints = list_runs()
    others = [made_config(3).run_id, made_config(1).run_id]
    middle = made_config(2).run_id
    if complaint_about:
        assert [run.run_id for run in runs] == others
        (complaint,) = complaints
        assert middle in complaint
        assert complaint_about in complaint
    else:
        assert [run.run_id for run in runs] == [others[0], middle, others[1]]
        assert complaints == []


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_configuration_is_a_sentence(damage: Callable[[Path], None]) -> None:
    run = damaged_and_others("config.json", damage)
    with pytest.raises(RunError, match=r"is damaged: config\.json is (missing|cut off)"):
        load_run(run.run_id)
    assert_the_others_are_listed("config.json")


@pytest.mark.parametrize("damage", [cut_off, emptied, zeroed])
def test_a_damaged_outcome_is_a_sentence(damage: Callable[[Path], None]) -> None:
    run = damaged_and_others("outcome.json", damage)
    with pytest.raises(RunError, match=r"is damaged: outcome\.json"):
        _ = run.state
    with pytest.raises(RunError, match=r"is damaged: outcome\.json"):
        run.weights("val_loss")
    assert_the_others_are_listed("outcome.json")


def test_a_run_whose_outcome_is_missing_has_not_ended() -> None:
    run = damaged_and_others("outcome.json", removed)
    assert run.state == "training"
    with pytest.raises(RunError, match="not ended yet"):
        run.answers("val_loss")
    assert_the_others_are_listed(None)


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_probabilities_are_a_sentence(damage: Callable[[Path], None]) -> None:
    run = damaged_and_others("probabilities.npz", damage)
    with pytest.raises(RunError, match=r"is damaged: probabilities\.npz"):
        run.answers("val_loss")
    assert run.weights("val_loss")
    assert_the_others_are_listed(None)


@pytest.mark.parametrize("keep", [0.02, 0.3, 0.9, 0.999])
def test_probabilities_cut_off_anywhere_are_a_sentence(keep: float) -> None:
    run = stored()
    path = run.folder / "probabilities.npz"
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(RunError, match=r"is damaged: probabilities\.npz"):
        load_run(run.run_id).answers("val_accuracy")


def test_probabilities_with_noise_in_them_are_a_sentence() -> None:
    run = stored()
    path = run.folder / "probabilities.npz"
    content = bytearray(path.read_bytes())
    rng = np.random.default_rng(5)
    for start in range(60, len(content) - 60, 60):
        content[start : start + 4] = rng.bytes(4)
    path.write_bytes(bytes(content))
    with pytest.raises(RunError, match=r"is damaged: probabilities\.npz"):
        load_run(run.run_id).answers("val_accuracy")


def test_probabilities_that_lack_an_array_are_a_sentence() -> None:
    run = stored()
    np.savez(run.folder / "probabilities.npz", test_labels=np.arange(3))
    with pytest.raises(RunError, match=r"is damaged: probabilities\.npz"):
        load_run(run.run_id).answers("val_accuracy")


@pytest.mark.parametrize("criterion", CRITERIA)
def test_missing_weights_are_a_sentence(criterion: str) -> None:
    run = damaged_and_others(f"{criterion}.weights.h5", removed)
    with pytest.raises(RunError, match=rf"is damaged: {criterion}\.weights\.h5"):
        run.weights(criterion)
    assert run.answers(criterion).epoch
    (other,) = set(CRITERIA) - {criterion}
    assert run.weights(other)
    assert_the_others_are_listed(None)


def test_events_with_a_damaged_line_among_them_are_a_sentence() -> None:
    run = damaged_and_others("events.jsonl", lambda _: None)
    path = run.folder / "events.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b'{"at": 12, "ki\n' + lines[-1])
    with pytest.raises(RunError, match=r"is damaged: events\.jsonl"):
        run.history()
    assert_the_others_are_listed("events.jsonl")


def test_events_that_are_no_text_are_a_sentence() -> None:
    run = damaged_and_others("events.jsonl", lambda path: path.write_bytes(b"\xff\xfe\x00\n"))
    with pytest.raises(RunError, match=r"is damaged: events\.jsonl"):
        run.events()
    assert_the_others_are_listed("events.jsonl")


@pytest.mark.parametrize("damage", DAMAGE)
def test_lost_events_cost_the_curves_and_nothing_else(damage: Callable[[Path], None]) -> None:
    run = damaged_and_others("events.jsonl", damage)
    assert len(run.history()) < 3
    assert run.state == "finished"
    assert run.weights("val_loss")
    assert_the_others_are_listed(None)


@pytest.mark.parametrize("name", ["process.json"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_files_nobody_needs_for_a_finished_run_may_be_damaged(
    name: str, damage: Callable[[Path], None]
) -> None:
    run = damaged_and_others(name, damage)
    assert run.state == "finished"
    assert run.answers("val_loss").epoch == 2
    assert len(run.history()) == 3
    assert_the_others_are_listed(None)


def test_a_folder_without_a_configuration_and_stray_files_do_not_hide_runs() -> None:
    run = stored()
    (runs_folder() / "something").mkdir()
    (runs_folder() / ".aside.part").mkdir()
    (runs_folder() / "notes.txt").write_text("hello")
    runs, complaints = list_runs()
    assert [listed.run_id for listed in runs] == [run.run_id]
    (complaint,) = complaints
    assert "something" in complaint


def test_a_stored_setting_that_no_longer_exists_is_a_sentence() -> None:
    run = stored()
    path = run.folder / "config.json"
    content = json.loads(path.read_text())
    content["train"]["model"] = "transformer"
    path.write_text(json.dumps(content))
    with pytest.raises(RunError, match="transformer"):
        load_run(run.run_id)
    assert len(list_runs()[1]) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="a folder opens as no file, otherwise said")
@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("outcome.json", lambda run: run.state),
        ("events.jsonl", lambda run: run.history()),
        ("label.json", lambda run: run.caption),
    ],
)
def test_a_disk_that_refuses_to_read_is_no_damage(
    name: str, question: Callable[[Run], object]
) -> None:
    run = stored()
    (run.folder / name).unlink(missing_ok=True)
    (run.folder / name).mkdir()  # the one refusal that holds for an administrator too
    with pytest.raises(RunError) as raised:
        question(run)
    assert str(raised.value).startswith(f"{name} of run {run.run_id} cannot be read: is a dir")
    assert "delete the folder" not in str(raised.value)


def test_a_run_that_was_deleted_is_gone_and_not_unfinished() -> None:
    run = stored()
    delete_run(run.run_id)
    for question in (lambda: run.state, lambda: run.weights("val_loss"), lambda: run_zip(run)):
        with pytest.raises(RunError, match=f"Run {run.run_id} is gone: it was deleted or moved"):
            question()
