"""What a person chooses: a run, or what to train; and what the choice of split entails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from esc10.datasets import source_of
from esc10.datasets.splits import FOLDS, SPLITS, fold_before
from esc10.errors import RunError
from esc10.evaluation.intervals import NO_LEAK, describe_leaks
from esc10.features.inputs import KINDS
from esc10.features.mel import MelConfig
from esc10.lesson.words import FEATURE_WORDS, SPLIT_WORDS
from esc10.runs.run import Run
from esc10.training.config import LAB_EPOCHS, LAB_PATIENCE, TrainConfig
from esc10.training.networks import MODELS
from esc10.training.recipes import Recipe
from esc10.ui.clip_view import synthetic_badge
from esc10.ui.links import follow, point
from esc10.ui.recipes import choose_recipe
from esc10.ui.server import dataset, own_runs
from esc10.ui.words import in_markdown, long_names


def first_choice(runs: list[Run]) -> Run:
    """The first that this session has trained, if any: others, and experiments, train as well."""
    mine = own_runs()
    return next((run for run in runs if run.run_id in mine), runs[0])


def choose_run(runs: list[Run], label: str, key: str) -> Run:
    """The run a person has chosen; the choice stays while other pages are visited."""
    named = {run.run_id: run for run in runs}
    names = long_names(runs)
    run_id = st.selectbox(
        label,
        list(names),
        index=runs.index(first_choice(runs)),
        format_func=names.__getitem__,
        key=key,
        persist_state="session",
    )
    return named[run_id]


def forget_unless(key: str, options: Sequence[object]) -> None:
    """Forget what was chosen in a box if it is none of its options any more."""
    if st.session_state.get(key, options[0]) not in options:
        del st.session_state[key]


def choose_data(here: list[str], key: str) -> str:
    """The key of the dataset a person has chosen; the choice stays while it is here."""
    forget_unless(key, here)
    follow("data", key, here)
    chosen = st.selectbox(
        "Data",
        here,
        format_func=lambda dataset: source_of(dataset).title,
        key=key,
        persist_state="session",
    )
    point("data", key, chosen)
    return chosen


def choose_settings(here: list[str], *, by_fold: bool = False) -> TrainConfig:
    """The settings a person has chosen; they stay while other pages are visited.

    `by_fold`: for all folds in turn, of which none has to be chosen.
    """
    defaults = TrainConfig(dataset=here[0], model=next(iter(MODELS)))
    model = st.selectbox(
        "Network",
        list(MODELS),
        format_func=lambda key: MODELS[key].title,
        key="model",
        persist_state="session",
    )
    st.caption(MODELS[model].summary)
    key = choose_data(here, "train dataset")
    left, right = st.columns([1.2, 1], vertical_alignment="bottom")
    split = defaults.split
    if not by_fold:
        split = left.selectbox(
            "Split",
            list(SPLITS),
            format_func=SPLIT_WORDS.__getitem__,
            key="split",
            persist_state="session",
        )
    epochs = (left if by_fold else right).number_input(
        "Epochs",
        1,
        10_000,
        defaults.epochs,
        key="epochs",
        persist_state="session",
        help=f"At most; the lab went up to {LAB_EPOCHS}. The first 40 or so mislead where a "
        "network has batch normalisation: the averages it validates with are still settling.",
    )
    recipe = choose_recipe(model)
    with st.expander("More settings"):
        folds = _choose_folds(defaults) if split == "folds" and not by_fold else {}
        more = folds | _more_settings(defaults, recipe)
    return TrainConfig(dataset=key, model=model, split=split, epochs=epochs, recipe=recipe, **more)


def _more_settings(defaults: TrainConfig, recipe: Recipe | None) -> dict[str, Any]:
    """The settings most people leave alone, by their names in `TrainConfig`."""
    features = st.selectbox(
        "Features",
        KINDS if recipe is None else KINDS[:1],
        format_func=FEATURE_WORDS.__getitem__,
        key="features" if recipe is None else "features of a recipe",
        persist_state="session",
    )
    patience = st.number_input(
        "Patience",
        1,
        10_000,
        defaults.patience,
        key="patience",
        persist_state="session",
        help=f"Epochs without a lower validation loss; the lab's {LAB_PATIENCE}.",
    )
    rate = st.number_input(
        "Learning rate",
        0.00001,
        1.0,
        defaults.learning_rate,
        step=0.0005,
        format="%.5f",
        key="learning rate",
        persist_state="session",
    )
    batch = st.number_input(
        "Batch size", 1, 1024, defaults.batch_size, key="batch size", persist_state="session"
    )
    seed = st.number_input("Seed", 0, 2**32 - 1, defaults.seed, key="seed", persist_state="session")
    return {
        "features": features,
        "patience": patience,
        "learning_rate": rate,
        "batch_size": batch,
        "seed": seed,
    }


def _choose_folds(defaults: TrainConfig) -> dict[str, int]:
    """Which fold validates and which one tests: never the same."""
    left, right = st.columns(2)
    test = right.selectbox(
        "Test fold", FOLDS, defaults.test_fold - 1, key="test fold", persist_state="session"
    )
    others = [fold for fold in FOLDS if fold != test]
    forget_unless("validation fold", others)
    usual = others.index(fold_before(test))
    validation = left.selectbox(
        "Validation fold", others, usual, key="validation fold", persist_state="session"
    )
    return {"validation_fold": validation, "test_fold": test}


def show_split(config: TrainConfig) -> None:
    """The shapes of the split's parts, and how many of its clips leak.

    Stands after all that is typed or clicked: what comes and goes before a box lets the browser
    build it anew, and whoever types in it or presses a button at that moment has done so in vain.
    """
    shown = dataset(config.dataset)
    synthetic_badge(shown.source)
    try:
        split = SPLITS[config.split](shown, config.validation_fold, config.test_fold)
    except RunError as error:
        st.warning(in_markdown(str(error)))
        return
    mel = MelConfig()
    shapes = ", ".join(
        f"{name} ({len(indices)}, {mel.frames}, {mel.n_mels})"
        for name, indices in split.parts.items()
    )
    st.caption(f"Clips, frames and mel bands: {shapes}")
    leaks = describe_leaks(split.names(shown), shown.source)
    if leaks:
        st.warning(leaks, icon=":material/water_drop:")
    else:
        st.caption(NO_LEAK)
