"""The trained network that comes with the lab: small, whole, and as good as it says."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from esc10.runs import store
from esc10.runs.run import Run
from esc10.runs.store import is_shipped, list_runs, shipped_runs
from esc10.training.plan import training_data
from esc10.training.recipes import RECIPES
from esc10.training.results import LAST, PARTS
from tests.conftest import link_tree


@pytest.fixture
def shipped() -> Run:
    (run,) = shipped_runs()
    return run


def test_it_is_a_compact_network_that_learned_from_three_folds(shipped: Run) -> None:
    train = shipped.config.train
    assert (train.dataset, train.model, train.split) == ("esc10", "compact_cnn", "folds")
    assert train.recipe == RECIPES["augmented"].recipe
    assert train.epochs == RECIPES["augmented"].epochs
    assert {part: len(names) for part, names in shipped.config.clips.items()} == {
        "train": 240,
        "validation": 80,
        "test": 80,
    }
    assert shipped.state == "finished"
    assert is_shipped(shipped)
    assert list_runs() == ([], [])
    assert sum(path.stat().st_size for path in shipped.folder.iterdir()) < 1_000_000


def test_it_is_as_good_as_it_says(shipped: Run) -> None:
    answers = shipped.answers(shipped.criteria[0])
    right = answers.probabilities["test"].argmax(axis=1) == answers.labels["test"]
    found = re.search(r"Of the 80 clips .* it recognises (\d+): (\d+)%", shipped.caption.note)
    assert found is not None
    assert int(found[1]) == right.sum()
    assert abs(int(found[2]) - 100 * right.mean()) <= 0.5
    assert right.mean() > 0.8


@pytest.mark.engine
def test_its_weights_give_the_answers_it_has_stored(
    shipped: Run, esc10_master: Path, home: Path
) -> None:
    from esc10.inference.classifier import Classifier

    link_tree(esc10_master, home)
    data = training_data(shipped.config)
    (name,) = set(shipped.weight_files.values())  # whatever chooses, it is the last epoch
    network = Classifier(shipped.config, (shipped.folder / name).read_bytes())
    stored = shipped.answers(LAST)
    for part in PARTS:
        np.testing.assert_array_equal(stored.labels[part], data.y[part])
        answers = np.concatenate([network.answer(x).clip for x in np.split(data.x[part], 4)])
        np.testing.assert_allclose(answers, stored.probabilities[part], rtol=0, atol=1e-3)


def test_a_damaged_one_and_what_a_system_leaves_there_are_no_trouble(
    shipped: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("whole", "damaged"):
        shutil.copytree(shipped.folder, tmp_path / name)
        path = tmp_path / name / "config.json"
        path.write_text(path.read_text("utf-8").replace(shipped.run_id, name), "utf-8")
    (tmp_path / "damaged" / "outcome.json").write_text("{")
    (tmp_path / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    monkeypatch.setattr(store, "_SHIPPED", tmp_path)
    assert [run.run_id for run in shipped_runs()] == ["whole"]
