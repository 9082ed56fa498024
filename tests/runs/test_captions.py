"""A person's title and note for a run: kept whole, refused with a sentence, harmless if lost."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esc10.errors import RunError
from esc10.runs.captions import MAX_NOTE, MAX_TITLE, Caption, set_caption
from esc10.runs.store import list_runs, load_run
from esc10.runs.writing import add_event, create_run, finish_run
from tests.support.made_runs import made_config, made_labels, made_result
from tests.support.properties import drawn

CHARACTERS = "aZ9 .,:;\"'\\/{}<>ß語🐕\u202f\u200d"


def test_a_run_has_no_label_before_somebody_gives_it_one() -> None:
    run = create_run(made_config())
    assert run.caption == Caption("", "")
    assert not (run.folder / "label.json").exists()


def test_a_label_is_read_back() -> None:
    run = create_run(made_config())
    given_caption = set_caption(
        run.folder, "  Ohne Dropout 🐕 ", "\nLernt schneller.\r\n\tÜberlernt auch.\n "
    )
    assert given_caption == Caption("Ohne Dropout 🐕", "Lernt schneller.\n\tÜberlernt auch.")
    assert run.caption == load_run(run.run_id).caption == given_caption


def test_a_run_can_be_labelled_in_any_state_and_again() -> None:
    run = create_run(made_config())
    set_caption(run.folder, "Mine", "")
    add_event(run, "started")
    set_caption(run.folder, "Ours", "we train")
    finish_run(run, made_result(), made_labels())
    assert run.caption == Caption("Ours", "we train")
    set_caption(run.folder, "", "")
    assert run.caption == Caption()
    assert run.state == "finished"
    assert list_runs()[1] == []


def test_labels_of_one_length_in_one_moment_are_told_apart() -> None:
    run = create_run(made_config())
    path = run.folder / "label.json"
    set_caption(run.folder, "Monday", "")
    assert run.caption.title == "Monday"
    moment = path.stat().st_mtime_ns
    set_caption(run.folder, "Friday", "")
    os.utime(path, ns=(moment, moment))
    assert run.caption.title == "Friday"


@drawn
@given(
    st.lists(st.sampled_from(CHARACTERS), max_size=MAX_TITLE).map("".join),
    st.lists(st.sampled_from(CHARACTERS + "\n\t"), max_size=200).map("".join),
)
def test_whatever_can_be_shown_is_kept(title: str, note: str) -> None:
    numbers = {run.run_id: run for run in list_runs()[0]}
    run = numbers.get(made_config().run_id) or create_run(made_config())
    set_caption(run.folder, title, note)
    assert run.caption == Caption(title.strip(), note.strip())


# What is refused


@pytest.mark.parametrize(
    ("title", "note", "sentence"),
    [
        ("x" * (MAX_TITLE + 1), "", "The title has 61 characters. Use 60 at most."),
        ("", "x" * (MAX_NOTE + 1), "The note has 2,001 characters. Use 2,000 at most."),
        ("one\ntwo", "", "The title has more than one line. Put what does not fit into the note."),
        ("one\u2028two", "", "The title has more than one line."),
        ("one\x85two", "", "The title has more than one line."),
        ("a\tb", "", "The title holds a control character (U+0009), which cannot be shown."),
        ("a\x00b", "", "The title holds a control character (U+0000)"),
        ("a\x1b[31mb", "", "The title holds a control character (U+001B)"),
        ("a\ud800b", "", "The title holds a control character (U+D800)"),
        ("", "a\x07b", "The note holds a control character (U+0007), which cannot be shown."),
        ("", "a\x7fb", "The note holds a control character (U+007F)"),
    ],
)
def test_what_does_not_fit_is_a_sentence(title: str, note: str, sentence: str) -> None:
    run = create_run(made_config())
    set_caption(run.folder, "As it was", "before")
    with pytest.raises(RunError) as error:
        set_caption(run.folder, title, note)
    assert str(error.value).startswith(sentence)
    assert run.caption == Caption("As it was", "before")


def test_the_longest_texts_fit() -> None:
    run = create_run(made_config())
    set_caption(run.folder, f" {'x' * MAX_TITLE} ", f" {'y' * MAX_NOTE} ")
    assert run.caption == Caption("x" * MAX_TITLE, "y" * MAX_NOTE)


def test_a_run_that_is_gone_gets_no_label_and_no_folder() -> None:
    run = create_run(made_config())
    shutil.rmtree(run.folder)
    with pytest.raises(RunError, match=r"There is no run .* any more"):
        set_caption(run.folder, "Mine", "")
    assert not run.folder.exists()


def test_a_disk_that_refuses_is_a_sentence() -> None:
    run = create_run(made_config())
    (run.folder / "label.json").mkdir()
    with pytest.raises(RunError, match=f"Storing the title of run {run.run_id} failed"):
        set_caption(run.folder, "Mine", "")
    assert [path.name for path in run.folder.glob(".*")] == []


# Damage


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(path.read_bytes()[:9]),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(bytes(30)),
        lambda path: path.write_bytes(b"\xff\xfe\x00"),
        lambda path: path.write_text('["title", "note"]'),
        lambda path: path.write_text('{"titel": "Mine"}'),
        lambda path: path.write_text('{"title": 3, "note": null}'),
    ],
)
def test_a_damaged_label_is_a_sentence_and_costs_the_label(
    damage: Callable[[Path], None],
) -> None:
    run = create_run(made_config())
    set_caption(run.folder, "Mine", "of a Monday")
    damage(run.folder / "label.json")
    with pytest.raises(RunError, match=r"is damaged: label\.json is cut off"):
        _ = run.caption
    assert [found.run_id for found in list_runs()[0]] == [run.run_id]
    set_caption(run.folder, "Mine again", "")
    assert run.caption == Caption("Mine again", "")
