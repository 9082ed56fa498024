"""Runs deleted, brought back, and deleted for good; nothing outside their folder is touched."""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path

import pytest

from esc10.errors import RunError
from esc10.runs import trash as deletion
from esc10.runs.outcome import Outcome
from esc10.runs.run import Run
from esc10.runs.store import find_run, list_runs, load_run, runs_folder
from esc10.runs.trash import delete_run, deleted_folder, deleted_runs, purge_run, restore_run
from esc10.runs.writing import add_event, close_interrupted, create_run, end_run, finish_run
from tests.support.made_runs import made_config, made_labels, made_result


def stored(number: int = 1) -> Run:
    run = create_run(made_config(number))
    finish_run(run, made_result(), made_labels())
    return run


def listed() -> list[str]:
    runs, complaints = list_runs()
    assert complaints == []
    return [run.run_id for run in runs]


def kept() -> list[str]:
    return [run.run_id for run in deleted_runs()]


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_before_anything_was_deleted_there_is_nothing() -> None:
    assert deleted_runs() == []
    stored()
    assert deleted_runs() == []


def test_a_deleted_run_is_out_of_the_list_and_comes_back_as_it_was() -> None:
    run, other = stored(1), stored(2)
    before = content(run.folder)
    delete_run(run.run_id)
    assert (listed(), kept()) == ([other.run_id], [run.run_id])
    with pytest.raises(RunError, match="There is no run"):
        load_run(run.run_id)
    assert find_run("latest").run_id == other.run_id
    (deleted,) = deleted_runs()
    assert deleted.state == "finished"
    assert deleted.answers("val_loss").epoch == made_result().best["val_loss"].epoch
    restore_run(run.run_id)
    assert (listed(), kept()) == ([other.run_id, run.run_id], [])
    assert content(run.folder) == before


def test_the_newest_deletion_comes_first() -> None:
    names = [stored(number).run_id for number in (1, 2, 3)]
    for name in (names[1], names[2], names[0]):
        delete_run(name)
        time.sleep(0.02)  # more than a tick of any clock
    assert kept() == [names[0], names[2], names[1]]
    restore_run(names[1])
    delete_run(names[1])
    assert kept() == [names[1], names[0], names[2]]


def test_a_purged_run_is_gone() -> None:
    run, other = stored(1), stored(2)
    delete_run(run.run_id)
    delete_run(other.run_id)
    purge_run(run.run_id)
    assert kept() == [other.run_id]
    assert [path.name for path in deleted_folder().iterdir()] == [other.run_id]
    with pytest.raises(RunError, match="There is no deleted run"):
        restore_run(run.run_id)
    with pytest.raises(RunError, match="There is no deleted run"):
        purge_run(run.run_id)


# Runs under way


@pytest.mark.parametrize("state", ["queued", "training"])
def test_a_run_under_way_is_not_deleted(state: str) -> None:
    run = create_run(made_config())
    if state == "training":
        add_event(run, "started")
    with pytest.raises(RunError, match=r"has not ended yet\. Stop it first"):
        delete_run(run.run_id)
    assert listed() == [run.run_id]
    end_run(run, Outcome("cancelled", "it was taken out of the queue", {}))
    delete_run(run.run_id)
    assert listed() == []


def test_an_unfinished_run_whose_writer_is_gone_can_be_deleted() -> None:
    run = create_run(made_config())
    writer = {"host": socket.gethostname(), "pid": os.getpid(), "started": 0.0}
    (run.folder / "process.json").write_text(json.dumps(writer))
    delete_run(run.run_id)
    close_interrupted()
    assert deleted_runs()[0].state == "queued"
    restore_run(run.run_id)
    close_interrupted()
    assert load_run(run.run_id).state == "interrupted"


@pytest.mark.parametrize("file", ["config.json", "outcome.json"])
def test_a_damaged_run_can_be_deleted_too(file: str) -> None:
    run = stored()
    before = (run.folder / file).read_bytes()
    (run.folder / file).write_bytes(b"")
    assert len(list_runs()[1]) == 1
    delete_run(run.run_id)
    assert listed() == []
    assert kept() == ([] if file == "config.json" else [run.run_id])
    restore_run(run.run_id)
    (run.folder / file).write_bytes(before)
    assert listed() == [run.run_id]


# Names


@pytest.mark.parametrize("action", [delete_run, restore_run, purge_run])
@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../datasets",
        "../runs/20260101-120000-001-cnn-ab12",
        ".deleted",
        ".deleted/20260101-120000-001-cnn-ab12",
        "no such run",
        "20260101-120000-009-cnn-ab12",
        "a" * 101,
    ],
)
def test_no_name_leads_out_of_the_folder(action: object, name: str, home: Path) -> None:
    run, deleted = stored(1), stored(2)
    delete_run(deleted.run_id)
    (home / "datasets").mkdir()
    with pytest.raises(RunError, match=r"There is no (deleted )?run '"):
        action(name)  # type: ignore[operator]
    assert (home / "datasets").is_dir()
    assert (listed(), kept()) == ([run.run_id], [deleted.run_id])


def test_an_absolute_path_is_no_name(home: Path) -> None:
    run = stored()
    for action in (delete_run, restore_run, purge_run):
        with pytest.raises(RunError, match="There is no"):
            action(str(run.folder))
    assert listed() == [run.run_id]


def test_a_name_that_was_given_again_is_not_overwritten() -> None:
    run = stored()
    delete_run(run.run_id)
    again = stored()
    add_event(again, "a sign of the second")
    with pytest.raises(RunError, match="cannot be restored: there is a run of that name again"):
        restore_run(run.run_id)
    with pytest.raises(RunError, match="was deleted before and is still kept"):
        delete_run(run.run_id)
    assert load_run(run.run_id).events()[-1]["kind"] == "a sign of the second"
    purge_run(run.run_id)
    delete_run(run.run_id)
    assert deleted_runs()[0].events()[-1]["kind"] == "a sign of the second"


# A folder that cannot be moved


def test_a_folder_in_use_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    run, deleted = stored(1), stored(2)
    delete_run(deleted.run_id)

    def in_use(folder: Path, target: Path) -> None:
        raise PermissionError(13, "The process cannot access the file", str(folder))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", in_use)
        for action, name, doing in (
            (delete_run, run.run_id, "Deleting"),
            (restore_run, deleted.run_id, "Restoring"),
            (purge_run, deleted.run_id, "Deleting"),
        ):
            with pytest.raises(RunError) as error:
                action(name)
            assert str(error.value).startswith(f"{doing} run {name}")
            assert "failed: the process cannot access the file. Close what" in str(error.value)
    assert (listed(), kept()) == ([run.run_id], [deleted.run_id])
    assert load_run(run.run_id).weights("val_loss")


def test_a_folder_in_the_way_is_one_sentence() -> None:
    run = stored()
    (runs_folder() / ".deleted").write_bytes(b"")
    with pytest.raises(RunError, match=f"Deleting run {run.run_id} failed"):
        delete_run(run.run_id)
    assert listed() == [run.run_id]


def test_what_could_not_be_removed_goes_with_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = stored(1), stored(2)
    delete_run(first.run_id)
    delete_run(second.run_id)
    with monkeypatch.context() as patch:
        patch.setattr(deletion.shutil, "rmtree", lambda path, ignore_errors: None)
        purge_run(first.run_id)
    assert kept() == [second.run_id]
    assert len(list(deleted_folder().iterdir())) == 2
    purge_run(second.run_id)
    assert list(deleted_folder().iterdir()) == []
