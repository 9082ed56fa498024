"""Each page as a script: what it says when something is missing, wrong, or as it should be."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

from esc10.datasets import CATEGORIES, load_dataset
from esc10.datasets.clips import class_label
from esc10.datasets.splits import leaking
from esc10.evaluation.intervals import CHOSEN, DEPENDENT, NO_LEAK
from esc10.evaluation.metrics import evaluate
from esc10.evaluation.refusal import Answered, answered_at
from esc10.runs import store
from esc10.runs.outcome import Outcome
from esc10.runs.run import Run
from esc10.runs.writing import add_epoch, add_event, create_run, end_run, finish_run
from esc10.training.config import TrainConfig
from esc10.training.plan import RunConfig, plan_run
from esc10.training.results import CRITERIA, PARTS, BestEpoch, EpochRow, TrainResult
from esc10.ui import server
from esc10.ui.evaluate.refusal import describe_answered
from tests.support.odd_sounds import encoded, hiss
from tests.support.pages import (
    PAGE_SECONDS,
    compared,
    drawn,
    open_page,
    plain,
    predict,
    says,
    uploaded,
)
from tests.support.waiting import WARM_SECONDS, wait_for


def page(name: str) -> AppTest:
    """A page, run once, without an uncaught error."""
    return drawn(open_page(name))


def made_run(model: str = "cnn", split: str = "folds", seed: int = 0) -> Run:
    """A finished run on the practice sounds whose answers are drawn at random."""
    config = plan_run(TrainConfig("practice", model, split=split))
    dataset = load_dataset("practice")
    label_of = dict(zip((clip.filename for clip in dataset.clips), dataset.labels, strict=True))
    labels = {
        part: np.array([label_of[name] for name in config.clips[part]])
        for part in ("validation", "test")
    }
    rng = np.random.default_rng(seed)
    answers = {
        part: rng.dirichlet(np.ones(10), len(labels[part])).astype(np.float32) for part in labels
    }
    return record_answers(config, labels, answers)


def record_answers(
    config: RunConfig,
    labels: dict[str, NDArray[np.int64]],
    answers: dict[str, NDArray[np.float32]],
) -> Run:
    """A finished run of one epoch that gave these answers."""
    best = {name: BestEpoch(1, b"no network", **answers) for name in CRITERIA}
    by_epoch = {part: answer[np.newaxis] for part, answer in answers.items()}
    row = EpochRow(1, 2.0, 0.2, 2.1, 0.15, 1.0)
    run = create_run(config)
    add_event(run, "started")
    add_epoch(run, row)
    finish_run(
        run,
        TrainResult((row,), best, by_epoch, "epochs", 47_018, 46_890, {}),
        labels,
    )
    return run


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("app.py", "No sounds yet"),
        ("pages/dataset.py", "Choose a source"),
        ("pages/train.py", "there are none on this machine yet"),
        ("pages/evaluate.py", "no network has been trained"),
        ("pages/crossval.py", "there are none on this machine yet"),
        ("pages/traps.py", "there are none on this machine yet"),
        ("pages/predict.py", "The network knows only dog, rooster, rain"),
        ("pages/hand_ins.py", "Bring what was handed in"),
    ],
)
def test_every_page_explains_an_empty_home(name: str, sentence: str) -> None:
    test = page(name)
    said = [element.value for element in (*test.markdown, *test.info)]
    assert any(sentence in text for text in said), said
    assert not test.error


def test_without_what_comes_with_the_lab_predict_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(store, "_SHIPPED", tmp_path / "nothing")
    assert says(page("pages/predict.py"), "No network has been trained that could judge a sound.")
    assert says(page("app.py"), "To judge them takes a trained network.")


def test_without_sounds_there_is_a_way_to_some_where_a_clip_is_chosen() -> None:
    test = drawn(predict("A clip"))
    assert says(test, "There are no sounds on this machine yet.")
    assert "**Get sounds**" in [link.proto.label for link in test.get("page_link")]


def test_the_front_door_names_the_next_step(practice_home: Path) -> None:
    test = page("app.py")
    assert says(test, "Ready: Practice sounds (synthetic)")
    assert says(test, "Nothing to judge yet.")
    made_run()
    assert "1 trained." in [text.value for text in page("app.py").markdown]


def under_way(name: str) -> None:
    """Start a job that goes on until the test has ended."""
    server.jobs().start(
        name, lambda _, should_stop: wait_for(should_stop, PAGE_SECONDS, "the test's end")
    )


def test_what_brings_no_sounds_promises_none() -> None:
    under_way("ask the host")
    assert says(page("app.py"), "No sounds yet.")
    assert says(page("pages/dataset.py"), "Choose a source above.")
    assert says(page("pages/train.py"), "there are none on this machine yet")


def test_nobody_is_invited_to_what_is_under_way() -> None:
    under_way("sounds, fetch practice 1")
    for name, said, unsaid in (
        ("app.py", "Sounds are on their way.", "No sounds yet"),
        ("pages/dataset.py", "as soon as they are whole", "Choose a source"),
        ("pages/train.py", "they are on their way", "none on this machine"),
    ):
        test = page(name)
        assert says(test, said)
        assert not says(test, unsaid)


def test_nobody_is_told_to_press_train_while_a_training_is_prepared(practice_home: Path) -> None:
    press = "Press **Train all three**"
    board = page("pages/train.py")
    assert says(board, press)
    assert [button.label for button in board.button if button.proto.type == "primary"] == [
        "Train all three"
    ]
    under_way("prepare training 1")
    assert not says(page("pages/train.py"), press)
    assert says(page("app.py"), "Getting ready to train, 0 trained.")


@pytest.mark.parametrize("split", ["folds", "lab"])
def test_training_shows_the_shapes_and_what_leaks(practice_home: Path, split: str) -> None:
    test = page("pages/train.py")
    test.selectbox(key="split").set_value(split).run()
    (shapes,) = (text.value for text in test.caption if "mel bands: train" in text.value)
    sizes = {"folds": (240, 80, 80), "lab": (280, 80, 40)}[split]
    assert all(f"({size}, 216, 128)" in shapes for size in sizes)
    leaks = [text.value for text in test.warning if "share a recording" in text.value]
    assert len(leaks) == (1 if split == "lab" else 0)


def test_an_evaluation_carries_its_intervals_and_its_leaks(practice_home: Path) -> None:
    run = made_run(split="lab")
    test = page("pages/evaluate.py")
    (switch,) = test.radio
    assert [option.count(" to ") for option in switch.options] == [2, 2]
    matrices = [text.value for text in test.markdown if text.value.startswith("**Test:** ")]
    assert " of 40, " in matrices[0]
    assert matrices[0].count(" to ") == 1
    (leaks,) = (
        text.value for text in test.warning if "figures and intervals flatter" in text.value
    )
    assert f"{len(leaking(run.config.clips, 'test'))} of 40 test clips" in leaks
    assert "are not independent of the training clips" in leaks
    assert says(test, CHOSEN)


def test_an_evaluation_that_leaks_nothing_says_so_of_all_its_clips(practice_home: Path) -> None:
    made_run()
    test = page("pages/evaluate.py")
    assert says(test, CHOSEN)
    assert says(test, NO_LEAK)


@pytest.mark.parametrize("name", ["pages/train.py", "pages/compare.py"])
@pytest.mark.parametrize("split", ["folds", "lab"])
def test_the_best_validation_accuracy_is_said_to_flatter(
    practice_home: Path, name: str, split: str
) -> None:
    made_run(split=split)
    test = page(name)
    assert says(test, CHOSEN)
    assert says(test, DEPENDENT) == (split == "lab")


def test_the_runs_stand_right_under_their_curves(practice_home: Path) -> None:
    made_run()
    parts = page("pages/train.py").main
    said = [part.value for part in parts if part.type in ("markdown", "caption")]
    (line,) = (place for place, text in enumerate(said) if "finished after 1 epoch" in text)
    (reading,) = (place for place, text in enumerate(said) if text.startswith("Solid:"))
    assert line < reading


def view(test: AppTest, name: str) -> AppTest:
    """One of the Evaluate page's views."""
    test.session_state["view"] = name
    test.run()
    assert not test.exception, test.exception
    return test


def test_the_clips_of_a_cell_are_listed_by_the_boxes_alone(practice_home: Path) -> None:
    run = made_run()
    judged = evaluate(run, "val_accuracy").parts["validation"]
    mistake = judged.mistakes[0]
    test = page("pages/evaluate.py")
    test.segmented_control(key="cells of").set_value("validation").run()
    test.selectbox(key="cells in truth").set_value(mistake.true).run()
    test.selectbox(key="cells taken for").set_value(mistake.predicted).run()
    clips = judged.cells(mistake.true, mistake.predicted)
    heading = f"**Validation:** {len(clips)} × {class_label(mistake.true)}, taken for "
    assert any(text.value.startswith(heading) for text in test.markdown)
    listed = [text.value for text in test.caption if text.value.startswith("fold 4 · recording")]
    assert len(listed) >= len(clips)
    recognised, wrong = compared(test)
    assert recognised.startswith("recognised: ")
    first = load_dataset("practice").clip(clips[0].filename)
    assert wrong.startswith(f"taken for {class_label(mistake.predicted)}: ")
    assert wrong.endswith(f"recording {first.src_file}, take {first.take}")


def test_reports_have_a_row_for_each_class_and_average(practice_home: Path) -> None:
    made_run()
    test = view(page("pages/evaluate.py"), "Reports")
    assert [len(table.value) for table in test.dataframe] == [12, 12]
    assert list(test.dataframe[0].value.columns) == [
        *("class", "precision", "recall", "f1-score", "support")
    ]


def test_a_class_without_clips_is_named(practice_home: Path) -> None:
    run = made_run()
    without = "rain"
    target = next(target for target, name in CATEGORIES.items() if name == without)
    kept = [name for name in run.config.clips["test"] if not name.endswith(f"-{target}.wav")]
    config = replace(
        run.config,
        run_id="20990101-000000-cnn-none",
        clips={**run.config.clips, "test": tuple(kept)},
    )
    answers = run.answers("val_accuracy")
    places = [run.config.clips["test"].index(name) for name in kept]
    record_answers(
        config,
        {"validation": answers.labels["validation"], "test": answers.labels["test"][places]},
        {
            "validation": answers.probabilities["validation"],
            "test": answers.probabilities["test"][places],
        },
    )
    test = page("pages/evaluate.py")
    assert any("test: no clip of rain" in text.value for text in test.caption)
    for name in ("Reports", "Epoch by epoch", "How sure", "I don't know"):
        view(test, name)


def test_a_threshold_says_what_it_costs_and_buys(practice_home: Path) -> None:
    answers = made_run().answers("val_accuracy")
    test = view(page("pages/evaluate.py"), "I don't know")
    for least in (0, 60, 100):
        test.slider(key="refused below").set_value(least)
        drawn(test)
        said = [text.value for text in test.markdown if "it answers" in text.value]
        for part, sentence in zip(PARTS, said, strict=True):
            found = answered_at(answers.labels[part], answers.probabilities[part], least / 100)
            assert sentence == f"**{part.capitalize()}:** {describe_answered(found)}"


def test_nothing_answered_is_said_and_what_was_lost() -> None:
    assert describe_answered(Answered(0.9, 80, 0, 0, 31)) == (
        "it answers none of 80. Of the 80 it refuses, 31 would have been right."
    )
    assert "refuses" not in describe_answered(Answered(0, 80, 80, 40, 0))


def test_a_run_of_one_epoch_has_nothing_to_scrub(practice_home: Path) -> None:
    made_run()
    test = view(page("pages/evaluate.py"), "Epoch by epoch")
    assert any("This run has one epoch" in text.value for text in test.caption)
    assert not test.slider


def test_an_evaluation_outlives_its_dataset(practice_home: Path) -> None:
    made_run()
    shutil.rmtree(practice_home / "datasets")
    test = page("pages/evaluate.py")
    assert any(text.value.startswith("**Test:** ") for text in test.markdown)
    assert any("the sounds come back with the dataset" in text.value for text in test.info)
    for name in ("Reports", "Epoch by epoch", "How sure", "I don't know"):
        view(test, name)


def test_a_damaged_run_is_named_and_the_others_are_judged(practice_home: Path) -> None:
    whole, damaged = made_run(), made_run(seed=1)
    (damaged.folder / "config.json").write_text("{")
    test = page("pages/evaluate.py")
    assert "1 run is left out: damaged or unreadable" in [each.label for each in test.expander]
    assert [text.value for text in test.markdown if damaged.run_id in plain(text.value)]
    assert test.selectbox(key="run").value == whole.run_id


def test_the_board_complains_of_a_damaged_run_once(practice_home: Path) -> None:
    made_run()
    damaged = made_run(seed=1)
    (damaged.folder / "config.json").write_text("{")
    test = page("pages/train.py")
    assert len([text for text in test.markdown if damaged.run_id in plain(text.value)]) == 1


def test_a_run_without_weights_offers_nothing_to_judge(practice_home: Path) -> None:
    run = create_run(plan_run(TrainConfig("practice", "cnn")))
    end_run(run, Outcome("failed", "the training process was killed", {}))
    assert any(
        "no network has been trained" in text.value for text in page("pages/evaluate.py").info
    )
    made_run()
    said = [text.value for text in page("pages/evaluate.py").caption]
    assert "1 run without weights cannot be judged: *Compare* says why." in said
    board = page("pages/train.py")
    assert any("the training process was killed" in text.value for text in board.error)


def test_a_network_whose_weights_are_damaged_says_so(practice_home: Path) -> None:
    made_run()
    assert server.engine().wait_until_warm(WARM_SECONDS)
    test = drawn(uploaded([("hiss.wav", encoded(hiss(5)))]))
    assert [text.value for text in test.error if "damaged or belong to another" in text.value]


def test_cleared_caches_leave_engine_and_jobs() -> None:
    """Any browser may send Streamlit the message that clears them."""
    engine, jobs = server.engine(), server.jobs()
    st.cache_resource.clear()
    st.cache_data.clear()
    page("app.py")
    assert server.engine() is engine
    assert server.jobs() is jobs
