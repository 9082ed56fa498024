"""A run to take along: as one zip, as a Keras file, as a notebook, as tables."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import streamlit as st

from esc10.datasets.clips import class_label
from esc10.errors import RunError
from esc10.evaluation.metrics import Evaluation
from esc10.lesson.notebook import refuse_misfit, run_notebook
from esc10.lesson.report import report_of
from esc10.lesson.words import CRITERION_PHRASES, describe_scaling, describe_spectrogram
from esc10.runs.exchange import run_zip
from esc10.runs.run import Run
from esc10.runs.writing import history_csv
from esc10.ui.csv_files import csv_of
from esc10.ui.evaluate.network import learnt_filters
from esc10.ui.fragments import live, show_trouble
from esc10.ui.lab_answers import given_answers
from esc10.ui.server import engine, verdict
from esc10.ui.words import in_markdown


def show_takeaway(run: Run, weights: str) -> None:
    """What of a run can be downloaded, and what the command line says instead."""
    left, right = st.columns(2, gap="medium")
    with left:
        with st.container(border=True):
            _whole_run(run)
        with st.container(border=True):
            _hand_in(run, weights)
        with st.container(border=True):
            _tables(run, verdict(run, weights))
    with right:
        with st.container(border=True):
            live(_keras)(run, weights)
        with st.container(border=True):
            _notebook(run, weights)
    st.caption(
        "Every chart has its own download in the corner, as a picture, and every table one as CSV: "
        "move the pointer over it."
    )


def _download(label: str, content: Callable[[], bytes], name: str, kind: str) -> None:
    """A button whose file is made when it is pressed, and not before."""
    st.download_button(
        label,
        content,
        name,
        kind,
        key=f"download {name}",
        icon=":material/download:",
        on_click="ignore",
    )


def _whole_run(run: Run) -> None:
    st.markdown(
        "**The run**, for another installation of this lab: settings, curves, answers, weights; "
        "not the sounds."
    )
    _download("Run (zip)", lambda: run_zip(run), f"{run.run_id}.zip", "application/zip")
    st.caption("The same on the command line, and how another one takes it in:")
    st.code(
        f"python -m esc10 export {run.run_id} -o run.zip\npython -m esc10 import run.zip",
        language="bash",
        wrap_lines=True,
    )


def _hand_in(run: Run, weights: str) -> None:
    st.markdown(
        "**A report**, to read and to hand in: one HTML file with settings, curves, matrices, the "
        "misclassified test clips to hear, and the run itself. It opens without the internet."
    )
    answers = given_answers()  # here: the file is made where no session is known
    if answers:
        many = "1 answer" if len(answers) == 1 else f"{len(answers)} answers"
        st.caption(f"With your {many} from the guided lab.")
    else:
        st.caption("What you answer in the *Guided lab*, in this tab of the browser, goes with it.")
    _download(
        "Report (HTML)",
        lambda: report_of(run, weights, answers).content,
        f"{run.run_id}-{weights}.html",
        "text/html",
    )
    st.code(f"python -m esc10 report {run.run_id} -o run.html", language="bash", wrap_lines=True)


def _tables(run: Run, judged: Evaluation) -> None:
    st.markdown(
        "**The figures**, for a spreadsheet: every epoch's loss and accuracy; and what the weights "
        f"{CRITERION_PHRASES[judged.weights]} give each class, for every validation and "
        "test clip."
    )
    with st.container(horizontal=True):
        _download(
            "Epochs (CSV)",
            lambda: history_csv(run.history()),
            f"{run.run_id}-history.csv",
            "text/csv",
        )
        _download(
            "Probabilities (CSV)",
            lambda: probabilities_csv(judged),
            f"{run.run_id}-{judged.weights}-probabilities.csv",
            "text/csv",
        )


def probabilities_csv(judged: Evaluation) -> bytes:
    """Every judged clip with its part, its class, and a column for each class's probability."""
    clips = [(part, clip) for part, verdicts in judged.parts.items() for clip in verdicts.judged]
    chances = np.array([clip.probabilities for _, clip in clips], np.float32)
    return csv_of(
        pa.table(
            {
                "filename": [clip.filename for _, clip in clips],
                "part": [part for part, _ in clips],
                "true": [clip.true for _, clip in clips],
                **{name: chances[:, label] for label, name in enumerate(judged.classes)},
            }
        )
    )


def _keras(run: Run, weights: str) -> None:
    """The network as a file; until a worker is there to write it, this looks again by itself."""
    name = f"{run.run_id}-{weights}.keras"
    st.markdown(
        f"**The network**, with the weights {CRITERION_PHRASES[weights]}, for a program "
        "of your own: Keras loads it without this lab."
    )
    try:
        learnt_filters(run, weights)  # damaged weights are noticed here, where a sentence can be
    except RunError as error:
        show_trouble(error)
    else:
        _download(
            "Network (.keras)",
            lambda: engine().networks.trained(run, weights).keras_file(),
            name,
            "application/octet-stream",
        )
    st.code(
        f'import keras\n\nnetwork = keras.models.load_model("{name}")\nchances = network(x)',
        language="python",
        wrap_lines=True,
    )
    st.markdown(_describe_input(run))


def _notebook(run: Run, weights: str) -> None:
    """A button, or why there is none."""
    st.markdown(
        "**A notebook**, to read and to change: the same training in plain librosa, scikit-learn "
        "and Keras, from the sounds to the same test accuracy. Jupyter runs it without this lab."
    )
    try:
        refuse_misfit(run)
    except RunError as error:
        st.caption(in_markdown(str(error)))
        return
    _download(
        "Notebook (.ipynb)",
        lambda: run_notebook(run, weights),
        f"{run.run_id}-{weights}.ipynb",
        "application/x-ipynb+json",
    )


def _describe_input(run: Run) -> str:
    """What the network must be fed, and what it answers."""
    config = run.config
    classes = ", ".join(map(class_label, config.classes))
    return (
        f"- `x` has the shape (clips, {config.mel.frames} frames, {config.mel.n_mels} mel bands), "
        "float32.\n"
        f"- {describe_spectrogram(config.mel)} {describe_scaling(config.scaling)}\n"
        f"- `chances` has the shape (clips, {len(config.classes)}), in this order: {classes}."
    )
