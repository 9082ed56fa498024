"""A run's events, read while they are written: all of them, each once, and kept once."""

from __future__ import annotations

import tracemalloc

from esc10.runs.store import load_run
from esc10.runs.writing import add_epoch, add_event, create_run
from tests.support.made_runs import made_config, made_row


def test_what_was_read_is_not_read_again() -> None:
    run = create_run(made_config())
    add_epoch(run, made_row(1))
    assert run.history() == [made_row(1)]
    path = run.folder / "events.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"#" * (len(lines[0]) - 1) + b"\n" + lines[1])
    add_epoch(run, made_row(2))
    assert run.history() == [made_row(1), made_row(2)]


def test_a_line_half_written_when_it_was_read_is_read_whole_later() -> None:
    run = create_run(made_config())
    add_epoch(run, made_row(1))
    path = run.folder / "events.jsonl"
    before = path.read_bytes()
    add_epoch(run, made_row(2))
    whole = path.read_bytes()
    for size in range(len(before), len(whole)):
        path.write_bytes(whole[:size])
        assert run.history() == [made_row(1)]
    path.write_bytes(whole)
    assert run.history() == [made_row(1), made_row(2)]


def test_another_file_of_the_same_name_is_read_from_its_beginning() -> None:
    run = create_run(made_config())
    for epoch in (1, 2):
        add_epoch(run, made_row(epoch))
    assert len(run.history()) == 2
    run.folder.rename(run.folder.with_name("moved"))
    again = create_run(made_config())
    assert again.state == "queued"
    add_event(again, "started")
    for epoch in (5, 6, 7):
        add_epoch(again, made_row(epoch))
    assert again.history() == [made_row(epoch) for epoch in (5, 6, 7)]
    assert again.state == "training"


def test_who_changes_what_was_read_changes_it_for_nobody_else() -> None:
    run = create_run(made_config())
    add_epoch(run, made_row(1))
    run.history().clear()
    assert load_run(run.run_id).history() == [made_row(1)]


def test_a_run_that_is_watched_is_kept_once() -> None:
    run = create_run(made_config())
    run.history()
    tracemalloc.start()
    try:
        for epoch in range(1, 501):
            add_epoch(run, made_row(epoch))
            assert len(run.history()) == epoch
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000  # 500 versions of it would have more than ten times as much
