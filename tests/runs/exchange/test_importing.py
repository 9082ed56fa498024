"""A run in one zip: what is exported is imported equal."""

from __future__ import annotations

import json
import tempfile
import threading
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from esc10.errors import DamagedRunError, RunError
from esc10.evaluation.metrics import evaluate
from esc10.inference.classifier import Classifier
from esc10.runs.captions import set_caption
from esc10.runs.exchange import import_run, run_aside, run_zip
from esc10.runs.exchange.exporting import FILES
from esc10.runs.exchange.importing import MAX_ZIP_BYTES
from esc10.runs.outcome import Outcome
from esc10.runs.run import Run
from esc10.runs.store import list_runs, load_run, runs_folder
from esc10.runs.writing import create_run, end_run
from esc10.training.plan import RunConfig
from esc10.training.results import CRITERIA
from tests.support.made_zips import (
    Files,
    anything,
    fit,
    never,
    packed,
    refusal,
    sounds,
    trained_run,
    valid_config,
    with_json,
)
from tests.support.refusals import full_disk, in_use, lock


def test_runs_that_cannot_be_entered_are_a_sentence(
    trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = run_zip(trained)
    lock(monkeypatch, runs_folder())
    with pytest.raises(RunError, match=f"Storing run {trained.run_id} failed: permission denied"):
        import_run(content, never)


def test_a_run_that_travelled_is_judged_the_same(trained: Run) -> None:
    imported = import_run(run_zip(trained), fit)
    assert imported.folder == runs_folder() / trained.run_id
    assert imported.folder != trained.folder
    assert imported.config == trained.config
    assert imported.events() == trained.events()
    assert imported.history() == trained.history()
    assert imported.outcome == trained.outcome
    for criterion in CRITERIA:
        assert imported.weights(criterion) == trained.weights(criterion)
        there, here = evaluate(trained, criterion), evaluate(imported, criterion)
        np.testing.assert_equal(asdict(here), asdict(there))
    assert [run.run_id for run in list_runs()[0]] == [trained.run_id]


def test_a_narrow_network_travels_as_narrow(tmp_path: Path) -> None:
    narrow = trained_run(tmp_path / "lab", width=0.25)
    imported = import_run(run_zip(narrow), fit)
    assert imported.config.train.width == 0.25
    x = sounds(3, seed=9)
    there, here = (Classifier(run.config, run.weights("val_loss")) for run in (narrow, imported))
    np.testing.assert_array_equal(here.answer(x).clip, there.answer(x).clip)
    assert imported.outcome is not None
    assert imported.outcome.parameters == 1_254


def test_a_network_that_travelled_answers_the_same(trained: Run) -> None:
    imported = import_run(run_zip(trained), fit)
    x = sounds(4, seed=9)
    for criterion in CRITERIA:
        there = Classifier(trained.config, trained.weights(criterion)).answer(x)
        here = Classifier(imported.config, imported.weights(criterion)).answer(x)
        np.testing.assert_allclose(here.clip, there.clip, atol=1e-6)
        assert here.frames is not None
        np.testing.assert_allclose(here.frames, there.frames, atol=1e-6)


def test_every_file_but_the_process_travels(trained: Run, files: Files) -> None:
    imported = import_run(run_zip(trained), fit)
    there = {path.name: path.read_bytes() for path in trained.folder.iterdir()}
    here = {path.name: path.read_bytes() for path in imported.folder.iterdir()}
    assert set(there) - set(here) == {"process.json"}
    assert set(files) - set(here) == {"history.csv"}
    assert here == {name: content for name, content in there.items() if name in here}


def test_an_imported_run_is_exported_the_same(trained: Run) -> None:
    content = run_zip(trained)
    assert run_zip(import_run(content, fit)) == content


def test_a_zip_on_the_disk_is_imported(trained: Run, tmp_path: Path) -> None:
    path = tmp_path / "run.zip"
    path.write_bytes(run_zip(trained))
    assert import_run(path, fit).state == "finished"


def test_a_title_and_a_note_travel(trained: Run, files: Files) -> None:
    first = import_run(packed(files), anything)
    label = set_caption(first.folder, "Größe: 学", "One line\nand\tanother 🐕")
    content = run_zip(first)
    first.folder.rename(first.folder.with_name("renamed"))
    assert import_run(content, anything).caption == label
    assert load_run(trained.run_id).caption.note == "One line\nand\tanother 🐕"


def test_a_strangers_table_of_epochs_is_not_kept(trained: Run, files: Files) -> None:
    imported = import_run(packed({**files, "history.csv": b"=cmd|' /C calc'!A1"}), anything)
    assert not (imported.folder / "history.csv").exists()
    assert run_zip(imported) == run_zip(trained)


def test_a_run_that_is_here_is_not_written_over(trained: Run, files: Files) -> None:
    folder = import_run(packed(files), anything).folder
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(RunError, match=f"Run {trained.run_id} is here already"):
        import_run(packed(files), never)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_what_a_crash_left_is_in_nobodys_way(trained: Run, files: Files) -> None:
    for name in (f".{trained.run_id}.part", f".{trained.run_id}.1-2.part"):
        (runs_folder() / name).mkdir(parents=True)
        (runs_folder() / name / "config.json").write_text("{")
    assert import_run(packed(files), anything).state == "finished"
    assert list_runs()[1] == []


def test_one_zip_imported_by_many_at_once_is_one_run(trained: Run, files: Files) -> None:
    together = threading.Barrier(4)
    said: list[str] = []

    def wait(_: RunConfig, weights: bytes) -> None:
        if weights == files["val_accuracy.weights.h5"]:
            together.wait(30)

    def one() -> None:
        try:
            said.append(import_run(packed(files), wait).run_id)
        except RunError as error:
            said.append(str(error))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said.count(trained.run_id) == 1
    assert sum("is here already" in sentence for sentence in said) == 3
    assert [path.name for path in runs_folder().iterdir()] == [trained.run_id]


@pytest.mark.parametrize("misfit", [{"model": "cnn"}, {"width": 4}])
def test_weights_that_do_not_fit_are_refused(misfit: dict[str, Any], files: Files) -> None:
    def change(config: dict[str, Any]) -> None:
        config["train"].update(misfit)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # Keras, of layers that are not there
        sentence = refusal(with_json(files, "config.json", change), fit)
    assert "belong to another network" in sentence


def test_a_full_disk_leaves_nothing(files: Files) -> None:
    with full_disk():
        assert "no space left on device" in refusal(packed(files), anything)


def test_another_run_of_the_same_kind_is_another_run(files: Files) -> None:
    other = valid_config(2).run_id
    config = {**json.loads(files["config.json"]), "run_id": other}
    import_run(packed(files), anything)
    import_run(packed({**files, "config.json": json.dumps(config).encode()}, other), anything)
    assert len(list_runs()[0]) == 2


# A run that is only looked at


def test_a_run_is_looked_at_and_gone(trained: Run) -> None:
    content = run_zip(trained)
    with run_aside(content) as run:
        assert run.folder != trained.folder
        assert run.config == trained.config
        for criterion in CRITERIA:
            assert run.weights(criterion) == trained.weights(criterion)
            np.testing.assert_equal(
                asdict(evaluate(run, criterion)), asdict(evaluate(trained, criterion))
            )
        assert run_zip(run) == content
    assert not run.folder.parent.exists()
    assert not runs_folder().exists()


def test_a_file_that_is_in_use_is_left_behind(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with in_use(), run_aside(packed(files)) as run:
        assert run.folder.is_relative_to(tmp_path)
    assert run.folder.is_dir()


def test_what_broke_on_the_way_is_told_from_what_is_no_run(files: Files) -> None:
    whole = packed(files)
    flipped = bytearray(whole)
    flipped[whole.index(b".weights.h5") + 2000] ^= 255
    for content in (b"", whole[: len(whole) // 2], bytes(flipped)):
        with pytest.raises(DamagedRunError), run_aside(content):
            pytest.fail("it was looked at")
    for content in (b"no zip", packed({**files, "more": b""})):
        with pytest.raises(RunError) as caught, run_aside(content):
            pytest.fail("it was looked at")
        assert not isinstance(caught.value, DamagedRunError)


# What is exported


def ended(outcome: Outcome | None) -> Run:
    run = create_run(valid_config())
    if outcome:
        end_run(run, outcome)
    return run


def test_only_a_run_with_weights_is_exported() -> None:
    with pytest.raises(RunError, match="has not ended yet"):
        run_zip(ended(None))


@pytest.mark.parametrize("state", ["failed", "interrupted", "cancelled", "stopped"])
def test_a_run_without_weights_says_why_it_is_not_exported(state: str) -> None:
    with pytest.raises(RunError, match=f"is {state} and has no weights: the lights went out"):
        run_zip(ended(Outcome(state, "the lights went out", {})))


@pytest.mark.parametrize(
    "name", sorted(set(FILES) - {"label.json", "history.csv", "last.weights.h5"})
)
def test_a_damaged_run_is_not_exported(name: str, files: Files) -> None:
    run = import_run(packed(files), anything)
    (run.folder / name).unlink()
    with pytest.raises(RunError):
        run_zip(run)


def test_a_zip_without_the_table_of_epochs_is_as_good(trained: Run, files: Files) -> None:
    del (others := dict(files))["history.csv"]
    assert run_zip(import_run(packed(others), anything)) == run_zip(trained)


def test_the_bounds_of_the_files_are_those_of_the_zip() -> None:
    assert sum(FILES.values()) < MAX_ZIP_BYTES
