"""The Compare page: every run in one table, ticks that stay, sentences that do not overclaim."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from esc10.runs.captions import set_caption
from esc10.runs.store import list_runs, load_run
from esc10.runs.trash import deleted_runs
from esc10.runs.writing import add_event, create_run, finish_run
from esc10.training.recipes import RECIPES, without
from esc10.ui.compare.run_table import TICKED
from esc10.ui.words import in_markdown, long_name, plain_name, short_name
from tests.support.made_runs import answering, made_result
from tests.support.pages import drawn, open_page, plain
from tests.support.tested_runs import TEST_CLIPS, config, finished, right_on, without_weights


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Runs of different tests have the same names."""
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


def compare(*ticked: str) -> AppTest:
    """The page, drawn once with some runs ticked, without an uncaught error."""
    page = open_page("pages/compare.py")
    page.session_state[TICKED] = list(ticked)
    return drawn(page)


def runs_shown(page: AppTest) -> pd.DataFrame:
    return page.dataframe[0].value


def said(page: AppTest) -> str:
    """All that the page says in words."""
    elements = (*page.markdown, *page.info, *page.caption, *page.warning, *page.error)
    return "\n".join(element.value for element in elements).replace("\u00a0", " ")


def test_an_empty_home_sends_to_the_train_page() -> None:
    assert "no network has been trained" in said(compare())


def test_the_table_lists_all_runs_in_every_state() -> None:
    create_run(config(1))
    add_event(create_run(config(2)), "started")
    finished(3)
    without_weights(4, "stopped", "somebody pressed stop")
    without_weights(5, "failed", "the training process was killed")
    without_weights(6, "interrupted", "the program was closed")
    without_weights(7, "cancelled", "it was taken out of the queue")
    table = runs_shown(compare())
    assert list(reversed(table["state"])) == [
        "waiting",
        "training",
        "finished",
        "no weights",
        "failed",
        "interrupted",
        "cancelled",
    ]
    (row,) = table[table["state"] == "finished"].to_dict("records")
    assert row["test"] == pytest.approx(75)
    assert row["test_interval"] == "60 to 86%"
    assert (row["epochs"], row["best_epoch"], row["parameters"]) == (3, 3, 47_018)
    assert (row["split"], row["leaks"]) == ("folds 4, 5", 0)
    assert table["test"].isna().sum() == 6


def test_a_recipe_stands_in_a_column_where_a_run_has_one() -> None:
    finished(1)
    assert "recipe" not in compare().dataframe[0].proto.column_order
    planned = config(2)
    recipe = without(RECIPES["augmented"].recipe_for(planned.train.model), "masks")
    create_run(replace(planned, train=replace(planned.train, recipe=recipe)))
    page = compare()
    assert "recipe" in page.dataframe[0].proto.column_order
    assert list(runs_shown(page)["recipe"]) == ["augmented without masks", ""]


def test_the_switch_decides_the_best_epoch() -> None:
    finished(1)
    page = compare()
    assert list(runs_shown(page)["best_epoch"]) == [3]
    page.segmented_control(key="weights compared").set_value("val_loss")
    assert list(runs_shown(drawn(page))["best_epoch"]) == [2]


def test_one_run_is_a_table_and_a_hint() -> None:
    run = finished(1)
    assert "Tick two or more to compare" in said(compare())
    page = compare(run.run_id)
    assert "Tick two or more to compare" in said(page)
    assert len(page.dataframe) == 1


def test_ticks_stay_on_their_runs_when_a_run_comes_and_others_are_filtered() -> None:
    first, second = finished(1), finished(2, range(20))
    page = compare(first.run_id, second.run_id)

    def marks() -> dict[str, str]:
        rows = runs_shown(page).to_dict("records")
        return {row["run_id"]: row["mark"] for row in rows if row["mark"]}

    def ticks() -> set[str]:
        rows = page.session_state[page.dataframe[0].key]["selection"]["rows"]
        return {runs_shown(page)["run_id"][row] for row in rows}

    both = {first.run_id: "◆ A", second.run_id: "■ B"}
    assert (marks(), ticks()) == (both, set(both))
    without_weights(3, "failed", "the disk was full")
    drawn(page)
    assert (marks(), ticks()) == (both, set(both))
    page.button_group(key="networks shown").set_value(["td_cnn"])
    drawn(page)
    assert list(runs_shown(page)["network"]) == ["Time-distributed 1D-CNN"]
    assert (marks(), ticks()) == ({}, set())
    assert "2 more ticked, but not of the network" in said(page)
    page.button_group(key="networks shown").set_value([])
    drawn(page)
    assert (marks(), ticks()) == (both, set(both))


def test_letters_take_their_width_from_the_names() -> None:
    first, second = finished(1), finished(2)

    def widths(*ticked: str) -> dict[str, int]:
        table = compare(*ticked).dataframe[0].proto
        columns = json.loads(table.columns)
        return {name: columns[name]["width"] for name in table.column_order if name in columns}

    without, letters = widths(first.run_id), widths(first.run_id, second.run_id)
    assert "mark" not in without
    assert without["name"] == letters["name"] + letters["mark"]
    assert "leaks" not in letters, "no clip leaks here"


def test_in_large_type_the_filters_unfold_and_say_what_they_leave() -> None:
    finished(1)
    without_weights(2, "failed", "the disk was full")
    page = compare()
    page.session_state["projector"] = True
    drawn(page)
    page.button_group(key="networks shown").set_value(["td_cnn"])
    drawn(page)
    assert len(runs_shown(page)) == 1
    assert "1 of 2 runs" in said(page)


def test_a_filter_for_what_is_deleted_by_now_is_no_trouble() -> None:
    run, other = finished(1), without_weights(2, "failed", "the disk was full")
    page = compare(other.run_id)
    page.button_group(key="networks shown").set_value(["td_cnn"])
    drawn(page)
    page.button(key="delete runs").click()
    drawn(page)
    assert list(runs_shown(page)["run_id"]) == [run.run_id]


def test_a_tick_of_a_row_is_remembered_by_its_run() -> None:
    first, second = finished(1), finished(2, range(20))
    page = compare(first.run_id)
    page.session_state[page.dataframe[0].key] = {"selection": {"rows": [0, 1]}}
    drawn(page)
    assert page.session_state[TICKED] == [first.run_id, second.run_id]


def test_two_runs_get_one_sentence_that_does_not_overclaim() -> None:
    first = finished(1, range(25))
    second = finished(2, [*range(20), 30, 31])
    text = said(compare(first.run_id, second.run_id))
    assert (
        "A is right on 5 clips where B errs, B on 2 where A errs: no evidence for a difference "
        "(p = 0.45)." in text
    )
    assert "Holm" not in text
    assert "did not learn from the same clips" not in text


def test_three_runs_get_three_adjusted_sentences() -> None:
    runs = [finished(1, range(35)), finished(2, range(20)), finished(3, range(10))]
    text = said(compare(*(run.run_id for run in runs)))
    assert text.count("adjusted for 3 comparisons, after Holm") == 3
    assert "A is right on 25 clips where C errs" in text


def test_runs_tested_on_other_clips_are_not_compared() -> None:
    first = finished(1)
    made = config(2)
    other = tuple(f"4-{place}-A-{place % 10}.wav" for place in range(TEST_CLIPS))
    second = create_run(
        replace(
            made,
            clips={**made.clips, "test": other},
            train=replace(made.train, validation_fold=5, test_fold=4),
        )
    )
    labels = {"validation": np.arange(8), "test": np.arange(TEST_CLIPS) % 10}
    finish_run(second, answering(made_result(1), right_on(range(9))), labels)
    text = said(compare(first.run_id, second.run_id))
    assert "### :material/block: A cannot be compared with B, as no clip is" in text
    assert "did not learn from the same clips" in text
    third = finished(3, range(20))
    text = said(compare(first.run_id, second.run_id, third.run_id))
    assert ":material/block: A and C cannot be compared with B" in text
    assert text.index("A is right on 10 clips where C errs") < text.index("cannot be compared")
    folds = ("validated on 4, tested on 5", "validated on 5, tested on 4")
    assert re.search(rf"\(A and C: [^;]*{folds[0]}; B: [^;]*{folds[1]}\)", text)
    for view in ("Curves", "F1 by class", "Clips"):
        page = compare(first.run_id, second.run_id)
        page.session_state["compare view"] = view
        drawn(page)
        assert ("tested on different clips" in said(page)) == (view == "F1 by class")
    assert "no test clip of all of them" in said(page)


def test_every_view_of_a_run_of_one_epoch_is_drawn() -> None:
    first, second = finished(1, range(25), epochs=1), finished(2, [*range(20), 30, 31], epochs=1)
    page = compare(first.run_id, second.run_id)
    for view in ("Curves", "F1 by class", "Clips"):
        page.session_state["compare view"] = view
        drawn(page)
    assert "**7 test clips** get different answers" in said(page)
    clips = page.dataframe[1].value
    assert list(clips["who is right"]) == ["A"] * 5 + ["B"] * 2
    assert clips["◆ A says"][0] == "class a 82%"
    assert clips["■ B says"][0] == "class b 82%"


def test_f1_of_every_class_is_in_the_table() -> None:
    first, second = finished(1, range(TEST_CLIPS)), finished(2, range(20))
    page = compare(first.run_id, second.run_id)
    page.session_state["compare view"] = "F1 by class"
    table = drawn(page).dataframe[1].value
    assert list(table["A"]) == [1.0] * 10
    assert list(table["B"]) == pytest.approx([0.5] * 10)


def test_a_clip_without_its_dataset_keeps_its_answers() -> None:
    first, second = finished(1, range(25)), finished(2, range(20))
    page = compare(first.run_id, second.run_id)
    page.session_state["compare view"] = "Clips"
    drawn(page)
    page.session_state[page.dataframe[1].key] = {"selection": {"rows": [0]}}
    text = said(drawn(page))
    assert text.count("the sounds come back with the dataset") == 1


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("failed", "the training process was killed"),
        ("stopped", "somebody pressed stop"),
        ("cancelled", "it was taken out of the queue"),
    ],
)
def test_a_run_without_weights_is_left_out_and_the_page_says_why(state: str, reason: str) -> None:
    runs = [finished(1), without_weights(2, state, reason), finished(3, range(20))]
    page = compare(*(run.run_id for run in runs))
    assert f"{short_name(runs[1])}** is left out, as it cannot be judged" in said(page)
    assert reason in said(page)
    assert "A is right on 10 clips" in said(page)
    alone = compare(runs[1].run_id)
    assert reason in said(alone)
    assert "open" not in [button.key for button in alone.button]


def test_damaged_folders_break_nothing() -> None:
    whole, no_answers, no_label, no_config = (finished(number) for number in range(1, 5))
    (no_answers.folder / "probabilities.npz").write_bytes(b"cut off")
    (no_label.folder / "label.json").write_text("{")
    (no_config.folder / "config.json").write_text("{")
    page = compare(whole.run_id, no_answers.run_id, no_label.run_id)
    assert len(runs_shown(page)) == 3
    assert "its answers cannot be read" in said(page)
    assert set(runs_shown(page)["state"]) == {"finished", "damaged"}
    assert "nothing tells them apart" in said(page)
    assert no_config.run_id in plain(said(page))


def test_a_title_and_a_note_show_up_at_once() -> None:
    run = finished(1)
    page = compare(run.run_id)
    assert page.text_input(key=f"title {run.run_id}").value == ""
    page.text_input(key=f"title {run.run_id}").set_value("the small one")
    page.text_area(key=f"note {run.run_id}").set_value("seed 7")
    page.button[0].click()
    drawn(page)
    assert (load_run(run.run_id).caption.title, load_run(run.run_id).caption.note) == (
        "the small one",
        "seed 7",
    )
    table = runs_shown(page)
    assert (list(table["name"]), list(table["note"])) == (["the small one"], ["seed 7"])
    assert "**the small one, " in said(page)


def test_a_title_that_cannot_be_shown_is_one_sentence() -> None:
    run = finished(1)
    page = compare(run.run_id)
    page.text_input(key=f"title {run.run_id}").set_value("a\u0007b")
    page.button[0].click()
    assert "control character" in said(drawn(page))


def test_a_hostile_title_is_shown_as_plain_text() -> None:
    title = "![x](http://x.y/p.png) :red[a] <b> $c$ :dog: www.x.y"
    run, other = finished(1), finished(2)
    set_caption(run.folder, title, "=1+1")
    page = compare(run.run_id, other.run_id)
    assert runs_shown(page)["name"][1] == title
    text = said(page)
    assert title not in text
    assert in_markdown(title) in text
    assert long_name(run).startswith(title)
    assert short_name(other) == plain_name(other)
    assert in_markdown("![x](a)") == r"\!\[x\]\(a\)"
    assert in_markdown("http://a") == "http\\:\u2060\\/\\/a"


def test_a_deleted_run_is_back_after_undo() -> None:
    run, other = finished(1), finished(2)
    page = compare(run.run_id)
    page.button(key="delete runs").click()
    drawn(page)
    assert list(runs_shown(page)["run_id"]) == [other.run_id]
    assert f"Deleted **{short_name(run)}**." in said(page)
    assert [deleted.run_id for deleted in deleted_runs()] == [run.run_id]
    page.button(key="undo deletion").click()
    drawn(page)
    assert len(runs_shown(page)) == 2
    assert deleted_runs() == []
    assert page.session_state[TICKED] == [run.run_id]


def test_the_last_run_can_be_brought_back_too() -> None:
    run = finished(1)
    page = compare(run.run_id)
    page.button(key="delete runs").click()
    assert "no network has been trained" in said(drawn(page))
    page.button(key="undo deletion").click()
    assert len(runs_shown(drawn(page))) == 1


def test_several_are_deleted_restored_one_by_one_and_purged_when_asked_twice() -> None:
    first, second, third = (finished(number) for number in (1, 2, 3))
    page = compare(first.run_id, second.run_id)
    page.button(key="delete runs").click()
    assert "Deleted 2 runs." in said(drawn(page))
    page.button(key=f"restore {first.run_id}").click()
    drawn(page)
    assert set(runs_shown(page)["run_id"]) == {first.run_id, third.run_id}
    page.button(key=f"purge {second.run_id}").click()
    drawn(page)
    assert len(deleted_runs()) == 1  # it was only asked
    page.button(key="purge").click()
    drawn(page)
    assert deleted_runs() == []
    assert "undo deletion" not in [button.key for button in page.button]


def test_a_run_under_way_cannot_be_deleted() -> None:
    waiting = create_run(config(1))
    page = compare(waiting.run_id)
    assert page.button(key="delete runs").disabled
    assert "stop it on the Train page first" in said(page)
    run = finished(2)
    page = compare(waiting.run_id, run.run_id)
    page.button(key="delete runs").click()
    drawn(page)
    assert [kept.run_id for kept in list_runs()[0]] == [waiting.run_id]


def test_a_run_deleted_by_somebody_else_is_one_sentence() -> None:
    run = finished(1)
    finished(2)
    page = compare(run.run_id)
    shutil.rmtree(run.folder)
    page.button(key="delete runs").click()
    assert f"There is no run '{run.run_id}'" in plain(said(drawn(page)))
