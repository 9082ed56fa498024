"""What a cross-validation says: its folds, matrix and clips, and how it differs from another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pyarrow as pa
import streamlit as st

from esc10.datasets import source_of
from esc10.evaluation.cross_validation import CrossVerdict, compare_verdicts
from esc10.evaluation.intervals import percent
from esc10.lesson.words import describe_recipe, share
from esc10.runs.cross_validation import CrossValidation
from esc10.runs.run import Run
from esc10.training.networks import MODELS
from esc10.ui.clip_cards import show_clips
from esc10.ui.confusion import CellChooser, clips_of, describe_clips
from esc10.ui.fragments import live
from esc10.ui.frame import chart_pixels, in_projector_mode, ink
from esc10.ui.plots.folds import fold_columns, fold_spec
from esc10.ui.words import finding

_CELLS = CellChooser("crossval ", ("all folds",))
_PANEL_PIXELS = 560


def titles_of(asked: Sequence[CrossValidation]) -> dict[str, str]:
    """What cross-validations are called, as plain text, by their names: each otherwise.

    Beside the usual there is what differs among them.
    """
    rare = ("seed", "features", "learning_rate", "batch_size", "patience")
    differing = [name for name in rare if len({getattr(one.settings, name) for one in asked}) > 1]
    titles = {}
    for one in asked:
        settings = one.settings
        parts = (
            MODELS[settings.model].title,
            describe_recipe(settings),
            source_of(settings.dataset).title,
            f"{settings.epochs} epochs",
            "" if one.seeds == 1 else f"{one.seeds} seeds",
            *(f"{name.replace('_', ' ')} {getattr(settings, name)}" for name in differing),
        )
        titles[one.name] = " · ".join(filter(None, parts))
    same = Counter(titles.values())
    return {
        name: title if same[title] == 1 else f"{title} · {name[-8:]}"
        for name, title in titles.items()
    }


def show_folds(verdict: CrossVerdict) -> None:
    """The mean, and the folds as dots."""
    st.markdown(f"#### {_describe_mean(verdict)}")
    rows = 5 * max(2, len(verdict.seed_means))
    height = 60 + rows * (16 if in_projector_mode() else 12)
    st.vega_lite_chart(
        pa.table(fold_columns(verdict)),
        fold_spec(verdict, ink(), chart_pixels() - 2, height),
        width="stretch",
        key="folds",
        alt="Accuracy of each fold, and their mean",
    )
    st.caption(
        "A dot is a network that has not heard its fold, as it was after its last epoch; the thin "
        "line is its 95 % interval. The strong line is the mean, the band its interval over all "
        "clips. Nothing was chosen on test or validation clips."
    )


def show_peeking(verdict: CrossVerdict) -> None:
    """What choosing the epoch on the test clips would add."""
    with st.expander("What would peeking at the test fold add?"):
        ways = {
            "After the last epoch": verdict.mean,
            "Epoch chosen by validation": verdict.mean_chosen,
            "Epoch chosen on the test clips": verdict.mean_peeked,
        }
        for column, (way, mean) in zip(st.columns(3), ways.items(), strict=True):
            added = 100 * (mean - verdict.mean)
            column.metric(
                way,
                f"{100 * mean:.1f}%",
                None if way.startswith("After") else f"{added:+.1f} points",
            )
        st.caption(
            "The same networks, the same answers. Only the last figure has looked at the clips it "
            "is measured on: with enough epochs one of them is lucky. No other sound will be."
        )


def show_clips_of(runs: list[Run], verdict: CrossVerdict) -> None:
    """The matrix of all folds, and the clips behind its cells."""
    live(_matrix_and_clips)(runs, verdict)


def _describe_mean(verdict: CrossVerdict) -> str:
    said = f"{share(verdict.mean, verdict.interval)} of {verdict.clips} clips"
    if verdict.deviation is not None:
        said += f", ± {percent(verdict.deviation)} by run"
    return said


def _matrix_and_clips(runs: list[Run], verdict: CrossVerdict) -> None:
    choice = _CELLS.chosen(verdict.classes)
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        _CELLS.show_matrix(verdict.pooled, "all folds", verdict.classes, choice, shares=False)
    with right:
        _CELLS.show_boxes(verdict.classes)
        clips = clips_of(verdict.pooled, choice.cells)
        st.markdown(describe_clips(len(clips), choice.cells))
        with st.container(height=_PANEL_PIXELS, border=False):
            # Several seeds judge a clip several times; its card is shown once, with the surest.
            once = {clip.filename: clip for clip in reversed(clips)}
            show_clips([*reversed(once.values())], runs[0], None, "crossval")


def show_difference(first: CrossVerdict, second: CrossVerdict, other: str) -> None:
    """Whether two cross-validations differ, in a sentence."""
    found = compare_verdicts(first, second)
    if found is None:
        st.info("They were not tested on the same clips, and cannot be compared.")
        return
    said = finding(found.p_value, "McNemar's test")
    st.markdown(
        f"This one is right more often on {found.only_first} clips, *{other}* on "
        f"{found.only_second}: **{said}**."
    )
