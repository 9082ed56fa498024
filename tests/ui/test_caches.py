"""What the server keeps between script runs is of the files as they are now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from esc10.errors import AudioError, RunError
from esc10.runs.run import Run
from esc10.runs.store import load_run
from esc10.ui.server import clip_sound, verdict, version_of
from tests.support.stored_runs import stored


def other_answers(run: Run) -> None:
    path = run.folder / "probabilities.npz"
    with np.load(path) as stored_arrays:
        arrays = dict(stored_arrays)
    arrays["val_loss_test"] = np.roll(arrays["val_loss_test"], 1, axis=1)
    np.savez_compressed(path, allow_pickle=False, **arrays)


def other_classes(run: Run) -> None:
    path = run.folder / "config.json"
    path.write_text(path.read_text("utf-8").replace("class a", "class z"), "utf-8")


def another_epoch(run: Run) -> None:
    path = run.folder / "outcome.json"
    path.write_text(path.read_text("utf-8").replace('"val_loss": 2', '"val_loss": 1'), "utf-8")


@pytest.mark.parametrize("change", [other_answers, other_classes, another_epoch])
def test_a_verdict_is_of_the_files_as_they_are_now(change: Callable[[Run], None]) -> None:
    run = stored()
    before = verdict(run, "val_loss")
    assert verdict(load_run(run.run_id), "val_loss") is before
    change(run)
    after = verdict(load_run(run.run_id), "val_loss")
    assert (after.epoch, after.classes, after.parts["test"].judged) != (
        *(before.epoch, before.classes),
        before.parts["test"].judged,
    )


def test_answers_that_are_damaged_later_are_noticed() -> None:
    run = stored()
    verdict(run, "val_loss")
    (run.folder / "probabilities.npz").write_bytes(b"")
    with pytest.raises(RunError, match="damaged"):
        verdict(load_run(run.run_id), "val_loss")


def test_every_file_but_the_title_tells_a_run_from_what_it_was() -> None:
    run = stored()
    for path in sorted(run.folder.iterdir()):
        before = version_of(run)
        path.write_bytes(path.read_bytes() + b"\n")
        same = path.name == "process.json"
        assert (version_of(run) == before) is same, path.name
    before = version_of(run)
    (run.folder / "label.json").write_text("{}")
    assert version_of(run) == before
    assert version_of(replace(run, folder=run.folder.with_name("gone"))) != before


def test_a_clip_that_was_replaced_is_heard_anew(tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    noise = np.random.default_rng(1).normal(0, 0.1, 5 * 22_050)
    soundfile.write(path, noise, 22_050)
    before = clip_sound(path)
    assert clip_sound(path) is before
    soundfile.write(path, noise[::-1] / 2, 22_050)
    assert np.abs(clip_sound(path).samples).max() < np.abs(before.samples).max()
    path.unlink()
    with pytest.raises(AudioError, match="is missing"):
        clip_sound(path)
