"""A network from inside, and what of a run is taken along, as somebody meets them on a page."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from esc10.engine.cluster import NOTHING, WARMING_UP, Cluster
from esc10.errors import RunError
from esc10.lesson.answers import Answered
from esc10.lesson.report import read_report, report_of
from esc10.runs.exchange import run_zip
from esc10.runs.run import Run
from esc10.runs.store import list_runs, runs_folder
from esc10.training.recipes import Recipe
from esc10.ui import server
from esc10.ui.evaluate import clip_map, downloads, import_run
from esc10.ui.evaluate.downloads import probabilities_csv
from esc10.ui.evaluate.network import learnt_filters
from tests.pages.conftest import Trained
from tests.support.pages import PAGE_SECONDS, drawn, says, texts

VIEWS = ("Where it puts the clips", "What its first layer looks for", "Its layers")


@pytest.fixture
def runs(trained: Trained) -> dict[str, Run]:
    return trained(("cnn", "logmel"), ("td_cnn", "logmel"))


def insides() -> None:
    """A script: the newest run from inside."""
    from esc10.runs.store import list_runs
    from esc10.ui.evaluate.network import show_insides
    from esc10.ui.server import verdict

    run = list_runs()[0][0]
    show_insides(run, verdict(run, "val_accuracy"))


def takeaway() -> None:
    """A script: the newest run, to be taken along."""
    from esc10.runs.store import list_runs
    from esc10.ui.evaluate.downloads import show_takeaway

    show_takeaway(list_runs()[0][0], "val_accuracy")


def importing() -> None:
    """A script: a page that works with and without runs."""
    import streamlit as st

    from esc10.ui.evaluate.import_run import show_import
    from esc10.ui.server import runs_that_judge
    from esc10.ui.settings import choose_run

    runs = runs_that_judge()
    if runs:
        st.markdown(f"chosen: {choose_run(runs, 'Run', key='run').run_id}")
    show_import()


def shown(script: Callable[[], None]) -> AppTest:
    return drawn(AppTest.from_function(script, default_timeout=PAGE_SECONDS))


def view(test: AppTest, name: str) -> AppTest:
    test.segmented_control(key="inside").set_value(name).run()
    assert not test.exception, test.exception
    return test


def cards(test: AppTest) -> int:
    return len(test.get("audio"))


def test_the_map_says_how_much_a_plane_holds_and_plays_a_mistake(runs: dict[str, Run]) -> None:
    test = shown(insides)
    assert len(test.get("vega_lite_chart")) == 1
    assert any(re.search(r"hold \d+% of what differs", text) for text in texts(test))
    assert says(test, "neighbours may be far apart")
    box = test.selectbox(key="clip on the map")
    assert len(box.options) == 400
    assert box.value in runs["td_cnn"].config.clips["test"]
    assert cards(test) == 1
    assert ", taken for " in box.options[0]
    assert ", taken for " not in box.options[-1]


def test_any_clip_is_chosen_by_keyboard_or_none(runs: dict[str, Run]) -> None:
    test = shown(insides)
    learnt = runs["td_cnn"].config.clips["train"][0]
    test.selectbox(key="clip on the map").set_value(learnt).run()
    assert cards(test) == 1
    assert says(test, f"fold {learnt[0]} · ")
    test.selectbox(key="clip on the map").set_value(None).run()
    assert not cards(test)
    assert not test.error


def test_the_map_answers_as_the_run_did(runs: dict[str, Run]) -> None:
    test = shown(insides)
    stored = server.verdict(runs["td_cnn"], "val_accuracy").parts["test"].judged
    for clip in stored[:5]:
        test.selectbox(key="clip on the map").set_value(clip.filename).run()
        assert any(f"**{clip.predicted.replace('_', ' ')}" in text for text in texts(test))


def test_a_click_chooses_and_a_second_one_takes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    state: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", state)

    def click(*selected: str) -> str | None:
        state["map of clips"] = {"selection": {"point": [{"filename": name} for name in selected]}}
        clip_map._take_click()
        return state.get("clip on the map")

    assert click() is None  # nothing was selected, and nothing is now
    assert click("a") == "a"
    assert click("b") == "b"
    assert click() is None  # b once more
    state["clip on the map"] = "c"  # by the box
    assert click("b") == "b"
    state["clip on the map"] = "c"
    assert click() == "b"  # the chart takes b back, but c was on


@pytest.mark.parametrize(
    ("model", "sentence"), [("cnn", "9 frames wide"), ("td_cnn", "9 neighbouring mel bands")]
)
def test_the_filters_come_with_what_to_see_in_them(
    runs: dict[str, Run], model: str, sentence: str
) -> None:
    for other in set(runs) - {model}:
        shutil.rmtree(runs[other].folder)
    test = view(shown(insides), VIEWS[1])
    assert len(test.get("plotly_chart")) == 1
    assert says(test, sentence)


def test_the_layers_have_their_sum(runs: dict[str, Run]) -> None:
    test = view(shown(insides), VIEWS[2])
    assert says(test, "**17,466 parameters**")
    table = test.dataframe[0].value
    assert list(table.columns) == ["layer", "kind", "output shape", "parameters"]
    assert table["parameters"].sum() == 17_466


def test_without_its_dataset_the_rest_is_still_there(runs: dict[str, Run], home: Path) -> None:
    shutil.rmtree(home / "datasets")
    test = shown(insides)
    assert says(test, "The map needs its sounds; filters and layers do not.")
    assert not test.selectbox
    assert len(view(test, VIEWS[1]).get("plotly_chart")) == 1
    assert len(view(test, VIEWS[2]).dataframe) == 1


def forget_answers(run: Run) -> None:
    """Make another file of the run's outcome: what is kept was answered before."""
    outcome = run.folder / "outcome.json"
    content = outcome.read_bytes()
    outcome.unlink()
    outcome.write_bytes(content)


def test_before_there_is_a_worker_each_view_is_one_sentence(
    runs: dict[str, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Cluster, "capacity", lambda _: NOTHING)
    monkeypatch.setattr(server.engine().networks, "_tables", {})
    forget_answers(runs["td_cnn"])
    test = shown(insides)
    for name in VIEWS:
        assert [text.value for text in view(test, name).info] == [WARMING_UP]
        assert not test.error
    assert says(shown(takeaway), WARMING_UP)


def test_damaged_weights_are_one_sentence(runs: dict[str, Run]) -> None:
    path = runs["td_cnn"].folder / "val_accuracy.weights.h5"
    path.unlink()  # it is a hard link
    path.write_bytes(b"no weights")
    forget_answers(runs["td_cnn"])
    for script in (insides, takeaway):
        test = shown(script)
        assert says(test, "damaged or belong to another network")


def test_what_is_taken_along_says_what_the_network_expects(runs: dict[str, Run]) -> None:
    test = shown(takeaway)
    labels = [button.proto.label for button in test.get("download_button")]
    assert labels == [
        "Run (zip)",
        "Report (HTML)",
        "Epochs (CSV)",
        "Probabilities (CSV)",
        "Network (.keras)",
        "Notebook (.ipynb)",
    ]
    scaling = runs["td_cnn"].config.scaling
    assert scaling is not None
    assert says(test, "(clips, 216 frames, 128 mel bands)")
    assert says(test, f"{scaling.mean:.6g} dB")
    assert says(test, f"{scaling.deviation:.6g} dB")
    assert says(test, "dog, rooster, rain")
    commands = "\n".join(code.value for code in test.code)
    assert f"python -m esc10 export {runs['td_cnn'].run_id} -o run.zip" in commands


def test_a_run_by_a_recipe_says_why_it_is_no_notebook(runs: dict[str, Run]) -> None:
    path = runs["td_cnn"].folder / "config.json"
    config = json.loads(path.read_text("utf-8"))
    config["train"]["recipe"] = asdict(Recipe(shift=6))
    path.unlink()  # it is a hard link
    path.write_text(json.dumps(config), "utf-8")
    test = shown(takeaway)
    assert says(test, "that is for runs without a recipe")
    labels = [button.proto.label for button in test.get("download_button")]
    assert "Notebook (.ipynb)" not in labels


def test_all_probabilities_are_in_the_table(runs: dict[str, Run]) -> None:
    judged = server.verdict(runs["cnn"], "val_loss")
    table = pyarrow.csv.read_csv(pa.BufferReader(probabilities_csv(judged)))
    assert table.column_names == ["filename", "part", "true", *judged.classes]
    assert table["filename"].to_pylist() == [
        *runs["cnn"].config.clips["validation"],
        *runs["cnn"].config.clips["test"],
    ]
    for name in judged.classes:
        label = judged.classes.index(name)
        expected = [
            clip.probabilities[label] for part in judged.parts.values() for clip in part.judged
        ]
        assert table[name].to_pylist() == pytest.approx(expected, rel=1e-6)


def upload(test: AppTest, content: bytes, name: str = "run.zip") -> AppTest:
    (box,) = test.file_uploader
    box.upload(name, content).run()
    assert not test.exception, test.exception
    return test


def test_a_run_goes_out_and_comes_back_and_is_chosen(runs: dict[str, Run]) -> None:
    older, newer = runs["cnn"], runs["td_cnn"]
    content = run_zip(older)
    shutil.rmtree(older.folder)
    test = shown(importing)
    assert says(test, f"chosen: {newer.run_id}")
    upload(test, content)
    assert says(test, f"chosen: {older.run_id}")
    assert says(test, "is here, and chosen.")
    assert learnt_filters(older, "val_loss") is not None
    test.selectbox(key="run").set_value(newer.run_id).run()
    assert says(test, f"chosen: {newer.run_id}")  # and it is not chosen again


def test_a_report_is_made_when_it_is_asked_for_and_not_before(
    runs: dict[str, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(downloads, "report_of", lambda *what: asked.append(what))
    test = shown(takeaway)
    assert says(test, "**A report**")
    assert says(test, "What you answer in the *Guided lab*")
    assert asked == []


def test_a_report_has_the_answers_of_its_session(
    runs: dict[str, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: dict[str, Callable[[], bytes]] = {}
    monkeypatch.setattr(
        downloads, "_download", lambda label, make, *_: offered.update({label: make})
    )
    answered = Answered("hop", "How long is a hop?", "23 ms", True)
    test = AppTest.from_function(takeaway, default_timeout=PAGE_SECONDS)
    test.session_state["guided lab answers"] = {"hop": (answered, ("practice", ""))}
    assert says(drawn(test), "With your 1 answer from the guided lab.")
    zipped, answers = read_report(offered["Report (HTML)"]())
    assert answers == (answered,)
    assert zipped == run_zip(runs["td_cnn"])


def test_a_run_comes_back_in_its_report(runs: dict[str, Run]) -> None:
    run = runs["cnn"]
    content = report_of(run, "val_loss").content
    shutil.rmtree(run.folder)
    test = upload(shown(importing), content[: len(content) // 9], "report.html")
    assert says(test, "The report cannot be read: it is no report of this lab, or only a part of")
    upload(test, content, "report.html")
    assert says(test, f"chosen: {run.run_id}")
    assert says(test, "is here, and chosen.")


def test_a_page_without_runs_takes_one_in(runs: dict[str, Run]) -> None:
    content = run_zip(runs["cnn"])
    shutil.rmtree(runs_folder())
    test = upload(shown(importing), content)
    assert says(test, f"chosen: {runs['cnn'].run_id}")


def test_the_same_file_twice_is_imported_once(runs: dict[str, Run]) -> None:
    content = run_zip(runs["cnn"])
    shutil.rmtree(runs["cnn"].folder)
    test = upload(upload(shown(importing), content), content)
    assert len(test.error) == 1
    assert says(test, "is here already")
    assert len(list_runs()[0]) == 2
    test.run()
    assert len(test.error) == 1


def hostile(kind: str, content: bytes) -> bytes:
    changed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(changed, "w") as target,
    ):
        for name in source.namelist():
            data = source.read(name)
            if kind == "classes" and name.endswith("config.json"):
                data = json.dumps({**json.loads(data), "classes": ["<script>"]}).encode()
            target.writestr(name, data)
        if kind == "path":
            target.writestr("../![x](http://x.invalid/x.png)", b"")
    return changed.getvalue()


@pytest.mark.parametrize("kind", ["nothing", "text", "cut off", "classes", "path"])
def test_a_hostile_upload_is_one_sentence(runs: dict[str, Run], kind: str) -> None:
    whole = run_zip(runs["cnn"])
    shutil.rmtree(runs["cnn"].folder)
    content = {"nothing": b"", "text": b"no zip", "cut off": whole[: len(whole) // 2]}.get(
        kind, hostile(kind, whole)
    )
    test = upload(shown(importing), content)
    (error,) = test.error
    cut = kind in ("nothing", "cut off")
    assert says(test, "The zip cannot be read: " if cut else "The zip is refused: ")
    assert "![" not in error.value
    assert "http://" not in error.value
    assert len(list(runs_folder().iterdir())) == 1
    assert says(test, f"chosen: {runs['td_cnn'].run_id}")


def test_an_import_that_no_worker_can_check_says_so(
    runs: dict[str, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = run_zip(runs["cnn"])
    shutil.rmtree(runs["cnn"].folder)
    monkeypatch.setattr(Cluster, "capacity", lambda _: NOTHING)
    monkeypatch.setattr(import_run, "_WARM_SECONDS", 0)
    test = upload(shown(importing), content)
    assert says(test, "Nothing was imported: for a minute there was no worker")
    assert len(list_runs()[0]) == 1


def test_weights_of_another_network_are_refused(
    runs: dict[str, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = run_zip(runs["cnn"])
    shutil.rmtree(runs["cnn"].folder)

    def misfit(*_: object) -> None:
        raise RunError("The weights do not fit the network it names.")

    monkeypatch.setattr(server.engine().networks, "check_weights", misfit)
    test = upload(shown(importing), content)
    assert says(test, "do not fit the network")
    assert len(list_runs()[0]) == 1
