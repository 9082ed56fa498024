"""The frame around every page: its title, the navigation on top, and projector mode."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from esc10.errors import Esc10Error
from esc10.ui.fragments import IDLE_SECONDS, live, show_trouble
from esc10.ui.imports_ahead import being_drawn
from esc10.ui.lesson_begun import Lesson, lesson_begun
from esc10.ui.links import begin_page
from esc10.ui.player.page_players import join_players
from esc10.ui.server import SOUND_JOBS, is_under_way

PAGES = {
    "app.py": "Start",
    "pages/guided_lab.py": "Guided lab",
    "pages/dataset.py": "Dataset",
    "pages/train.py": "Train",
    "pages/crossval.py": "Cross-validate",
    "pages/traps.py": "Traps",
    "pages/evaluate.py": "Evaluate",
    "pages/compare.py": "Compare",
    "pages/ask_the_class.py": "Ask the class",
    "pages/predict.py": "Predict",
    "pages/rehearse.py": "Rehearse",
}
"""Each page's file and its name, in the order of the lab: in large type, one row has no room for
more. Start and Rehearse lead to *Hand-ins*, which few need, and seldom."""

CLOCK_PAGE = "pages/rehearse.py"
"""Where a lesson begins, and its clock is."""

_PROJECTOR_PIXELS = 22
_CHART_PIXELS, _CHART_PROJECTOR_PIXELS = 16, 20

_STYLE = """
<style>
  .stMainBlockContainer { padding-top: 1rem; padding-bottom: 2rem; max-width: 1400px;
    padding-left: 2.5rem; padding-right: 2.5rem; }
  /* Streamlit's own bar lies over the navigation: let clicks through, but not past its buttons. */
  header[data-testid="stHeader"] { background: transparent; }
  header[data-testid="stHeader"], header[data-testid="stHeader"] * { pointer-events: none; }
  header[data-testid="stHeader"] button, header[data-testid="stHeader"] button * {
    pointer-events: auto;
  }
  .st-key-navigation { border-bottom: 1px solid rgba(128, 128, 128, 0.35); padding-right: 6rem;
    gap: 0.5rem !important; }
  /* What is drawn by itself stands in a box of its own, which would take a second row. */
  .st-key-navigation > [data-testid="stLayoutWrapper"] { flex: 0 0 fit-content; }
  .stPlotlyChart text:not([style*="fill: rgb(255, 255, 255)"]) { fill: currentColor !important; }
  [data-testid="stHeaderActionElements"] { display: none; }
  /* Streamlit's own grey has a contrast of 3.9 on white; and links keep their colour whole. */
  [data-testid="stCaptionContainer"] {
    color: color-mix(in srgb, currentColor 78%, transparent); opacity: 1;
  }
  /* A line or a frame marks what is chosen; their colour is too dark for type on dark pages. */
  [data-testid="stTab"][aria-selected="true"],
  button[data-variant][data-selected="true"] { color: inherit !important; }
  [data-testid="stSliderThumbValue"] { color: inherit !important; }
  /* Its colours for code have contrasts down to 2.6. */
  .stCode .token { color: inherit !important; }
  .st-key-page-players { position: absolute; }
  /* Where keys go on from; below it its picture comes into view. */
  audio[aria-current] { outline: 0.2rem solid #D55E00; outline-offset: 0.1rem;
    border-radius: 1.7rem; scroll-margin: 4rem 0 9rem; }
  [data-testid="stVerticalBlock"] h2, [data-testid="stVerticalBlock"] h4 { padding-top: 0.2rem; }
</style>
"""
_PROJECTOR_STYLE = f"""
<style>
  html {{ font-size: {_PROJECTOR_PIXELS}px !important; }}
  .stMainBlockContainer {{ padding-left: 2rem; padding-right: 2rem; max-width: none; }}
  /* The hall reads the page, the lecturer the way to the next: it stays in one row. */
  .st-key-navigation {{ gap: 0.3rem !important; padding-right: 3.5rem; }}
  .st-key-navigation p {{ font-size: 0.8rem !important; }}
  .st-key-navigation [data-testid="stPageLink-NavLink"] {{ padding-inline: 0.3rem; }}
</style>
"""


def open_page(name: str) -> None:
    """Begin a page: every page calls this first."""
    begin_page(name)
    st.set_page_config(
        page_title=f"{name} · Machines that hear",
        page_icon=":material/graphic_eq:",
        layout="wide",
    )
    st.html(_STYLE)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="navigation"):
        lesson = lesson_begun()
        for file, label in PAGES.items():
            if lesson is not None and file == CLOCK_PAGE:
                live(_clock_link, IDLE_SECONDS)(lesson, label == name)
            else:
                _page_link(file, label, label == name)
        st.space("stretch")
        st.toggle(
            "Projector",
            key="projector",
            bind="query-params",
            help="Larger type, for a hall. The address keeps it when you reload.",
        )
    if in_projector_mode():
        st.html(_PROJECTOR_STYLE)
    join_players()


def _page_link(file: str, label: str, here: bool) -> None:
    st.page_link(file, label=f"**{label}**" if here else label)


def _clock_link(lesson: Lesson, here: bool) -> None:
    """In place of its name the minute: whoever gives a lesson sees the clock on every page."""
    minutes = lesson.plan.minutes
    over = lesson.minute > minutes
    _page_link(CLOCK_PAGE, "time is up" if over else f"{lesson.minute}/{minutes} min", here)


def guarded(page: Callable[[], None]) -> None:
    """Run a page; trouble its reader can mend is one sentence on it."""
    with being_drawn():
        try:
            page()
        except Esc10Error as error:
            show_trouble(error)


def in_projector_mode() -> bool:
    """Whether this person's pages are set in large type."""
    return bool(st.session_state.get("projector", False))


def chart_pixels() -> int:
    """The size of type in charts, in pixels."""
    return _CHART_PROJECTOR_PIXELS if in_projector_mode() else _CHART_PIXELS


def table_pixels(width: int) -> int:
    """A width in a table, which grows with the type in it."""
    return round(width * chart_pixels() / _CHART_PIXELS)


def type_pixels() -> int:
    """The size of the page's type, in pixels."""
    return _PROJECTOR_PIXELS if in_projector_mode() else int(st.get_option("theme.baseFontSize"))


def ink() -> str:
    """The colour of type on this person's page: light or dark."""
    return "#fafafa" if st.context.theme.type == "dark" else "#31333f"


def picture_toolbar(filename: str) -> dict[str, Any]:
    """What a Plotly figure offers in its corner: itself as an SVG file, and nothing else."""
    return {
        "displayModeBar": "hover",
        "displaylogo": False,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "svg", "filename": filename},
    }


def show_missing(sentence: str, page: str, label: str) -> None:
    """Say what is missing on this page, and offer the page that mends it."""
    st.info(sentence, icon=":material/info:")
    st.page_link(page, label=f"**{label}**", icon=":material/arrow_forward:")


def show_no_sounds(doing: str) -> None:
    """Say that what is done on this page needs sounds, and whether they are on their way."""
    how = (
        "they are on their way"
        if is_under_way(SOUND_JOBS)
        else "there are none on this machine yet"
    )
    show_missing(f"{doing} needs sounds, and {how}.", "pages/dataset.py", "Get a dataset")
