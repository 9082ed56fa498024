"""A system that refuses to look into runs: a sentence for each, and no run is lost by it."""

from __future__ import annotations

import pytest

from esc10.errors import RunError
from esc10.runs.outcome import Outcome
from esc10.runs.run import Run
from esc10.runs.store import find_run, list_runs, load_run, runs_folder
from esc10.runs.trash import delete_run, deleted_folder, deleted_runs, purge_run, restore_run
from esc10.runs.writing import add_event, close_interrupted, create_run, end_run
from tests.support.made_runs import made_config
from tests.support.refusals import lock, refuse_to_read
from tests.support.stored_runs import stored

DENIED = r"permission denied\. Close what has its files open, or check the permissions"


def begun(number: int) -> Run:
    run = create_run(made_config(number))
    add_event(run, "started")
    return run


def test_a_folder_of_runs_that_cannot_be_entered_is_a_sentence_for_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run, other = begun(1), stored(2)
    with monkeypatch.context() as patch:
        lock(patch, runs_folder())
        runs, complaints = list_runs()
        assert runs == []
        for complaint, of in zip(complaints, (other, run), strict=True):
            assert complaint.startswith(
                f"config.json of run {of.run_id} cannot be read: permission"
            )
        ended = Outcome("failed", "it was not to be", {})
        for act in (
            lambda: load_run(run.run_id),
            lambda: find_run(run.run_id),
            lambda: delete_run(run.run_id),
            lambda: end_run(run, ended),
        ):
            with pytest.raises(RunError, match=DENIED):
                act()
        close_interrupted()
    assert [run.state for run in list_runs()[0]] == ["finished", "training"]


def test_a_run_that_cannot_be_entered_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    run, other = stored(1), stored(2)
    lock(monkeypatch, run.folder)
    runs, (complaint,) = list_runs()
    assert [found.run_id for found in runs] == [other.run_id]
    assert complaint.startswith(f"config.json of run {run.run_id} cannot be read: permission deni")
    assert find_run("latest").run_id == other.run_id


def test_deleted_runs_that_cannot_be_looked_at_are_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = stored()
    delete_run(run.run_id)
    with monkeypatch.context() as patch:
        lock(patch, runs_folder())
        for act in (deleted_runs, lambda: restore_run(run.run_id), lambda: purge_run(run.run_id)):
            with pytest.raises(RunError, match=DENIED):
                act()
    restore_run(run.run_id)
    assert [path.name for path in deleted_folder().iterdir()] == []


@pytest.mark.parametrize("file", ["config.json", "events.jsonl", "process.json"])
def test_a_run_that_trains_is_not_deleted_because_a_file_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    run = begun(1)
    with monkeypatch.context() as patch:
        refuse_to_read(patch, run.folder / file)
        with pytest.raises(RunError, match=r"has not ended yet\. Stop it first"):
            delete_run(run.run_id)
    assert load_run(run.run_id).state == "training"


@pytest.mark.parametrize("damage", ["{", ""])
def test_a_run_that_trains_is_not_deleted_because_a_file_is_damaged(damage: str) -> None:
    run = begun(1)
    (run.folder / "config.json").write_text(damage)
    with pytest.raises(RunError, match=r"has not ended yet\. Stop it first"):
        delete_run(run.run_id)


@pytest.mark.parametrize("file", ["config.json", "outcome.json"])
def test_a_run_that_ended_may_go_although_a_file_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    run = stored()
    with monkeypatch.context() as patch:
        refuse_to_read(patch, run.folder / file)
        delete_run(run.run_id)
    assert [run.run_id for run in deleted_runs()] == [run.run_id]
