"""Judge a run: where it errs, how often, and what that sounds like."""

from __future__ import annotations

import streamlit as st

from esc10.datasets import SOURCES
from esc10.errors import DatasetError
from esc10.evaluation import PARTS, Evaluation, Mistake
from esc10.plots.palette import in_words
from esc10.plots.verdicts import confusion
from esc10.results import CRITERIA
from esc10.run import Run
from esc10.ui.frame import chart_pixels, explain_and_stop, guarded, in_projector_mode, open_page
from esc10.ui.server import dataset, runs_with_weights, verdict
from esc10.ui.settings import choose_run
from esc10.ui.sounds import player, provenance, spectrogram, synthetic_badge
from esc10.ui.words import CRITERION_LABEL, CRITERION_WORDS, leaks_in_words, share


def main() -> None:
    open_page("Evaluate")
    runs = runs_with_weights()
    if not runs:
        explain_and_stop(
            "There is nothing to judge yet: no network has been trained.",
            "pages/train.py",
            "Train a network",
        )
    run, criterion = _choice(runs)
    judged = verdict(run.run_id, criterion)
    _headline(run, judged)
    matrices, reports, mistakes = st.tabs(["Confusion matrices", "Reports", "Misclassified clips"])
    with matrices:
        _matrices(judged)
    with reports:
        _reports(judged)
    with mistakes:
        _mistakes(run, judged)


def _choice(runs: list[Run]) -> tuple[Run, str]:
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        run = choose_run(runs, "Run", key="run")
    criterion = right.segmented_control(
        CRITERION_LABEL,
        CRITERIA,
        format_func=CRITERION_WORDS.__getitem__,
        default=CRITERIA[0],
        required=True,
        key="weights",
        persist_state="session",
    )
    return run, criterion


def _headline(run: Run, judged: Evaluation) -> None:
    verdicts = " · ".join(
        f"{name.capitalize()} accuracy **{share(part.accuracy, part.interval)}**"
        for name, part in judged.parts.items()
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"{verdicts} · epoch {judged.epoch}",
            width="content",
            help="In brackets the 95 % interval (Wilson): where the accuracy on endless clips of "
            "this kind may lie. Two networks whose intervals overlap may be equally good.",
        )
        synthetic_badge(SOURCES[run.config.train.dataset])
    leaks = leaks_in_words(run.config.clips)
    if leaks:
        st.warning(leaks, icon=":material/water_drop:")


def _matrices(judged: Evaluation) -> None:
    height = 510 if in_projector_mode() else 500
    for column, (name, part) in zip(st.columns(2), judged.parts.items(), strict=True):
        title = f"{name.capitalize()}: {part.clips - len(part.mistakes)} of {part.clips} right"
        figure = confusion(part.confusion, judged.classes, title, chart_pixels(), height)
        column.plotly_chart(figure, key=f"matrix {name}", config={"displayModeBar": False})
    st.caption(
        "Rows are the truth, columns the answer: the diagonal is right, everything else is a "
        "mistake you can listen to under 'Misclassified clips'."
    )


def _reports(judged: Evaluation) -> None:
    for column, (name, part) in zip(st.columns(2), judged.parts.items(), strict=True):
        rows = part.report
        column.markdown(f"#### {name.capitalize()}")
        column.dataframe(
            {
                "class": [in_words(row).replace("avg", "average") for row in rows],
                **{
                    figure: [row[figure] for row in rows.values()]
                    for figure in ("precision", "recall", "f1-score", "support")
                },
            },
            hide_index=True,
            height="content",
            column_config={
                **{
                    figure: st.column_config.NumberColumn(format="%.2f")
                    for figure in ("precision", "recall", "f1-score")
                },
                "support": st.column_config.NumberColumn(format="%d"),
            },
            key=f"report {name}",
        )
    st.caption(
        "Precision: of the clips given this class, how many are. Recall: of the clips of this "
        "class, how many were found. F1: their harmonic mean. Support: clips of this class."
    )


def _mistakes(run: Run, judged: Evaluation) -> None:
    part = st.segmented_control(
        "Clips",
        PARTS,
        format_func=lambda name: f"{name} ({len(judged.parts[name].mistakes)})",
        default=PARTS[-1],
        required=True,
        key="mistakes of",
        label_visibility="collapsed",
    )
    mistakes = judged.parts[part].mistakes
    if not mistakes:
        st.success(f"Not one of the {judged.parts[part].clips} {part} clips is misclassified.")
        return
    left, right = st.columns([1, 1], gap="medium")
    with left:
        chosen = st.dataframe(
            {
                "in truth": [in_words(mistake.true) for mistake in mistakes],
                "taken for": [in_words(mistake.predicted) for mistake in mistakes],
                "probability": [100 * mistake.probability for mistake in mistakes],
            },
            hide_index=True,
            height=420,
            on_select="rerun",
            selection_mode="single-row-required",
            selection_default={"selection": {"rows": [0]}},
            column_config={
                "probability": st.column_config.ProgressColumn(
                    format="%.0f %%", min_value=0, max_value=100
                )
            },
            key=f"mistakes {run.run_id} {judged.weights} {part}",
        )
        st.caption("The most confident mistakes first. Choose a row to hear it.")
    rows = chosen.selection.rows
    with right:
        _show_mistake(mistakes[rows[0] if rows else 0], run)


def _show_mistake(mistake: Mistake, run: Run) -> None:
    st.markdown(
        f"### {in_words(mistake.true)} → {in_words(mistake.predicted)} ({mistake.probability:.0%})"
    )
    try:
        shown = dataset(run.config.train.dataset)
        clip = shown.clip(mistake.filename)
    except DatasetError as error:
        st.info(f"{error} The verdicts stay; the sounds come back with the dataset.")
        return
    player(clip)
    st.markdown(provenance(clip, shown))
    spectrogram(clip, "logmel", 260)


if __name__ == "__main__":
    guarded(main)
