"""Runs deleted at once, and brought back with one click; for good only when asked twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from esc10.errors import RunError
from esc10.runs.outcome import UNFINISHED
from esc10.runs.run import Run
from esc10.runs.trash import delete_run, deleted_folder, deleted_runs, purge_run, restore_run
from esc10.storage import is_gone
from esc10.ui.words import in_markdown, short_name

_DELETED = "runs deleted last"
_TROUBLE = "trouble with deleting"
_MOST_LISTED = 20


def offer_deletion(runs: Sequence[Run]) -> None:
    """A button that deletes some runs, those under way excepted."""
    busy = [run for run in runs if run.state in UNFINISHED and run.writer_lives]
    idle = [run for run in runs if run not in busy]
    st.button(
        "Delete" if len(runs) == 1 else f"Delete {len(idle)} runs",
        key="delete runs",
        icon=":material/delete:",
        disabled=not idle,
        on_click=_delete,
        args=(idle,),
    )
    if busy:
        st.caption("A run that waits or trains cannot be deleted: stop it on the Train page first.")


def show_undo() -> None:
    """What was deleted last, with a way back, and what went wrong."""
    for sentence in st.session_state.pop(_TROUBLE, []):
        st.error(in_markdown(sentence))
    deleted: list[tuple[str, str]] = [
        (run_id, name)
        for run_id, name in st.session_state.get(_DELETED, [])
        if not is_gone(deleted_folder() / run_id)  # another page may have brought it back
    ]
    if not deleted:
        return
    what = f"**{deleted[0][1]}**" if len(deleted) == 1 else f"{len(deleted)} runs"
    with st.container(horizontal=True, vertical_alignment="center", key="undo"):
        st.markdown(f":material/delete: Deleted {what}.", width="content")
        st.button(
            "Undo",
            key="undo deletion",
            type="primary",
            icon=":material/undo:",
            on_click=_restore,
            args=([run_id for run_id, _ in deleted],),
        )


def show_deleted() -> None:
    """The deleted runs, the newest deletion first: to restore, or to delete for good."""
    deleted = deleted_runs()
    if not deleted:
        return
    with st.expander(
        f"Deleted runs ({len(deleted)})", key="deleted runs", icon=":material/delete:"
    ):
        for run in deleted[:_MOST_LISTED]:
            _list(run)
        if len(deleted) > _MOST_LISTED:
            st.caption(f"These are the {_MOST_LISTED} deleted last; the others come after them.")


def _list(run: Run) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(short_name(run))
        st.button(
            "Restore",
            key=f"restore {run.run_id}",
            icon=":material/undo:",
            on_click=_restore,
            args=([run.run_id],),
        )
        if st.button("Delete for good", key=f"purge {run.run_id}"):
            _confirm(run)


@st.dialog("Delete for good?")
def _confirm(run: Run) -> None:
    st.markdown(f"**{short_name(run)}**, its curves and its weights are then gone.")
    if st.button(
        "Delete for good", key="purge", type="primary", on_click=_purge, args=(run.run_id,)
    ):
        st.rerun()


def _delete(runs: Sequence[Run]) -> None:
    named = {run.run_id: short_name(run) for run in runs}
    done = _each(delete_run, list(named))
    st.session_state[_DELETED] = [(run_id, named[run_id]) for run_id in done]


def _restore(run_ids: Sequence[str]) -> None:
    _forget(_each(restore_run, run_ids))


def _purge(run_id: str) -> None:
    _forget(_each(purge_run, [run_id]))


def _each(act: Callable[[str], None], run_ids: Sequence[str]) -> list[str]:
    """Do it to each run; what fails is said on the page, and the others are done all the same."""
    done = []
    for run_id in run_ids:
        try:
            act(run_id)
        except RunError as error:
            st.session_state.setdefault(_TROUBLE, []).append(str(error))
        else:
            done.append(run_id)
    return done


def _forget(run_ids: Sequence[str]) -> None:
    """Offer no undo any more for runs that are back, or gone."""
    st.session_state[_DELETED] = [
        pair for pair in st.session_state.get(_DELETED, []) if pair[0] not in run_ids
    ]
