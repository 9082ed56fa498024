"""Own sounds on the pages: made, browsed, chosen, deleted; runs that outlive them."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from esc10 import datasets
from esc10.datasets.description import own_descriptions
from esc10.datasets.own.build import delete_own, make_own
from esc10.evaluation.intervals import NO_LEAK
from esc10.runs.run import Run
from esc10.runs.store import load_run
from esc10.runs.writing import add_epoch, add_event, create_run, finish_run
from esc10.training.config import TrainConfig
from esc10.training.plan import plan_run, training_data
from esc10.ui import local_paths, server
from esc10.ui.compare.run_rows import runs_table
from esc10.ui.datasets import own as own_sounds
from tests.support.own_sounds import folder_of, numbered, sounds, zip_of
from tests.support.pages import PAGE_SECONDS, drawn, open_page, own_sounds_section, plain
from tests.support.waiting import wait_for

THREE = ("dog", "rain", "sea_waves")


def when_idle(test: AppTest) -> AppTest:
    """The section once all jobs have ended."""
    jobs = server.jobs().named("sounds, own ")
    wait_for(lambda: not any(job.running for job in jobs.values()), PAGE_SECONDS, "the own sounds")
    return drawn(test)


def said(test: AppTest) -> str:
    return "\n".join(text.value for text in (*test.markdown, *test.caption, *test.info))


def made_run(key: str) -> Run:
    """A finished run on own sounds, answers and all; its weights are no network."""
    from esc10.training.results import CRITERIA, BestEpoch, EpochRow, TrainResult

    config = plan_run(TrainConfig(key, "cnn"))
    labels = training_data(config).y
    classes = len(config.classes)
    answers = {
        part: np.eye(classes, dtype=np.float32)[labels[part]] for part in ("validation", "test")
    }
    best = {name: BestEpoch(1, b"no network", **answers) for name in CRITERIA}
    row = EpochRow(1, 2.0, 0.2, 2.1, 0.15, 1.0)
    by_epoch = {part: answer[np.newaxis] for part, answer in answers.items()}
    run = create_run(config)
    add_event(run, "started")
    add_epoch(run, row)
    finish_run(run, TrainResult((row,), best, by_epoch, "epochs", 47_018, 46_890, {}), labels)
    return load_run(config.run_id)


def test_a_folder_becomes_a_dataset_with_a_card(tmp_path: Path, home: Path) -> None:
    files = sounds(numbered(("dog", "cat"), 3)) | {"dog/![x](y).wav": b"no sound"}
    folder = folder_of(files, tmp_path / "in")
    test = own_sounds_section()
    test.button(key="make own").click().run()
    assert [text.value for text in test.warning] == ["Give them a title, such as *My kitchen*."]
    test.text_input(key="own title").set_value("My [kitchen](http://x)")
    test.button(key="make own").click().run()
    assert [text.value for text in test.warning] == ["Name a folder or a zip, or upload one."]
    test.text_input(key="own path").set_value(f'"{folder}"').run()
    test.button(key="make own").click().run()
    when_idle(test)
    ((key, described),) = own_descriptions().items()
    assert described.title == "My kitchen (http x)"
    assert r"**My kitchen \(http x\)**" in said(test)
    assert "7 clips" not in said(test)
    assert "6 clips" in said(test)
    assert "1 file was left out" in said(test)
    # Its brackets are those of a text, not of an image.
    assert r"\!\[x\]\(y\)\.wav" in said(test)
    assert (home / "features").is_dir(), "the spectrograms were computed too"
    assert datasets.is_whole(key)


def test_another_reading_can_be_chosen_before_anything_is_made(tmp_path: Path) -> None:
    files = sounds(
        f"{city}/{name}/{n}.wav" for city in ("Bonn", "Ulm") for name in THREE for n in "abc"
    )
    test = own_sounds_section()
    test.text_input(key="own title").set_value("Cities")
    folder = str(folder_of(files, tmp_path / "in"))
    test.text_input(key="own path").set_value(folder).run()
    assert not own_descriptions()
    assert test.dataframe[0].value["class (2)"].to_list() == ["Bonn", "Ulm"]
    (box,) = (box for box in test.selectbox if box.label == "Where the classes are")
    assert box.options == [
        "The classes are the folders Bonn, Ulm.",
        "The classes are the folders dog, rain, sea_waves.",
    ]
    box.select_index(1).run()
    assert test.dataframe[0].value["class (3)"].to_list() == ["dog", "rain", "sea waves"]
    assert test.dataframe[0].value["sounds"].to_list() == [6, 6, 6]
    test.button(key="make own").click().run()
    when_idle(test)
    (described,) = own_descriptions().values()
    assert described.classes == THREE


@pytest.mark.parametrize("here", [True, False])
@pytest.mark.parametrize("shared", [True, False])
def test_only_who_sits_here_names_any_path(
    here: bool, shared: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_paths, "is_here", lambda: here)
    inside, outside = tmp_path / "import", tmp_path / "private"
    for folder in (inside / "mine", outside):
        folder_of(sounds(numbered(THREE, 3)), folder)
    if shared:
        monkeypatch.setenv("ESC10_IMPORT", str(inside))
    for name in ("pages/dataset.py", None):
        test = own_sounds_section() if name is None else page(name)
        boxes = [box.key for box in test.text_input if box.key != "own title"]
        assert bool(boxes) == (here or shared)
    if not boxes:
        return
    refused = [str(outside), "../private", "mine/../../private", r"\\evil\share", r"C:\x", "/etc"]
    for typed in refused:
        test.text_input(key="own path").set_value(typed).run()
        said = [error.value for error in test.error]
        assert here or ["import folder" in text for text in said] == [True], typed
    if not here:
        test.text_input(key="own path").set_value("mine").run()
        assert not test.error
        assert test.dataframe[0].value["class (3)"].to_list() == ["dog", "rain", "sea waves"]


def test_an_uploaded_zip_becomes_a_dataset() -> None:
    test = own_sounds_section()
    test.text_input(key="own title").set_value("Uploaded")
    test.file_uploader(key="own zip 0").upload("mine.zip", zip_of(sounds(numbered(THREE, 3)))).run()
    test.button(key="make own").click().run()
    when_idle(test)
    (described,) = own_descriptions().values()
    assert described.classes == THREE
    assert r"dog\, rain\, sea waves" in said(test)


def test_what_is_refused_is_said_and_can_be_dismissed() -> None:
    test = own_sounds_section()
    test.text_input(key="own title").set_value("Mine")
    files = sounds(numbered(("*dog*", "cat"), 3)) | {"cat/![x](http://evil)\u2060.wav": b"none"}
    del files["cat/0.wav"]
    test.file_uploader(key="own zip 0").upload("mine.zip", zip_of(files)).run()
    test.button(key="make own").click().run()
    when_idle(test)
    (error,) = test.error
    assert "The class cat has 2 usable sounds" in plain(error.value)
    assert r"\!\[x\]\(http" in error.value
    (read,) = (button for button in test.button if button.label == "I have read this")
    read.click().run()
    assert not test.error


@pytest.mark.parametrize(
    ("names", "refusal"),
    [
        ([*numbered(THREE, 3), "lonely/0.wav"], "The class lonely has 1 usable sound, and needs"),
        (
            [*numbered(THREE, 2), *numbered(("door",), 3)],
            "The classes dog (2), rain (2), sea_waves (2) have too few usable sounds: each needs",
        ),
        (["*dog*/![x](http://evil)\u2060.wav", "*dog*/2.wav"], "holds sounds of one class (x"),
    ],
)
def test_what_nothing_can_be_made_of_is_refused_before_it_is_let_go(
    names: list[str], refusal: str
) -> None:
    test = own_sounds_section()
    test.text_input(key="own title").set_value("Mine")
    test.file_uploader(key="own zip 0").upload("mine.zip", zip_of(sounds(names))).run()
    for _ in range(2):
        (error,) = test.error
        assert refusal in plain(error.value)
        assert "](http://" not in error.value
        assert test.file_uploader[0].key == "own zip 0"
        test.button(key="make own").click().run()
    assert not server.jobs().named("sounds, own ")


def test_a_strangers_names_are_text_wherever_trouble_is_told(tmp_path: Path) -> None:
    """A path in a zip is quoted in the sentence; Markdown would fetch the picture it names."""
    evil = tmp_path / "evil.zip"
    evil.write_bytes(zip_of({"../![](http://evil.example) www.evil.example": b""}))
    test = page("pages/dataset.py")
    test.text_input(key="path esc10").set_value(str(evil)).run()
    test.button(key="load esc10").click().run()
    (job,) = server.jobs().named("sounds, fetch esc10 ").values()
    wait_for(lambda: not job.running, PAGE_SECONDS, "the refusal")
    drawn(test)
    (error,) = test.error
    assert "![](http://evil.example) www.evil.example" in plain(error.value)
    assert r"\!\[\]\(http" in error.value
    assert "http\\:\u2060" in error.value
    assert "www\u2060" in error.value


def test_making_can_be_cancelled(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    going_on = threading.Event()

    def slowly(*arguments: object) -> str:
        going_on.wait(PAGE_SECONDS)
        return make_own(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(own_sounds, "make_own", slowly)
    test = own_sounds_section()
    test.text_input(key="own title").set_value("Mine")
    test.file_uploader(key="own zip 0").upload("mine.zip", zip_of(sounds(numbered(THREE, 3)))).run()
    test.button(key="make own").click().run()
    (cancel,) = (button for button in test.button if button.label == "Cancel")
    cancel.click().run()
    going_on.set()
    when_idle(test)
    assert "Cancelled" in said(test)
    assert not own_descriptions()
    assert not list((home / "datasets").iterdir())


def test_deleting_asks_first() -> None:
    key = make_own(zip_of(sounds(numbered(THREE, 3))), "Mine")
    test = own_sounds_section()
    test.button(key=f"delete {key}").click().run()
    assert own_descriptions()
    test.button(key="delete own").click().run()
    assert not own_descriptions()


def page(name: str, box: str = "", choice: str = "") -> AppTest:
    """A page, drawn once, where somebody has chosen something in a box before."""
    test = open_page(name)
    if box:
        test.session_state[box] = choice
    return drawn(test)


def test_own_sounds_are_browsed_and_trained_on_like_any_other() -> None:
    key = make_own(zip_of(sounds(numbered(THREE, 3))), "My kitchen")
    other = make_own(zip_of(sounds(numbered(THREE, 4))), "My garden")
    test = page("pages/dataset.py")
    test.segmented_control(key="browse dataset").set_value(other).run()
    assert not test.exception
    test.selectbox(key=f"class {other}").set_value("rain").run()
    (line,) = (text.value for text in test.markdown if text.value.startswith("**rain** · fold"))
    assert line.endswith("· own sounds")
    assert "synthetic" not in line
    assert "freesound" not in line
    train = page("pages/train.py")
    train.selectbox(key="train dataset").set_value(other).run()
    assert not train.exception
    shapes = next(text.value for text in train.caption if "mel bands: train" in text.value)
    assert "test (3, 216, 128)" in shapes
    train.selectbox(key="split").set_value("lab").run()
    assert any("too few clips in some class" in text.value for text in train.warning)
    delete_own(other)
    assert page("pages/dataset.py", "browse dataset", other).session_state["browse dataset"] == key
    assert page("pages/train.py", "train dataset", other).session_state["train dataset"] == key


def test_nothing_that_is_typed_or_clicked_moves_when_other_data_are_chosen(
    practice_home: Path,
) -> None:
    """The browser builds what moves anew, and forgets what is being typed there."""
    key = make_own(zip_of(sounds(numbered(THREE, 3))), "My kitchen")
    test = page("pages/train.py", "train dataset", "practice")
    before = places(test)
    assert {"train dataset", "epochs", "seed"} <= before.keys()
    test.selectbox(key="train dataset").set_value(key).run()
    assert not test.exception
    assert places(test) == before


def places(test: AppTest) -> dict[str, tuple[int, ...]]:
    """The path to each keyed widget, and to the buttons, in the page's tree."""
    found: dict[str, tuple[int, ...]] = {}

    def look(node: Any, path: tuple[int, ...]) -> None:
        name = getattr(node, "key", None) or getattr(node, "label", None)
        if name:
            found[name] = path
        for place, child in getattr(node, "children", {}).items():
            look(child, (*path, place))

    look(test.main, ())
    return found


def test_every_page_opens_a_run_whose_own_sounds_are_gone() -> None:
    key = make_own(
        zip_of(sounds([f"{name}/{place}.wav" for name in THREE for place in range(5)])), "Mine"
    )
    run = made_run(key)
    for gone in (False, True):
        if gone:
            delete_own(key)
        for name in ("pages/evaluate.py", "pages/compare.py", "pages/predict.py", "app.py"):
            test = page(name)
            assert not test.error, (name, [text.value for text in test.error])
        judged = page("pages/evaluate.py")
        for view in ("Reports", "Epoch by epoch", "How sure", "I don't know"):
            judged.session_state["view"] = view
            drawn(judged)
            assert not judged.error
    assert load_run(run.run_id).config.classes == THREE


def test_of_recordings_that_no_name_tells_no_page_says_that_none_leaks() -> None:
    run = made_run(make_own(zip_of(sounds(numbered(("dog", "rain"), 5))), "Mine"))
    for name in ("train", "evaluate"):
        page = drawn(open_page(f"pages/{name}.py"))
        assert any("recording is known here" in text.value for text in page.warning)
        assert NO_LEAK not in said(page)
    assert runs_table([run], "val_accuracy", {})["leaks"].to_pylist() == [None]
    known = made_run(
        make_own(zip_of(sounds(f"{c}/r{r}-a.wav" for c in "ab" for r in range(5))), "2")
    )
    assert runs_table([known], "val_accuracy", {})["leaks"].to_pylist() == [0]
