"""An address leads to a place, and the place that somebody chooses stands in the address."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from esc10.datasets import load_dataset
from esc10.runs.run import Run
from esc10.training.config import TrainConfig
from esc10.training.plan import plan_run
from tests.support.pages import drawn, open_page, says
from tests.support.tested_runs import run_with


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    st.cache_resource.clear()


@pytest.fixture
def runs(practice_home: Path) -> list[Run]:
    """Two runs, the older one first, that took rain for sea waves or nothing for anything."""
    plans = [plan_run(TrainConfig("practice", "cnn", epochs=3, seed=seed)) for seed in (1, 2)]
    return [run_with(plan, np.arange(80) < np.array([[20], [30], [40]])) for plan in plans]


def followed(page: str, **places: str) -> AppTest:
    """A page opened by an address that names places."""
    test = open_page(f"pages/{page}.py")
    for name, place in places.items():
        test.query_params[name] = place
    return drawn(test)


def address(test: AppTest) -> dict[str, str]:
    """The places in the address now."""
    named = dict(test.query_params).items()
    return {name: place if isinstance(place, str) else place[-1] for name, place in named}


def test_an_address_leads_to_a_run_its_weights_and_a_cell(runs: list[Run]) -> None:
    older = runs[0]
    dog, rain = older.config.classes[0], older.config.classes[2]
    test = followed(
        "evaluate", run=older.run_id, weights="val_loss", part="validation", truth=dog, taken=rain
    )
    assert test.selectbox(key="run").value == older.run_id
    assert test.radio[0].value == "val_loss"
    assert test.session_state["cells of"] == "validation"
    assert (test.session_state["cells in truth"], test.session_state["cells taken for"]) == (
        dog,
        rain,
    )
    assert not test.warning


def test_an_address_leads_to_an_epoch(runs: list[Run]) -> None:
    test = followed("evaluate", run=runs[0].run_id, view="Epoch by epoch", epoch="1")
    assert test.slider[0].value == 1
    assert says(test, "**Epoch 1:**")


def test_what_is_not_here_is_said_until_something_else_is_chosen(runs: list[Run]) -> None:
    test = followed("evaluate", run="20260101-elsewhere", epoch="7", view="Nowhere")
    assert [warning.value.split(",")[0] for warning in test.warning] == [
        "The address points at the run *20260101\\-elsewhere*",
        "The address points at the view *Nowhere*",
    ]
    assert test.selectbox(key="run").value == runs[1].run_id
    drawn(test)
    assert len(test.warning) == 2
    test.selectbox(key="run").select(runs[0].run_id)
    drawn(test)
    assert len(test.warning) == 1
    assert address(test)["run"] == runs[0].run_id


def test_a_page_that_is_only_opened_stays_at_its_address(runs: list[Run]) -> None:
    test = followed("evaluate")
    drawn(test)
    assert address(test) == {}


def test_what_is_chosen_stands_in_the_address_with_all_that_leads_to_it(runs: list[Run]) -> None:
    rain = runs[0].config.classes[2]
    test = followed("evaluate")
    test.selectbox(key="cells in truth").select(rain)
    drawn(test)
    assert address(test) == {
        "run": runs[1].run_id,
        "weights": "val_accuracy",
        "view": "Matrices and clips",
        "part": "test",
        "truth": rain,
    }
    test.selectbox(key="cells in truth").select(None)
    drawn(test)
    assert "truth" not in address(test)
    again = followed("evaluate", **address(test))
    assert again.selectbox(key="run").value == runs[1].run_id


def test_an_epoch_is_that_of_its_run(runs: list[Run]) -> None:
    test = followed("evaluate", view="Epoch by epoch")
    test.slider[0].set_value(1)
    drawn(test)
    assert address(test)["epoch"] == "1"
    test.selectbox(key="run").select(runs[0].run_id)
    drawn(test)
    assert {"epoch", "weights"}.isdisjoint(address(test))
    assert test.slider[0].value != 1
    assert not test.warning


def test_what_is_chosen_next_is_not_undone_by_the_address(practice_home: Path) -> None:
    test = followed("traps")
    for experiment in ("leaks", "epochs", "decibels"):
        test.radio[0].set_value(experiment)
        drawn(test)
        assert test.radio[0].value == experiment
        assert address(test) == {"experiment": experiment, "data": "practice"}


@pytest.mark.parametrize(
    ("page", "name", "place"),
    [("traps", "experiment", "leaks"), ("guided_lab", "exercise", "split")],
)
def test_an_address_leads_to_a_trap_and_to_an_exercise(
    practice_home: Path, page: str, name: str, place: str
) -> None:
    test = followed(page, **{name: place, "data": "animals"})
    assert test.session_state[name] == place
    assert any("data *animals*" in warning.value for warning in test.warning)


def test_an_address_leads_to_a_clip(practice_home: Path) -> None:
    clip = load_dataset("practice").clips[123]
    test = followed("dataset", clip=clip.filename)
    assert says(test, f"**{clip.category.replace('_', ' ')}** · fold {clip.fold}")
    assert says(test, f"recording {clip.src_file} (synthetic), take {clip.take}")
