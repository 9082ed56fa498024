"""Taking in a run that another installation exported."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from esc10.errors import LessonError, NoWorkerError, RunError
from esc10.lesson.report import run_in
from esc10.runs.exchange import import_run
from esc10.runs.exchange.exporting import MEBIBYTE
from esc10.runs.exchange.importing import MAX_ZIP_BYTES
from esc10.ui.server import engine
from esc10.ui.uploads import let_go
from esc10.ui.words import in_markdown, long_name

_CHOSEN_RUN = "run"
"""The box of `esc10.ui.settings.choose_run` on the Evaluate page."""

_COUNT, _SAID = "imports", "import said"
_WARM_SECONDS = 60
_NOT_CHECKED = (
    "Nothing was imported: for a minute there was no worker to check the run's weights. Import the "
    "file again once the front door calls the training engine ready."
)


def show_import() -> None:
    """A place for a run's zip or report; what was imported is what the page shows next."""
    with st.popover("Import a run", icon=":material/upload:", key="importing"):
        # A new box after each file: the file is let go of, and the same one can be tried again.
        count = st.session_state.setdefault(_COUNT, 0)
        slot = st.container()
        st.file_uploader(
            "A run's zip, or a report, as **Take it along** writes them",
            type=["zip", "html"],
            key=_box(count),
            on_change=_take,
            args=(slot,),
            max_upload_size=MAX_ZIP_BYTES // MEBIBYTE,
        )
        _show_said(slot)


def _box(count: int) -> str:
    return f"import {count}"


def _take(slot: DeltaGenerator) -> None:
    """Import the file before the page is drawn: the box of runs can still be told what to show."""
    file = st.session_state.get(_box(st.session_state[_COUNT]))
    if file is None:
        return
    st.session_state[_COUNT] += 1
    try:
        with slot, st.spinner("The run is checked …"):
            # On a page without runs the worker has often only just been started.
            engine().wait_until_warm(_WARM_SECONDS)
            run = import_run(run_in(file.getvalue()), engine().networks.check_weights)
    except NoWorkerError:
        st.session_state[_SAID] = (False, _NOT_CHECKED)
    except (RunError, LessonError) as error:
        st.session_state[_SAID] = (False, str(error))
    else:
        st.session_state[_CHOSEN_RUN] = run.run_id
        st.session_state[_SAID] = (True, f"{long_name(run)} is here, and chosen.")
    let_go([file])


def _show_said(slot: DeltaGenerator) -> None:
    """What became of the latest file, until another one comes."""
    if _SAID not in st.session_state:
        return
    imported, sentence = st.session_state[_SAID]
    # Titles, and names of files that a refusal quotes, are a stranger's.
    show = slot.success if imported else slot.error
    show(in_markdown(sentence))
