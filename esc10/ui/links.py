"""Addresses that carry a place: a slide, or a learning platform, points at a run, a cell, a trap.

What is chosen in a box stands in the page's address, and an address that names something chooses it
there. Streamlit can bind a box to the address by itself, but by the words in it, which differ from
machine to machine, and it says nothing where there is no such thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from esc10.ui.words import in_markdown

_KNOWN = "places in the address"
_HERE = "places of this page"
_PAGE = "page of these places"


@dataclass
class _Known:
    """What the address said last of a box, what it named in vain, and what was chosen last."""

    named: str | None = None
    missing: str | None = None
    drawn: bool = False
    chosen: str | None = None


def begin_page(name: str) -> None:
    """Forget what another page has put into the address."""
    if st.session_state.get(_PAGE) != name:
        st.session_state[_PAGE] = name
        st.session_state[_HERE] = {}


def _known(key: str) -> _Known:
    places: dict[str, _Known] = st.session_state.setdefault(_KNOWN, {})
    return places.setdefault(key, _Known())


def follow(name: str, key: str, options: Mapping[str, Any] | Iterable[str], what: str = "") -> None:
    """Choose what the address names under `name`, in the box of that `key`, before it is drawn.

    `options` are what can be chosen, by what they are called in addresses where that is not the
    same. What is none of them is said to be missing, as `what`, until something else is chosen.
    """
    by_name = options if isinstance(options, Mapping) else {each: each for each in options}
    known, named = _known(key), st.query_params.get(name)
    if named is not None and named != known.named:
        known.missing = None if named in by_name else named
        known.drawn = False
        if named in by_name:
            st.session_state[key] = by_name[named]
    known.named = named
    if known.drawn and st.session_state.get(key) != by_name.get(known.chosen or ""):
        known.missing = None  # somebody has chosen since
    if known.missing is not None:
        st.warning(
            f"The address points at the {what or name} *{in_markdown(known.missing)}*, which is "
            "not here. Choose another.",
            icon=":material/link_off:",
        )


def point(name: str, key: str, chosen: str | None, ends: Sequence[str] = ()) -> None:
    """Have the address name what is chosen in the box of that `key`.

    Once somebody has chosen something: whoever only opens a page is not led back to it by the
    browser's way back. `ends` are the places that another choice makes meaningless.
    """
    known = _known(key)
    here: dict[str, tuple[str, str | None]] = st.session_state.setdefault(_HERE, {})
    here[name] = key, chosen
    changed = known.drawn and chosen != known.chosen
    known.drawn, known.chosen = True, chosen
    if not changed:
        return
    known.missing = None
    for place in ends:
        if place in here:
            here[place] = here[place][0], None
    named = {place: text for place, (_, text) in here.items() if text is not None}
    # All at once, as each change is a step for the browser's way back.
    st.query_params.update(named)
    for place, (of, _) in here.items():
        _known(of).named = named.get(place)
        if place not in named and place in st.query_params:
            del st.query_params[place]
