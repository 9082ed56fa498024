"""A run as a Jupyter notebook: what it did, in plain librosa, scikit-learn and Keras.

Nothing of this program is needed to run it, and on the run's machine it ends with the run's test
accuracy. That takes the run's arithmetic: the order of every sum decides its last digit, and a
training of some epochs makes of a last digit what it makes of another seed. So the notebook builds
the mel spectrograms, the layers and the steps as `esc10.features.mel`, `esc10.training.layers` and
`esc10.training.learner` do, as plainly as gives the same bits.

The text of the cells is in the folder `cells`; a piece begins with its name in a comment. What
differs from run to run stands in one cell of settings, and which pieces there are.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from importlib.metadata import version
from pprint import pformat
from typing import Any

from esc10.datasets import source_of
from esc10.datasets.esc10 import ESC10, ESC10_ARCHIVE_URL
from esc10.datasets.esc50 import ANIMALS, ESC50_ARCHIVE_URL
from esc10.errors import RunError
from esc10.runs.outcome import StoredAnswers
from esc10.runs.run import Run
from esc10.training.networks import MODELS

INSTALL_TAG, SETTINGS_TAG = "install", "parameters"
"""What the cells are tagged with that install packages, and that name all settings; a cell after
the second may change some of them, as papermill does it."""

_Cell = dict[str, Any]

_LAYERS = {
    "cnn": ("batch_normalization",),
    "td_cnn": ("conv2d", "batch_normalization"),
    "cnn_rnn": ("conv2d", "dropout", "lstm"),
    "compact_cnn": ("batch_normalization",),
}
"""For each network that a notebook can build the pieces that define its layers."""

_FILTERS = {"td_cnn": (16, 32)}
"""For each network that has several widths how many filters and units its layers have at width 1,
the fewer first."""

_ARCHIVES = {ESC10.key: ESC10_ARCHIVE_URL, ANIMALS.key: ESC50_ARCHIVE_URL}

_PIECE = re.compile(r"^<!-- (\w+) -->\n", re.MULTILINE)
_VERSION = re.compile(r"[0-9][0-9A-Za-z.+]{0,30}")


def run_notebook(run: Run, weights: str) -> bytes:
    """The bytes of a notebook (.ipynb, format 4.5) that trains a run's network anew.

    Args:
        run: a run with weights.
        weights: one of its `criteria`: how the notebook chooses the epoch that is tested.

    Raises:
        RunError: the run has no weights, its folder is damaged, or it trained by a recipe or a
            network that no notebook can build.
    """
    refuse_misfit(run)
    answers = run.answers(weights)
    train = run.config.train
    sounds = ("archive", train.dataset) if train.dataset in _ARCHIVES else ("folder",)
    cells = [
        _markdown(_introduction(run)),
        _code(f"%pip install {' '.join(_requirements(run))}", INSTALL_TAG),
        _markdown(_about_settings(run)),
        _code(_settings(run, weights), SETTINGS_TAG),
        *_cells("imports", *sounds, "clips", "spectrograms", train.split, train.features),
        *_cells("layers", *_LAYERS[train.model], train.model, "training", "test"),
        *_comparison(run, answers),
    ]
    notebook = {
        "cells": [{"id": f"cell-{place}", **cell} for place, cell in enumerate(cells, 1)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False).encode()


def refuse_misfit(run: Run) -> None:
    """See that a notebook can be written of a run.

    Raises:
        RunError: it trained by a recipe, or a network that no notebook can build.
    """
    train = run.config.train
    if train.recipe is not None or train.model not in _LAYERS:
        raise RunError(
            f"Run {run.run_id} cannot be written as a notebook: that is for runs without a recipe, "
            f"of the networks {', '.join(_LAYERS)}. Choose such a run."
        )


def _markdown(text: str) -> _Cell:
    return {"cell_type": "markdown", "metadata": {}, "source": text.strip()}


def _code(text: str, *tags: str) -> _Cell:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"tags": list(tags)} if tags else {},
        "outputs": [],
        "source": text.strip(),
    }


@cache
def _pieces() -> dict[str, str]:
    """Every piece of the folder `cells`, by its name."""
    folder = resources.files("esc10.lesson").joinpath("cells")
    pieces: dict[str, str] = {}
    for file in folder.iterdir():
        _, *parts = _PIECE.split(file.read_text("utf-8"))
        pieces.update(zip(parts[::2], parts[1::2], strict=True))
    return pieces


def _cells(*names: str) -> list[_Cell]:
    """The cells of some pieces: what is between fences is code."""
    cells = []
    for name in names:
        for place, text in enumerate(_pieces()[name].split("```")):
            if place % 2:
                cells.append(_code(text.removeprefix("python\n")))
            elif text.strip():
                cells.append(_markdown(text))
    return cells


def _introduction(run: Run) -> str:
    train = run.config.train
    source = source_of(train.dataset)
    sounds = "sounds of your own" if source.own else source.title
    python = _versions(run).get("python", "")
    with_python = f", in Python {python}" if _VERSION.fullmatch(python) else ""
    return f"""# {MODELS[train.model].title} on {sounds}

From the sounds to the confusion matrix with librosa, scikit-learn and Keras: what the run
`{run.run_id}` did. Run the cells from top to bottom. On the machine of the run{with_python}, the
test accuracy at the end is exactly the run's.

The first cell installs the packages in the versions that the run used; restart the kernel where
others were there before. Other versions, or another processor, round differently, and then the
network learns something else, as with another seed."""


def _versions(run: Run) -> dict[str, str]:
    """What prepared and trained the run; librosa, which did neither, as it is here."""
    outcome = run.outcome
    trained_by = (outcome.versions if outcome else None) or {}
    return {"librosa": version("librosa"), **run.config.versions, **trained_by}


def _requirements(run: Run) -> list[str]:
    """The packages that the notebook imports, and those that decide the samples' last digits."""
    versions = _versions(run)
    names = (
        "tensorflow",
        "keras",
        "librosa",
        "scikit-learn",
        "numpy",
        "scipy",
        "soundfile",
        "soxr",
    )
    # A run that was imported may say anything, and this is a command.
    return [
        f"{name}=={versions[name]}" if _VERSION.fullmatch(versions.get(name, "")) else name
        for name in names
    ]


def _about_settings(run: Run) -> str:
    source = source_of(run.config.train.dataset)
    if source.key in _ARCHIVES:
        where = "`SOUNDS` may name a folder or zip of the dataset, where you have one."
    else:
        where = (
            "`SOUNDS` names a folder of WAV files. In the lab's data folder, which is `data` "
            f"unless `ESC10_HOME` says otherwise, it is `datasets/{source.key}`: copy it beside "
            "this notebook."
        )
        if source.synthetic:
            where += f" Where there is none, `python -m esc10 fetch {source.key}` makes it."
    return f"## Settings\n\nAll that the run was asked for. {where}"


def _settings(run: Run, weights: str) -> str:
    train, mel = run.config.train, run.config.mel
    trained, outcome = len(run.history()), run.outcome
    archive = _ARCHIVES.get(train.dataset)
    classes = pformat(list(run.config.classes), width=88, compact=True)
    off = _versions(run).get("onednn") == "off"
    lines = [
        f'SOUNDS = "{"" if archive else train.dataset}"',
        *([f'ARCHIVE = "{archive}"'] if archive else []),
        f"CLIPS = {sum(map(len, run.config.clips.values()))}",
        f"CLASSES = {classes}".replace("\n ", "\n" + " " * len("CLASSES = [")),
        "",
        f"SAMPLE_RATE, SECONDS = {mel.sample_rate}, {mel.seconds}",
        f"N_FFT, HOP_LENGTH, N_MELS = {mel.n_fft}, {mel.hop_length}, {mel.n_mels}",
        "",
    ]
    if train.split == "folds":
        lines.append(f"VALIDATION_FOLD, TEST_FOLD = {train.validation_fold}, {train.test_fold}")
    ended = f"  # of {train.epochs}: {outcome.reason}" if outcome and trained < train.epochs else ""
    if train.model in _FILTERS:
        few, many = (round(count * train.width) for count in _FILTERS[train.model])
        lines.append(f"FILTERS = {few}, {many}  # of the first two convolutions, and of the third")
    lines += [
        f"SEED = {train.seed}",
        f"EPOCHS = {trained}{ended}",
        f"BATCH_SIZE = {train.batch_size}",
        f"LEARNING_RATE = {train.learning_rate}",
        f'CRITERION = "{weights}"  # which epoch is the best',
        f'ONEDNN = "{0 if off else 1}"  # whether TensorFlow computes with oneDNN, as it did',
    ]
    return "\n".join(lines)


def _comparison(run: Run, answers: StoredAnswers) -> list[_Cell]:
    labels = answers.labels["test"]
    right = int((answers.probabilities["test"].argmax(axis=1) == labels).sum())
    return [
        _markdown(
            f"## The run itself\n\nWith the weights of epoch {answers.epoch}, run `{run.run_id}` "
            f"got {right} of {len(labels)} test clips right: a test accuracy of "
            f"{right / len(labels):.4f}."
        ),
        _code(
            f"if right == {right}:\n"
            '    print("The same test accuracy.")\n'
            "else:\n"
            f'    print(f"Not the same: {{right}} clips, and the run {right}. '
            'Another machine, or other versions?")'
        ),
    ]
