"""What a network of more or fewer parameters learns, and what it has learned for new clips."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from esc10.evaluation.cross_validation import compare_verdicts
from esc10.evaluation.experiments import figures_in_training, figures_of
from esc10.runs.run import Run
from esc10.ui.frame import chart_pixels, in_projector_mode, ink
from esc10.ui.plots.parameters import TEST, TRAINING, Sized, parameter_columns, parameter_spec
from esc10.ui.trainings import judged
from esc10.ui.traps.figure import Ways, figure
from esc10.ui.words import finding


def show_widths(ways: Ways) -> None:
    """Accuracy over the number of parameters, on training clips and on test clips."""
    verdicts = [judged(runs) for runs in ways.values()]
    sizes = [
        Sized(
            _parameters(runs[0]), {TRAINING: figures_in_training(runs), TEST: figures_of(verdict)}
        )
        for runs, verdict in zip(ways.values(), verdicts, strict=True)
    ]
    narrow, wide = sizes[0], sizes[-1]
    test = compare_verdicts(verdicts[0], verdicts[-1])
    said = "" if test is None else f": **{finding(test.p_value, 'McNemar’s test')}**"
    st.markdown(
        f"With {narrow.parameters:,} parameters it recognises {figure(narrow.figures[TEST])} of "
        f"the test clips, with {wide.parameters:,} {figure(wide.figures[TEST])}{said}. Of the "
        f"clips that it learns from it recognises {figure(narrow.figures[TRAINING])} and "
        f"{figure(wide.figures[TRAINING])}: training leads by **{_lead(narrow)} points** with the "
        f"fewest parameters, and by **{_lead(wide)}** with the most."
    )
    st.vega_lite_chart(
        pa.table(parameter_columns(sizes)),
        parameter_spec(sizes, ink(), chart_pixels() - 1, 420 if in_projector_mode() else 400),
        key="parameters",
        width="stretch",
        alt="Accuracy over the number of parameters, on training clips and on test clips",
    )
    st.caption(
        "A dot is a network of another seed. The lines join the means, whose bars are 95 % "
        "intervals over the clips (Wilson). Training accuracy is that of the last epoch, while it "
        "goes on. Where both are low, a network has too few parameters for the task; where it is "
        "far better on the clips it learns from, it learns them by heart."
    )


def _parameters(run: Run) -> int:
    outcome = run.outcome
    return (outcome and outcome.parameters) or 0


def _lead(size: Sized) -> str:
    """By how many points training accuracy is above test accuracy."""
    lead = size.figures[TRAINING].mean - size.figures[TEST].mean
    return f"{100 * lead:.0f}".replace("-", "−")
