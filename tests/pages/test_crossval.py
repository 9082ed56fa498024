"""Cross-validating by pointing and clicking, and choosing a recipe."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from esc10.evaluation.intervals import CHOSEN
from esc10.runs.cross_validation import cross_validation_of, list_cross_validations, runs_of
from esc10.runs.outcome import Outcome
from esc10.runs.store import list_runs
from esc10.runs.writing import create_run, end_run
from esc10.training.config import TrainConfig
from esc10.training.networks import LAB_MODELS
from esc10.training.plan import plan_run
from esc10.training.recipes import RECIPES, without
from esc10.ui import server
from tests.support.made_runs import made_config
from tests.support.pages import compared, drawn, end_jobs, open_page, pressed, says, texts
from tests.support.waiting import WARM_SECONDS, wait_for

PAGE = "pages/crossval.py"


def wait_for_trainings(count: int) -> None:
    """Wait until the job has handed over so many runs, and they are trained."""
    wait_for(lambda: len(list_runs()[0]) >= count, WARM_SECONDS, f"{count} runs")
    for job in server.jobs().named("").values():
        job.wait(WARM_SECONDS)
    assert server.engine().wait_until_idle(WARM_SECONDS)
    end_jobs()


def test_without_sounds_it_says_what_is_missing(home: Path) -> None:
    assert says(drawn(open_page(PAGE)), "Cross-validating needs sounds")


def test_five_folds_are_trained_judged_and_gone_on_with(practice_home: Path) -> None:
    page = drawn(open_page(PAGE))
    assert says(page, "Press **Cross-validate**")
    page.number_input(key="epochs").set_value(1)
    pressed(page, "Cross-validate")
    wait_for_trainings(5)
    [asked], _ = list_cross_validations()
    runs = list_runs()[0]
    assert set(runs_of(asked.trainings, runs)) == set(asked.trainings)
    assert {run.state for run in runs} == {"finished"}
    drawn(page)
    assert says(page, "of 400 clips")
    assert says(page, "All folds:")
    assert any("mistakes, the surest first" in text for text in texts(page))
    assert [metric.label for metric in page.metric][-1] == "Epoch chosen on the test clips"
    assert page.metric[-1].delta.startswith("+") or page.metric[-1].delta.startswith("-0.0")
    mean = next(text for text in texts(page) if "of 400 clips" in text)

    gone = runs[2]
    shutil.rmtree(gone.folder)
    drawn(page)
    assert says(page, "4 of 5 trainings are finished.")
    assert says(page, "of 320 clips")
    pressed(page, "Train what is missing")
    wait_for_trainings(5)
    new = [run for run in list_runs()[0] if run.run_id not in {run.run_id for run in runs}]
    assert [run.config.train for run in new] == [gone.config.train]
    drawn(page)
    assert next(text for text in texts(page) if "of 400 clips" in text) == mean

    pressed(page, "Forget this cross-validation")
    assert list_cross_validations() == ([], [])
    assert len(list_runs()[0]) == 5


def test_a_cell_of_all_folds_has_its_clips(trained_folds: None) -> None:
    page = drawn(open_page(PAGE))
    page.selectbox(key="crossval cells in truth").set_value("dog").run()
    assert any("× dog in truth" in text for text in texts(page))
    page.selectbox(key="crossval cells in truth").set_value(None).run()
    assert any("mistakes, the surest first" in text for text in texts(page))


def test_two_are_compared_in_a_sentence(trained_folds: None) -> None:
    assert not says(drawn(open_page(PAGE)), "is right more often on")
    cross_validation_of(TrainConfig("practice", "cnn", epochs=1, seed=7))
    for run in list_runs()[0]:
        copy = run.folder.with_name(f"{run.run_id}-7")
        shutil.copytree(run.folder, copy)
        stored = json.loads((copy / "config.json").read_text("utf-8"))
        stored["run_id"], stored["train"]["seed"] = copy.name, 7
        (copy / "config.json").write_text(json.dumps(stored), "utf-8")
    page = drawn(open_page(PAGE))
    assert says(page, "This one is right more often on 0 clips")
    assert says(page, "no evidence for a difference")


@pytest.fixture
def trained_folds(practice_home: Path) -> None:
    """The 1D-CNN cross-validated for one epoch."""
    asked = cross_validation_of(TrainConfig("practice", "cnn", epochs=1))
    for config in asked.trainings:
        server.engine().submit(plan_run(config))
    assert server.engine().wait_until_idle(WARM_SECONDS)


def test_what_cannot_be_judged_keeps_nobody_from_the_rest(trained_folds: None) -> None:
    run = list_runs()[0][0]
    stored = run.folder / "probabilities.npz"
    with np.load(stored) as found:
        arrays = {name: found[name] for name in found if name != "test_labels"}
    np.savez_compressed(stored, **arrays)
    page = drawn(open_page(PAGE))
    assert says(page, f"Run {run.run_id} is damaged")
    assert any(button.label == "Forget this cross-validation" for button in page.button)
    stored.unlink()
    drawn(page)
    assert says(page, "4 of 5 trainings are finished.")
    assert says(page, "of 320 clips")


def test_two_that_differ_only_in_a_seed_have_two_titles(practice_home: Path) -> None:
    for seed in (1, 2):
        cross_validation_of(TrainConfig("practice", "cnn", epochs=1, seed=seed))
    options = drawn(open_page(PAGE)).selectbox(key="cross-validation").options
    assert sorted(option[-6:] for option in options) == ["seed 1", "seed 2"]


def test_what_is_under_way_can_be_stopped_and_gone_on_with(practice_home: Path) -> None:
    page = drawn(open_page(PAGE))
    page.number_input(key="epochs").set_value(5000)
    pressed(page, "Cross-validate")
    wait_for(
        lambda: (
            sum(run.state == "training" for run in list_runs()[0]) == 1 and len(list_runs()[0]) == 5
        ),
        WARM_SECONDS,
        "a training, and four that wait",
    )
    pressed(drawn(page), "Stop")
    assert server.engine().wait_until_idle(WARM_SECONDS)
    end_jobs()
    assert sorted({run.state for run in list_runs()[0]}) == ["cancelled", "stopped"]
    drawn(page)
    assert says(page, "0 of 5 trainings are finished.")
    assert any(button.label == "Train what is missing" for button in page.button)


def test_what_was_cut_off_is_missing_and_others_runs_are_waited_for(practice_home: Path) -> None:
    asked = cross_validation_of(TrainConfig("practice", "cnn", epochs=1))
    first, second, *_ = asked.trainings
    cut_off = create_run(replace(made_config(1), train=first))
    end_run(cut_off, Outcome("interrupted", "the program was closed", {}))
    create_run(replace(made_config(2), train=second))
    page = drawn(open_page(PAGE))
    labels = {button.label for button in page.button}
    assert not labels & {"Stop", "Train what is missing"}
    assert page.get("progress")[0].proto.text.startswith("0 of 5 trainings finished")


def test_a_long_queue_is_a_line_on_train(practice_home: Path) -> None:
    asked = cross_validation_of(TrainConfig("practice", "cnn", epochs=1))
    for number, config in enumerate(asked.trainings):
        create_run(replace(made_config(number), train=config))
    page = drawn(open_page("pages/train.py"))
    assert says(page, "And 2 more in the queue.")
    assert len(page.get("progress")) == 3


# Recipes, on Train


def test_a_recipe_brings_its_epochs_and_step_size_and_none_takes_them_back(
    practice_home: Path,
) -> None:
    page = drawn(open_page("pages/train.py"))
    named = RECIPES["augmented"]
    page.selectbox(key="recipe").set_value("augmented").run()
    assert page.number_input(key="epochs").value == named.epochs
    assert page.number_input(key="learning rate").value == named.learning_rate
    page.selectbox(key="recipe").set_value("none").run()
    assert page.number_input(key="epochs").value == 100
    assert page.number_input(key="learning rate").value == 0.001


def test_all_three_train_by_what_of_a_recipe_they_can_take(practice_home: Path) -> None:
    page = drawn(open_page("pages/train.py"))
    page.selectbox(key="recipe").set_value("augmented").run()
    page.number_input(key="epochs").set_value(1)
    page.checkbox(key="piece augmented masks").uncheck().run()
    pressed(page, "Train all three")
    wait_for_trainings(3)
    found = {run.config.train.model: run for run in list_runs()[0]}
    assert {model: run.config.train.recipe for model, run in found.items()} == {
        model: without(RECIPES["augmented"].recipe_for(model), "masks") for model in LAB_MODELS
    }
    assert {run.state for run in found.values()} == {"finished"}
    drawn(page.switch_page("pages/compare.py"))
    assert "last epoch" in page.segmented_control(key="weights compared with the last").options
    drawn(page.switch_page("pages/evaluate.py"))
    assert page.radio[0].value == "last"
    assert says(page, "Nothing chose this epoch.")
    page.radio[0].set_value("val_loss").run()
    assert says(page, CHOSEN)
    page.session_state["view"] = "Epoch by epoch"
    drawn(page)
    page.session_state["view"] = "Take it along"
    drawn(page)
    assert not page.exception


def test_folds_can_be_chosen_and_are_never_the_same(practice_home: Path) -> None:
    page = drawn(open_page("pages/train.py"))
    page.selectbox(key="test fold").set_value(1).run()
    assert page.selectbox(key="validation fold").value in (4, 5)
    page.selectbox(key="validation fold").set_value(3).run()
    page.selectbox(key="test fold").set_value(3).run()
    assert page.selectbox(key="validation fold").value == 2
    assert not page.exception


# librosa looks for readers in modules that Python means to remove.
@pytest.mark.filterwarnings("ignore:.*slated for removal:DeprecationWarning")
def test_what_a_recipe_makes_of_a_clip_is_shown_and_drawn_again(practice_home: Path) -> None:
    page = open_page("pages/train.py")
    page.session_state["train view"] = "Recipe"
    assert says(drawn(page), "every epoch shows every training clip as it is")
    page.selectbox(key="recipe").set_value("augmented").run()
    assert not page.exception
    page.selectbox(key="shown class").set_value("rain").run()
    assert says(page, "**rain**, as it is")
    shares = [text for text in texts(page) if text.endswith("%") and "**" in text]
    assert len(shares) == 3
    page.selectbox(key="shown piece mixing speed height level masks").set_value("masks").run()
    shares = [text for text in texts(page) if text.endswith("%") and "**" in text]
    assert shares == ["**rain** 100%"] * 3
    itself, changed = compared(page, 1)
    assert itself.startswith("as it is: rain, recording ")
    assert changed == "as the network hears it: rain 100%"
    pressed(page, "Draw again")
    assert says(page, "**rain**, as it is")
