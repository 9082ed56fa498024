"""Hold runs against each other: whether they differ, in what, and on which clips."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from esc10.datasets import source_of, sources
from esc10.runs.run import Run
from esc10.training.networks import MODELS
from esc10.training.results import CRITERIA, LAST
from esc10.ui.compare.class_scores import show_class_scores
from esc10.ui.compare.differences import show_differing_clips, show_verdict
from esc10.ui.compare.run_rows import describe_state, offer_csv, right_answers, runs_table
from esc10.ui.compare.run_table import show_runs, ticked_among
from esc10.ui.compare.trash import offer_deletion, show_deleted, show_undo
from esc10.ui.curves import show_curves
from esc10.ui.fragments import live
from esc10.ui.frame import guarded, in_projector_mode, open_page, show_missing
from esc10.ui.plots.palette import LETTERS
from esc10.ui.run_marks import edit_caption, mark
from esc10.ui.server import all_runs
from esc10.ui.words import CRITERION_WORDS, criterion_label, in_markdown, short_name


def main() -> None:
    open_page("Compare")
    runs = all_runs()
    if not runs:
        show_undo()
        show_deleted()
        show_missing(
            "There is nothing to compare yet: no network has been trained.",
            "pages/train.py",
            "Train a network",
        )
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        shown = _filtered(runs)
        weights = _choose_weights(runs)
        if in_projector_mode() and len(shown) < len(runs):
            st.caption(f"{len(shown)} of {len(runs)} runs", width="content")
    ticked = ticked_among(shown)
    compared = [run for run in ticked if right_answers(run, weights)][: len(LETTERS)]
    slots = {run.run_id: slot for slot, run in enumerate(compared)}
    table = runs_table(shown, weights, slots if len(compared) > 1 else {})
    if shown:
        show_runs(table)
    else:
        st.info("No run is of this network and this data.", icon=":material/filter_alt:")
    show_undo()
    _explain_ticks(len(ticked_among(runs)) - len(ticked), len(ticked))
    if len(ticked) == 1:
        _show_one(ticked[0], weights)
    elif ticked:
        _show_several(ticked, compared, weights)
    offer_csv(table)
    show_deleted()


def _filtered(runs: Sequence[Run]) -> list[Run]:
    """The runs of the chosen networks and data; where all are alike there is nothing to choose."""
    networks = [key for key in MODELS if any(run.config.train.model == key for run in runs)]
    used = {run.config.train.dataset for run in runs}
    data = [key for key in sources() if key in used] + sorted(used - sources().keys())
    if len(networks) == len(data) == 1:
        return list(runs)
    with _place_of_filters():
        networks = _choose_some("Networks", networks, lambda key: MODELS[key].title)
        data = _choose_some("Data", data, lambda key: source_of(key).title)
    return [
        run
        for run in runs
        if run.config.train.model in networks and run.config.train.dataset in data
    ]


def _place_of_filters() -> DeltaGenerator:
    """In large type they would take two rows of the screen, or more: there they unfold."""
    if in_projector_mode():
        return st.popover("Filter", icon=":material/filter_alt:")
    return st.container(horizontal=True, gap="medium", width="content")


def _choose_some(label: str, options: list[str], named: Callable[[str], str]) -> list[str]:
    """The chosen ones, or all of them; of one alone there is nothing to choose."""
    if len(options) == 1:
        return options
    chosen = st.pills(
        label,
        options,
        selection_mode="multi",
        format_func=named,
        key=f"{label.lower()} shown",
        label_visibility="collapsed",
    )
    return chosen or options


def _choose_weights(runs: Sequence[Run]) -> str:
    # The last epoch only where no run would be left out for it.
    trained = [run for run in runs if run.criteria]
    kept = bool(trained) and all(LAST in run.criteria for run in trained)
    options = (*CRITERIA, LAST) if kept else CRITERIA
    return st.segmented_control(
        criterion_label(options),
        options,
        default=CRITERIA[0],
        format_func=lambda criterion: (
            "last epoch" if criterion == LAST else f"weights by {CRITERION_WORDS[criterion]}"
        ),
        required=True,
        key="weights compared" if not kept else "weights compared with the last",
        persist_state="session",
        label_visibility="collapsed",
    )


def _explain_ticks(hidden: int, ticked: int) -> None:
    if hidden:
        st.caption(f"{hidden} more ticked, but not of the network and data chosen above.")
    if not ticked:
        st.info(
            "Tick two or more to compare. Tick one to rename, open or delete it.",
            icon=":material/check_box:",
        )


def _show_one(run: Run, weights: str) -> None:
    """What can be done with the one run that is ticked."""
    st.markdown(
        f"**{short_name(run)}**: {in_markdown(describe_state(run, weights))}. "
        "Tick two or more to compare."
    )
    edit_caption(run)
    with st.container(horizontal=True, vertical_alignment="center"):
        if right_answers(run, weights) and st.button(
            "Open in Evaluate", key="open", icon=":material/arrow_forward:"
        ):
            st.session_state["run"] = run.run_id
            st.switch_page("pages/evaluate.py")
        offer_deletion([run])


def _show_several(ticked: Sequence[Run], compared: Sequence[Run], weights: str) -> None:
    """Whose letter is whose, and the comparison."""
    with st.container(horizontal=True, vertical_alignment="center", key="legend"):
        if len(compared) > 1:
            for slot, run in enumerate(compared):
                st.markdown(f"{mark(slot)} {short_name(run)}", width="content")
        st.space("stretch")
        offer_deletion(ticked)
    _explain_left_out(ticked, compared, weights)
    if len(compared) < 2:
        st.info("Tick two or more runs with weights to compare them.", icon=":material/check_box:")
        return
    views: dict[str, Callable[[], None]] = {
        "Verdict": lambda: show_verdict(compared, weights),
        "Curves": lambda: show_curves(
            list(enumerate(compared)), 260 if in_projector_mode() else 300
        ),
        "F1 by class": lambda: show_class_scores(compared, weights),
        "Clips": lambda: live(show_differing_clips)(compared, weights),
    }
    tabs = st.tabs(list(views), on_change="rerun", key="compare view")
    for tab, show in zip(tabs, views.values(), strict=True):
        if tab.open:
            with tab:
                show()


def _explain_left_out(ticked: Sequence[Run], compared: Sequence[Run], weights: str) -> None:
    """Why a ticked run has no letter."""
    for run in ticked:
        if not right_answers(run, weights):
            state = in_markdown(describe_state(run, weights))
            st.caption(f"**{short_name(run)}** is left out, as it cannot be judged ({state}).")
    comparable = sum(right_answers(run, weights) is not None for run in ticked)
    if comparable > len(compared):
        st.caption(f"The first {len(compared)} ticked are compared: there are no more marks.")


if __name__ == "__main__":
    guarded(main)
