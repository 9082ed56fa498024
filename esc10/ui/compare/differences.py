"""Some runs held against each other: the verdict on every pair, and the clips that divide them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import pyarrow as pa
import streamlit as st

from esc10.datasets import source_of
from esc10.datasets.clips import class_label
from esc10.errors import DatasetError
from esc10.evaluation.comparison import SIGNIFICANT, PairComparison, compare_pair, holm
from esc10.evaluation.intervals import percent
from esc10.evaluation.metrics import JudgedClip
from esc10.runs.run import Run
from esc10.ui.clip_cards import show_clips
from esc10.ui.compare.sentences import pair_sentence
from esc10.ui.csv_files import csv_of
from esc10.ui.frame import chart_pixels
from esc10.ui.plots.palette import LETTERS, RUN_GLYPHS
from esc10.ui.run_marks import mark
from esc10.ui.server import HASHES, dataset, verdict
from esc10.ui.words import SPLIT_WORDS, in_markdown

_CARDS_IN_A_ROW = 3
_MOST_ROWS = 8
_P_EQUALS = "p\u00a0=\u00a0"

Judgements = tuple[JudgedClip, ...]
"""What each run says of one clip."""


def show_verdict(runs: Sequence[Run], weights: str) -> None:
    """A sentence on each pair of runs, and what it does not say."""
    pairs = list(combinations(range(len(runs)), 2))
    compared = [_compared(runs[one], runs[other], weights) for one, other in pairs]
    p_values = [pair.p_value for pair in compared if pair.p_value is not None]
    adjusted = iter(holm(p_values))
    for (one, other), pair in zip(pairs, compared, strict=True):
        p_value = pair.p_value if pair.p_value is None else next(adjusted)
        several = len(p_values) > 1
        sentence = pair_sentence(
            pair,
            LETTERS[one],
            LETTERS[other],
            p_value if several else None,
            len(p_values),
        )
        size = "####" if len(pairs) > 1 else "###"
        # A line must not end within "p = 0.05".
        st.markdown(f"{size} {_icon(p_value)} {sentence.replace('p = ', _P_EQUALS)}")
    _say_what_differs(runs)
    st.caption(
        "McNemar's test, two-sided: only clips on which one is right and the other errs tell two "
        "networks apart. It speaks of these trained networks and these clips; trained again from "
        "another seed, each may answer otherwise. No evidence is no proof that they are equal."
    )


def _icon(p_value: float | None) -> str:
    if p_value is None:
        return ":material/block:"
    return ":material/check_circle:" if p_value < SIGNIFICANT else ":material/help:"


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=HASHES)
def _compared(first: Run, second: Run, weights: str) -> PairComparison:
    pair = compare_pair(first, second, weights)
    # Kept without the answers that these two have read by now: copies begin without them.
    return replace(pair, first=replace(pair.first), second=replace(pair.second))


def _say_what_differs(runs: Sequence[Run]) -> None:
    """That two runs did not learn from the same clips, where that is so."""
    if all(run.config.clips == runs[0].config.clips for run in runs):
        return
    lines = "; ".join(
        f"{letter}: {source_of(config.dataset).title}, {SPLIT_WORDS[config.split]}"
        + (
            f", validated on {config.validation_fold}, tested on {config.test_fold}"
            if config.split == "folds"
            else ""
        )
        for letter, config in zip(LETTERS, (run.config.train for run in runs), strict=False)
    )
    st.warning(
        f"They did not learn from the same clips ({lines}). A difference may come from the clips "
        "as well as from the networks.",
        icon=":material/call_split:",
    )


def differing(runs: Sequence[Run], weights: str) -> list[Judgements]:
    """The test clips of all the runs to which their answers differ, in the first run's order."""
    first, *others = (verdict(run, weights).parts["test"].judged for run in runs)
    by_name = [{clip.filename: clip for clip in judged} for judged in others]
    rows = [
        (clip, *(names[clip.filename] for names in by_name))
        for clip in first
        if all(clip.filename in names for names in by_name)
    ]
    return [row for row in rows if len({clip.predicted for clip in row}) > 1]


def show_differing_clips(runs: Sequence[Run], weights: str) -> None:
    """The clips on which the runs' answers differ; one that is ticked is shown and can be heard."""
    rows = differing(runs, weights)
    if not rows:
        st.info("There is no test clip of all of them to which their answers differ.")
        return
    st.markdown(f"**{len(rows)} test clips** get different answers. Tick one to hear it.")
    table = _table(rows)
    row_pixels = 2 * chart_pixels() + 3
    names = ", ".join(run.run_id for run in runs)
    event = st.dataframe(
        table,
        key=f"differing {weights} {names}",
        hide_index=True,
        column_config={"clip": None},
        row_height=row_pixels,
        height=row_pixels * (1 + min(len(rows), _MOST_ROWS)) + 3,
        on_select="rerun",
        selection_mode="single-row",
        alt="Test clips with different answers",
    )
    for row in event["selection"]["rows"]:
        if row < len(rows):
            _show_clip(rows[row], runs, weights)
    st.download_button(
        "CSV",
        csv_of(_numbers(rows)),
        "differing-clips.csv",
        "text/csv",
        key="differing csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )


def _who_is_right(row: Judgements) -> str:
    right = [letter for letter, clip in zip(LETTERS, row, strict=False) if clip.right]
    return ", ".join(right) or "none"


def _table(rows: Sequence[Judgements]) -> pa.Table:
    columns = {"in truth": [class_label(row[0].true) for row in rows]}
    for slot in range(len(rows[0])):
        columns[f"{RUN_GLYPHS[slot]} {LETTERS[slot]} says"] = [
            f"{class_label(row[slot].predicted)} {percent(row[slot].probability)}%" for row in rows
        ]
    columns["who is right"] = [_who_is_right(row) for row in rows]
    columns["clip"] = [row[0].filename for row in rows]
    return pa.table(columns)


def _numbers(rows: Sequence[Judgements]) -> pa.Table:
    """The same for a file: probabilities as numbers, in columns of their own."""
    columns: dict[str, list[str] | list[float]] = {
        "clip": [row[0].filename for row in rows],
        "true": [row[0].true for row in rows],
    }
    for slot in range(len(rows[0])):
        letter = LETTERS[slot].lower()
        columns[letter] = [row[slot].predicted for row in rows]
        columns[f"{letter}_probability"] = [row[slot].probability for row in rows]
    columns["right"] = [_who_is_right(row) for row in rows]
    return pa.table(columns)


def _show_clip(row: Judgements, runs: Sequence[Run], weights: str) -> None:
    """A card for each run: what it says of the clip, and why."""
    try:
        for run in runs:
            dataset(run.config.train.dataset)
    except DatasetError as error:
        st.info(
            f"{in_markdown(str(error))} The answers stay; the sounds come back with the dataset."
        )
        return
    columns = st.columns(min(len(runs), _CARDS_IN_A_ROW))
    for slot, (run, judged) in enumerate(zip(runs, row, strict=True)):
        with columns[slot % len(columns)]:
            st.markdown(mark(slot))
            show_clips([judged], run, weights, f"differing {LETTERS[slot]}")
