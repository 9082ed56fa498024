"""A run deleted while somebody is about to write in its folder stays deleted."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from esc10.errors import RunError
from esc10.runs.captions import set_caption
from esc10.runs.outcome import Outcome
from esc10.runs.run import Run
from esc10.runs.store import list_runs, runs_folder
from esc10.runs.trash import delete_run, deleted_folder, restore_run
from esc10.runs.writing import add_event, beat, create_run, end_run, finish_run
from esc10.storage import whole_file, write_whole
from tests.support.made_runs import made_config, made_labels, made_result
from tests.support.stored_runs import stored

WRITERS: dict[str, Callable[[Run], object]] = {
    "captions": lambda run: set_caption(run.folder, "Mine", ""),
    "writing": lambda run: finish_run(run, made_result(), made_labels()),
}


def refused(write: Callable[[], object]) -> str:
    with pytest.raises(RunError) as caught:
        write()
    return str(caught.value)


@pytest.mark.parametrize("room", WRITERS)
def test_a_run_deleted_before_a_file_gets_its_name_stays_deleted(
    monkeypatch: pytest.MonkeyPatch, room: str
) -> None:
    run = create_run(made_config())
    end_run(run, Outcome("cancelled", "nobody wanted it", {}))

    def write_too_late(path: Path, content: bytes) -> None:
        delete_run(run.run_id)  # as another page does at this moment
        write_whole(path, content)

    monkeypatch.setattr(f"esc10.runs.{room}.write_whole", write_too_late)
    said = refused(lambda: WRITERS[room](run))
    assert "any more" in said or "moved or deleted meanwhile" in said
    assert [path.name for path in runs_folder().iterdir()] == [deleted_folder().name]
    assert list_runs() == ([], [])


@pytest.mark.skipif(sys.platform == "win32", reason="no folder with an open file is renamed there")
def test_what_was_being_written_when_a_run_was_deleted_does_not_come_back_with_it() -> None:
    run = stored()
    before = {path.name for path in run.folder.iterdir()}
    with pytest.raises(FileNotFoundError), whole_file(run.folder / "label.json") as file:
        file.write(b"half a title")
        delete_run(run.run_id)
    restore_run(run.run_id)
    assert {path.name for path in run.folder.iterdir()} == before


def test_nothing_else_that_writes_there_makes_the_folder_again() -> None:
    run = create_run(made_config())
    run.folder.rename(runs_folder() / "elsewhere")
    ended = Outcome("cancelled", "nobody wanted it", {})
    for write in (lambda: add_event(run, "started"), lambda: end_run(run, ended)):
        assert "moved or deleted meanwhile" in refused(write)
    beat(run)
    assert not run.folder.exists()
