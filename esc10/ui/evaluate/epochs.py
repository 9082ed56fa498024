"""The epoch scrubber: what the network knew of the validation clips, epoch by epoch."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from esc10.datasets.clips import class_label
from esc10.evaluation.forgetting import ClipHistory, changes_at, clip_histories, evaluate_epoch
from esc10.evaluation.metrics import Evaluation, PartEvaluation
from esc10.runs.run import Run
from esc10.ui.clip_cards import show_clips
from esc10.ui.confusion import CellChooser
from esc10.ui.frame import chart_pixels, ink, table_pixels
from esc10.ui.links import follow, point
from esc10.ui.plots.confusion import ChosenCells
from esc10.ui.plots.curves import METRICS
from esc10.ui.plots.epochs import BEST_IN_WORDS, epoch_columns, epoch_spec

_PART = "validation"
_CELLS = CellChooser()
_SPARK_POINTS = 100
_CHART_HEIGHT = 205


def show_epochs(run: Run, judged: Evaluation) -> None:
    """Curves with the best epochs marked, a slider, and that epoch's matrix and clips."""
    history = run.history()
    best = run.outcome.best if run.outcome else {}
    epoch = _choose_epoch(run, len(history), best, judged.epoch)
    for column, metric in zip(st.columns(2), METRICS, strict=True):
        clips = len(run.config.clips[_PART])
        with column:
            st.vega_lite_chart(
                pa.table(epoch_columns(history, best, epoch, metric, clips)),
                epoch_spec(metric, ink(), chart_pixels() - 2, _CHART_HEIGHT),
                key=f"epochs {metric}",
                width="stretch",
                alt=f"{metric} by epoch",
            )
    then = evaluate_epoch(run, epoch)
    matrix, table, card = st.columns([1.1, 1.45, 1], gap="small")
    with matrix:
        choice = _CELLS.chosen(judged.classes)
        _CELLS.show_matrix(then, _PART, judged.classes, choice, shares=False)
    with table:
        name = _choose_clip(run, epoch, then, choice.cells if choice.part == _PART else None)
    with card:
        _show_clip(name, epoch, then, run)
    st.caption(
        "Solid: validation, in its 95 % interval; dotted: training. At the best epochs the "
        "interval flatters: these clips chose them. The strong line is the epoch of the matrix. A "
        "flip is a verdict that changed from one epoch to the next."
    )


def _choose_epoch(run: Run, epochs: int, best: dict[str, int], preferred: int) -> int:
    key = f"epoch of {run.run_id}"
    if epochs == 1:
        st.caption("This run has one epoch: there is no other to compare it with.")
        return 1
    st.session_state.setdefault(key, preferred)
    follow("epoch", key, {str(epoch): epoch for epoch in range(1, epochs + 1)})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        epoch = st.slider("Epoch", 1, epochs, key=key, width="stretch")
        for criterion, words in BEST_IN_WORDS.items():
            at = best[criterion]
            st.button(
                f"{words.capitalize()} ({at})",
                key=f"go to {criterion}",
                on_click=lambda at=at: st.session_state.update({key: at}),
            )
    point("epoch", key, str(epoch))
    return epoch


def _choose_clip(
    run: Run, epoch: int, then: PartEvaluation, cells: ChosenCells | None
) -> str | None:
    """A table of the clips, those that changed first; the name of the chosen one."""
    changes = changes_at(run, epoch)
    st.markdown(
        f"**Epoch {epoch}:** {len(changes.learned)} learned, {len(changes.forgotten)} forgotten"
        + (f" since epoch {epoch - 1}" if epoch > 1 else "")
    )
    changed = dict.fromkeys(changes.forgotten, "forgotten") | dict.fromkeys(
        changes.learned, "learned"
    )
    answers = {clip.filename: clip.predicted for clip in then.judged}
    rows = sorted(
        (
            clip
            for clip in clip_histories(run)
            if cells in (None, ChosenCells(None, None))
            or cells.hold(clip.true, answers[clip.filename])
        ),
        key=lambda clip: (clip.filename not in changed, -clip.flips),
    )
    if cells not in (None, ChosenCells(None, None)):
        st.button("Show all clips", on_click=lambda: _CELLS.choose(_PART, ChosenCells(None, None)))
    if not rows:
        st.caption("No clip is in this cell at this epoch.")
        return None
    return _clip_table(rows, answers, changed, f"clips of {run.run_id} at {epoch} {cells}")


def _clip_table(
    rows: list[ClipHistory], answers: dict[str, str], changed: dict[str, str], key: str
) -> str:
    names = [clip.filename for clip in rows]
    remembered = st.session_state.get("scrubbed clip")
    index = names.index(remembered) if remembered in names else 0
    table = st.dataframe(
        {
            "in truth": [class_label(clip.true) for clip in rows],
            "answer": [class_label(answers[name]) for name in names],
            "change": [changed.get(name, "") for name in names],
            "flips": [clip.flips for clip in rows],
            "epochs": [_spark(clip) for clip in rows],
        },
        hide_index=True,
        height=340,
        on_select="rerun",
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [index]}},
        column_config={
            "in truth": st.column_config.TextColumn(width=table_pixels(104)),
            "answer": st.column_config.TextColumn(width=table_pixels(104)),
            "change": st.column_config.TextColumn(width=table_pixels(84)),
            "flips": st.column_config.NumberColumn(
                width=table_pixels(50),
                help="How often its verdict changed from one epoch to the next, in the whole run.",
            ),
            "epochs": st.column_config.LineChartColumn(
                width=table_pixels(70),
                help="The probability of its true class, epoch by epoch.",
                y_min=0,
                y_max=1,
            ),
        },
        key=key,
    )
    chosen_rows = table.selection.rows
    name = names[chosen_rows[0]] if chosen_rows else names[index]
    st.session_state["scrubbed clip"] = name
    return name


def _spark(clip: ClipHistory) -> list[float]:
    step = max(1, len(clip.probability) // _SPARK_POINTS)
    return [float(value) for value in clip.probability[::step]]


def _show_clip(name: str | None, epoch: int, then: PartEvaluation, run: Run) -> None:
    """The chosen clip, judged as it was then."""
    for clip in then.judged:
        if clip.filename == name:
            st.markdown(f"**At epoch {epoch}:**")
            show_clips([clip], run, None, "epoch")
