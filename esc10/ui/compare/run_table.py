"""All runs in one table, and the ticks that choose some of them.

The table tells its ticks by the numbers of its rows, and rows move when a run comes or goes. So the
session remembers ticked runs by their names, and a table of other rows is another table, which
begins with the ticks it should have.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import streamlit as st

from esc10.evaluation.intervals import CHOSEN, DEPENDENT, percent
from esc10.runs.run import Run
from esc10.training.results import PARTS
from esc10.ui.compare.run_rows import ON_SCREEN
from esc10.ui.frame import chart_pixels, in_projector_mode, table_pixels

TICKED = "ticked runs"
_SHOWN = "runs shown"
_NO_RUNS: tuple[tuple[str, ...], int] = ((), 0)
"""What a session remembers under `_SHOWN`: the names on the screen, and the table's number."""

_MOST_ROWS, _MOST_PROJECTOR_ROWS, _MOST_BESIDE_A_COMPARISON = 7.5, 4.5, 2.5
"""Half a row says that there are more; what the ticks bring out must stand on the screen too."""

_MARK_PIXELS, _NAME_PIXELS = 48, 284


def ticked_among(shown: Sequence[Run]) -> list[Run]:
    """The ticked ones of some runs, in the order in which they were ticked."""
    _remember_ticks()
    by_id = {run.run_id: run for run in shown}
    ticked: list[str] = st.session_state.get(TICKED, [])
    return [by_id[run_id] for run_id in ticked if run_id in by_id]


def _remember_ticks() -> None:
    """Take over the ticks of the table that was on the screen; other runs keep theirs.

    The table itself comes later: its letters depend on the ticks.
    """
    ids, number = st.session_state.get(_SHOWN, _NO_RUNS)
    table = st.session_state.get(_key(number))
    if table is None:
        return  # it is not on the screen any more
    now = [ids[row] for row in table["selection"]["rows"]]
    before = st.session_state.get(TICKED, [])
    kept = [name for name in before if name in now or name not in ids]
    st.session_state[TICKED] = kept + [name for name in now if name not in before]


def _key(number: int) -> str:
    return f"runs {number}"


def show_runs(table: pa.Table) -> None:
    """The table; a tick is remembered under `TICKED`, in the order of ticking."""
    ids = tuple(table["run_id"].to_pylist())
    before, number = st.session_state.get(_SHOWN, _NO_RUNS)
    if before != ids:
        number += 1
        st.session_state[_SHOWN] = (ids, number)
    ticked = st.session_state.get(TICKED, [])
    columns = list(ON_SCREEN)
    for name in ("mark", "leaks", "recipe", "note"):
        if not any(table[name].to_pylist()):
            columns.remove(name)
    row_pixels = 2 * chart_pixels() + 3
    st.dataframe(
        _in_percent(table),
        key=_key(number),
        hide_index=True,
        column_order=columns,
        column_config=_column_config(marked="mark" in columns),
        placeholder="",
        row_height=row_pixels,
        height=round(row_pixels * (1 + min(len(ids), _most_rows(ids, ticked)))) + 3,
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={
            "selection": {"rows": [row for row, name in enumerate(ids) if name in ticked]}
        },
        alt="All runs",
    )
    st.caption(
        CHOSEN + (f" Clips that leak {DEPENDENT}." if any(table["leaks"].to_pylist()) else "")
    )


def _most_rows(shown: Sequence[str], ticked: Sequence[str]) -> float:
    if not in_projector_mode():
        return _MOST_ROWS
    compared = len(set(ticked).intersection(shown)) > 1
    return _MOST_BESIDE_A_COMPARISON if compared else _MOST_PROJECTOR_ROWS


def _in_percent(table: pa.Table) -> pa.Table:
    """The accuracies in whole percent: the grid's own way to write a share has two decimals."""
    for part in PARTS:
        column = table.schema.get_field_index(part)
        shares = table[part].to_pylist()
        rounded = [None if share is None else percent(share) for share in shares]
        table = table.set_column(column, part, pa.array(rounded, pa.int8()))
    return table


def _column_config(*, marked: bool) -> dict[str, Any]:
    """Widths in pixels: at 1280 the table is to be read without scrolling sideways.

    Without marks their width is the names': so no other column moves when runs are compared.
    """
    column, pixels = st.column_config, table_pixels
    return {
        "mark": column.TextColumn("", width=pixels(_MARK_PIXELS)),
        "name": column.TextColumn(
            "run", width=pixels(_NAME_PIXELS + (0 if marked else _MARK_PIXELS))
        ),
        "best_epoch": column.NumberColumn("best", width=pixels(50), help="The best epoch."),
        "epochs": column.NumberColumn("epochs", width=pixels(62), help="How many were trained."),
        "seconds_per_epoch": column.NumberColumn(
            "s/epoch", format="%.2f", width=pixels(70), help="Seconds an epoch, the median."
        ),
        "state": column.TextColumn("state", width=pixels(92)),
        "data": column.TextColumn("data", width=pixels(186)),
        "split": column.TextColumn(
            "split", width=pixels(78), help="With folds: which one validates, and which one tests."
        ),
        "leaks": column.NumberColumn(
            "leaks",
            width=pixels(56),
            help="Test clips whose recording is also in training: they flatter. Empty where the "
            "recordings are not known.",
        ),
        "parameters": column.NumberColumn("parameters", format="localized", width=pixels(94)),
        "network": column.TextColumn("network", width=pixels(190)),
        "recipe": column.TextColumn("recipe", width=pixels(190)),
        **_accuracy_columns(),
    }


def _accuracy_columns() -> dict[str, Any]:
    column, pixels = st.column_config, table_pixels
    doubts = {
        "validation": CHOSEN,
        "test": f"Where *leaks* is not 0, so many {DEPENDENT}.",
    }
    config: dict[str, Any] = {}
    for part in PARTS:
        config[part] = column.ProgressColumn(
            part, format="%.0f%%", min_value=0, max_value=100, width=pixels(94)
        )
        config[f"{part}_interval"] = column.TextColumn(
            "95 %",
            width=pixels(84),
            help="Where the accuracy on endless clips of this kind may lie, after Wilson. "
            + doubts[part],
        )
    return config
