"""The choice of a recipe on Train."""

from __future__ import annotations

import streamlit as st

from esc10.lesson.words import PIECE_WORDS, RECIPE_TITLES
from esc10.training.config import TrainConfig
from esc10.training.recipes import RECIPES, Recipe, pieces_of, without

_EXPLAINED = {
    "windows": "one second or two around something loud stand for a clip, other ones each epoch",
    "mixing": "every second sound has one of another class in it, and the target says how much",
    "speed": "sounds are stretched and squeezed",
    "height": "sounds are moved up and down by some mel bands",
    "level": "sounds are made louder and softer, brighter and duller",
    "masks": "some neighbouring mel bands are blotted out, and in some recipes some frames",
    "smoothing": "a target leaves a little to every class",
    "schedule": "the step size changes over the whole training, and falls to nothing",
    "decay": "each step makes weights a little smaller",
    "averaging": "what answers is the average of the weights of many steps",
    "settling": "nothing is dropped out in the last epochs, as nothing is when the network answers",
}
"""What a piece does, to stand after its name."""

_NONE = "none"


def choose_recipe(model: str) -> Recipe | None:
    """The recipe a person has chosen for a network; None for the lab's own training.

    Choosing one sets the epochs and the step size that it was made for, which may be changed.
    """
    key = st.selectbox(
        "Recipe",
        [_NONE, *RECIPES],
        format_func=lambda key: "None, as in the lab" if key == _NONE else RECIPE_TITLES[key],
        key="recipe",
        persist_state="session",
        on_change=_take_over,
        help="What is done to training clips and to the optimiser's steps. Test and validation "
        "clips stay as they are.",
    )
    if key == _NONE:
        return None
    with st.expander("What it does"):
        for piece in pieces_of(RECIPES[key].recipe_for(model)):
            st.checkbox(
                f"**{PIECE_WORDS[piece]}**: {_EXPLAINED[piece]}",
                True,
                key=_box_of(key, piece),
                persist_state="session",
            )
    return chosen_recipe(model)


def chosen_recipe(model: str) -> Recipe | None:
    """What is chosen there, as far as another network can take it."""
    key = st.session_state.get("recipe", _NONE)
    if key == _NONE:
        return None
    whole = RECIPES[key].recipe_for(model)
    left_out = [
        piece for piece in pieces_of(whole) if not st.session_state.get(_box_of(key, piece), True)
    ]
    return without(whole, *left_out)


def _box_of(key: str, piece: str) -> str:
    return f"piece {key} {piece}"


def _take_over() -> None:
    key = st.session_state["recipe"]
    lab = TrainConfig.__dataclass_fields__
    named = RECIPES.get(key)
    st.session_state["epochs"] = named.epochs if named else lab["epochs"].default
    st.session_state["learning rate"] = (
        named.learning_rate if named else lab["learning_rate"].default
    )
