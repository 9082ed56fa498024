"""Some runs held against each other: the verdict on every pair, and the clips that divide them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from esc10.lesson.words import SPLIT_WORDS
from esc10.runs.run import Run
from esc10.ui.clip_cards import show_clips
from esc10.ui.compare.sentences import incomparable_sentence, listed, pair_sentence
from esc10.ui.csv_files import csv_of
from esc10.ui.frame import chart_pixels
from esc10.ui.plots.palette import LETTERS, RUN_GLYPHS
from esc10.ui.run_marks import mark
from esc10.ui.server import HASHES, dataset, verdict
from esc10.ui.words import in_markdown

_CARDS_IN_A_ROW = 3
_MOST_ROWS = 8

Judgements = tuple[JudgedClip, ...]
"""What each run says of one clip."""


def show_verdict(runs: Sequence[Run], weights: str) -> None:
    """A sentence on each pair of runs that can be compared, and what it does not say."""
    pairs = {
        (LETTERS[one], LETTERS[other]): _compared(runs[one], runs[other], weights)
        for one, other in combinations(range(len(runs)), 2)
    }
    apart = [names for names, pair in pairs.items() if pair.mcnemar is None]
    tested = {names: pair.p_value for names, pair in pairs.items() if pair.p_value is not None}
    adjusted = dict(zip(tested, holm([*tested.values()]), strict=True))
    size = "####" if len(pairs) > 1 else "###"
    for names, p_value in adjusted.items():
        several = p_value if len(tested) > 1 else None
        sentence = pair_sentence(pairs[names], *names, several, len(tested))
        st.markdown(f"{size} {_icon(p_value)} {sentence}")
    if apart:
        heading = "" if tested else f"{size} "
        st.markdown(f"{heading}:material/block: {incomparable_sentence(apart)}")
    _say_what_differs(runs)
    st.caption(
        "McNemar's test, two-sided: only clips on which one is right and the other errs tell two "
        "networks apart. It speaks of these trained networks and these clips; trained again from "
        "another seed, each may answer otherwise. No evidence is no proof that they are equal."
    )


def _icon(p_value: float) -> str:
    return ":material/check_circle:" if p_value < SIGNIFICANT else ":material/help:"


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=HASHES)
def _compared(first: Run, second: Run, weights: str) -> PairComparison:
    pair = compare_pair(first, second, weights)
    # Kept without the answers that these two have read by now: copies begin without them.
    return replace(pair, first=replace(pair.first), second=replace(pair.second))


def _say_what_differs(runs: Sequence[Run]) -> None:
    """That two runs did not learn from the same clips, where that is so."""
    groups: list[tuple[Run, list[str]]] = []
    for letter, run in zip(LETTERS, runs, strict=False):
        for first, letters in groups:
            if _learned_from(run) == _learned_from(first):
                letters.append(letter)
                break
        else:
            groups.append((run, [letter]))
    if len(groups) == 1:
        return
    lines = "; ".join(f"{listed(letters)}: {_describe_data(run)}" for run, letters in groups)
    st.warning(
        f"They did not learn from the same clips ({lines}). A difference may come from the clips "
        "as well as from the networks.",
        icon=":material/call_split:",
    )


def _learned_from(run: Run) -> tuple[str, Mapping[str, Sequence[str]]]:
    return run.config.train.dataset, run.config.clips


def _describe_data(run: Run) -> str:
    config = run.config.train
    said = f"{source_of(config.dataset).title}, {SPLIT_WORDS[config.split]}"
    if config.split == "folds":
        said += f", validated on {config.validation_fold}, tested on {config.test_fold}"
    return said


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
            f"The answers stay; the sounds come back with the dataset. {in_markdown(str(error))}"
        )
        return
    columns = st.columns(min(len(runs), _CARDS_IN_A_ROW))
    for slot, (run, judged) in enumerate(zip(runs, row, strict=True)):
        with columns[slot % len(columns)]:
            st.markdown(mark(slot))
            show_clips([judged], run, weights, f"differing {LETTERS[slot]}")
