"""A run's notebook trains the run's network to the last digit, with nothing of this program."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from esc10.datasets import load_dataset
from esc10.datasets.esc10 import ESC10_ARCHIVE_URL
from esc10.datasets.folders import datasets_folder
from esc10.errors import RunError
from esc10.evaluation.metrics import evaluate
from esc10.features.cache import cached_power
from esc10.features.mel import MelConfig
from esc10.lesson.notebook import INSTALL_TAG, run_notebook
from esc10.runs.run import Run
from esc10.runs.store import load_run
from esc10.runs.writing import add_epoch, create_run, finish_run
from esc10.training.networks import MODELS
from esc10.training.recipes import RECIPES
from tests.support.copies import animal_folder, animal_names
from tests.support.made_runs import made_config, made_labels, made_result
from tests.support.own_datasets import THREE, made, trained_on
from tests.support.own_sounds import numbered, sounds

CELL_SECONDS = 600

LIBROSAS = "ignore:.* is deprecated and slated for removal:DeprecationWarning"
"""librosa imports modules that later versions of Python no longer have."""

SPECTRA = "def mel_spectrogram"
"""What the cell is known by that makes the mel spectrograms: before it, sounds are only found."""


def stored_run(epochs: int = 7, **settings: Any) -> Run:
    """A made-up run of these settings, which was asked for seven epochs."""
    config = made_config()
    run = create_run(replace(config, train=replace(config.train, **settings)))
    result = made_result(epochs, "epochs" if epochs == 7 else "patience")
    for row in result.history:
        add_epoch(run, row)
    finish_run(run, result, made_labels())
    return run


def notebook_of(run: Run, weights: str = "val_accuracy") -> nbformat.NotebookNode:
    """The run's notebook, if it is one by the format's own rules."""
    notebook = nbformat.reads(run_notebook(run, weights), as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    return notebook


def code_of(notebook: nbformat.NotebookNode) -> list[str]:
    """Its cells of code, but for the one that installs packages."""
    return [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code" and INSTALL_TAG not in cell.metadata.get("tags", [])
    ]


def executed(cells: list[str], **changed: object) -> dict[str, Any]:
    """The names that cells leave behind, run here; those changed are so from the first on."""
    names: dict[str, Any] = {}
    for cell in cells:
        run_cell(cell, names)
        names.update(changed)
    return names


def run_cell(cell: str, names: dict[str, Any]) -> None:
    exec(compile(cell, "cell", "exec"), names)


def place_of(text: str, cells: list[str]) -> int:
    """Where the first cell is that has this text in it."""
    return next(place for place, cell in enumerate(cells) if text in cell)


def test_a_notebook_run_from_top_to_bottom_ends_with_the_runs_accuracy(home: Path) -> None:
    dataset, _ = made(sounds(numbered(THREE, 10)))
    run = trained_on(dataset, "td_cnn", width=0.5, epochs=3, batch_size=4)
    notebook = notebook_of(run)
    notebook.cells.append(nbformat.v4.new_code_cell("print(network.predict(x[test]).tolist())"))
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        skip_cells_with_tag=INSTALL_TAG,
        resources={"metadata": {"path": str(datasets_folder())}},
    )
    client.execute()
    said = "".join(
        output.text
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if "text" in output
    )
    judged = evaluate(run, "val_accuracy")
    assert f"test accuracy {judged.parts['test'].accuracy:.4f}: " in said
    assert f"weights of epoch {judged.epoch}\n" in said
    assert "The same test accuracy." in said
    chances = json.loads(said.splitlines()[-1])
    assert np.array_equal(np.float32(chances), run.answers("val_accuracy").probabilities["test"])


@pytest.mark.filterwarnings(LIBROSAS)
def test_its_network_answers_as_the_runs_does(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset, _ = made(sounds(numbered(THREE, 10)))
    run = trained_on(dataset, "cnn_rnn", features="mel", split="lab", epochs=2, batch_size=4)
    monkeypatch.chdir(datasets_folder())
    names = executed(code_of(notebook_of(run, "val_loss")))
    chances = names["network"].predict(names["x"][names["test"]], verbose=0)
    assert np.array_equal(chances, run.answers("val_loss").probabilities["test"])
    assert "The same test accuracy." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("model", "width"),
    [(key, width) for key, network in MODELS.items() for width in network.widths],
)
def test_every_network_begins_with_the_same_layers_and_weights(
    model: str, width: float, capsys: pytest.CaptureFixture[str]
) -> None:
    from esc10.training.learner import Learner

    run = stored_run(model=model, width=width)
    config = run.config
    cells = code_of(notebook_of(run))
    network = place_of("set_random_seed", cells)
    layers = [cell for cell in cells[:network] if cell.startswith("class ")]
    settings = [cell for cell in cells if "SEED =" in cell or cell.startswith("import os")]
    shape = np.empty((1, config.mel.frames, config.mel.n_mels), np.float32)
    names = executed([*settings, *layers, cells[network]], x=shape)
    learner = Learner(model, config.mel.frames, config.mel.n_mels, len(config.classes), width)
    learner.restart(config.train.seed, config.train.learning_rate)
    ours = [layer for layer in learner.model.layers if type(layer).__name__ != "InputLayer"]
    theirs = [layer for layer in names["network"].layers if type(layer).__name__ != "InputLayer"]
    assert [describe(layer) for layer in theirs] == [describe(layer) for layer in ours]
    for mine, yours in zip(
        learner.model.get_weights(), names["network"].get_weights(), strict=True
    ):
        assert np.array_equal(mine, yours)


def describe(layer: Any) -> tuple[object, ...]:
    """A layer's class, its shape and what makes it what it is."""
    settings = layer.get_config()
    kept = ("activation", "kernel_size", "strides", "padding", "rate", "pool_size", "momentum")
    return type(layer).__name__, layer.output.shape, [settings.get(name) for name in kept]


@pytest.mark.filterwarnings(LIBROSAS)
def test_esc10_is_read_from_its_archive_to_the_last_digit(
    real_archive: Path, esc10_master: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESC10_HOME", str(esc10_master))
    dataset = load_dataset("esc10")
    power = cached_power(dataset, MelConfig())
    assert power is not None
    monkeypatch.setenv("ESC10_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    cells = code_of(notebook_of(stored_run(dataset="esc10")))
    assert f'ARCHIVE = "{ESC10_ARCHIVE_URL}"' in cells[0]
    spectra = place_of(SPECTRA, cells)
    names = executed(cells[:spectra], SOUNDS=str(real_archive), CLIPS=400)
    assert names["names"] == [clip.filename for clip in dataset.clips]
    assert names["labels"].tolist() == dataset.labels.tolist()
    names["names"] = names["names"][::100]  # all of them take ten seconds
    run_cell(cells[spectra], names)
    assert np.array_equal(names["mel"], power[::100].transpose(0, 2, 1))


def test_the_animals_are_found_in_a_folder_of_esc50(tmp_path: Path) -> None:
    folder = animal_folder(tmp_path / "ESC-50-master")
    (folder / "audio" / "1-17367-A-10.wav").write_bytes(b"rain")
    cells = code_of(notebook_of(stored_run(dataset="animals")))
    names = executed(cells[: place_of(SPECTRA, cells)], SOUNDS=str(folder), CLIPS=400)
    assert names["names"] == animal_names()
    assert names["labels"].tolist() == [int(name.split("-")[3][0]) for name in animal_names()]


def test_a_folder_that_lacks_clips_is_noticed_at_once(tmp_path: Path) -> None:
    cells = code_of(notebook_of(stored_run()))
    with pytest.raises(AssertionError, match="There are 0 clips, and the run had 26"):
        executed(cells[: place_of(SPECTRA, cells)], SOUNDS=str(tmp_path))


def test_its_settings_are_the_runs() -> None:
    settings = executed(code_of(notebook_of(stored_run(epochs=3, seed=99), "val_loss"))[:1])
    del settings["__builtins__"]
    config = made_config()
    assert settings == {
        "SOUNDS": "practice",
        "CLIPS": 26,
        "CLASSES": list(config.classes),
        "SAMPLE_RATE": 22_050,
        "SECONDS": 5.0,
        "N_FFT": 2048,
        "HOP_LENGTH": 512,
        "N_MELS": 128,
        "VALIDATION_FOLD": 4,
        "TEST_FOLD": 5,
        "SEED": 99,
        "EPOCHS": 3,
        "BATCH_SIZE": 32,
        "LEARNING_RATE": 0.0005,
        "CRITERION": "val_loss",
        "ONEDNN": "1",
    }


def test_it_installs_the_versions_that_the_run_used() -> None:
    installing = notebook_of(stored_run()).cells[1]
    assert installing.metadata.tags == [INSTALL_TAG]
    command, *packages = installing.source.split()[1:]
    assert command == "install"
    assert {"numpy==2", "keras==3", "scipy"} < set(packages)  # as the run says, or does not


def test_a_strangers_versions_are_no_commands() -> None:
    run = stored_run()
    config = json.loads((run.folder / "config.json").read_text("utf-8"))
    config["versions"] = {"numpy": "2; rm -r .", "scipy": "1.17\nimport os", "soxr": "-e ."}
    (run.folder / "config.json").write_text(json.dumps(config), "utf-8")
    installing = notebook_of(load_run(run.run_id)).cells[1].source
    assert {"numpy", "scipy", "soxr"} < set(installing.split())
    assert installing.count("\n") == installing.count(";") == 0


def test_a_run_with_a_recipe_is_refused_in_a_sentence() -> None:
    run = stored_run(recipe=RECIPES["steady"].recipe)
    with pytest.raises(RunError, match="that is for runs without a recipe, of the networks cnn"):
        run_notebook(run, "val_accuracy")


def test_a_run_without_weights_is_refused() -> None:
    with pytest.raises(RunError, match="has no weights"):
        run_notebook(stored_run(epochs=0), "val_accuracy")
