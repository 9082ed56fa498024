"""Judge a run: where it errs, how often, and what that sounds like."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from esc10.datasets import source_of
from esc10.evaluation.intervals import CHOSEN, NO_LEAK, describe_leaks
from esc10.evaluation.metrics import Evaluation, JudgedClip
from esc10.lesson.words import share
from esc10.runs.run import Run
from esc10.training.results import CRITERIA, LAST
from esc10.ui.clip_cards import compare_with_listed, show_clips, to_compare
from esc10.ui.clip_view import synthetic_badge
from esc10.ui.confusion import (
    COUNTS,
    SHARES,
    CellChooser,
    Choice,
    clips_of,
    describe_clips,
)
from esc10.ui.evaluate.calibration import show_trust
from esc10.ui.evaluate.downloads import show_takeaway
from esc10.ui.evaluate.epochs import show_epochs
from esc10.ui.evaluate.import_run import show_import
from esc10.ui.evaluate.network import show_insides
from esc10.ui.evaluate.refusal import show_refusal
from esc10.ui.evaluate.reports import show_reports
from esc10.ui.fragments import live
from esc10.ui.frame import guarded, open_page, show_missing
from esc10.ui.links import follow, point
from esc10.ui.server import all_runs, engine, verdict, with_weights
from esc10.ui.settings import choose_run
from esc10.ui.words import CRITERION_WORDS, class_words, criterion_label

PANEL_PIXELS = 600
_CELLS = CellChooser()


def main() -> None:
    open_page("Evaluate")
    engine()  # warms up while people look at matrices
    every = all_runs()
    runs = with_weights(every)
    if not runs:
        show_import()
        show_missing(
            "There is nothing to judge yet: no network has been trained.",
            "pages/train.py",
            "Train a network",
        )
        return
    run, weights = _choose(runs)
    leaks = describe_leaks(run.config.clips, source_of(run.config.train.dataset))
    if leaks:
        st.warning(leaks, icon=":material/water_drop:")
    judged = verdict(run, weights)
    views: dict[str, Callable[[], None]] = {
        "Matrices and clips": lambda: live(_matrices)(run, judged),
        "Reports": lambda: show_reports(judged),
        "Epoch by epoch": lambda: live(show_epochs)(run, judged),
        "How sure": lambda: live(show_trust)(run, judged),
        "I don't know": lambda: live(show_refusal)(run, judged),
        "From inside": lambda: show_insides(run, judged),
        "Take it along": lambda: show_takeaway(run, weights),
    }
    follow("view", "view", list(views))
    tabs = st.tabs(list(views), on_change="rerun", key="view")
    point("view", "view", next(name for name, tab in zip(views, tabs, strict=True) if tab.open))
    for tab, show in zip(tabs, views.values(), strict=True):
        if tab.open:
            with tab:
                show()
    if not leaks:
        st.caption(NO_LEAK)
    _without_weights(every)


def _without_weights(runs: list[Run]) -> None:
    """How many runs ended without weights, and where to read why."""
    ended = sum(1 for run in runs if (outcome := run.outcome) is not None and not outcome.best)
    if ended:
        runs_in_words = "1 run" if ended == 1 else f"{ended} runs"
        st.caption(f"{runs_in_words} without weights cannot be judged: *Compare* says why.")


def _choose(runs: list[Run]) -> tuple[Run, str]:
    """The run to judge, and which of its weights."""
    left, right = st.columns([1, 1.55], vertical_alignment="top")
    with left:
        follow("run", "run", [run.run_id for run in runs])
        run = choose_run(runs, "Run", key="run")
        point("run", "run", run.run_id, ends=("weights", "epoch"))
        with st.container(horizontal=True, vertical_alignment="center"):
            show_import()
            synthetic_badge(source_of(run.config.train.dataset))
    with right:
        weights = _choose_weights(run)
        st.caption("Nothing chose this epoch." if weights == LAST else CHOSEN)
    return run, weights


def _choose_weights(run: Run) -> str:
    """A switch between the epochs whose weights are kept that shows their verdicts together."""

    def in_one_line(criterion: str) -> str:
        judged = verdict(run, criterion)
        shares = ", ".join(
            f"{name} {share(part.accuracy, part.interval)}" for name, part in judged.parts.items()
        )
        words = CRITERION_WORDS[criterion].removesuffix(" epoch")
        return f"**{words}, epoch {judged.epoch}:** {shares}"

    # A switch of its own for each run, as its labels are that run's; the choice is for all of them.
    # The last epoch of a schedule comes first where there is one: it is what the run was made for.
    chosen_before = st.session_state.get("weights", CRITERIA[0])
    key = f"weights of {run.run_id}"
    follow("weights", key, run.criteria)
    weights = st.radio(
        criterion_label(run.criteria),
        run.criteria,
        0 if LAST in run.criteria else CRITERIA.index(chosen_before),
        format_func=in_one_line,
        key=key,
        help="In brackets the 95 % interval (Wilson): where the accuracy on endless clips of this "
        "kind may lie. Two figures whose intervals overlap may be equally good.",
    )
    if weights != LAST:
        st.session_state["weights"] = weights
    point("weights", key, weights)
    return weights


def _matrices(run: Run, judged: Evaluation) -> None:
    _CELLS.follow_link(judged.classes)
    choice = _CELLS.chosen(judged.classes)
    _CELLS.point_link(choice)
    clips = clips_of(judged.parts[choice.part], choice.cells)
    left, right = st.columns([2.1, 1], gap="medium")
    with left:
        _both_matrices(judged, choice)
    with right:
        _CELLS.show_boxes(judged.classes)
        with st.container(height=PANEL_PIXELS, border=False):
            _list(run, judged, clips, choice)
    if choice.cells.true != choice.cells.predicted:
        with left:
            _compare(run, judged, clips, choice)


def _both_matrices(judged: Evaluation, choice: Choice) -> None:
    shares = (
        st.segmented_control(
            "Numbers",
            [COUNTS, SHARES],
            default=COUNTS,
            required=True,
            key="numbers",
            label_visibility="collapsed",
        )
        == SHARES
    )
    for column, (name, part) in zip(st.columns(2), judged.parts.items(), strict=True):
        with column:
            _CELLS.show_matrix(part, name, judged.classes, choice, shares=shares)
    empty = [
        f"{name}: no clip of {class_words(category)}"
        for name, part in judged.parts.items()
        for category in judged.classes
        if not part.report[category]["support"]
    ]
    if empty:
        st.caption("Empty rows: " + ", ".join(empty) + ".")


def _list(run: Run, judged: Evaluation, clips: Sequence[JudgedClip], choice: Choice) -> None:
    st.markdown(f"**{choice.part.capitalize()}:** {describe_clips(len(clips), choice.cells)}")
    show_clips(clips, run, judged.weights, choice.part)


def _compare(run: Run, judged: Evaluation, listed: Sequence[JudgedClip], choice: Choice) -> None:
    """To hear beside a mistake: a clip of each of its two classes that was recognised."""
    for column, category in zip(
        st.columns(2), (choice.cells.true, choice.cells.predicted), strict=True
    ):
        if category is None:
            continue
        with column:
            clip = to_compare(judged, choice.part, category)
            if clip is None:
                st.caption(f"No clip of {class_words(category)} was recognised.")
                continue
            st.markdown(f"To compare by ear: **{class_words(category)}**, recognised")
            show_clips([clip], run, judged.weights, f"compare {choice.part}")
            compare_with_listed(clip, listed, run, choice.part)


if __name__ == "__main__":
    guarded(main)
