"""Where hand-ins come from: a folder or zip on this machine, or an upload."""

from __future__ import annotations

import streamlit as st

from esc10.errors import Esc10Error
from esc10.lesson.checking import Brought
from esc10.lesson.checking.brought import MOST_MEGABYTES
from esc10.lesson.checking.judging import TOLERANCE
from esc10.ui.hand_ins.class_checks import begin_check
from esc10.ui.local_paths import choose_path, local_path
from esc10.ui.uploads import let_go
from esc10.ui.words import in_markdown

_UPLOADED, _COUNT, _TROUBLE = "hand-ins uploaded", "hand-in uploads", "trouble with hand-ins"


def show_form() -> None:
    """A box for a path where there may be one, a place for uploads, and a button that begins."""
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("#### Bring what was handed in")
        example = "/home/me/Downloads/hand-ins"
        path = choose_path("A folder or zip", "hand-ins path", example, personal=True)
        _upload()
        # Never disabled: what was typed last arrives with the click.
        if st.button("Check", type="primary", icon=":material/grading:", key="check hand-ins"):
            _begin(path.strip())
        if _TROUBLE in st.session_state:
            st.error(in_markdown(st.session_state.pop(_TROUBLE)))
    with right:
        st.markdown("#### What comes of it")
        st.markdown(
            "- **Judged anew**: each hand-in's weights answer on the clips that are here, and what "
            "it says of itself is set beside that. A stored probability may be off by "
            f"{TOLERANCE:g}, as machines round differently.\n"
            "- **Nothing is executed**: of a hand-in, numbers and words are read.\n"
            "- **Nothing is graded**: the tables have an empty column for whoever gives a grade, "
            "and a page of feedback for each says what was found.\n"
            "- **Nobody else sees it**: the results are shown in this browser alone, until you "
            "forget them, check others or quit the browser, and no longer than the lab runs and "
            "has room for them. So save the files."
        )


def _upload() -> None:
    count = st.session_state.setdefault(_COUNT, 0)
    st.file_uploader(
        "Upload the zip of *Download all submissions*, or the files",
        type=["zip", "html", "htm"],
        accept_multiple_files=True,
        key=_box(count),
        on_change=_take,
        max_upload_size=MOST_MEGABYTES,
        help=f"At most {MOST_MEGABYTES} MB. Where there is more, name the zip or its folder on the "
        "machine that the lab runs on, or check the folder there on the command line.",
    )
    brought: Brought | None = st.session_state.get(_UPLOADED)
    if brought is None or not brought.found:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/inventory_2: **{how_many(len(brought.found))}** uploaded.")
        if st.button("Remove", key="remove uploads", type="tertiary", icon=":material/close:"):
            st.session_state.pop(_UPLOADED).close()
            st.rerun()


def _box(count: int) -> str:
    return f"hand-ins {count}"


def _take() -> None:
    """Put uploads aside, in a new box: so none stays in the server's memory."""
    files = st.session_state.get(_box(st.session_state[_COUNT]))
    if not files:
        return
    st.session_state[_COUNT] += 1
    brought: Brought = st.session_state.setdefault(_UPLOADED, Brought())
    try:
        brought.add_uploads([(file.name, file) for file in files])
    except Esc10Error as error:
        st.session_state[_TROUBLE] = str(error)
    let_go(files)


def _begin(path: str) -> None:
    uploaded: Brought | None = st.session_state.get(_UPLOADED)
    try:
        if uploaded is not None and uploaded.found:
            del st.session_state[_UPLOADED]
            begin_check(uploaded)
        elif path:
            brought = Brought()
            brought.add_path(local_path(path))
            begin_check(brought)
        else:
            st.warning("Name a folder or a zip, or upload what was handed in.")
            return
    except Esc10Error as error:
        st.error(in_markdown(str(error)))
    else:
        st.rerun()


def how_many(hand_ins: int) -> str:
    """A number of hand-ins, in words."""
    return "1 hand-in" if hand_ins == 1 else f"{hand_ins} hand-ins"
